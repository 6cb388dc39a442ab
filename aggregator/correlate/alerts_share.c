/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "aggregator/correlate/alerts_internal.h"
#include "aggregator/correlate/span.h"
#include "common/map.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

/* In the order in which they came; of two that came at once, any order that
 * is not that of their records. */
static int
compare(const struct alert_share *a, const struct alert_share *b)
{
	if (a->first_ns != b->first_ns)
		return a->first_ns < b->first_ns ? -1 : 1;
	/* Without times the order of their coming is the order. */
	return a->first_ns == TIME_NONE ? 0
					: addr_cmp(&a->address, &b->address);
}

/* That of the honeypot; a new one if there is room, or if it came before the
 * last of those who have it; else NULL. */
static struct alert_share *
find(struct shares *list, const struct finding *f)
{
	struct alert_share *x = list->by;

	for (; x < list->by + list->n; x++)
		if (addr_eq(&x->address, &f->honeypot->primary))
			return x;
	if (list->n < ALERT_NAMES_MAX)
		list->n++;
	else if (f->connection->start_ns >= (--x)->first_ns)
		return NULL;
	*x = (struct alert_share){
	    .address = f->honeypot->primary,
	    .first_ns = f->connection->start_ns,
	    .last_ns = f->connection->last_ns,
	};
	snprintf(x->honeypot, sizeof(x->honeypot), "%s", f->honeypot->name);
	return x;
}

static void
sort_in(struct shares *list, size_t k)
{
	for (; k > 0 && compare(&list->by[k - 1], &list->by[k]) > 0; k--) {
		struct alert_share x = list->by[k];

		list->by[k] = list->by[k - 1];
		list->by[k - 1] = x;
	}
}

static void
show(const struct shares *list, struct alert *a)
{
	a->honeypots.n = list->n;
	for (size_t i = 0; i < list->n; i++)
		memcpy(a->honeypots.name[i], list->by[i].honeypot,
		    sizeof(a->honeypots.name[i]));
	memcpy(a->honeypot, list->by[0].honeypot, sizeof(a->honeypot));
	a->address = list->by[0].address;
}

void
share_put(struct alerts *s, struct open_alert *o, const struct finding *f)
{
	bool is_new;
	struct shares *list = map_put(s->shares, &o->serial, &is_new);
	struct alert_share *x = find(list, f);

	map_touch(s->shares, list);
	if (x == NULL)
		return;
	if (f->severity > x->severity)
		x->severity = f->severity;
	x->first_ns = span_earlier(x->first_ns, f->connection->start_ns);
	x->last_ns = span_later(x->last_ns, f->connection->last_ns);
	sort_in(list, (size_t)(x - list->by));
	show(list, &o->a);
}

const struct alert_share *
alerts_shares(const struct alerts *s, const struct alert *a, size_t *n)
{
	const struct open_alert *o =
	    (const void *)((const char *)a - offsetof(struct open_alert, a));
	const struct shares *list = map_get(s->shares, &o->serial);

	*n = list == NULL ? 0 : list->n;
	return list == NULL ? NULL : list->by;
}
