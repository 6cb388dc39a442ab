/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef AGGREGATOR_GRAPH_AXES_H
#define AGGREGATOR_GRAPH_AXES_H

#include "aggregator/graph/opening.h"
#include "aggregator/graph/ranks.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct err;

/*
 * Two or three columns of records as numbers, as psad makes them: addresses by
 * rank, other texts by when they were first seen, the rest as it is.
 */
#define AXES_MAX 3
#define AXIS_TEXTS_MAX 65536
#define AXIS_TEXT_MAX 160
#define AXES_USUAL "src,dst,dport"

struct axis;

struct axes {
	const struct axis *axis[AXES_MAX];
	size_t n;
	struct ranks ranks; /* of all addresses */
	/* The texts of each axis in the order in which they came. */
	struct axis_texts {
		struct map *index;
		uint64_t n;
	} texts[AXES_MAX];
};

/* A record on an axis. */
struct axis_value {
	uint64_t number;
	bool is_text; /* 'text' is what the number stands for */
	char text[AXIS_TEXT_MAX];
};

/* text: names with commas between.  Returns 0; -1 with 'e' (EX_USAGE).
 * axes_fini() in either case. */
int axes_parse(struct axes *x, const char *text, struct err *e);
void axes_fini(struct axes *x);

/* psad's name: "dp". */
const char *axes_name(const struct axes *x, size_t i);
/* The words of a filter before a value of it; NULL: there are none. */
const char *axes_filter(const struct axes *x, size_t i);
bool axes_is_address(const struct axes *x, size_t i);

/* Look at all records first, then at their values: ranks need to know all
 * addresses.  Return 0, or -1 with 'e'. */
int axes_learn(struct axes *x, const struct opening *o, struct err *e);
void axes_ready(struct axes *x);
int axes_value(struct axes *x, size_t i, const struct opening *o,
    struct axis_value *out, struct err *e);

#endif
