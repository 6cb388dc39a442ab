/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef AGGREGATOR_CLI_ANALYSIS_SITE_H
#define AGGREGATOR_CLI_ANALYSIS_SITE_H

#include "aggregator/source/home.h"

#include <stdbool.h>

struct config;
struct err;
struct files;
struct options;
struct site;

#define HOME_TEXT_MAX 1100 /* 16 networks of 52 bytes, and why */

/* What the net is, as far as options, files and the data tell.  Zeroed:
 * closed. */
struct analysis_site {
	struct config *config;	  /* NULL: none was given */
	struct site *own;	  /* without one */
	struct site *site;	  /* one of both */
	bool guessed;		  /* what is home */
	char home[HOME_TEXT_MAX]; /* the networks; with 'guessed' why, too */
	char why[HOME_WHY_MAX];
};

/*
 * From -c, or from --home and --aliases; without both of the first, home is
 * guessed from what 'f' begins with.  Returns 0; -1 with 'e': EX_USAGE,
 * EX_NOINPUT, EX_CONFIG (FILE:LINE first), EX_DATAERR: nothing to guess from.
 */
int analysis_site_open(struct analysis_site *a, const struct options *o,
    struct files *f, struct err *e);
void analysis_site_close(struct analysis_site *a);

#endif
