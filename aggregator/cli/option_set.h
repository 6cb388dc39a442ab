/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef AGGREGATOR_CLI_OPTION_SET_H
#define AGGREGATOR_CLI_OPTION_SET_H

struct err;
struct options;

/* Options whose value is looked at.  Return 0, or -1 with 'e' (EX_USAGE). */
int option_set_home(struct options *o, const char *v, struct err *e);
int option_set_format(struct options *o, const char *v, struct err *e);
int option_set_since(struct options *o, const char *v, struct err *e);
int option_set_until(struct options *o, const char *v, struct err *e);
int option_set_last(struct options *o, const char *v, struct err *e);
int option_set_year(struct options *o, const char *v, struct err *e);
int option_set_explain(struct options *o, const char *v, struct err *e);
int option_set_at(struct options *o, const char *v, struct err *e);
int option_set_number(struct options *o, const char *v, struct err *e);

#endif
