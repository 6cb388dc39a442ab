/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Random filters on random records, against an evaluator that knows nothing
 * of text, ranges, bit sets or steps: each term is kept as what it was made
 * from and asked in the plainest way.
 */
#include "common/err.h"
#include "common/filter.h"
#include "common/site.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "tests/unit/random_filter.h"
#include "tests/unit/random_record.h"

#define FILTERS 4000
#define RECORDS 40

static struct site *site;

/* --- as its meaning --------------------------------------------------------
 */

static bool
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

static bool
port_in(uint16_t port, const char *text)
{
	unsigned int first, last;
	int n = sscanf(text, "%u-%u", &first, &last);

	return port >= first && port <= (n == 2 ? last : first);
}

static bool
is_home(const struct addr *a)
{
	return addr_in(a, "11.11.0.0/16") || addr_in(a, "2001:db8::/32");
}

static bool
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
static bool
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

static const char *
direction_of(const struct record *r)
{
	bool src = is_home(&r->src), dst = is_home(&r->dst);

	if (src && dst)
		return "within";
	if (!src && !dst)
		return "stray";
	return src != reversed(r) ? "out" : "in";
}

static const char *
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

static bool
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

static bool
same(const char *a, const char *b)
{
	return b != NULL && strcmp(a, b) == 0;
}

/* 'word' may stand in quotes. */
static bool
begins(const char *text, const char *word)
{
	size_t quoted = *word == '\'';

	return strncmp(text, word + quoted, strlen(word) - 2 * quoted) == 0;
}

static bool
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
static bool
compares_so(const char *c, bool less, bool more)
{
	bool equal = !less && !more;

	if (strcmp(c, "!=") == 0)
		return !equal;
	return (c[0] == '=' && equal) || (c[0] == '<' && less) ||
	       (c[0] == '>' && more) || (c[1] == '=' && equal);
}

static bool
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

static bool
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

static bool
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

/* --- the comparison ---------------------------------------------------------
 */

static bool
has_host(const struct addr *host, size_t n, const struct record *r)
{
	for (size_t i = 0; i < n; i++)
		if (addr_eq(&host[i], &r->src) || addr_eq(&host[i], &r->dst))
			return true;
	return false;
}

/* Returns how often the filter matched. */
static size_t
compare(const struct expr *x, const char *text)
{
	struct addr host[64];
	struct err e;
	struct filter *f = filter_parse(text, site, &e);
	size_t needed, matched = 0;

	if (f == NULL)
		fail_msg("%s: %s", text, e.text);
	needed = filter_needs_hosts(f, host, COUNT(host));
	for (size_t i = 0; i < RECORDS; i++) {
		struct record r = random_record();
		struct filter_subject s = {.record = &r,
		    .sensor =
			below(4) == 0 ? NULL : sensors[below(COUNT(sensors))]};
		bool yes = filter_match(f, &s);

		if (yes != holds(x, &r, s.sensor))
			fail_msg("%s: %d", text, yes);
		if (yes && needed > 0 && !has_host(host, needed, &r))
			fail_msg("%s does not need these hosts", text);
		matched += yes;
	}
	filter_free(f);
	return matched;
}

static void
a_filter_means_what_its_words_mean(void **state)
{
	size_t matched = 0;

	(void)state;
	for (seed = 1; seed < FILTERS; seed++) {
		uint64_t number = seed;
		struct expr *x = random_expr((int)below(DEPTH));
		char *text;
		size_t len;
		FILE *f = open_memstream(&text, &len);

		assert_non_null(f);
		put_expr(f, x);
		fclose(f);
		matched += compare(x, text);
		free(text);
		free_expr(x);
		seed = number;
	}
	/* A test in which nothing or everything matched would prove little. */
	assert_true(matched > FILTERS * RECORDS / 10);
	assert_true(matched < FILTERS * RECORDS * 9 / 10);
}

static void
a_connection_matches_as_its_syn_does(void **state)
{
	(void)state;
	for (seed = 1; seed < FILTERS; seed++) {
		uint64_t number = seed;
		struct expr *x = random_expr((int)below(DEPTH));
		struct record r = random_record();
		struct filter *filter;
		char *text;
		size_t len;
		FILE *f = open_memstream(&text, &len);

		assert_non_null(f);
		put_expr(f, x);
		fclose(f);
		filter = filter_parse(text, site, NULL);
		assert_non_null(filter);
		r.has = HAS_FLAGS;
		r.flags = TCP_SYN;
		r.proto = 6;
		r.hook = HOOK_NONE;
		r.time_ns = TIME_NONE;
		r.in_if = r.out_if = r.prefix = NULL;
		if (filter_match_connection(filter, &r.src, r.sport, &r.dst,
			r.dport, "pot1") != holds(x, &r, "pot1"))
			fail_msg("%s", text);
		filter_free(filter);
		free(text);
		free_expr(x);
		seed = number;
	}
}

static int
make_site(void **state)
{
	(void)state;
	site = random_site();
	return site == NULL ? -1 : 0;
}

static int
free_site(void **state)
{
	(void)state;
	site_free(site);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_filter_means_what_its_words_mean),
	    cmocka_unit_test(a_connection_matches_as_its_syn_does),
	};

	return cmocka_run_group_tests(tests, make_site, free_site);
}
