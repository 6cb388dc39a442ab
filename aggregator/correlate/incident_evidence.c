/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "aggregator/correlate/detect.h"
#include "aggregator/correlate/incident_internal.h"
#include "aggregator/correlate/operator.h"
#include "aggregator/correlate/span.h"

#include <stdlib.h>
#include <string.h>

#define EVIDENCE_FIRST 4 /* room to begin with */

static int
make_room(struct open_incident *o)
{
	size_t room = o->room == 0 ? EVIDENCE_FIRST : 2 * o->room;
	struct evidence *list;
	int64_t *last;

	if (o->i.n_evidence < o->room)
		return 0;
	if (o->i.n_evidence == EVIDENCE_MAX)
		return -1;
	list = reallocarray(o->i.evidence, room, sizeof(*list));
	if (list != NULL)
		o->i.evidence = list;
	last = reallocarray(o->last_ns, room, sizeof(*last));
	if (last != NULL)
		o->last_ns = last;
	if (list == NULL || last == NULL)
		return -1;
	o->room = room;
	return 0;
}

static size_t
find_evidence(const struct incident *i, const char *alert)
{
	size_t k = 0;

	while (k < i->n_evidence && strcmp(i->evidence[k].alert, alert) != 0)
		k++;
	return k;
}

static int
compare(const struct evidence *a, const struct evidence *b)
{
	if (a->time_ns != b->time_ns)
		return a->time_ns < b->time_ns ? -1 : 1;
	/* Without times the order of their coming is the order. */
	return a->time_ns == TIME_NONE ? 0 : strcmp(a->alert, b->alert);
}

/* Move 'k' to where its time belongs. */
static void
sort_in(struct open_incident *o, size_t k)
{
	struct evidence *list = o->i.evidence;

	for (; k > 0 && compare(&list[k - 1], &list[k]) > 0; k--) {
		struct evidence e = list[k];
		int64_t last = o->last_ns[k];

		list[k] = list[k - 1];
		o->last_ns[k] = o->last_ns[k - 1];
		list[k - 1] = e;
		o->last_ns[k - 1] = last;
	}
}

bool
incident_put_evidence(
    struct open_incident *o, const struct alert *a, int64_t *known_ns)
{
	size_t k = find_evidence(&o->i, a->id);
	bool is_new = k == o->i.n_evidence;
	struct evidence *e;

	*known_ns = is_new ? a->last_ns : o->last_ns[k];
	if (is_new) {
		if (make_room(o) == -1) {
			/* An alert that has its id was counted before. */
			if (strcmp(a->incident, o->i.id) != 0)
				o->i.evidence_left_out++;
			return false;
		}
		o->i.n_evidence++;
	}
	e = &o->i.evidence[k];
	memset(e, 0, sizeof(*e));
	memcpy(e->kind, a->detector, sizeof(e->kind));
	memcpy(e->alert, a->id, sizeof(e->alert));
	memcpy(e->text, a->text, sizeof(e->text));
	e->time_ns = operator_since(&o->i, a->first_ns);
	e->has_peer = a->has_peer;
	e->peer = a->peer;
	e->port = a->port;
	e->count = a->count;
	o->last_ns[k] = a->last_ns;
	sort_in(o, k);
	return is_new;
}

/* --- two of them --- */

bool
incident_is_of_visitor(const char *kind)
{
	const struct detector *d = detector_find(kind);

	return d != NULL && d->of_visitor;
}

/* With more than one peer at one of them, two of them differ. */
static bool
differ(const struct evidence *a, const struct evidence *b)
{
	return a->port != b->port || !a->has_peer || !b->has_peer ||
	       !addr_eq(&a->peer, &b->peer);
}

/*
 * Between two connections of an alert there are never more than its quiet 24
 * hours: what is near its whole span is near one of them.
 */
static bool
support(const struct open_incident *o, size_t a, size_t b)
{
	const struct evidence *x = &o->i.evidence[a], *y = &o->i.evidence[b];

	return strcmp(x->kind, y->kind) != 0 && differ(x, y) &&
	       !incident_is_of_visitor(x->kind) &&
	       !incident_is_of_visitor(y->kind) &&
	       span_ns(o->last_ns[a], y->time_ns) <= INCIDENT_WITHIN_NS &&
	       span_ns(o->last_ns[b], x->time_ns) <= INCIDENT_WITHIN_NS;
}

bool
incident_two_kinds(const struct open_incident *o, const char *alert)
{
	size_t k = find_evidence(&o->i, alert);

	for (size_t i = 0; k < o->i.n_evidence && i < o->i.n_evidence; i++)
		if (support(o, k, i))
			return true;
	return false;
}
