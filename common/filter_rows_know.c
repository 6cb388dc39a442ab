/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "common/filter_rows_internal.h"

/* What is known of all rows. */

static bool
all_have(const uint32_t *v, size_t n, uint32_t bit)
{
	uint32_t common = bit;

	for (size_t i = 0; v != NULL && i < n; i++)
		common &= v[i];
	return v != NULL && common == bit;
}

static bool
none_is_zero(const uint32_t *v, size_t n)
{
	uint32_t zeroes = 0;

	for (size_t i = 0; v != NULL && i < n; i++)
		zeroes |= v[i] == 0;
	return v != NULL && zeroes == 0;
}

static bool
all_have_time(const int64_t *time, size_t n)
{
	uint32_t none = 0;

	for (size_t i = 0; i < n; i++)
		none |= time[i] == TIME_NONE;
	return none == 0;
}

static bool
all_know(const struct term *t, const struct rows *r)
{
	const struct batch *b = r->records;

	switch (t->field) {
	case FIELD_flags:
		return all_have(b->has, b->n, HAS_FLAGS);
	case FIELD_hook:
		return none_is_zero(b->hook, b->n);
	case FIELD_sensor:
		return r->n_sensor > 0;
	case FIELD_prefix:
		return none_is_zero(b->prefix, b->n);
	case FIELD_interface:
		return none_is_zero(b->in_if, b->n) ||
		       none_is_zero(b->out_if, b->n);
	case FIELD_time:
		return all_have_time(b->time, b->n);
#define FIELD(word, sided, values, scope)
#define QUANTITY(word, unit, scope)
#define NUMBER(word, unit, scope, flag)                                        \
	case FIELD_##word:                                                     \
		return all_have(b->has, b->n, flag);
#define ALIAS(word, of)
#include "common/filter_fields.def"
#undef FIELD
#undef QUANTITY
#undef NUMBER
#undef ALIAS
	case FIELD_host:
	case FIELD_net:
	case FIELD_port:
	case FIELD_class:
	case FIELD_direction:
	case FIELD_proto:
	case FIELD_expected:
		return true;
	case FIELD_outcome:
	case FIELD_attempts:
	case FIELD_duration:
	case FIELDS:
		break;
	}
	return false;
}

bool
filter_rows_know(const struct filter_rows *x, const struct rows *r)
{
	for (size_t i = 0; i < x->tree->n_term; i++)
		if (!all_know(&x->tree->term[i], r))
			return false;
	return true;
}
