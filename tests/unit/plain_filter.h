/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TESTS_UNIT_PLAIN_FILTER_H
#define TESTS_UNIT_PLAIN_FILTER_H

/*
 * What a random filter means: an evaluator that knows nothing of text, ranges,
 * bit sets, columns or steps.  Each term is kept as what it was made from and
 * asked in the plainest way.  Include behind random_filter.h.
 */

#include "common/site.h"

#include <stdio.h>
#include <string.h>

static struct site *site;

static inline bool
addr_in(const struct addr *a, const char *text)
{
	const char *dash = strchr(text, '-');
	struct addr first, last;
	struct net n;

	if (dash != NULL) {
		char head[64];

		snprintf(head, sizeof(head), "%.*s", (int)(dash - text), text);
		assert_int_equal(addr_parse(head, &first), 0);
		assert_int_equal(addr_parse(dash + 1, &last), 0);
		return addr_cmp(a, &first) >= 0 && addr_cmp(a, &last) <= 0;
	}
	assert_int_equal(net_parse(text, &n), 0);
	for (unsigned int bit = 0; bit < n.len; bit++)
		if (((a->b[bit / 8] ^ n.a.b[bit / 8]) >> (7 - bit % 8) & 1) !=
		    0)
			return false;
	return true;
}

static inline bool
port_in(uint16_t port, const char *text)
{
	unsigned int first, last;
	int n = sscanf(text, "%u-%u", &first, &last);

	return port >= first && port <= (n == 2 ? last : first);
}

static inline bool
is_home(const struct addr *a)
{
	return addr_in(a, "11.11.0.0/16") || addr_in(a, "2001:db8::/32");
}

static inline bool
reversed(const struct record *r)
{
	if ((r->has & HAS_FLAGS) == 0)
		return !site_dst_serves(site, r->sport, r->dport);
	switch (r->flags & (TCP_SYN | TCP_ACK | TCP_RST | TCP_FIN)) {
	case TCP_SYN:
		return false;
	case TCP_SYN | TCP_ACK:
	case TCP_RST:
	case TCP_RST | TCP_ACK:
		return true;
	}
	return !site_dst_serves(site, r->sport, r->dport);
}

/* One end, in the words of 'sides'. */
static inline bool
is_end(const char *side, bool src, bool rev)
{
	if (strcmp(side, "") == 0)
		return true;
	if (strcmp(side, "client ") == 0)
		return src != rev;
	if (strcmp(side, "server ") == 0)
		return src == rev;
	return (strcmp(side, "src ") == 0) == src;
}

static inline const char *
direction_of(const struct record *r)
{
	bool src = is_home(&r->src), dst = is_home(&r->dst);

	if (src && dst)
		return "within";
	if (!src && !dst)
		return "stray";
	return src != reversed(r) ? "out" : "in";
}

static inline const char *
kind_of(const struct record *r)
{
	if ((r->has & HAS_FLAGS) == 0 || (r->flags & TCP_FIN) != 0)
		return "";
	if ((r->flags & TCP_RST) != 0)
		return (r->flags & TCP_SYN) != 0 ? "" : "rst";
	if ((r->flags & TCP_SYN) == 0)
		return "";
	return (r->flags & TCP_ACK) != 0 ? "synack" : "syn";
}

static inline bool
one_end(
    const struct expr *x, const char *word, const struct record *r, bool src)
{
	const struct addr *a = src ? &r->src : &r->dst;
	uint16_t port = src ? r->sport : r->dport;
	const char *side = sides[x->side];

	if (x->what == CLASS && *side == '\0')
		side = "server ";
	if (!is_end(side, src, reversed(r)))
		return false;
	if (x->what == PORT)
		return port_in(port, word);
	if (x->what == CLASS)
		return site_in_class(site, word, port);
	return addr_in(a, word);
}

static inline bool
same(const char *a, const char *b)
{
	return b != NULL && strcmp(a, b) == 0;
}

/* 'word' may stand in quotes. */
static inline bool
begins(const char *text, const char *word)
{
	size_t quoted = *word == '\'';

	return strncmp(text, word + quoted, strlen(word) - 2 * quoted) == 0;
}

static inline bool
value_holds(const struct expr *x, const char *word, const struct record *r,
    const char *sensor)
{
	static const char *const hook_names[] = {
	    "", "in", "out", "forward", "egress"};

	switch (x->what) {
	case DIRECTION:
		return strcmp(word, direction_of(r)) == 0;
	case FLAGS:
		return strcmp(word, kind_of(r)) == 0;
	case HOOK:
		return strcmp(word, hook_names[r->hook]) == 0;
	case PROTO:
		return r->proto == (word[0] == 't'	? 6
				       : word[0] == 'u' ? 17
				       : word[0] == 'i' ? 1
							: 47);
	case SENSOR:
		return same(word, sensor);
	case INTERFACE:
		return same(word, r->in_if) || same(word, r->out_if);
	case PREFIX:
		return r->prefix != NULL && begins(r->prefix, word);
	default:
		return one_end(x, word, r, true) || one_end(x, word, r, false);
	}
}

/* What a comparison says of "smaller" and "greater" values than the one given;
 * a time's second has room for both ends of "=". */
static inline bool
compares_so(const char *c, bool less, bool more)
{
	bool equal = !less && !more;

	if (strcmp(c, "!=") == 0)
		return !equal;
	return (c[0] == '=' && equal) || (c[0] == '<' && less) ||
	       (c[0] == '>' && more) || (c[1] == '=' && equal);
}

static inline bool
number_holds(const struct expr *x, const struct record *r)
{
	const struct {
		uint16_t has;
		uint64_t value;
	} column[] = {{HAS_COUNTS, r->packets}, {HAS_COUNTS, r->octets},
	    {HAS_TTL, r->ttl}, {HAS_WINDOW, r->window}, {HAS_MARK, r->mark},
	    {HAS_UID, r->uid}};
	uint64_t v = column[x->column].value;

	if ((r->has & column[x->column].has) == 0)
		return false;
	for (size_t i = 0; i < x->n; i++)
		if (v >= x->value[i] / 4 && v <= x->value[i] % 4)
			return true;
	return x->n == 0 &&
	       compares_so(compares[x->compare], v<x->number, v> x->number);
}

static inline bool
time_holds(const struct expr *x, const struct record *r)
{
	int64_t second = r->time_ns / 1000000000 - TIMES_BEGIN;

	if (r->time_ns == TIME_NONE)
		return false;
	for (size_t i = 0; i < x->n; i++)
		if (second == (int64_t)x->value[i])
			return true;
	return x->n == 0 &&
	       compares_so(compares[x->compare],
		   second<(int64_t)x->number, second>(int64_t) x->number);
}

static inline bool
holds(const struct expr *x, const struct record *r, const char *sensor)
{
	switch (x->what) {
	case NOT:
		return !holds(x->a, r, sensor);
	case AND:
		return holds(x->a, r, sensor) && holds(x->b, r, sensor);
	case OR:
		return holds(x->a, r, sensor) || holds(x->b, r, sensor);
	case TIME:
		return time_holds(x, r);
	case NUMBER:
		return number_holds(x, r);
	default:
		for (size_t i = 0; i < x->n; i++)
			if (value_holds(x,
				vocabulary[x->what].word[x->value[i]], r,
				sensor))
				return true;
		return false;
	}
}

#endif
