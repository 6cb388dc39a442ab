/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "aggregator/correlate/missing.h"

#include "aggregator/correlate/ident.h"
#include "aggregator/correlate/missing_alert.h"
#include "aggregator/correlate/missing_internal.h"
#include "aggregator/correlate/span.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --- the alert --- */

static void
make_id(const struct watched *w, int64_t first_ns, char out[static ID_TEXT_MAX])
{
	char what[256];

	snprintf(what, sizeof(what), "%s\n%s\n%s\n", MISSING_ALERT, w->s.name,
	    w->s.of);
	ident_make(what, first_ns, NS_PER_SEC, out);
}

static void
tell(struct missing *m, struct watched *w)
{
	bool update = w->told;

	w->told = true;
	m->sink.changed(m->sink.arg, &w->a, update);
}

/* 'n' windows in a row had nothing; 'last' is the last of them. */
static void
missed(struct missing *m, struct watched *w, const struct due *first,
    const struct due *last, uint64_t n)
{
	struct alert *a = &w->a;

	if (!w->open) {
		*a = (struct alert){.severity = SEVERITY_ALARM,
		    .detector = MISSING_ALERT,
		    .first_ns = first->end_ns};
		make_id(w, a->first_ns, a->id);
		missing_alert_parties(a, m->site, &w->x->bounds);
		w->open = true;
		w->told = false;
	}
	a->count += n;
	a->last_ns = last->end_ns;
	missing_alert_text(a, w->x, NULL);
	tell(m, w);
}

static void
came(struct missing *m, struct watched *w, const struct due *in)
{
	if (!w->open)
		return;
	w->open = false;
	missing_alert_text(&w->a, w->x, in);
	tell(m, w);
}

/* --- judging --- */

static void
forget_seen(struct watched *w, int64_t until_ns)
{
	size_t n = 0;

	while (n < w->s.n_seen && w->s.seen_ns[n] < until_ns)
		n++;
	w->s.n_seen -= n;
	memmove(w->s.seen_ns, w->s.seen_ns + n,
	    w->s.n_seen * sizeof(*w->s.seen_ns));
}

/*
 * How many windows in a row from 'first' on had nothing, as far as they ended
 * by 'limit_ns', and the last of them.  Those of an "every" are not looked at
 * one by one: a clock that jumps over centuries costs no time.
 */
static uint64_t
count_missed(const struct watched *w, int64_t limit_ns, const struct due *first,
    struct due *last)
{
	const struct schedule *s = &w->x->schedule;
	const uint64_t every = (uint64_t)s->every_ns;
	struct due next;
	uint64_t n = 1;

	*last = *first;
	if (w->s.n_seen > 0 && w->s.seen_ns[0] < limit_ns)
		limit_ns = w->s.seen_ns[0];
	if (every == 0) {
		while (schedule_next(s, last->end_ns, &next) &&
		       next.end_ns <= limit_ns) {
			*last = next;
			n++;
		}
	} else if (limit_ns > first->end_ns) {
		n += ((uint64_t)limit_ns - (uint64_t)first->end_ns) / every;
		last->end_ns =
		    (int64_t)((uint64_t)first->end_ns + (n - 1) * every);
		last->start_ns = last->end_ns - s->every_ns;
	}
	return n;
}

static void
judge(struct missing *m, struct watched *w, int64_t now_ns)
{
	struct due win, last;
	uint64_t n;

	if (w->s.since_ns == TIME_NONE)
		return;
	if (w->s.judged_ns == TIME_NONE)
		w->s.judged_ns = w->s.since_ns;
	if (w->x->expires_ns != TIME_NONE && now_ns > w->x->expires_ns)
		now_ns = w->x->expires_ns;
	while (schedule_next(&w->x->schedule, w->s.judged_ns, &win) &&
	       win.end_ns <= now_ns) {
		last = win;
		if (w->s.n_seen > 0 && w->s.seen_ns[0] == win.start_ns) {
			came(m, w, &win);
		} else if (win.start_ns >= w->s.since_ns) {
			n = count_missed(w, now_ns, &win, &last);
			missed(m, w, &win, &last, n);
		}
		w->s.judged_ns = last.end_ns;
		forget_seen(w, last.end_ns);
	}
}

/* Something came in the window that began then. */
static void
put_seen(struct missing *m, struct watched *w, int64_t start_ns)
{
	struct due oldest;
	size_t at = w->s.n_seen;

	while (at > 0 && w->s.seen_ns[at - 1] > start_ns)
		at--;
	if (at > 0 && w->s.seen_ns[at - 1] == start_ns)
		return;
	if (w->s.n_seen == EXPECTATION_SEEN_MAX) {
		if (!schedule_next(&w->x->schedule, w->s.seen_ns[0], &oldest))
			return;
		judge(m, w, oldest.end_ns);
		if (start_ns >= w->s.judged_ns)
			put_seen(m, w, start_ns);
		return;
	}
	memmove(w->s.seen_ns + at + 1, w->s.seen_ns + at,
	    (w->s.n_seen - at) * sizeof(*w->s.seen_ns));
	w->s.seen_ns[at] = start_ns;
	w->s.n_seen++;
}

static void
note_time(struct missing *m, int64_t t)
{
	m->newest_ns = span_later(m->newest_ns, t);
	for (size_t i = 0; i < m->n; i++)
		if (m->watched[i].s.judged_ns == TIME_NONE)
			m->watched[i].s.since_ns =
			    span_earlier(m->watched[i].s.since_ns, t);
}

void
missing_connection(struct missing *m, const struct connection *c)
{
	struct due win;

	if (m->n == 0 || c->start_ns == TIME_NONE)
		return;
	note_time(m, c->start_ns);
	for (size_t i = 0; c->expected && i < m->n; i++) {
		struct watched *w = &m->watched[i];

		if (!expectation_explains(w->x, &c->client.addr, c->client_port,
			&c->server.addr, c->server_port, c->start_ns))
			continue;
		w->s.last_ns = span_later(w->s.last_ns, c->start_ns);
		if (schedule_next(&w->x->schedule, c->start_ns, &win) &&
		    win.start_ns <= c->start_ns &&
		    (w->s.judged_ns == TIME_NONE ||
			win.start_ns >= w->s.judged_ns))
			put_seen(m, w, win.start_ns);
	}
}

void
missing_advance(struct missing *m, int64_t now_ns)
{
	if (m->n == 0 || now_ns > INT64_MAX - MISSING_GRACE_NS ||
	    now_ns < INT64_MIN + MISSING_GRACE_NS)
		return;
	if (m->hold_ns == TIME_NONE)
		m->hold_ns = now_ns + MISSING_GRACE_NS;
	note_time(m, now_ns);
	for (size_t i = 0; now_ns >= m->hold_ns && i < m->n; i++)
		judge(m, &m->watched[i], now_ns - MISSING_GRACE_NS);
}

void
missing_finish(struct missing *m)
{
	for (size_t i = 0; m->newest_ns != TIME_NONE && i < m->n; i++)
		judge(m, &m->watched[i], m->newest_ns);
}

/* --- life --- */

void
missing_restore_alert(struct missing *m, const struct alert *a)
{
	char id[ID_TEXT_MAX];

	if (strcmp(a->detector, MISSING_ALERT) != 0)
		return;
	for (size_t i = 0; i < m->n; i++) {
		struct watched *w = &m->watched[i];

		make_id(w, a->first_ns, id);
		if (strcmp(id, a->id) != 0)
			continue;
		w->a = *a;
		w->told = true;
	}
}

void
missing_restore(struct missing *m, const struct expectation_state *s)
{
	for (size_t i = 0; i < m->n; i++) {
		struct watched *w = &m->watched[i];

		if (strcmp(w->s.name, s->name) != 0 ||
		    strcmp(w->s.of, s->of) != 0)
			continue;
		w->s.since_ns = s->since_ns;
		w->s.judged_ns = s->judged_ns;
		w->s.last_ns = span_later(w->s.last_ns, s->last_ns);
		w->open = w->told && s->judged_ns != TIME_NONE &&
			  w->a.last_ns == s->judged_ns;
		for (size_t k = 0; k < s->n_seen; k++)
			put_seen(m, w, s->seen_ns[k]);
		if (s->judged_ns != TIME_NONE)
			forget_seen(w, s->judged_ns);
	}
}

bool
missing_get(const struct missing *m, size_t i, struct expectation_state *out)
{
	if (i >= m->n)
		return false;
	*out = m->watched[i].s;
	return true;
}

static void
watch(struct watched *w, const struct expectation *x)
{
	char what[1024];

	w->x = x;
	snprintf(w->s.name, sizeof(w->s.name), "%s", x->match.name);
	w->s.since_ns = w->s.judged_ns = w->s.last_ns = TIME_NONE;
	snprintf(what, sizeof(what), "%s\n%s", x->schedule_text, x->match.text);
	ident_make(what, TIME_NONE, NS_PER_SEC, w->s.of);
}

struct missing *
missing_new(const struct site *site, const struct alerts_sink *sink)
{
	struct missing *m = calloc(1, sizeof(*m));

	if (m == NULL)
		return NULL;
	m->site = site;
	m->sink = *sink;
	m->newest_ns = m->hold_ns = TIME_NONE;
	m->watched = calloc(site->n_expected + 1, sizeof(*m->watched));
	if (m->watched == NULL) {
		free(m);
		return NULL;
	}
	for (size_t i = 0; i < site->n_expected; i++)
		if (site->expected[i].schedule_text != NULL)
			watch(&m->watched[m->n++], &site->expected[i]);
	return m;
}

void
missing_free(struct missing *m)
{
	if (m == NULL)
		return;
	free(m->watched);
	free(m);
}
