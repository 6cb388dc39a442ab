/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef AGGREGATOR_CLI_NFILTERS_H
#define AGGREGATOR_CLI_NFILTERS_H

struct err;
struct options;

/*
 * What --nfilter, -F and -v ask, as one filter's text that the caller takes;
 * NULL in '*out' when they were not given.  What is suspicious in the files
 * is said on stderr.  Returns 0, or -1 with 'e'.
 */
int nfilters_text(const struct options *o, char **out, struct err *e);

/* --nfilter, -F and -v, one by one.  Return 0, or -1 with 'e'. */
int nfilters_file(struct options *o, const char *v, struct err *e);
int nfilters_definition(struct options *o, const char *v, struct err *e);
int nfilters_variable(struct options *o, const char *v, struct err *e);

#endif
