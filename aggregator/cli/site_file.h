/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef AGGREGATOR_CLI_SITE_FILE_H
#define AGGREGATOR_CLI_SITE_FILE_H

#include <limits.h>
#include <stdbool.h>

struct err;
struct site;

/*
 * What was home when a store was made of files, and which addresses were one
 * honeypot: a configuration in the store, so that the same need not be said
 * again with each question.
 */

/* Replaces the one that is there.  Returns 0, or -1 with 'e': EX_CANTCREAT. */
int site_file_write(const struct site *s, const char *dir, struct err *e);

/* False: the store in 'dir' has none. */
bool site_file_path(const char *dir, char out[static PATH_MAX]);

#endif
