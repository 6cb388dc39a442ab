/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef AGGREGATOR_CLI_PLACE_H
#define AGGREGATOR_CLI_PLACE_H

#include "aggregator/cli/options.h"
#include "aggregator/store/state.h"
#include "aggregator/store/store.h"

#include <stdbool.h>

struct config;
struct err;
struct filter;
struct site;

/*
 * Where the data lies and what is known about the net, from the options and
 * the configuration.  Zeroed: closed.
 */
struct place {
	struct config *config;	 /* NULL: there is none */
	struct site *own;	 /* without a configuration */
	const struct site *site; /* one of both */
	const char *dir;	 /* of the store */
	bool home_known;
};

/* Returns 0; -1 with 'e' as config_load(). */
int place_open(struct place *p, const struct options *o, struct err *e);
void place_close(struct place *p);

/* The store and its state, to be closed by the caller; as store_open(). */
struct store *place_store(const struct place *p, struct err *e);
struct state *place_state(const struct place *p, struct err *e);

/*
 * The words of 'c' from 'from' on, and what flow-tools' filter files say, as
 * one text that the caller takes.
 *
 * scope: an enum filter_scope of which all of it can be asked; 0: anything.
 * Returns NULL with 'e': EX_USAGE naming word and column, or file and line.
 */
char *place_filter_text(const struct place *p, const struct cli *c, size_t from,
    uint32_t scope, struct err *e);
/* Such a text as a filter; NULL in '*out': everything.  Returns 0, or -1 with
 * 'e', and '*out' to be freed all the same. */
int place_filter_parse(const struct place *p, const char *text, uint32_t scope,
    struct filter **out, struct err *e);

/*
 * All words of 'c' as one filter; NULL in '*out' when there are none.
 * Returns 0; -1 with 'e': EX_USAGE naming word and column.
 */
int place_filter(const struct place *p, const struct cli *c,
    struct filter **out, struct err *e);
/* The same of what can be asked of 'scope': an enum filter_scope. */
int place_filter_of(const struct place *p, const struct cli *c, uint32_t scope,
    struct filter **out, struct err *e);

#endif
