/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "common/err.h"
#include "common/filter.h"
#include "common/filter_parse.h"
#include "common/filter_words.h"
#include "common/nearest.h"
#include "common/record.h"
#include "common/site.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

/* The lists that may follow a field's word. */

#define VALUE_TEXT_MAX NAME_TEXT_MAX /* the longest value is a log prefix */

/* Read one value, the token at hand, into 't'.  Returns 0 or -1. */
typedef int value_fn(
    struct parser *p, struct term *t, const struct vocabulary *v);

/* The token at hand as a string.  Returns 0, or -1 with 'p->e'. */
static int
value_text(struct parser *p, const char *what, char out[static VALUE_TEXT_MAX])
{
	if ((p->tok.kind != TOKEN_WORD && p->tok.kind != TOKEN_QUOTED) ||
	    p->tok.len >= VALUE_TEXT_MAX)
		return parser_expected(p, what);
	memcpy(out, p->tok.text, p->tok.len);
	out[p->tok.len] = '\0';
	return 0;
}

static int
no_memory(struct parser *p)
{
	return err_set(p->e, EX_OSERR, "out of memory");
}

static int
add_net(struct parser *p, struct term *t, const struct net *net)
{
	uint32_t other;

	return ranges_add(&t->nets, net, 0, &other) == RANGES_ADDED
		   ? 0
		   : no_memory(p);
}

static int
value_hosts(struct parser *p, struct term *t, const struct vocabulary *v)
{
	char text[VALUE_TEXT_MAX];
	struct net net;

	(void)v;
	if (value_text(p, "an address", text) == -1)
		return -1;
	if (strchr(text, '/') != NULL && net_parse(text, &net) != -1)
		return parser_fail(p, &p->tok,
		    "'%s' is a network; write 'net %s'", text, text);
	if (net_parse(text, &net) == -1)
		return parser_expected(p, "an address");
	return add_net(p, t, &net);
}

/* "11.11.79.10-11.11.79.20", a hyphen at 'dash'. */
static int
add_address_range(struct parser *p, struct term *t, char *text, char *dash)
{
	struct addr first, last;
	unsigned __int128 at, end;

	*dash = '\0';
	if (addr_parse(text, &first) == -1 || addr_parse(dash + 1, &last) == -1)
		return parser_expected(p, "a network like 10.0.0.0/8 or a "
					  "range of addresses");
	at = addr_number(&first);
	end = addr_number(&last);
	if (at > end || addr_is_v4(&first) != addr_is_v4(&last))
		return parser_fail(
		    p, &p->tok, "'%s' is not before '%s'", text, dash + 1);
	/* The greatest network that begins here and does not end behind. */
	for (bool more = true; more;) {
		struct net net = {.a = addr_of_number(at), .len = 128};
		unsigned __int128 size = 1;

		while (net.len > 0 && (at & size) == 0 &&
		       end - at >= 2 * size - 1) {
			size *= 2;
			net.len--;
		}
		if (add_net(p, t, &net) == -1)
			return -1;
		more = end - at >= size && net.len > 0;
		at += size;
	}
	return 0;
}

static int
value_nets(struct parser *p, struct term *t, const struct vocabulary *v)
{
	char text[VALUE_TEXT_MAX], shown[NET_TEXT_MAX], *dash;
	struct net net;

	(void)v;
	if (value_text(p, "a network", text) == -1)
		return -1;
	if ((dash = strchr(text, '-')) != NULL)
		return add_address_range(p, t, text, dash);
	switch (net_parse(text, &net)) {
	case 0:
		return add_net(p, t, &net);
	case -2:
		net_clear(&net);
		return parser_fail(p, &p->tok,
		    "'%s' has bits set behind its length; did you mean %s?",
		    text, net_format(&net, shown));
	}
	return parser_expected(p, "a network like 10.0.0.0/8");
}

/* One range is kept as it is, more as a set. */
static int
add_ports(struct parser *p, struct term *t, uint16_t first, uint16_t last)
{
	bool empty = t->ports == NULL && t->first > t->last;

	if (empty) {
		t->first = first;
		t->last = last;
		return 0;
	}
	if (t->ports == NULL) {
		t->ports = calloc(1, sizeof(*t->ports));
		if (t->ports == NULL)
			return no_memory(p);
		ports_add(t->ports, t->first, t->last);
	}
	ports_add(t->ports, first, last);
	return 0;
}

static int
value_ports(struct parser *p, struct term *t, const struct vocabulary *v)
{
	uint16_t first, last;

	(void)v;
	if (p->tok.kind != TOKEN_WORD ||
	    port_range_parse(p->tok.text, p->tok.len, &first, &last) == -1)
		return parser_expected(p, "a port or a range like 6660-6669");
	return add_ports(p, t, first, last);
}

static int
value_classes(struct parser *p, struct term *t, const struct vocabulary *v)
{
	struct nearest near = nearest_to(p->tok.text, p->tok.len);
	char text[VALUE_TEXT_MAX], hint[NEAREST_HINT_MAX];
	const struct port_class *class;

	(void)v;
	if (value_text(p, "a class of ports", text) == -1)
		return -1;
	class = site_class(p->site, text);
	for (size_t i = 0; class == NULL && i < p->site->n_class; i++)
		nearest_try(&near, p->site->class[i].name);
	if (class == NULL)
		return parser_fail(p, &p->tok, "there is no class '%s'%s", text,
		    nearest_hint(&near, hint));
	if (t->ports == NULL)
		t->ports = calloc(1, sizeof(*t->ports));
	if (t->ports == NULL)
		return no_memory(p);
	for (size_t i = 0; i < sizeof(t->ports->bit) / sizeof(uint64_t); i++)
		t->ports->bit[i] |= class->ports.bit[i];
	return 0;
}

static int
value_protos(struct parser *p, struct term *t, const struct vocabulary *v)
{
	uint64_t number;

	if (parse_number(&p->tok, 255, &number) == -1)
		return vocabulary_value(p, t, v);
	term_set_bit(t, (unsigned int)number);
	return 0;
}

static int
value_names(struct parser *p, struct term *t, const struct vocabulary *v)
{
	char text[VALUE_TEXT_MAX];
	struct words *w = &t->words;
	char **more;

	(void)v;
	if (value_text(p, "a name", text) == -1)
		return -1;
	more = reallocarray(w->word, w->n + 1, sizeof(*more));
	if (more == NULL)
		return no_memory(p);
	w->word = more;
	more[w->n] = strdup(text);
	if (more[w->n] == NULL)
		return no_memory(p);
	w->n++;
	return 0;
}

static int
value_expectations(struct parser *p, struct term *t, const struct vocabulary *v)
{
	struct nearest near = nearest_to(p->tok.text, p->tok.len);
	char text[VALUE_TEXT_MAX], hint[NEAREST_HINT_MAX];
	size_t i = 0;

	if (value_text(p, "the name of an expectation", text) == -1)
		return -1;
	while (i < p->site->n_expected &&
	       strcmp(p->site->expected[i].match.name, text) != 0)
		nearest_try(&near, p->site->expected[i++].match.name);
	if (i < p->site->n_expected)
		return value_names(p, t, v);
	return parser_fail(p, &p->tok, "nothing is expected by the name '%s'%s",
	    text, nearest_hint(&near, hint));
}

/* Which values a field has; the names are those of filter_fields.def. */
struct values {
	value_fn *one;
	const struct vocabulary *vocabulary;
};

static const struct values values_hosts = {value_hosts, NULL};
static const struct values values_nets = {value_nets, NULL};
static const struct values values_ports = {value_ports, NULL};
static const struct values values_classes = {value_classes, NULL};
static const struct values values_directions = {
    vocabulary_value, &vocabulary_directions};
static const struct values values_kinds = {vocabulary_value, &vocabulary_kinds};
static const struct values values_hooks = {vocabulary_value, &vocabulary_hooks};
static const struct values values_protos = {value_protos, &vocabulary_protos};
static const struct values values_names = {value_names, NULL};
static const struct values values_outcomes = {
    vocabulary_value, &vocabulary_outcomes};
static const struct values values_expectations = {value_expectations, NULL};

#define R FILTER_RECORDS
#define C FILTER_CONNECTIONS
#define X FILTER_EXPECTED

static const struct {
	const char *name;
	uint32_t scope;
	bool sided;
	enum unit unit;
	const struct values *values; /* NULL: a comparison with a number */
} fields[] = {
#define FIELD(word, sided, values, scope)                                      \
	{#word, scope, sided, UNIT_plain, &values_##values},
#define QUANTITY(word, unit, scope) {#word, scope, false, UNIT_##unit, NULL},
#define NUMBER(word, unit, scope, has) {#word, scope, false, UNIT_##unit, NULL},
#define ALIAS(word, of)
#include "common/filter_fields.def"
#undef FIELD
#undef QUANTITY
#undef NUMBER
#undef ALIAS
};

_Static_assert(sizeof(fields) / sizeof(*fields) == FIELDS, "a row for each");

static const struct {
	const char *name;
	enum field field;
} aliases[] = {
#define FIELD(word, sided, values, scope)
#define QUANTITY(word, unit, scope)
#define NUMBER(word, unit, scope, has)
#define ALIAS(word, of) {#word, FIELD_##of},
#include "common/filter_fields.def"
#undef FIELD
#undef QUANTITY
#undef NUMBER
#undef ALIAS
};

int
field_parse(const struct token *word, enum field *out)
{
	for (size_t i = 0; i < FIELDS; i++)
		if (token_is(word, fields[i].name)) {
			*out = (enum field)i;
			return 0;
		}
	for (size_t i = 0; i < sizeof(aliases) / sizeof(*aliases); i++)
		if (token_is(word, aliases[i].name)) {
			*out = aliases[i].field;
			return 0;
		}
	return -1;
}

const char *
field_name(enum field f)
{
	return fields[f].name;
}

bool
field_is_sided(enum field f)
{
	return fields[f].sided;
}

uint32_t
field_scope(enum field f)
{
	return fields[f].scope;
}

/*
 * Whether the "in" at hand only introduces what follows.  "in" is a hook and
 * a direction too: then it does so before a "[" and before another value.
 */
static bool
is_introduction(const struct parser *p, const struct vocabulary *v)
{
	struct lexer ahead = p->lex;
	struct token next;

	if (!token_is(&p->tok, WORD_IN))
		return false;
	if (v == NULL || vocabulary_find(v, &p->tok) == -1)
		return true;
	next = lex_next(&ahead);
	return token_is(&next, "[") || vocabulary_find(v, &next) != -1;
}

static int
parse_bracket(struct parser *p, struct term *t, const struct values *v)
{
	do {
		if (v->one(p, t, v->vocabulary) == -1)
			return -1;
		parser_next(p);
		if (parser_accept(p, "]"))
			return 0;
		parser_accept(p, ",");
	} while (p->tok.kind != TOKEN_END);
	return parser_expected(p, "']'");
}

int
parse_values(struct parser *p, struct term *t)
{
	const struct values *v = fields[t->field].values;

	if (v == NULL)
		return parse_comparison(p, t, fields[t->field].unit);
	if (v == &values_expectations && !parser_accept(p, WORD_BY))
		return 0;
	/* Ports: from 1 to 0, none. */
	t->first = 1;
	if (is_introduction(p, v->vocabulary))
		parser_next(p);
	if (parser_accept(p, "["))
		return parse_bracket(p, t, v);
	if (v->one(p, t, v->vocabulary) == -1)
		return -1;
	parser_next(p);
	return 0;
}
