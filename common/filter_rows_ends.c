/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "common/filter_rows_internal.h"

#include <string.h>

/* Terms that ask for one end or either. */

/* --- which end is which --- */

/* Rows whose flags do not say it. */
static void
guess_clients(struct filter_rows *x, const uint8_t *known)
{
	const struct batch *b = x->rows->records;

	for (size_t i = 0; i < x->n; i++)
		if (!known[i])
			x->client_is_src[i] = site_dst_serves(x->site,
			    (uint16_t)batch_sport(b, x->from + i),
			    (uint16_t)batch_dport(b, x->from + i));
}

const uint8_t *
rows_clients(struct filter_rows *x)
{
	const uint32_t *has = PIECE_OF(x, has), *flags = PIECE_OF(x, flags);
	uint8_t known[PIECE];

	if (x->knows_clients)
		return x->client_is_src;
	x->knows_clients = true;
	memset(known, 0, sizeof(known));
	for (size_t i = 0; has != NULL && i < x->n; i++) {
		uint32_t f = flags == NULL ? 0 : flags[i];
		uint8_t syn = flags_are_syn(f), synack = flags_are_synack(f);
		uint8_t rst = flags_are_rst(f);
		uint8_t told = (has[i] & HAS_FLAGS) != 0;

		x->client_is_src[i] = syn;
		known[i] = told & (syn | synack | rst);
	}
	if (memchr(known, 0, x->n) != NULL)
		guess_clients(x, known);
	return x->client_is_src;
}

/* --- two ends --- */

/* Answers for the sources and for the destinations as that of 'side'. */
WIDE static void
join_ends(struct filter_rows *x, enum side side, const uint8_t *src,
    const uint8_t *dst, uint8_t *out)
{
	switch (side) {
	case SIDE_EITHER:
		memcpy(out, src, x->n);
		mask_or(out, dst, x->n);
		break;
	case SIDE_SRC:
		memcpy(out, src, x->n);
		break;
	case SIDE_DST:
		memcpy(out, dst, x->n);
		break;
	case SIDE_CLIENT:
		mask_choose(out, rows_clients(x), src, dst, x->n);
		break;
	case SIDE_SERVER:
		mask_choose(out, rows_clients(x), dst, src, x->n);
		break;
	}
}

static bool
intervals_have(const struct intervals *s, uint32_t v)
{
	size_t low = 0, high = s->n;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (s->at[mid].last < v)
			low = mid + 1;
		else
			high = mid;
	}
	return low < s->n && s->at[low].first <= v;
}

/* v: NULL for a column of zeroes. */
WIDE static void
in_intervals(const struct filter_rows *x, const uint32_t *v,
    const struct intervals *s, const uint8_t *wanted, uint8_t *out)
{
	if (v == NULL || s->n == 0) {
		memset(out, v == NULL && intervals_have(s, 0), x->n);
		return;
	}
	if (s->n > SWEPT_MAX) {
		for (size_t i = 0; i < x->n; i++)
			out[i] = wanted[i] && intervals_have(s, v[i]);
		return;
	}
	memset(out, 0, x->n);
	for (size_t k = 0; k < s->n; k++)
		or_in_32(out, v, x->n, s->at[k].first, s->at[k].last);
}

/* Addresses as they come, one by one. */
static void
in_ranges(const struct filter_rows *x, const uint32_t *v,
    const struct ranges *r, const uint8_t *wanted, uint8_t *out)
{
	const struct addr *addr = x->rows->records->addr;

	for (size_t i = 0; i < x->n; i++)
		out[i] = wanted[i] &&
			 ranges_find(r, &addr[v == NULL ? 0 : v[i]]) != NULL;
}

static void
in_nets(const struct filter_rows *x, const uint32_t *v,
    const struct intervals *s, const struct ranges *r, const uint8_t *wanted,
    uint8_t *out)
{
	if (x->sorted)
		in_intervals(x, v, s, wanted, out);
	else
		in_ranges(x, v, r, wanted, out);
}

void
rows_address_term(struct filter_rows *x, const struct term *t,
    const uint8_t *wanted, uint8_t *out)
{
	const struct intervals *s = &x->part[t - x->tree->term];
	uint8_t src[PIECE], dst[PIECE];

	if (t->side != SIDE_DST)
		in_nets(x, PIECE_OF(x, src), s, &t->nets, wanted, src);
	if (t->side != SIDE_SRC)
		in_nets(x, PIECE_OF(x, dst), s, &t->nets, wanted, dst);
	join_ends(x, t->side, src, dst, out);
}

void
rows_direction_term(struct filter_rows *x, const struct term *t,
    const uint8_t *wanted, uint8_t *out)
{
	static const enum direction directions[] = {
	    DIRECTION_STRAY, DIRECTION_IN, DIRECTION_OUT, DIRECTION_WITHIN};
	const struct ranges *home = &x->site->home;
	uint8_t src[PIECE], dst[PIECE], client[PIECE], server[PIECE], holds[4];

	for (size_t i = 0; i < 4; i++)
		holds[i] = t->bits[0] >> directions[i] & 1;
	in_nets(x, PIECE_OF(x, src), &x->home, home, wanted, src);
	in_nets(x, PIECE_OF(x, dst), &x->home, home, wanted, dst);
	join_ends(x, SIDE_CLIENT, src, dst, client);
	join_ends(x, SIDE_SERVER, src, dst, server);
	for (size_t i = 0; i < x->n; i++)
		out[i] = holds[2 * client[i] + server[i]];
}

/* --- ports --- */

static void
in_ports(const struct filter_rows *x, const uint32_t *v, const struct term *t,
    uint8_t *out)
{
	const struct intervals *s = &x->part[t - x->tree->term];

	if (v != NULL && s->n > SWEPT_MAX) {
		for (size_t i = 0; i < x->n; i++)
			out[i] = ports_have(t->ports, (uint16_t)v[i]);
	} else if (v == NULL && s->n > SWEPT_MAX) {
		memset(out, ports_have(t->ports, 0), x->n);
	} else {
		in_intervals(x, v, s, NULL, out);
	}
}

void
rows_port_term(
    struct filter_rows *x, const struct term *t, enum side side, uint8_t *out)
{
	uint8_t src[PIECE], dst[PIECE];

	if (side != SIDE_DST)
		in_ports(x, PIECE_OF(x, sport), t, src);
	if (side != SIDE_SRC)
		in_ports(x, PIECE_OF(x, dport), t, dst);
	join_ends(x, side, src, dst, out);
}
