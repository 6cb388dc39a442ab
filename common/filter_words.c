/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "common/filter_words.h"

#include "common/err.h"
#include "common/nearest.h"
#include "common/record.h"
#include "common/site.h"

#include <stdio.h>
#include <sysexits.h>

const struct vocabulary vocabulary_directions = {
    "in, out, within or stray",
    {"in", "out", "within", "stray"},
    {DIRECTION_IN, DIRECTION_OUT, DIRECTION_WITHIN, DIRECTION_STRAY},
};
const struct vocabulary vocabulary_kinds = {
    "syn, synack or rst",
    {"syn", "synack", "rst"},
    {KIND_SYN, KIND_SYNACK, KIND_RST},
};
const struct vocabulary vocabulary_hooks = {
    "in, out, forward or egress",
    {"in", "out", "forward", "egress"},
    {HOOK_IN, HOOK_OUT, HOOK_FORWARD, HOOK_EGRESS},
};
const struct vocabulary vocabulary_protos = {
    "tcp, udp, icmp or a protocol's number",
    {"tcp", "udp", "icmp"},
    {6, 17, 1},
};
const struct vocabulary vocabulary_outcomes = {
    "answered, refused, blocked, unanswered or unknown",
    {"answered", "refused", "blocked", "unanswered", "unknown"},
    {OUTCOME_ANSWERED, OUTCOME_REFUSED, OUTCOME_BLOCKED, OUTCOME_UNANSWERED,
	OUTCOME_UNKNOWN},
};

const char *const side_words[] = {
    [SIDE_EITHER] = "",
    [SIDE_SRC] = "src",
    [SIDE_DST] = "dst",
    [SIDE_CLIENT] = "client",
    [SIDE_SERVER] = "server",
};

static const char *const other_words[] = {WORD_AND, WORD_OR, WORD_NOT, WORD_IN,
    WORD_BY, "!", "(", ")", "[", "]", ",", "@", "/", "-", "0x",
#define FIELD(word, sided, values, scope) #word,
#define QUANTITY(word, unit, scope) #word,
#define NUMBER(word, unit, scope, has) #word,
#define ALIAS(word, of) #word,
#include "common/filter_fields.def"
#undef FIELD
#undef QUANTITY
#undef NUMBER
#undef ALIAS
    NULL};

/* The 'i'-th of a list that NULL ends; moves 'i' to what is behind it. */
static const char *
pick(const char *const *list, size_t *i)
{
	for (; *list != NULL; list++)
		if ((*i)-- == 0)
			return *list;
	return NULL;
}

const char *
filter_word(size_t i)
{
	static const struct vocabulary *const vocabularies[] = {
	    &vocabulary_directions, &vocabulary_kinds, &vocabulary_hooks,
	    &vocabulary_protos, &vocabulary_outcomes};
	const char *found = NULL;

	for (size_t v = 0; v < sizeof(vocabularies) / sizeof(*vocabularies);
	     v++)
		if (found == NULL)
			found = pick(vocabularies[v]->word, &i);
	if (found == NULL)
		found = pick(other_words, &i);
	if (found == NULL)
		found = pick(comparison_marks, &i);
	if (found != NULL || i < SIDE_SERVER)
		return found != NULL ? found : side_words[SIDE_SRC + i];
	i -= SIDE_SERVER;
	for (const struct number_unit *u = number_units; u->word != NULL; u++)
		if (i-- == 0)
			return u->word;
	return NULL;
}

int
parser_note_place(struct parser *p, const struct token *first, struct term *t)
{
	struct token all = *first;
	const char *name = p->frame == NULL ? "" : p->frame->filter->name;
	char shown[TOKEN_SHOWN_MAX];
	int n;

	all.len = (size_t)(p->used - first->text);
	token_show(&all, shown);
	n = asprintf(&t->place, "%s%s%scolumn %zu: '%s'",
	    *name == '\0' ? "" : "in '@", name,
	    *name == '\0' ? "" : "': ", first->column, shown);
	if (n == -1)
		t->place = NULL;
	return n == -1 ? err_set(p->e, EX_OSERR, "out of memory") : 0;
}

void
term_set_bit(struct term *t, unsigned int n)
{
	t->bits[n / 64 % 4] |= UINT64_C(1) << (n % 64);
}

int
vocabulary_find(const struct vocabulary *v, const struct token *t)
{
	for (int i = 0; i < WORDS_MAX && v->word[i] != NULL; i++)
		if (token_is(t, v->word[i]))
			return i;
	return -1;
}

int
vocabulary_value(struct parser *p, struct term *t, const struct vocabulary *v)
{
	struct nearest near = nearest_to(p->tok.text, p->tok.len);
	char shown[TOKEN_SHOWN_MAX], hint[NEAREST_HINT_MAX];
	int i = vocabulary_find(v, &p->tok);

	if (i != -1) {
		term_set_bit(t, v->bit[i]);
		return 0;
	}
	for (i = 0; i < WORDS_MAX && v->word[i] != NULL; i++)
		nearest_try(&near, v->word[i]);
	if (near.found == NULL || p->tok.kind != TOKEN_WORD)
		return parser_expected(p, v->what);
	return parser_fail(p, &p->tok, "there should be %s, not '%s'%s",
	    v->what, token_show(&p->tok, shown), nearest_hint(&near, hint));
}
