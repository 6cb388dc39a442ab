/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef AGGREGATOR_GRAPH_PROPERTY_INTERNAL_H
#define AGGREGATOR_GRAPH_PROPERTY_INTERNAL_H

#include "aggregator/graph/property.h"
#include "aggregator/graph/regex.h"
#include "common/addr.h"

/* For property*.c only: expressions as trees. */

enum op {
	OP_TEXT,
	OP_FIELD,   /* $fields[index] */
	OP_COUNT,   /* $sourceCount{$sourceName} ... */
	OP_THIS,    /* field() */
	OP_MATCH,   /* match(): the part's own field */
	OP_ANY,	    /* any_regex() */
	OP_REPLACE, /* regex_replace() */
	OP_SUBNET,
	OP_SEVERITY,
	OP_CONCAT,
	OP_NUMBERS, /* comparisons: index is what they ask for */
	OP_TEXTS,
	OP_PATTERN,	/* =~ */
	OP_NOT_PATTERN, /* !~ */
	OP_NOT,
	OP_AND,
	OP_OR,
};

enum compared {
	COMPARED_EQ,
	COMPARED_NE,
	COMPARED_LT,
	COMPARED_LE,
	COMPARED_GT,
	COMPARED_GE,
};

/* Which fields are filled depends on the op. */
struct expr {
	enum op op;
	unsigned int index;
	char *text;
	struct pattern *pattern;
	struct net net;
	struct expr *left, *right;
};

struct scanner;

void expr_free(struct expr *x);

/*
 * One value, and the condition behind it if there is one (NULL: always).
 * Returns 0; -1 with 'e' naming the word and its column.
 */
int expr_parse_rule(struct scanner *c, struct expr **value,
    struct expr **condition, struct err *e);

/*
 * The setting of that name; 'value' is as it stands in the line, and changed.
 * Returns 0; 1: there is none of that name; -1 with 'e'.
 */
int settings_set(
    struct property_settings *s, const char *name, char *value, struct err *e);

struct property_context {
	const struct property_row *row;
	unsigned int own; /* the field of the part */
};

void expr_text(const struct expr *x, const struct property_context *c,
    char out[static PROPERTY_TEXT_MAX]);
bool expr_holds(const struct expr *x, const struct property_context *c);

#endif
