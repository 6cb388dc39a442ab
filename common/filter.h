/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef COMMON_FILTER_H
#define COMMON_FILTER_H

#include "common/ports.h"
#include "common/record.h"

#include <stdbool.h>

struct err;
struct filter;
struct site;

/*
 * The filter language, the same wherever Synhive asks "which".  (EBNF; words
 * are separated by blanks, case matters only in names; a comment '#...' runs
 * to the end of the line; 'text' or "text" is a name with any characters.)
 *
 *   filter     = [ or ]                       ; nothing: everything
 *   or         = and { "or" and }
 *   and        = not { [ "and" ] not }        ; side by side means "and"
 *   not        = { "not" | "!" } primary
 *   primary    = "(" or ")" | "@" name | term
 *   term       = [ side ] "host" list of address
 *              | [ side ] "net" list of network or address
 *              | [ side ] "port" list of port or port "-" port
 *              | [ side ] "class" list of name
 *              | "direction" list of ( "in" | "out" | "within" | "stray" )
 *              | "flags" list of ( "syn" | "synack" | "rst" )
 *              | "hook" list of ( "in" | "out" | "forward" | "egress" )
 *              | "proto" list of ( "tcp" | "udp" | "icmp" | number )
 *              | "sensor" list of name
 *              | "interface" list of name    ; in or out
 *              | "prefix" list of name       ; what the log prefix begins with
 *              | "expected" [ "by" list of name ]
 *              | column [ compare ] number
 *   side       = "src" | "dst" | "client" | "server"
 *   column     = "packets" | "octets" | "ttl" | "window" | "mark" | "uid"
 *   compare    = "=" | "==" | "!=" | "<" | "<=" | ">" | ">="
 *   list of X  = [ "in" ] X | [ "in" ] "[" X { [ "," ] X } "]"
 *
 * "src" and "dst" are the packet's ends; "client" and "server" those of the
 * connection: an answer's client is its destination, and where no flags say
 * what a record is, site_dst_serves() guesses.  Without a side a term holds
 * when it does for either end, but "class" then looks at the server's port.
 * "direction" is the connection's, by the home networks.  "expected" asks the
 * site's expectations about the connection, as if no answer or refusal had
 * been seen but its SYN; with names, whether one of these is the first that
 * explains it.  A record that does
 * not know a column is matched by no comparison with it.
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

/* What is matched besides the record itself. */
struct filter_subject {
	const struct record *record;
	const char *sensor; /* NULL: unknown, matches no "sensor" */
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

/* Does it ask for the direction, so that home networks must be known? */
bool filter_asks_home(const struct filter *f);

/* Does it ask for "expected" itself? */
bool filter_asks_expected(const struct filter *f);

/* The first field it asks for that differs between the packets of one
 * connection, so that no connection has it; NULL: there is none. */
const char *filter_asks_packet(const struct filter *f);

#endif
