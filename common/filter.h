/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef COMMON_FILTER_H
#define COMMON_FILTER_H

#include "common/record.h"

#include <stdbool.h>

struct err;
struct filter;
struct site;

/*
 * The filter language, the same wherever Synhive asks "which".  (EBNF; words
 * are separated by blanks, case matters only in names; a comment '#...' runs
 * to the end of the line.)
 *
 *   filter     = [ or ]                       ; nothing: everything
 *   or         = and { "or" and }
 *   and        = not { [ "and" ] not }        ; side by side means "and"
 *   not        = { "not" | "!" } primary
 *   primary    = "(" or ")" | "@" name | term
 *   term       = [ side ] "host" addresses
 *              | [ side ] "net" addresses
 *              | [ side ] "port" ports
 *              | [ side ] "class" names      ; of the server's port
 *              | "direction" directions      ; in out within stray
 *              | "flags" kinds               ; syn synack rst
 *              | "hook" hooks                ; in out forward egress
 *              | "sensor" names
 *              | "proto" protos              ; tcp udp icmp or a number
 *   side       = "src" | "dst" | "client" | "server"
 *   addresses  = list of address or network
 *   ports      = list of number or number "-" number
 *   list of X  = X | [ "in" ] "[" X { [ "," ] X } "]" | "in" X
 *
 * "src" and "dst" are the packet's ends; "client" and "server" those of the
 * connection: an answer's client is its destination.  Without a side a term
 * holds when it does for either end.  "direction" is the connection's, by the
 * home networks; "class" looks at the server's port.
 */

#define FILTER_TEXT_MAX 65536 /* bytes of one expression */
#define FILTER_DEPTH_MAX 64   /* nested parentheses, "not"s and @names */
#define FILTER_TERMS_MAX 4096

/*
 * Check and compile 'text'.
 *
 * site: home networks, classes and named filters that the text may use;
 *       borrowed, must outlive the filter.  Never NULL.
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

/*
 * The connection from 'client' to 'server' instead of a packet: it is matched
 * as its SYN would be.
 */
bool filter_match_connection(const struct filter *f, const struct addr *client,
    uint16_t client_port, const struct addr *server, uint16_t server_port,
    const char *sensor);

/*
 * Addresses one of which every match must have at an end, for opening less:
 * returns their number (0: cannot say), at most 'max', in 'out'.
 */
size_t filter_needs_hosts(const struct filter *f, struct addr *out, size_t max);

#endif
