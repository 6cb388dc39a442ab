/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "common/filter_term.h"

#include "common/filter.h"
#include "common/site.h"

#include <stdlib.h>
#include <string.h>

void
term_fini(struct term *t)
{
	ranges_fini(&t->nets);
	free(t->ports);
	for (size_t i = 0; i < t->words.n; i++)
		free(t->words.word[i]);
	free(t->words.word);
	free(t->spans.at);
	free(t->place);
}

bool
term_is_oriented(const struct term *t)
{
	return t->side == SIDE_CLIENT || t->side == SIDE_SERVER ||
	       t->field == FIELD_class || t->field == FIELD_direction ||
	       t->field == FIELD_expected;
}

bool
subject_client_is_src(const struct filter_subject *s, const struct site *site)
{
	const struct record *r = s->record;

	if ((r->has & HAS_FLAGS) != 0) {
		if (flags_are_syn(r->flags))
			return true;
		if (flags_are_synack(r->flags) || flags_are_rst(r->flags))
			return false;
	}
	return site_dst_serves(site, r->sport, r->dport);
}

static bool
has_bit(const struct term *t, unsigned int n)
{
	return t->bits[n / 64 % 4] >> (n % 64) & 1;
}

static bool
has_port(const struct term *t, uint16_t port)
{
	if (t->ports != NULL)
		return ports_have(t->ports, port);
	return t->first <= port && port <= t->last;
}

/* The end that 'side' means: SIDE_SRC, SIDE_DST or SIDE_EITHER. */
static enum side
end_of(enum side side, bool client_is_src)
{
	switch (side) {
	case SIDE_EITHER:
	case SIDE_SRC:
	case SIDE_DST:
		return side;
	case SIDE_CLIENT:
		return client_is_src ? SIDE_SRC : SIDE_DST;
	case SIDE_SERVER:
		return client_is_src ? SIDE_DST : SIDE_SRC;
	}
	return side;
}

static bool
address_holds(const struct term *t, const struct record *r, bool client_is_src)
{
	enum side end = end_of(t->side, client_is_src);

	return (end != SIDE_DST && ranges_find(&t->nets, &r->src) != NULL) ||
	       (end != SIDE_SRC && ranges_find(&t->nets, &r->dst) != NULL);
}

static bool
port_holds(const struct term *t, const struct record *r, enum side side,
    bool client_is_src)
{
	enum side end = end_of(side, client_is_src);

	return (end != SIDE_DST && has_port(t, r->sport)) ||
	       (end != SIDE_SRC && has_port(t, r->dport));
}

static bool
kind_holds(const struct term *t, const struct record *r)
{
	if ((r->has & HAS_FLAGS) == 0)
		return false;
	return (flags_are_syn(r->flags) && has_bit(t, KIND_SYN)) ||
	       (flags_are_synack(r->flags) && has_bit(t, KIND_SYNACK)) ||
	       (flags_are_rst(r->flags) && has_bit(t, KIND_RST));
}

static bool
has_word(const struct term *t, const char *word)
{
	for (size_t i = 0; word != NULL && i < t->words.n; i++)
		if (strcmp(t->words.word[i], word) == 0)
			return true;
	return false;
}

static bool
has_beginning(const struct term *t, const char *text)
{
	for (size_t i = 0; text != NULL && i < t->words.n; i++)
		if (strncmp(text, t->words.word[i], strlen(t->words.word[i])) ==
		    0)
			return true;
	return false;
}

static bool
spans_have(const struct spans *s, uint64_t value)
{
	for (size_t i = 0; i < s->n; i++)
		if (s->at[i].first <= value && value <= s->at[i].last)
			return true;
	return false;
}

/* The number that 't' compares.  Returns whether it is known. */
static bool
number_of(const struct term *t, const struct filter_subject *s, uint64_t *out)
{
	const struct record *r = s->record;
	const struct filter_connection *c = s->connection;

	switch (t->field) {
	case FIELD_time:
		*out = time_number(r->time_ns);
		return r->time_ns != TIME_NONE;
	case FIELD_attempts:
		*out = c == NULL ? 0 : c->attempts;
		return c != NULL;
	case FIELD_duration:
		*out = c == NULL ? 0 : (uint64_t)c->duration_ns;
		return c != NULL && c->duration_ns != TIME_NONE;
#define FIELD(word, sided, values, scope)                                      \
	case FIELD_##word:                                                     \
		return false;
#define QUANTITY(word, unit, scope)
#define NUMBER(word, unit, scope, flag)                                        \
	case FIELD_##word:                                                     \
		*out = r->word;                                                \
		return (r->has & flag) != 0;
#define ALIAS(word, of)
#include "common/filter_fields.def"
#undef FIELD
#undef QUANTITY
#undef NUMBER
#undef ALIAS
	case FIELDS:
		break;
	}
	return false;
}

static bool
direction_holds(const struct term *t, const struct record *r,
    bool client_is_src, const struct site *site)
{
	return has_bit(t, client_is_src
			      ? site_direction(site, &r->src, &r->dst)
			      : site_direction(site, &r->dst, &r->src));
}

static bool
expected_holds(const struct term *t, const struct record *r, bool client_is_src,
    const struct site *site)
{
	const struct expectation *x =
	    client_is_src ? site_expected(site, &r->src, r->sport, &r->dst,
				r->dport, r->time_ns)
			  : site_expected(site, &r->dst, r->dport, &r->src,
				r->sport, r->time_ns);

	return x != NULL && (t->words.n == 0 || has_word(t, x->match.name));
}

static bool
outcome_holds(const struct term *t, const struct filter_connection *c)
{
	return c != NULL && has_bit(t, c->outcome);
}

bool
term_holds(const struct term *t, const struct filter_subject *s,
    bool client_is_src, const struct site *site)
{
	const struct record *r = s->record;
	uint64_t number;

	switch (t->field) {
	case FIELD_host:
	case FIELD_net:
		return address_holds(t, r, client_is_src);
	case FIELD_port:
		return port_holds(t, r, t->side, client_is_src);
	case FIELD_class:
		return port_holds(t, r,
		    t->side == SIDE_EITHER ? SIDE_SERVER : t->side,
		    client_is_src);
	case FIELD_direction:
		return direction_holds(t, r, client_is_src, site);
	case FIELD_flags:
		return kind_holds(t, r);
	case FIELD_hook:
		return has_bit(t, r->hook);
	case FIELD_proto:
		return has_bit(t, r->proto);
	case FIELD_sensor:
		return has_word(t, s->sensor);
	case FIELD_interface:
		return has_word(t, r->in_if) || has_word(t, r->out_if);
	case FIELD_prefix:
		return has_beginning(t, r->prefix);
	case FIELD_outcome:
		return outcome_holds(t, s->connection);
	case FIELD_expected:
		return expected_holds(t, r, client_is_src, site);
#define FIELD(word, sided, values, scope)
#define QUANTITY(word, unit, scope) case FIELD_##word:
#define NUMBER(word, unit, scope, flag) case FIELD_##word:
#define ALIAS(word, of)
#include "common/filter_fields.def"
#undef FIELD
#undef QUANTITY
#undef NUMBER
#undef ALIAS
		return number_of(t, s, &number) &&
		       spans_have(&t->spans, number);
	case FIELDS:
		break;
	}
	return false;
}

bool
term_is_known(const struct term *t, const struct filter_subject *s)
{
	const struct record *r = s->record;
	uint64_t number;

	switch (t->field) {
	case FIELD_host:
	case FIELD_net:
	case FIELD_port:
	case FIELD_class:
	case FIELD_direction:
	case FIELD_proto:
	case FIELD_expected:
		return true;
	case FIELD_flags:
		return (r->has & HAS_FLAGS) != 0;
	case FIELD_hook:
		return r->hook != HOOK_NONE;
	case FIELD_sensor:
		return s->sensor != NULL;
	case FIELD_interface:
		return r->in_if != NULL || r->out_if != NULL;
	case FIELD_prefix:
		return r->prefix != NULL;
	case FIELD_outcome:
		/* Who asks for "unknown" too gets an answer always. */
		return s->connection != NULL &&
		       (s->connection->outcome != OUTCOME_UNKNOWN ||
			   has_bit(t, OUTCOME_UNKNOWN));
#define FIELD(word, sided, values, scope)
#define QUANTITY(word, unit, scope) case FIELD_##word:
#define NUMBER(word, unit, scope, flag) case FIELD_##word:
#define ALIAS(word, of)
#include "common/filter_fields.def"
#undef FIELD
#undef QUANTITY
#undef NUMBER
#undef ALIAS
		return number_of(t, s, &number);
	case FIELDS:
		break;
	}
	return true;
}

/* Nobody has a field that is known of a record that knows nothing. */
bool
term_may_be_unknown(const struct term *t)
{
	static const struct record nothing = {.time_ns = TIME_NONE};

	return !term_is_known(t, &(struct filter_subject){.record = &nothing});
}
