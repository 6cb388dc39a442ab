/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "common/filter_rows_internal.h"

#include <string.h>

/* One term over one piece. */

bool
term_is_dear(const struct term *t)
{
	switch (t->field) {
	case FIELD_sensor:
	case FIELD_interface:
	case FIELD_prefix:
	case FIELD_expected:
		return true;
	case FIELD_host:
	case FIELD_net:
	case FIELD_port:
	case FIELD_class:
	case FIELD_direction:
	case FIELD_flags:
	case FIELD_hook:
	case FIELD_proto:
	case FIELD_outcome:
#define FIELD(word, sided, values, scope)
#define QUANTITY(word, unit, scope) case FIELD_##word:
#define NUMBER(word, unit, scope, flag) case FIELD_##word:
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

/* --- small values --- */

WIDE static void
flags_term(const struct filter_rows *x, const struct term *t, uint8_t *out)
{
	const uint32_t *has = PIECE_OF(x, has), *flags = PIECE_OF(x, flags);
	uint8_t syn = t->bits[0] >> KIND_SYN & 1;
	uint8_t synack = t->bits[0] >> KIND_SYNACK & 1;
	uint8_t rst = t->bits[0] >> KIND_RST & 1;

	memset(out, 0, x->n);
	if (has == NULL || flags == NULL)
		return;
	for (size_t i = 0; i < x->n; i++)
		out[i] = (flags_are_syn(flags[i]) & syn) |
			 (flags_are_synack(flags[i]) & synack) |
			 (flags_are_rst(flags[i]) & rst);
	mask_and_bit(out, has, x->n, HAS_FLAGS);
}

static void
bits_term(const struct filter_rows *x, const struct term *t, const uint32_t *v,
    uint32_t absent, uint8_t *out)
{
	if (v == NULL) {
		memset(out, t->bits[absent / 64] >> absent % 64 & 1, x->n);
		return;
	}
	for (size_t i = 0; i < x->n; i++)
		out[i] = t->bits[v[i] / 64 % 4] >> v[i] % 64 & 1;
}

/* --- numbers --- */

#define IN_SPANS(name, type, most, or_in)                                      \
	static void name(const struct filter_rows *x, const type *v,           \
	    const struct spans *s, uint8_t *out)                               \
	{                                                                      \
		static const type zeroes[PIECE];                               \
                                                                               \
		memset(out, 0, x->n);                                          \
		for (size_t k = 0; k < s->n; k++) {                            \
			struct span one = s->at[k];                            \
                                                                               \
			if (one.first > (most))                                \
				continue;                                      \
			if (one.last > (most))                                 \
				one.last = (most);                             \
			or_in(out, v == NULL ? zeroes : v, x->n,               \
			    (type)one.first, (type)one.last);                  \
		}                                                              \
	}
IN_SPANS(in_spans_uint32_t, uint32_t, UINT32_MAX, or_in_32)
IN_SPANS(in_spans_uint64_t, uint64_t, UINT64_MAX, or_in_64)
#undef IN_SPANS

static void
known_by(const struct filter_rows *x, uint32_t bit, uint8_t *out)
{
	if (x->rows->records->has == NULL)
		memset(out, 0, x->n);
	else
		mask_and_bit(out, AT(x, has), x->n, bit);
}

static void
time_term(const struct filter_rows *x, const struct term *t, uint8_t *out)
{
	const int64_t *time = AT(x, time);
	uint64_t number[PIECE];
	uint8_t known[PIECE];

	for (size_t i = 0; i < x->n; i++) {
		number[i] = time_number(time[i]);
		known[i] = time[i] != TIME_NONE;
	}
	in_spans_uint64_t(x, number, &t->spans, out);
	mask_and(out, known, x->n);
}

/* --- row by row --- */

static const char *
sensor_at(const struct rows *r, size_t i)
{
	uint32_t at = r->sensor == NULL ? 0 : r->sensor[i];

	return at < r->n_sensor ? r->sensor_name[at] : NULL;
}

/* Names are asked again only where they change. */
static void
name_term(const struct filter_rows *x, const struct term *t, uint8_t *out)
{
	const struct batch *b = x->rows->records;
	struct record r = {0};
	struct filter_subject s = {.record = &r};
	uint32_t last[4] = {0};

	for (size_t i = 0; i < x->n; i++) {
		size_t row = x->from + i;
		uint32_t now[4] = {batch_in_if(b, row), batch_out_if(b, row),
		    batch_prefix(b, row),
		    x->rows->sensor == NULL ? 0 : x->rows->sensor[row]};

		if (i > 0 && memcmp(now, last, sizeof(now)) == 0) {
			out[i] = out[i - 1];
			continue;
		}
		memcpy(last, now, sizeof(now));
		r.in_if = now[0] == 0 ? NULL : b->name[now[0] - 1];
		r.out_if = now[1] == 0 ? NULL : b->name[now[1] - 1];
		r.prefix = now[2] == 0 ? NULL : b->name[now[2] - 1];
		s.sensor = sensor_at(x->rows, row);
		out[i] = term_holds(t, &s, false, x->site);
	}
}

static void
expected_term(struct filter_rows *x, const struct term *t,
    const uint8_t *wanted, uint8_t *out)
{
	const uint8_t *client_is_src = rows_clients(x);
	struct record r;
	struct filter_subject s = {.record = &r};

	for (size_t i = 0; i < x->n; i++) {
		out[i] = 0;
		if (!wanted[i])
			continue;
		batch_get(x->rows->records, x->from + i, &r);
		out[i] = term_holds(t, &s, client_is_src[i], x->site);
	}
}

void
rows_term(struct filter_rows *x, const struct term *t, const uint8_t *wanted,
    uint8_t *out)
{
	switch (t->field) {
	case FIELD_host:
	case FIELD_net:
		rows_address_term(x, t, wanted, out);
		return;
	case FIELD_port:
		rows_port_term(x, t, t->side, out);
		return;
	case FIELD_class:
		rows_port_term(
		    x, t, t->side == SIDE_EITHER ? SIDE_SERVER : t->side, out);
		return;
	case FIELD_direction:
		rows_direction_term(x, t, wanted, out);
		return;
	case FIELD_flags:
		flags_term(x, t, out);
		return;
	case FIELD_hook:
		bits_term(x, t, PIECE_OF(x, hook), HOOK_NONE, out);
		return;
	case FIELD_proto:
		bits_term(x, t, PIECE_OF(x, proto), 6, out);
		return;
	case FIELD_sensor:
	case FIELD_interface:
	case FIELD_prefix:
		name_term(x, t, out);
		return;
	case FIELD_expected:
		expected_term(x, t, wanted, out);
		return;
	case FIELD_time:
		time_term(x, t, out);
		return;
#define FIELD(word, sided, values, scope)
#define QUANTITY(word, unit, scope)
#define NUMBER(word, unit, scope, flag)                                          \
	case FIELD_##word:                                                       \
		_Generic(x->rows->records->word, const uint32_t *              \
			 : in_spans_uint32_t, const uint64_t *                 \
			 : in_spans_uint64_t)(                                 \
		    x, PIECE_OF(x, word), &t->spans, out); \
		known_by(x, flag, out);                                          \
		return;
#define ALIAS(word, of)
#include "common/filter_fields.def"
#undef FIELD
#undef QUANTITY
#undef NUMBER
#undef ALIAS
	case FIELD_outcome:
	case FIELD_attempts:
	case FIELD_duration:
	case FIELDS:
		memset(out, 0, x->n); /* no record has them */
		return;
	}
}
