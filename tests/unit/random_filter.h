/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TESTS_UNIT_RANDOM_FILTER_H
#define TESTS_UNIT_RANDOM_FILTER_H

/* A random filter as a tree and as text.  Include behind cmocka.h. */

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#define DEPTH 5
#define LIST_MAX 4

enum what {
	HOST,
	NET,
	PORT,
	CLASS,
	DIRECTION,
	FLAGS,
	HOOK,
	PROTO,
	SENSOR,
	INTERFACE,
	PREFIX,
	TIME,
	NUMBER,
	TERMS,
	NOT = TERMS,
	AND,
	OR,
};

static const char *const fields[] = {"host", "net", "port", "class",
    "direction", "flags", "hook", "proto", "sensor", "interface", "prefix"};
static const char *const sides[] = {"", "src ", "dst ", "client ", "server "};
static const char *const columns[] = {
    "packets", "octets", "ttl", "window", "mark", "uid"};
static const char *const compares[] = {"=", "!=", "<", "<=", ">", ">="};

/* A few of each, so that they meet. */
static const char *const hosts[] = {"11.11.0.1", "11.11.0.2", "11.11.9.3",
    "1.2.3.4", "1.2.9.9", "2001:db8::1", "2001:db8:1::1", "2001:dead::1"};
static const char *const nets[] = {"11.11.0.0/16", "11.11.0.0/24",
    "11.11.0.2/31", "1.2.3.4", "1.0.0.0/8", "2001:db8::/32", "2001:db8:1::/48",
    "0.0.0.0/0", "1.2.3.0-1.2.9.9", "11.11.0.1-11.11.0.2"};
static const char *const ports[] = {
    "22", "80", "6660-6669", "6667", "1024-65535", "0", "40000", "113"};
static const char *const classes[] = {"ssh", "irc", "irc-weak", "ident"};
static const char *const directions[] = {"stray", "out", "in", "within"};
static const char *const kinds[] = {"syn", "synack", "rst"};
static const char *const hooks[] = {"in", "out", "forward", "egress"};
static const char *const protos[] = {"tcp", "udp", "icmp", "47"};
static const char *const sensors[] = {"pot1", "pot2", "gate"};
static const char *const interfaces[] = {"eth0", "eth1", "wan"};
static const char *const prefixes[] = {"'synhive '", "'synhive in'", "x"};
static const char *const some_prefixes[] = {
    NULL, "synhive in ", "synhive out ", "xyz"};
static const char *const times[] = {"2005-02-26T19:00:50Z",
    "2005-02-26T19:00:51Z", "'2005-02-26 20:00:52+01:00'",
    "2005-02-26T19:00:53", "2005-02-26T19:00:54Z"};
static const uint16_t some_ports[] = {
    0, 22, 80, 113, 6660, 6667, 6669, 6680, 40000, 65535};

#define COUNT(a) (sizeof(a) / sizeof(*a))

/* Twice a second, from that of times[0] on. */
#define TIMES (2 * COUNT(times))
#define TIMES_BEGIN INT64_C(1109444450) /* seconds */

static inline int64_t
some_time(size_t i)
{
	return TIMES_BEGIN * 1000000000 + (int64_t)i * 500000000;
}

static const struct {
	const char *const *word;
	size_t n;
} vocabulary[] = {
    [HOST] = {hosts, COUNT(hosts)},
    [NET] = {nets, COUNT(nets)},
    [PORT] = {ports, COUNT(ports)},
    [CLASS] = {classes, COUNT(classes)},
    [DIRECTION] = {directions, COUNT(directions)},
    [FLAGS] = {kinds, COUNT(kinds)},
    [HOOK] = {hooks, COUNT(hooks)},
    [PROTO] = {protos, COUNT(protos)},
    [SENSOR] = {sensors, COUNT(sensors)},
    [INTERFACE] = {interfaces, COUNT(interfaces)},
    [PREFIX] = {prefixes, COUNT(prefixes)},
    [TIME] = {times, COUNT(times)},
};

/*
 * value: indices into the vocabulary; of numbers, 4 times the first and the
 *        last of a range.
 * n:     0: a comparison, with 'number' (of times, an index).
 */
struct expr {
	enum what what;
	struct expr *a, *b;
	size_t side;
	size_t value[LIST_MAX], n;
	size_t column, compare;
	uint64_t number;
};

static uint64_t seed;

static inline size_t
below(size_t n)
{
	seed = seed * 6364136223846793005 + 1442695040888963407;
	return (size_t)(seed >> 33) % n;
}

static inline struct expr *
random_expr(int depth)
{
	struct expr *x = calloc(1, sizeof(*x));

	assert_non_null(x);
	x->what = (enum what)below(depth == 0 ? TERMS : OR + 1);
	if (depth > 0 && below(2) == 0)
		x->what = (enum what)(NOT + below(3));
	if (x->what >= NOT)
		x->a = random_expr(depth - 1);
	if (x->what > NOT)
		x->b = random_expr(depth - 1);
	if (x->what <= CLASS)
		x->side = below(COUNT(sides));
	if (x->what < TIME || (x->what <= NUMBER && below(3) == 0))
		x->n = 1 + below(LIST_MAX);
	for (size_t i = 0; i < x->n; i++) {
		size_t first = below(4), last = below(4);

		x->value[i] =
		    x->what == NUMBER && first <= last ? 4 * first + last
		    : x->what == NUMBER		       ? 4 * last + first
					: below(vocabulary[x->what].n);
	}
	x->column = below(COUNT(columns));
	x->compare = below(COUNT(compares));
	x->number = below(4);
	return x;
}

static inline void
free_expr(struct expr *x)
{
	if (x == NULL)
		return;
	free_expr(x->a);
	free_expr(x->b);
	free(x);
}

static inline void
put(FILE *f, const char *text)
{
	static const char *const blanks[] = {"", " ", "\t", " #c\n"};

	fprintf(f, " %s%s", text, blanks[below(4)]);
}

static inline void
put_value(FILE *f, const struct expr *x, size_t value)
{
	char text[24];

	if (x->what != NUMBER) {
		put(f, vocabulary[x->what].word[value]);
		return;
	}
	sprintf(text, value / 4 == value % 4 ? "%zu" : "%zu-%zu", value / 4,
	    value % 4);
	put(f, text);
}

static inline void
put_list(FILE *f, const struct expr *x)
{
	if (below(2) == 0)
		put(f, "in");
	if (x->n == 1 && below(2) == 0) {
		put_value(f, x, x->value[0]);
		return;
	}
	put(f, "[");
	for (size_t i = 0; i < x->n; i++) {
		if (i > 0 && below(2) == 0)
			put(f, ",");
		put_value(f, x, x->value[i]);
	}
	put(f, "]");
}

static inline void
put_comparison(FILE *f, const struct expr *x)
{
	if (x->n > 0) {
		put_list(f, x);
		return;
	}
	put(f, compares[x->compare]);
	put_value(f, x,
	    x->what == NUMBER ? (size_t)(5 * x->number) : (size_t)x->number);
}

static inline void
put_expr(FILE *f, const struct expr *x)
{
	switch (x->what) {
	case NOT:
		put(f, below(2) == 0 ? "not" : "!");
		put(f, "(");
		put_expr(f, x->a);
		put(f, ")");
		break;
	case AND:
	case OR:
		put(f, "(");
		put_expr(f, x->a);
		put(f, ")");
		if (x->what == OR || below(2) == 0)
			put(f, x->what == OR ? "or" : "AND");
		put(f, "(");
		put_expr(f, x->b);
		put(f, ")");
		break;
	case TIME:
	case NUMBER:
		put(f, x->what == TIME ? "time" : columns[x->column]);
		put_comparison(f, x);
		break;
	default:
		fprintf(f, " %s", sides[x->side]);
		put(f, fields[x->what]);
		put_list(f, x);
	}
}

#endif
