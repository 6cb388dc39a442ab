/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "aggregator/source/flowrow.h"

static bool
is_unset(const struct cursor *c)
{
	return cursor_left(c) == 0 || (cursor_left(c) == 1 && *c->p == '-');
}

static bool
whole_number(struct cursor c, uint64_t max, uint64_t *out)
{
	cursor_blanks(&c);
	if (!cursor_number(&c, max, out))
		return false;
	cursor_blanks(&c);
	return cursor_left(&c) == 0;
}

/* nfdump prints the type and code of ICMP as "8.0". */
static bool
port(struct cursor c, uint8_t proto, uint16_t *out)
{
	uint64_t v;

	if (whole_number(c, UINT16_MAX, &v)) {
		*out = (uint16_t)v;
		return true;
	}
	*out = 0;
	return proto != 6;
}

static bool
count(struct cursor c, uint64_t *out)
{
	*out = 0;
	return is_unset(&c) || whole_number(c, UINT64_MAX, out);
}

static bool
address(struct cursor c, struct addr *out)
{
	cursor_blanks(&c);
	if (!cursor_addr(&c, out))
		return false;
	cursor_blanks(&c);
	return cursor_left(&c) == 0;
}

static const char *
read_time(const struct columns *c, struct cursor f, struct calendar *k,
    struct record *r)
{
	struct stamp stamp;

	r->time_ns = TIME_NONE;
	if (c->at[FIELD_TIME] == COLUMN_NONE)
		return NULL;
	cursor_blanks(&f);
	if (!stamp_read(&f, &stamp))
		return "no time";
	cursor_blanks(&f);
	r->time_ns = stamp_ns(k, &stamp);
	if (cursor_left(&f) > 0 || r->time_ns == TIME_NONE)
		return "there is no such time";
	r->has |= HAS_TIME;
	return NULL;
}

const char *
flowrow_read(const struct columns *c, const struct fields *f,
    struct calendar *k, struct flowrow *out)
{
	struct record *r = &out->record;
	struct cursor proto = columns_get(c, f, FIELD_PROTO);

	*out = (struct flowrow){.record = {.has = 0}};
	if (!address(columns_get(c, f, FIELD_SRC), &r->src))
		return "no source address";
	if (!address(columns_get(c, f, FIELD_DST), &r->dst))
		return "no destination address";
	cursor_blanks(&proto);
	if (!cursor_proto(&proto, &r->proto))
		return "no protocol";
	if (!port(columns_get(c, f, FIELD_SPORT), r->proto, &r->sport))
		return "no source port";
	if (!port(columns_get(c, f, FIELD_DPORT), r->proto, &r->dport))
		return "no destination port";
	if (!count(columns_get(c, f, FIELD_PACKETS), &r->packets) ||
	    !count(columns_get(c, f, FIELD_OCTETS), &r->octets) ||
	    !count(columns_get(c, f, FIELD_BACK_PACKETS), &out->back_packets) ||
	    !count(columns_get(c, f, FIELD_BACK_OCTETS), &out->back_octets))
		return "no number of packets or octets";
	r->has |= HAS_COUNTS;
	out->flags = columns_get(c, f, FIELD_FLAGS);
	out->state = columns_get(c, f, FIELD_STATE);
	out->history = columns_get(c, f, FIELD_HISTORY);
	return read_time(c, columns_get(c, f, FIELD_TIME), k, r);
}

const char *
flowrow_read_below(const struct columns *c, const char *const *orders,
    const struct field_name *names, const struct fields *f, struct calendar *k,
    struct flowrow *out)
{
	bool fits = c->n == 0 || c->n == f->n;
	const char *why = NULL;
	struct columns known;

	if (fits) {
		why = flowrow_read(c, f, k, out);
		if (why == NULL)
			return NULL;
	}
	for (size_t i = 0; orders[i] != NULL; i++) {
		columns_of(orders[i], names, &known);
		if (flowrow_read(&known, f, k, out) == NULL)
			return NULL;
	}
	return fits ? why : flowrow_read(c, f, k, out);
}

struct record
flowrow_back(const struct record *r, uint64_t packets, uint64_t octets)
{
	struct record back = *r;

	back.src = r->dst;
	back.dst = r->src;
	back.sport = r->dport;
	back.dport = r->sport;
	back.packets = packets;
	back.octets = octets;
	return back;
}
