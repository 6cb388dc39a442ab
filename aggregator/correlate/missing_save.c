/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "aggregator/correlate/missing_internal.h"
#include "common/rd.h"
#include "common/wr.h"

#include <string.h>

void
missing_save(const void *missing, struct wr *w)
{
	const struct missing *m = missing;

	wr_i64(w, m->newest_ns);
	wr_u32(w, (uint32_t)m->n);
	for (size_t i = 0; i < m->n; i++) {
		wr_bytes(w, &m->watched[i].s, sizeof(m->watched[i].s));
		wr_bytes(w, &m->watched[i].a, sizeof(m->watched[i].a));
		wr_u8(w, m->watched[i].told);
		wr_u8(w, m->watched[i].open);
	}
}

/* The one that is the same as then, or NULL. */
static struct watched *
same(struct missing *m, const struct expectation_state *s)
{
	for (size_t i = 0; i < m->n; i++)
		if (memcmp(m->watched[i].s.name, s->name, sizeof(s->name)) ==
			0 &&
		    memcmp(m->watched[i].s.of, s->of, sizeof(s->of)) == 0)
			return &m->watched[i];
	return NULL;
}

int
missing_load(void *missing, struct rd *r)
{
	struct missing *m = missing;
	uint32_t n;

	m->newest_ns = rd_i64(r);
	n = rd_u32(r);
	for (uint32_t i = 0; i < n && !r->bad; i++) {
		struct watched one = {.x = NULL}, *to;

		rd_copy(r, &one.s, sizeof(one.s));
		rd_copy(r, &one.a, sizeof(one.a));
		one.told = rd_u8(r) != 0;
		one.open = rd_u8(r) != 0;
		to = same(m, &one.s);
		if (one.s.n_seen > EXPECTATION_SEEN_MAX)
			return -1;
		if (to == NULL)
			continue;
		one.x = to->x;
		*to = one;
	}
	return r->bad ? -1 : 0;
}
