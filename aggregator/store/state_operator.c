/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "aggregator/store/state_internal.h"
#include "common/err.h"

/* What operators did to incidents, and what follows from it. */

int
state_put_handling(struct state *s, const struct incident *i, struct err *e)
{
	struct query q = query_start(s->db, STATE_PUT_HANDLING);
	const struct handling *h = &i->handling;

	query_text(&q, i->id);
	query_i64(&q, h->acknowledged_ns);
	query_text(&q, h->acknowledged_by);
	query_i64(&q, h->muted_until_ns);
	query_text(&q, h->verdict);
	query_i64(&q, h->closed_ns);
	query_i64(&q, h->rebuilt_ns);
	query_text(&q, h->previous);
	query_i64(&q, h->previous_closed_ns);
	return query_run(&q, e);
}

int
state_get_handling(struct state *s, struct incident *i, struct err *e)
{
	struct query q = query_start(s->db, STATE_HANDLING);
	char incident[ID_TEXT_MAX];
	struct handling *h = &i->handling;
	int rc;

	*h = (struct handling){0};
	query_text(&q, i->id);
	rc = query_step(&q, e);
	if (rc != 1)
		return rc;
	query_get_text(&q, incident, sizeof(incident));
	h->acknowledged_ns = query_get_i64(&q);
	query_get_text(&q, h->acknowledged_by, sizeof(h->acknowledged_by));
	h->muted_until_ns = query_get_i64(&q);
	query_get_text(&q, h->verdict, sizeof(h->verdict));
	h->closed_ns = query_get_i64(&q);
	h->rebuilt_ns = query_get_i64(&q);
	query_get_text(&q, h->previous, sizeof(h->previous));
	h->previous_closed_ns = query_get_i64(&q);
	query_end(&q);
	return 0;
}

int
state_put_audit(struct state *s, const struct audit *a, struct err *e)
{
	struct query q = query_start(s->db, STATE_AUDIT);

	query_i64(&q, a->time_ns);
	query_u64(&q, a->uid);
	query_text(&q, a->user);
	query_text(&q, a->verb);
	query_text(&q, a->incident);
	query_text(&q, a->honeypot);
	query_text(&q, a->detail);
	query_text(&q, a->reason);
	return query_run(&q, e);
}

int
state_audits(struct state *s, const char *incident, state_audit_fn *fn,
    void *arg, struct err *e)
{
	struct query q = query_start(s->db, STATE_AUDITED);
	struct audit a;
	int rc;

	query_text(&q, incident == NULL ? "" : incident);
	while ((rc = query_step(&q, e)) == 1) {
		a.time_ns = query_get_i64(&q);
		a.uid = (uint32_t)query_get_u64(&q);
		query_get_text(&q, a.user, sizeof(a.user));
		query_get_text(&q, a.verb, sizeof(a.verb));
		query_get_text(&q, a.incident, sizeof(a.incident));
		query_get_text(&q, a.honeypot, sizeof(a.honeypot));
		query_get_text(&q, a.detail, sizeof(a.detail));
		query_get_text(&q, a.reason, sizeof(a.reason));
		if ((rc = fn(arg, &a)) != 0) {
			query_end(&q);
			break;
		}
	}
	return rc;
}

int
state_muted(struct state *s, char incident[static ID_TEXT_MAX],
    int64_t *until_ns, struct err *e)
{
	struct query q = query_start(s->db, STATE_MUTED);
	int rc = query_step(&q, e);

	if (rc != 1)
		return rc;
	query_get_text(&q, incident, ID_TEXT_MAX);
	*until_ns = query_get_i64(&q);
	query_end(&q);
	return 1;
}

int
state_hold(struct state *s, const char *alert, bool update, struct err *e)
{
	struct query q = query_start(s->db, STATE_HOLD);

	query_text(&q, alert);
	query_i64(&q, update);
	return query_run(&q, e);
}

int
state_held(struct state *s, const char *incident, size_t max, state_held_fn *fn,
    void *arg, struct err *e)
{
	struct query q = query_start(s->db, STATE_HELD);
	struct alert a;
	int rc;

	query_text(&q, incident);
	query_u64(&q, max);
	while ((rc = query_step(&q, e)) == 1) {
		state_get_alert(&q, &a);
		if ((rc = fn(arg, &a, query_get_i64(&q) != 0)) != 0) {
			query_end(&q);
			break;
		}
	}
	return rc;
}

int
state_release(struct state *s, const char *alert, struct err *e)
{
	struct query q = query_start(s->db, STATE_RELEASE);

	query_text(&q, alert);
	return query_run(&q, e);
}
