/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "common/filter_parse.h"

#include "common/err.h"
#include "common/filter.h"
#include "common/filter_words.h"
#include "common/nearest.h"
#include "common/site.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#define SIDES (SIDE_SERVER + 1)

static uint32_t parse_or(struct parser *p);

void
parser_next(struct parser *p)
{
	p->used = p->lex.at;
	p->tok = lex_next(&p->lex);
}

bool
parser_accept(struct parser *p, const char *text)
{
	if (!token_is(&p->tok, text))
		return false;
	parser_next(p);
	return true;
}

int
parser_fail(struct parser *p, const struct token *t, const char *fmt, ...)
{
	char text[ERR_TEXT_MAX];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	return err_set(p->e, EX_USAGE, "column %zu: %s", t->column, text);
}

int
parser_expected(struct parser *p, const char *what)
{
	char shown[TOKEN_SHOWN_MAX];

	token_show(&p->tok, shown);
	switch (p->tok.kind) {
	case TOKEN_END:
		return parser_fail(
		    p, &p->tok, "the filter ends where %s should be", what);
	case TOKEN_BAD:
		if (*p->tok.text == '\'' || *p->tok.text == '"')
			return parser_fail(
			    p, &p->tok, "the quote is not closed: %s", shown);
		return parser_fail(p, &p->tok, "no word has the byte 0x%02x",
		    (unsigned char)*p->tok.text);
	case TOKEN_WORD:
	case TOKEN_QUOTED:
	case TOKEN_MARK:
		break;
	}
	return parser_fail(
	    p, &p->tok, "there should be %s, not '%s'", what, shown);
}

static uint32_t
no_memory(struct parser *p)
{
	err_set(p->e, EX_OSERR, "out of memory");
	return 0;
}

/* Returns the node's index; 0 with 'p->e'. */
static uint32_t
node_new(struct parser *p, enum node_kind kind, size_t term)
{
	struct tree *t = p->tree;
	struct node *more = reallocarray(t->node, t->n_node + 1, sizeof(*more));

	if (more == NULL)
		return no_memory(p);
	t->node = more;
	more[t->n_node] = (struct node){.kind = kind, .term = (uint32_t)term};
	return (uint32_t)t->n_node++;
}

static void
add_child(struct tree *t, uint32_t group, uint32_t child)
{
	t->node[child].prev = t->node[group].last;
	t->node[group].last = child;
}

/* One more term or @name.  Returns 0, or -1 with 'p->e'. */
static int
count_term(struct parser *p)
{
	if (p->terms_left == 0)
		return parser_fail(p, &p->tok,
		    "more than %d terms, those of @names included",
		    FILTER_TERMS_MAX);
	p->terms_left--;
	return 0;
}

/* One level deeper.  Returns 0, or -1 with 'p->e'. */
static int
descend(struct parser *p)
{
	if (p->depth == FILTER_DEPTH_MAX)
		return parser_fail(p, &p->tok,
		    "more than %d parentheses and @names inside each other",
		    FILTER_DEPTH_MAX);
	p->depth++;
	return 0;
}

/* Say what is wrong with a word that should begin a term. */
static int
unknown_word(struct parser *p, const char *side)
{
	struct nearest near = nearest_to(p->tok.text, p->tok.len);
	char shown[TOKEN_SHOWN_MAX], hint[NEAREST_HINT_MAX];
	const char *gap = *side == '\0' ? "" : " ";
	struct net net;

	if (p->tok.kind != TOKEN_WORD || token_is(&p->tok, WORD_AND) ||
	    token_is(&p->tok, WORD_OR) || token_is(&p->tok, WORD_IN))
		return parser_expected(
		    p, *side == '\0' ? "a term" : "host, net, port or class");
	token_show(&p->tok, shown);
	if (net_parse(shown, &net) == 0)
		return parser_fail(p, &p->tok, "write '%s%s%s %s'", side, gap,
		    net_is_host(&net) ? "host" : "net", shown);
	for (size_t i = 0; i < FIELDS; i++)
		if (*side == '\0' || field_is_sided((enum field)i))
			nearest_try(&near, field_name((enum field)i));
	for (size_t i = SIDE_SRC; i < SIDES && *side == '\0'; i++)
		nearest_try(&near, side_words[i]);
	return parser_fail(p, &p->tok, "unknown word '%s'%s", shown,
	    nearest_hint(&near, hint));
}

/* Read into 't', zeroed before.  Returns 0, or -1 with 'p->e'. */
static int
parse_question(struct parser *p, struct term *t)
{
	const char *side = "";

	for (size_t i = SIDE_SRC; i < SIDES && t->side == SIDE_EITHER; i++)
		if (parser_accept(p, side_words[i])) {
			t->side = (enum side)i;
			side = side_words[i];
		}
	if (field_parse(&p->tok, &t->field) == -1)
		return unknown_word(p, side);
	if (*side != '\0' && !field_is_sided(t->field))
		return parser_fail(
		    p, &p->tok, "'%s' has no '%s'", field_name(t->field), side);
	parser_next(p);
	return parse_values(p, t);
}

static uint32_t
parse_term(struct parser *p)
{
	struct tree *tree = p->tree;
	struct token first = p->tok;
	struct term t = {0}, *more;

	if (count_term(p) == -1)
		return 0;
	if (parse_question(p, &t) == -1 ||
	    parser_note_place(p, &first, &t) == -1) {
		term_fini(&t);
		return 0;
	}
	more = reallocarray(tree->term, tree->n_term + 1, sizeof(*more));
	if (more == NULL) {
		term_fini(&t);
		return no_memory(p);
	}
	tree->term = more;
	more[tree->n_term] = t;
	return node_new(p, NODE_TERM, tree->n_term++);
}

/* A whole text to its end. */
static uint32_t
parse_text(struct parser *p, const char *text)
{
	size_t len = strnlen(text, p->text_left + 1);
	uint32_t node;

	if (len > p->text_left) {
		err_set(p->e, EX_USAGE,
		    "the filter is longer than %d bytes, @names included",
		    FILTER_TEXT_MAX);
		return 0;
	}
	p->text_left -= len;
	p->lex = (struct lexer){.begin = text, .at = text};
	parser_next(p);
	if (p->tok.kind == TOKEN_END)
		return node_new(p, NODE_ALL, 0);
	node = parse_or(p);
	if (node != 0 && p->tok.kind != TOKEN_END) {
		parser_expected(p, "the end of the filter");
		return 0;
	}
	return node;
}

/* Returns 0, or -1 with 'p->e' when 'f' is being read already. */
static int
check_cycle(
    struct parser *p, const struct token *t, const struct named_filter *f)
{
	for (const struct parser_frame *at = p->frame; at != NULL; at = at->up)
		if (at->filter == f)
			return parser_fail(p, t,
			    "'@%s' is used inside '@%s' itself", f->name,
			    f->name);
	return 0;
}

static const struct named_filter *
find_named(struct parser *p)
{
	char name[SITE_NAME_MAX], shown[TOKEN_SHOWN_MAX],
	    hint[NEAREST_HINT_MAX];
	struct nearest near = nearest_to(p->tok.text, p->tok.len);
	const struct named_filter *f = NULL;

	if (p->tok.kind != TOKEN_WORD && p->tok.kind != TOKEN_QUOTED) {
		parser_expected(p, "the name of a filter");
		return NULL;
	}
	snprintf(name, sizeof(name), "%.*s", (int)p->tok.len, p->tok.text);
	if (strlen(name) == p->tok.len)
		f = site_filter(p->site, name);
	for (size_t i = 0; f == NULL && i < p->site->n_filter; i++)
		nearest_try(&near, p->site->filter[i].name);
	if (f == NULL)
		parser_fail(p, &p->tok, "there is no filter '%s'%s",
		    token_show(&p->tok, shown), nearest_hint(&near, hint));
	return f;
}

/* What the name behind "@" stands for. */
static uint32_t
parse_named(struct parser *p)
{
	const struct named_filter *f = find_named(p);
	struct parser outer = *p;
	struct parser_frame frame = {.filter = f, .up = p->frame};
	uint32_t node;

	if (f == NULL || check_cycle(p, &p->tok, f) == -1 ||
	    count_term(p) == -1 || descend(p) == -1)
		return 0;
	p->frame = &frame;
	node = parse_text(p, f->text);
	if (node == 0) {
		err_within(
		    p->e, "column %zu: in '@%s'", outer.tok.column, f->name);
		return 0;
	}
	p->frame = outer.frame;
	p->depth = outer.depth;
	p->lex = outer.lex;
	parser_next(p);
	return node;
}

static uint32_t
parse_primary(struct parser *p)
{
	uint32_t node;

	if (parser_accept(p, "@"))
		return parse_named(p);
	if (!token_is(&p->tok, "("))
		return parse_term(p);
	if (descend(p) == -1)
		return 0;
	parser_next(p);
	node = parse_or(p);
	if (node != 0 && !parser_accept(p, ")")) {
		parser_expected(p, "')'");
		return 0;
	}
	p->depth--;
	return node;
}

static uint32_t
parse_not(struct parser *p)
{
	bool negate = false;
	uint32_t node;

	while (parser_accept(p, WORD_NOT) || parser_accept(p, "!"))
		negate = !negate;
	node = parse_primary(p);
	if (node != 0 && negate)
		p->tree->node[node].negate = !p->tree->node[node].negate;
	return node;
}

static bool
and_goes_on(struct parser *p)
{
	if (parser_accept(p, WORD_AND))
		return true;
	return p->tok.kind != TOKEN_END && !token_is(&p->tok, ")") &&
	       !token_is(&p->tok, WORD_OR);
}

static bool
or_goes_on(struct parser *p)
{
	return parser_accept(p, WORD_OR);
}

/* One 'part' or several; a group is made only of several. */
static uint32_t
parse_group(struct parser *p, enum node_kind kind,
    uint32_t (*part)(struct parser *), bool (*goes_on)(struct parser *))
{
	uint32_t one = part(p), group = 0;

	while (one != 0 && goes_on(p)) {
		if (group == 0) {
			group = node_new(p, kind, 0);
			if (group == 0)
				return 0;
			add_child(p->tree, group, one);
		}
		one = part(p);
		if (one != 0)
			add_child(p->tree, group, one);
	}
	return one == 0 || group == 0 ? one : group;
}

static uint32_t
parse_and(struct parser *p)
{
	return parse_group(p, NODE_ALL, parse_not, and_goes_on);
}

static uint32_t
parse_or(struct parser *p)
{
	return parse_group(p, NODE_ANY, parse_and, or_goes_on);
}

int
tree_parse(
    struct tree *out, const char *text, const struct site *site, struct err *e)
{
	struct parser p = {
	    .site = site,
	    .tree = out,
	    .text_left = FILTER_TEXT_MAX,
	    .terms_left = FILTER_TERMS_MAX,
	    .e = e,
	};

	out->node = calloc(1, sizeof(*out->node));
	if (out->node == NULL)
		return no_memory(&p) == 0 ? -1 : 0;
	out->n_node = 1;
	out->root = parse_text(&p, text);
	return out->root == 0 ? -1 : 0;
}

void
tree_fini(struct tree *t)
{
	for (size_t i = 0; i < t->n_term; i++)
		term_fini(&t->term[i]);
	free(t->term);
	free(t->node);
}
