/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef AGGREGATOR_GRAPH_PROPERTY_H
#define AGGREGATOR_GRAPH_PROPERTY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct err;
struct properties;

/*
 * AfterGlow's property files, in a closed grammar: nothing in them is ever
 * evaluated as code.  A line, ended by an optional ';':
 *
 *   line      = name "=" value [ "if" condition ]
 *   value     = operand { "." operand }       ; side by side as one text
 *   condition = and { "||" and }
 *   and       = not { "&&" not }
 *   not       = "!" not | "(" condition ")" | compare
 *   compare   = value [ op value | ( "=~" | "!~" ) "/" regex "/" [ "i" ] ]
 *   op        = "==" "!=" "<" "<=" ">" ">=" (numbers)
 *             | "eq" "ne" "lt" "le" "gt" "ge" (texts)
 *   operand   = "text" | 'text' | number | word | #rrggbb
 *             | "$fields[" ( "0" | "1" | "2" ) "]"
 *             | "$sourceCount{$sourceName}" | "$eventCount{$eventName}"
 *             | "$targetCount{$targetName}"
 *             | "field()" | "match(" text ")" | "any_regex(" text ")"
 *             | "regex_replace(" text ")" | "subnet(" value "," text ")"
 *             | "get_severity(" value [ "," number ] ")"
 *
 * '#' begins a comment where a word could begin, but for "#rrggbb".  Of a
 * list the first line that holds and is neither "" nor "0" counts.
 */
#define PROPERTY_FILE_MAX 65536
#define PROPERTY_RULES_MAX 1000
#define PROPERTY_DEPTH_MAX 32
#define PROPERTY_TEXT_MAX 256 /* longer values are cut */

enum property_part {
	PART_SOURCE,
	PART_EVENT,
	PART_TARGET,
	PART_EDGE,
	PART_SOURCETARGET, /* colours only */
};

/* What has several lines, tried in order. */
enum property_list {
	LIST_COLOR,
	LIST_SIZE,
	LIST_LABEL,
	LIST_CLUSTER, /* that of all parts comes before a part's own */
};

#define PARTS 5
#define LISTS 4
#define FIELDS 3 /* source, event, target */

/* A row that rules look at: the names of its nodes, and in how many records
 * each of them is. */
struct property_row {
	const char *field[FIELDS];
	uint64_t count[FIELDS];
};

/* The rest: one value each. */
struct property_settings {
	const char *shape[FIELDS]; /* NULL: not set */
	uint64_t threshold;	   /* of all; nodes with more are drawn */
	uint64_t thresholds[FIELDS];
	bool sum[FIELDS];
	double max_node_size;
	int xlabels, concentrate; /* -1: not set */
	char url[PROPERTY_TEXT_MAX];
};

/*
 * name: of the file, for errors.  Returns NULL with 'e' (EX_CONFIG) naming
 * line and word.
 */
struct properties *properties_parse(
    const char *name, const char *text, size_t len, struct err *e);
/* ... of a file; with EX_NOINPUT too. */
struct properties *properties_load(const char *path, struct err *e);
void properties_free(struct properties *p);

const struct property_settings *property_settings(const struct properties *p);

/* Is there any line of that list for this part? */
bool property_has(
    const struct properties *p, enum property_list l, enum property_part part);

/*
 * What the list says of a part of 'row', in 'out'.  Returns whether any line
 * did.  Of labels the texts "0" and "" count too: no label.
 */
bool property_value(const struct properties *p, enum property_list l,
    enum property_part part, const struct property_row *row,
    char out[static PROPERTY_TEXT_MAX]);

/* What the names of a row become by the "cluster" lines: out[i] is filled
 * when the answer's bit i is set. */
unsigned int property_cluster(const struct properties *p,
    const struct property_row *row, char out[FIELDS][PROPERTY_TEXT_MAX]);

/* As Perl reads a number: what a text begins with, or 0. */
double property_number(const char *text);

#endif
