/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "common/filter_words.h"

#include "common/nearest.h"
#include "common/record.h"
#include "common/site.h"

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
