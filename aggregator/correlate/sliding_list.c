/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "aggregator/correlate/sliding_list.h"

#include "aggregator/correlate/span.h"

#include <stdlib.h>
#include <string.h>

#define NOTHING_BEFORE INT64_MIN

void
sliding_list_fini(struct sliding_list *l)
{
	free(l->e);
	*l = (struct sliding_list){0};
}

static bool
grow(struct sliding_list *l)
{
	uint32_t room = l->room == 0 ? 1 : 2 * l->room;
	struct sliding_event *e;

	if (l->n < l->room)
		return true;
	e = reallocarray(l->e, room, sizeof(*e));
	if (e == NULL)
		return false;
	l->e = e;
	l->room = room;
	return true;
}

/* The next one of the same 'what'; l->n: none. */
static uint32_t
after(const struct sliding_list *l, uint32_t i)
{
	uint32_t at = i + 1;

	while (at < l->n && !addr_eq(&l->e[at].what, &l->e[i].what))
		at++;
	return at;
}

static int64_t
time_before(const struct sliding_list *l, uint32_t i)
{
	for (uint32_t at = i; at-- > 0;)
		if (addr_eq(&l->e[at].what, &l->e[i].what))
			return l->e[at].s.start_ns;
	return NOTHING_BEFORE;
}

bool
sliding_list_put(struct sliding_list *l, const struct sliding_event *e)
{
	uint32_t i, next;

	if (!grow(l))
		return false;
	for (i = l->n; i > 0 && l->e[i - 1].s.start_ns > e->s.start_ns; i--)
		l->e[i] = l->e[i - 1];
	l->e[i] = *e;
	l->n++;
	l->e[i].before_ns = time_before(l, i);
	next = after(l, i);
	if (next < l->n)
		l->e[next].before_ns = e->s.start_ns;
	return true;
}

void
sliding_list_remove(struct sliding_list *l, uint32_t i)
{
	uint32_t next = after(l, i);

	if (next < l->n)
		l->e[next].before_ns = l->e[i].before_ns;
	memmove(&l->e[i], &l->e[i + 1], (l->n - i - 1) * sizeof(*l->e));
	l->n--;
}

uint32_t
sliding_list_find(const struct sliding_list *l, const struct connection *c)
{
	uint32_t i = 0;

	while (i < l->n && !sighting_is_of(&l->e[i].s, c))
		i++;
	return i;
}

void
sliding_list_prune(struct sliding_list *l, int64_t newest_ns, int64_t width_ns)
{
	uint32_t n = 0;

	while (n < l->n && span_ns(l->e[n].s.start_ns, newest_ns) > width_ns)
		n++;
	if (n == 0)
		return;
	memmove(l->e, l->e + n, (l->n - n) * sizeof(*l->e));
	l->n -= n;
}

void
sliding_list_thin_out(struct sliding_list *l, const struct addr *what,
    int64_t width_ns, int64_t until_ns)
{
	for (uint32_t i = 0; i < l->n; i++) {
		const struct sliding_event *e = &l->e[i];
		uint32_t next;

		if (e->before_ns == NOTHING_BEFORE || !addr_eq(&e->what, what))
			continue;
		next = after(l, i);
		if (next < l->n && l->e[next].s.start_ns <= until_ns &&
		    span_ns(e->before_ns, l->e[next].s.start_ns) <= width_ns)
			sliding_list_remove(l, i--);
	}
}

uint32_t
sliding_list_different(
    const struct sliding_list *l, uint32_t i, int64_t width_ns)
{
	int64_t to = l->e[i].s.start_ns;
	uint32_t n = 0;

	while (i + 1 < l->n && l->e[i + 1].s.start_ns == to)
		i++;
	for (i++; i-- > 0;) {
		const struct sliding_event *e = &l->e[i];

		if (span_ns(e->s.start_ns, to) > width_ns)
			break;
		/* The first of its kind in there. */
		n += e->before_ns == NOTHING_BEFORE ||
		     span_ns(e->before_ns, to) > width_ns;
	}
	return n;
}
