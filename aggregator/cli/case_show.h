/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef AGGREGATOR_CLI_CASE_SHOW_H
#define AGGREGATOR_CLI_CASE_SHOW_H

#include "aggregator/cli/dossier.h"

struct err;
struct filter;
struct options;
struct place;

/* The cases beside a store.  All return 0, or -1 with 'e'. */
int case_list(const char *store, const struct options *o, struct err *e);
/* Its steps. */
int case_show(const struct dossier *d, const struct options *o, struct err *e);
/* How many records each step leaves of those that 'f' (NULL: all) and the
 * times choose. */
int case_steps(const struct dossier *d, const struct place *p,
    const struct options *o, const struct filter *f, struct err *e);
/* As a shell script that asks the same, or with -o json as it is kept. */
int case_export(const struct dossier *d, const char *name,
    const struct options *o, struct err *e);

#endif
