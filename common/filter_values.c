/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "common/err.h"
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

static int
value_nets(struct parser *p, struct term *t, const struct vocabulary *v)
{
	char text[VALUE_TEXT_MAX], shown[NET_TEXT_MAX];
	struct net net;

	(void)v;
	if (value_text(p, "a network", text) == -1)
		return -1;
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

/* A number in digits, or in hex with 0x.  Returns 0, or -1. */
static int
parse_number(const struct token *t, uint64_t most, uint64_t *out)
{
	char text[24]; /* 18446744073709551615 has 20 digits */
	bool hex;
	char *end;

	if (t->kind != TOKEN_WORD || t->len >= sizeof(text) || *t->text < '0' ||
	    *t->text > '9')
		return -1;
	memcpy(text, t->text, t->len);
	text[t->len] = '\0';
	hex = text[0] == '0' && (text[1] == 'x' || text[1] == 'X');
	errno = 0;
	*out = strtoull(text, &end, hex ? 16 : 10);
	return errno == 0 && *end == '\0' && *out <= most ? 0 : -1;
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
static const struct values values_expectations = {value_expectations, NULL};

static const struct {
	const char *name;
	bool sided;
	const struct values *values; /* NULL: a comparison with a number */
} fields[] = {
#define FIELD(word, sided, values) {#word, sided, &values_##values},
#define NUMBER(word, has) {#word, false, NULL},
#include "common/filter_fields.def"
#undef FIELD
#undef NUMBER
};

_Static_assert(sizeof(fields) / sizeof(*fields) == FIELDS_MAX,
    "FIELDS_MAX counts the lines of filter_fields.def");

int
field_parse(const struct token *word, enum field *out)
{
	for (size_t i = 0; i < FIELDS_MAX; i++)
		if (token_is(word, fields[i].name)) {
			*out = (enum field)i;
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

/* "> 1", "= 64", "64".  Returns 0 or -1. */
static int
parse_comparison(struct parser *p, struct term *t)
{
	static const struct {
		const char *mark;
		enum comparison comparison;
	} marks[] = {
	    {"=", COMPARE_EQ},
	    {"==", COMPARE_EQ},
	    {"!=", COMPARE_NE},
	    {"<", COMPARE_LT},
	    {"<=", COMPARE_LE},
	    {">", COMPARE_GT},
	    {">=", COMPARE_GE},
	};

	t->comparison = COMPARE_EQ;
	for (size_t i = 0; i < sizeof(marks) / sizeof(*marks); i++)
		if (parser_accept(p, marks[i].mark)) {
			t->comparison = marks[i].comparison;
			break;
		}
	if (parse_number(&p->tok, UINT64_MAX, &t->number) == -1)
		return parser_expected(p, "a number");
	parser_next(p);
	return 0;
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

	if (!token_is(&p->tok, "in"))
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
		return parse_comparison(p, t);
	if (v == &values_expectations && !parser_accept(p, "by"))
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
