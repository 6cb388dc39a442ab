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
	NUMBER,
	TERMS,
	NOT = TERMS,
	AND,
	OR,
};

static const char *const fields[] = {"host", "net", "port", "class",
    "direction", "flags", "hook", "proto", "sensor"};
static const char *const sides[] = {"", "src ", "dst ", "client ", "server "};
static const char *const columns[] = {
    "packets", "octets", "ttl", "window", "mark", "uid"};
static const char *const compares[] = {"=", "!=", "<", "<=", ">", ">="};

/* A few of each, so that they meet. */
static const char *const hosts[] = {"11.11.0.1", "11.11.0.2", "11.11.9.3",
    "1.2.3.4", "1.2.9.9", "2001:db8::1", "2001:db8:1::1", "2001:dead::1"};
static const char *const nets[] = {"11.11.0.0/16", "11.11.0.0/24",
    "11.11.0.2/31", "1.2.3.4", "1.0.0.0/8", "2001:db8::/32", "2001:db8:1::/48",
    "0.0.0.0/0"};
static const char *const ports[] = {
    "22", "80", "6660-6669", "6667", "1024-65535", "0", "40000", "113"};
static const char *const classes[] = {"ssh", "irc", "irc-weak", "ident"};
static const char *const directions[] = {"stray", "out", "in", "within"};
static const char *const kinds[] = {"syn", "synack", "rst"};
static const char *const hooks[] = {"in", "out", "forward", "egress"};
static const char *const protos[] = {"tcp", "udp", "icmp", "47"};
static const char *const sensors[] = {"pot1", "pot2", "gate"};
static const uint16_t some_ports[] = {
    0, 22, 80, 113, 6660, 6667, 6669, 6680, 40000, 65535};

#define COUNT(a) (sizeof(a) / sizeof(*a))

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
};

struct expr {
	enum what what;
	struct expr *a, *b;
	size_t side;
	size_t value[LIST_MAX], n; /* indices into the vocabulary */
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
	if (x->what < NUMBER) {
		x->n = 1 + below(LIST_MAX);
		for (size_t i = 0; i < x->n; i++)
			x->value[i] = below(vocabulary[x->what].n);
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
put_list(FILE *f, const struct expr *x)
{
	const char *const *word = vocabulary[x->what].word;

	if (below(2) == 0)
		put(f, "in");
	if (x->n == 1 && below(2) == 0) {
		put(f, word[x->value[0]]);
		return;
	}
	put(f, "[");
	for (size_t i = 0; i < x->n; i++) {
		if (i > 0 && below(2) == 0)
			put(f, ",");
		put(f, word[x->value[i]]);
	}
	put(f, "]");
}

static inline void
put_expr(FILE *f, const struct expr *x)
{
	char number[24];

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
	case NUMBER:
		put(f, columns[x->column]);
		put(f, compares[x->compare]);
		sprintf(number, "%llu", (unsigned long long)x->number);
		put(f, number);
		break;
	default:
		fprintf(f, " %s", sides[x->side]);
		put(f, fields[x->what]);
		put_list(f, x);
	}
}

#endif
