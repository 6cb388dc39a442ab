/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "aggregator/graph/property.h"
#include "aggregator/graph/color.h"
#include "aggregator/graph/property_words.h"
#include "common/err.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

struct rule {
	enum property_list list;
	unsigned int parts; /* bits */
	struct expr *value, *condition;
};

struct properties {
	struct rule *rule;
	size_t n;
	struct property_settings settings;
};

const struct property_settings *
property_settings(const struct properties *p)
{
	return &p->settings;
}

void
properties_free(struct properties *p)
{
	if (p == NULL)
		return;
	for (size_t i = 0; i < p->n; i++) {
		expr_free(p->rule[i].value);
		expr_free(p->rule[i].condition);
	}
	free(p->rule);
	free(p);
}

/* --- lists of expressions --- */

#define ALL_NODES (1 << PART_SOURCE | 1 << PART_EVENT | 1 << PART_TARGET)

static const struct listed {
	const char *name;
	enum property_list list;
	unsigned int parts;
} lists[] = {
    {"color", LIST_COLOR, ALL_NODES | 1 << PART_SOURCETARGET},
    {"color.source", LIST_COLOR, 1 << PART_SOURCE},
    {"color.event", LIST_COLOR, 1 << PART_EVENT},
    {"color.target", LIST_COLOR, 1 << PART_TARGET},
    {"color.edge", LIST_COLOR, 1 << PART_EDGE},
    {"color.sourcetarget", LIST_COLOR, 1 << PART_SOURCETARGET},
    {"size", LIST_SIZE, ALL_NODES},
    {"size.source", LIST_SIZE, 1 << PART_SOURCE},
    {"size.event", LIST_SIZE, 1 << PART_EVENT},
    {"size.target", LIST_SIZE, 1 << PART_TARGET},
    {"size.edge", LIST_SIZE, 1 << PART_EDGE},
    {"label", LIST_LABEL, ALL_NODES},
    {"label.source", LIST_LABEL, 1 << PART_SOURCE},
    {"label.event", LIST_LABEL, 1 << PART_EVENT},
    {"label.target", LIST_LABEL, 1 << PART_TARGET},
    {"label.edge", LIST_LABEL, 1 << PART_EDGE},
    {"cluster", LIST_CLUSTER, ALL_NODES},
    {"cluster.source", LIST_CLUSTER, 1 << PART_SOURCE},
    {"cluster.event", LIST_CLUSTER, 1 << PART_EVENT},
    {"cluster.target", LIST_CLUSTER, 1 << PART_TARGET},
};

static int
check_color(const struct rule *r, struct err *e)
{
	const char *text = r->value->text;

	if (r->list != LIST_COLOR || r->value->op != OP_TEXT ||
	    strcmp(text, "invisible") == 0 || color_is_known(text))
		return 0;
	return err_set(e, EX_CONFIG, "'%.40s': no such colour", text);
}

static int
add_rule(struct properties *p, const struct listed *l, struct scanner *c,
    struct err *e)
{
	struct rule *r = &p->rule[p->n];

	if (p->n == PROPERTY_RULES_MAX)
		return err_set(
		    e, EX_CONFIG, "more than %d rules", PROPERTY_RULES_MAX);
	*r = (struct rule){.list = l->list, .parts = l->parts};
	scanner_skip(c);
	/* "label=": none */
	if (l->list == LIST_LABEL && (*c->at == '\0' || *c->at == ';')) {
		r->value = expr_new_text("", 0, e);
		if (r->value == NULL)
			return -1;
	} else if (expr_parse_rule(c, &r->value, &r->condition, e) == -1) {
		return -1;
	}
	p->n++;
	return check_color(r, e);
}

/* --- lines --- */

static int
unknown(const char *name, struct err *e)
{
	static const struct {
		const char *name, *why;
	} known[] = {
	    {"gdf", "GDF is not made here"},
	    {"graphson", "GraphSON is not made here"},
	    {"variable", "its value is Perl, which is never executed here"},
	};

	for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++)
		if (strcmp(known[i].name, name) == 0)
			return err_set(
			    e, EX_CONFIG, "'%s': %s", name, known[i].why);
	return err_set(e, EX_CONFIG, "'%.40s': no such property", name);
}

static int
parse_line(struct properties *p, char *line, struct err *e)
{
	char *equals = strchr(line, '='), name[48];
	struct scanner c = {.line = line};
	size_t len, start = strspn(line, " \t");
	int rc;

	if (equals == NULL)
		return err_set(e, EX_CONFIG, "'%.40s': no '='", line + start);
	len = (size_t)(equals - line) - start;
	while (len > 0 && isspace((unsigned char)line[start + len - 1]))
		len--;
	snprintf(name, sizeof(name), "%.*s", (int)len, line + start);
	c.at = equals + 1;
	for (size_t i = 0; i < sizeof(lists) / sizeof(*lists); i++)
		if (strcmp(lists[i].name, name) == 0)
			return add_rule(p, &lists[i], &c, e);
	rc = settings_set(&p->settings, name, equals + 1, e);
	return rc == 1 ? unknown(name, e) : rc;
}

static bool
is_exit(const char *line)
{
	size_t at = strspn(line, " \t");

	return strncmp(line + at, "exit", 4) == 0 &&
	       !scanner_is_word(line[at + 4]) && line[at + 4] != '.';
}

static int
parse_lines(struct properties *p, const char *name, char *text, struct err *e)
{
	char *line;

	for (int number = 1; (line = strsep(&text, "\n")) != NULL; number++) {
		size_t len = strlen(line), at = strspn(line, " \t\r");

		if (len > 0 && line[len - 1] == '\r')
			line[len - 1] = '\0';
		if (line[at] == '\0' || line[at] == '#')
			continue;
		if (is_exit(line))
			break;
		if (parse_line(p, line, e) == -1)
			return err_within(e, "%s:%d", name, number);
	}
	return 0;
}

struct properties *
properties_parse(const char *name, const char *text, size_t len, struct err *e)
{
	struct properties *p = calloc(1, sizeof(*p));
	char *copy = strndup(text, len);
	int rc = -1;

	if (p != NULL)
		p->rule = calloc(PROPERTY_RULES_MAX, sizeof(*p->rule));
	if (p == NULL || p->rule == NULL || copy == NULL) {
		err_set(e, EX_OSERR, "out of memory");
	} else if (len > PROPERTY_FILE_MAX || strlen(copy) != len) {
		err_set(e, EX_CONFIG, "%s: no text, or more than %d bytes",
		    name, PROPERTY_FILE_MAX);
	} else {
		p->settings.max_node_size = 0.2;
		p->settings.xlabels = p->settings.concentrate = -1;
		rc = parse_lines(p, name, copy, e);
	}
	free(copy);
	if (rc == 0)
		return p;
	properties_free(p);
	return NULL;
}

struct properties *
properties_load(const char *path, struct err *e)
{
	char *text = malloc(PROPERTY_FILE_MAX + 2);
	struct properties *p = NULL;
	FILE *f = fopen(path, "r");
	size_t len;

	if (text == NULL) {
		err_set(e, EX_OSERR, "out of memory");
	} else if (f == NULL) {
		err_sys(e, EX_NOINPUT, "%s", path);
	} else {
		len = fread(text, 1, PROPERTY_FILE_MAX + 1, f);
		if (ferror(f))
			err_sys(e, EX_NOINPUT, "%s", path);
		else
			p = properties_parse(path, text, len, e);
	}
	if (f != NULL)
		fclose(f);
	free(text);
	return p;
}

/* --- asking --- */

bool
property_has(
    const struct properties *p, enum property_list l, enum property_part part)
{
	for (size_t i = 0; i < p->n; i++)
		if (p->rule[i].list == l && p->rule[i].parts >> part & 1)
			return true;
	return false;
}

static bool
is_true(const char *text)
{
	return text[0] != '\0' && strcmp(text, "0") != 0;
}

static bool
apply(const struct rule *r, const struct property_context *c,
    char out[static PROPERTY_TEXT_MAX])
{
	if (r->condition != NULL && !expr_holds(r->condition, c))
		return false;
	expr_text(r->value, c, out);
	return is_true(out) ||
	       (r->list == LIST_LABEL && r->value->op == OP_TEXT);
}

bool
property_value(const struct properties *p, enum property_list l,
    enum property_part part, const struct property_row *row,
    char out[static PROPERTY_TEXT_MAX])
{
	const struct property_context c = {
	    .row = row, .own = part < FIELDS ? (unsigned int)part : 0};

	for (size_t i = 0; i < p->n; i++)
		if (p->rule[i].list == l && p->rule[i].parts >> part & 1 &&
		    apply(&p->rule[i], &c, out))
			return true;
	return false;
}

static bool
cluster_one(const struct properties *p, bool all, unsigned int part,
    const struct property_row *row, char out[static PROPERTY_TEXT_MAX])
{
	const struct property_context c = {.row = row, .own = part};

	for (size_t i = 0; i < p->n; i++)
		if (p->rule[i].list == LIST_CLUSTER &&
		    p->rule[i].parts >> part & 1 &&
		    (p->rule[i].parts == ALL_NODES) == all &&
		    apply(&p->rule[i], &c, out))
			return true;
	return false;
}

unsigned int
property_cluster(const struct properties *p, const struct property_row *row,
    char out[FIELDS][PROPERTY_TEXT_MAX])
{
	unsigned int changed = 0;

	for (unsigned int k = 0; k < FIELDS; k++) {
		struct property_row again = *row;
		char name[PROPERTY_TEXT_MAX];

		if (cluster_one(p, true, k, row, out[k])) {
			changed |= 1U << k;
			again.field[k] = out[k];
		}
		if (cluster_one(p, false, k, &again, name)) {
			changed |= 1U << k;
			memcpy(out[k], name, sizeof(name));
		}
	}
	return changed;
}
