/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef COMMON_FILTER_H
#define COMMON_FILTER_H

#include "common/outcome.h"
#include "common/ports.h"
#include "common/record.h"

#include <stdbool.h>

struct err;
struct filter;
struct site;

/*
 * The filter language, the same wherever Synhive asks "which".  Its grammar
 * and what it means are in synhive-filter(7), docs/man/synhive-filter.7; its
 * words in filter_fields.def and filter_words.c.
 */

/* Those of the @names in an expression count too. */
#define FILTER_TEXT_MAX 65536 /* bytes: 4,000 addresses of 15 and a blank */
#define FILTER_DEPTH_MAX 64   /* parentheses and @names inside each other */
#define FILTER_TERMS_MAX 4096 /* a set of ports is 8 KiB: 32 MiB at worst */

/*
 * Check and compile 'text'.
 *
 * site: home networks, classes and named filters that the text may use;
 *       borrowed, must outlive the filter.  Never NULL.  Of named filters
 *       only the text is used, so they may refer to each other in any order.
 * Returns NULL with 'e' (EX_USAGE) naming the word and its column, counted
 * in bytes from 1.
 */
struct filter *filter_parse(
    const char *text, const struct site *site, struct err *e);
void filter_free(struct filter *f);

/* What a connection has and its packets have not. */
struct filter_connection {
	uint32_t attempts;
	enum outcome outcome;
	int64_t duration_ns; /* TIME_NONE: unknown */
};

/*
 * What is matched.
 *
 * sensor:     NULL: unknown, matches no "sensor".
 * connection: NULL: 'record' is a packet or flow; else it is the connection's
 *             SYN, with the counts of both ways together.
 */
struct filter_subject {
	const struct record *record;
	const char *sensor;
	const struct filter_connection *connection;
};

/* NULL matches everything. */
bool filter_match(const struct filter *f, const struct filter_subject *s);
/* The same as if nothing were expected: what an expectation hides. */
bool filter_match_unexpected(
    const struct filter *f, const struct filter_subject *s);

/*
 * The connection from 'client' to 'server' instead of a packet: it is matched
 * as its SYN would be.
 */
bool filter_match_connection(const struct filter *f, const struct addr *client,
    uint16_t client_port, const struct addr *server, uint16_t server_port,
    const char *sensor);

/* The same at a time: "expected" looks at it. */
bool filter_match_connection_at(const struct filter *f,
    const struct addr *client, uint16_t client_port, const struct addr *server,
    uint16_t server_port, int64_t time_ns, const char *sensor);

/*
 * What is cheap to know of the connections that 'f' may match: those outside
 * it never does.  Addresses are numbers, see addr_number().
 */
struct filter_bounds {
	unsigned __int128 client_first, client_last;
	unsigned __int128 server_first, server_last;
	uint16_t port_first, port_last; /* the server's */
};

/* ports: those of the servers are added.  NULL bounds everything. */
void filter_bounds(
    const struct filter *f, struct filter_bounds *out, struct ports *ports);

/*
 * Addresses one of which every match must have at an end, for opening less:
 * returns their number (0: cannot say), at most 'max', in 'out'.
 */
size_t filter_needs_hosts(const struct filter *f, struct addr *out, size_t max);

/* The times [since, until) in which every match must lie; TIME_NONE: open.
 * What it cannot say is open. */
void filter_times(const struct filter *f, int64_t *since_ns, int64_t *until_ns);

/* Does it ask for the direction, so that home networks must be known? */
bool filter_asks_home(const struct filter *f);

/* Does it ask for "expected" itself? */
bool filter_asks_expected(const struct filter *f);

/* What a filter is asked of. */
enum filter_scope {
	FILTER_RECORDS = 1,
	FILTER_CONNECTIONS = 2,
	FILTER_EXPECTED = 4, /* connections, whichever packet is seen first */
};

/*
 * Whether everything that 'f' (NULL: nothing) asks for can be asked of them.
 * Returns 0; -1 with 'e' (EX_USAGE) naming the first word that cannot, its
 * column, and what it can be asked of.
 */
int filter_check(
    const struct filter *f, enum filter_scope scope, struct err *e);

/* The first field it asks for that differs between the packets of one
 * connection, so that no expectation has it; NULL: there is none. */
const char *filter_asks_packet(const struct filter *f);

/*
 * Records that do not know a column.  Whether 'f' asks for anything that some
 * do not know; else the functions below say no at once.
 */
bool filter_may_lack(const struct filter *f);

/* A term whose answer is not known; borrowed from the filter. */
struct filter_gap {
	const char *place; /* "column 27: 'packets > 1'" */
	const char *field; /* "packets" */
};

/* Whether 's', knowing more, might match as well as not; and what it lacks. */
bool filter_lacks(const struct filter *f, const struct filter_subject *s,
    struct filter_gap *gap);
/* Whether it would be so if 's' knew nothing that records need not know. */
bool filter_depends(const struct filter *f, const struct filter_subject *s);

#endif
