/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "aggregator/store/state_internal.h"
#include "common/err.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#define ALIASES_LINES_MAX (ALIASES_TEXT_MAX * ADDR_TEXT_MAX)

static const char *
lines_from_addrs(
    const struct addr *a, size_t n, char out[static ALIASES_LINES_MAX])
{
	char text[ADDR_TEXT_MAX];
	size_t len = 0;

	out[0] = '\0';
	for (size_t i = 0; i < n; i++)
		len += (size_t)snprintf(out + len, ALIASES_LINES_MAX - len,
		    "%s%s", i == 0 ? "" : "\n", addr_format(&a[i], text));
	return out;
}

static size_t
addrs_from_lines(const char *text, struct addr *out, size_t max)
{
	char one[ADDR_TEXT_MAX];
	size_t n = 0;

	while (*text != '\0' && n < max) {
		size_t len = strcspn(text, "\n");

		snprintf(one, sizeof(one), "%.*s", (int)len, text);
		if (addr_parse(one, &out[n]) == 0)
			n++;
		text += len + (text[len] == '\n');
	}
	return n;
}

static int
put_evidence(struct state *s, const char *incident, size_t place,
    const struct evidence *x, struct err *e)
{
	struct query q = query_start(s->db, STATE_PUT_EVIDENCE);

	query_text(&q, incident);
	query_u64(&q, place);
	query_text(&q, x->kind);
	query_time(&q, x->time_ns);
	query_addr(&q, x->has_peer ? &x->peer : NULL);
	query_i64(&q, x->port);
	query_u64(&q, x->count);
	query_text(&q, x->text);
	query_text(&q, x->alert);
	return query_run(&q, e);
}

/* An incident and all of it change together, also when nobody began. */
static int
put_all_evidence(struct state *s, const struct incident *i, struct err *e)
{
	struct query q;

	for (size_t k = 0; k < i->n_evidence; k++)
		if (put_evidence(s, i->id, k, &i->evidence[k], e) == -1)
			return -1;
	q = query_start(s->db, STATE_CUT_EVIDENCE);
	query_text(&q, i->id);
	query_u64(&q, i->n_evidence);
	return query_run(&q, e);
}

static int
put_incident(struct state *s, const struct incident *i, struct err *e)
{
	struct query q = query_start(s->db, STATE_PUT_INCIDENT);
	char aliases[ALIASES_LINES_MAX];

	query_text(&q, i->id);
	query_text(&q, i->honeynet);
	query_text(&q, i->honeypot);
	query_addr(&q, &i->address);
	query_text(&q, lines_from_addrs(i->alias, i->n_alias, aliases));
	query_i64(&q, i->severity);
	query_text(&q, i->state);
	query_time(&q, i->onset_ns);
	query_time(&q, i->last_ns);
	query_u64(&q, i->evidence_left_out);
	query_u64(&q, i->episodes_left_out);
	if (query_run(&q, e) == -1)
		return -1;
	if (put_all_evidence(s, i, e) == -1)
		return -1;
	return state_put_episodes(s, i, e);
}

int
state_put_incident(struct state *s, const struct incident *i, struct err *e)
{
	if (s->open)
		return put_incident(s, i, e);
	if (state_begin(s, e) == -1)
		return -1;
	if (put_incident(s, i, e) == -1) {
		(void)state_commit(s, NULL);
		return -1;
	}
	return state_commit(s, e);
}

static void
get_evidence(struct query *q, struct evidence *x)
{
	*x = (struct evidence){0};
	query_get_text(q, x->kind, sizeof(x->kind));
	x->time_ns = query_get_time(q);
	x->has_peer = query_get_addr(q, &x->peer);
	x->port = (uint16_t)query_get_i64(q);
	x->count = query_get_u64(q);
	query_get_text(q, x->text, sizeof(x->text));
	query_get_text(q, x->alert, sizeof(x->alert));
}

/* Into room for EVIDENCE_MAX. */
static int
read_evidence(struct state *s, struct incident *i, struct err *e)
{
	struct query q = query_start(s->db, STATE_EVIDENCE);
	int rc;

	i->n_evidence = 0;
	query_text(&q, i->id);
	query_i64(&q, EVIDENCE_MAX);
	while ((rc = query_step(&q, e)) == 1)
		get_evidence(&q, &i->evidence[i->n_evidence++]);
	return rc;
}

static void
get_incident(struct query *q, struct incident *i)
{
	query_get_text(q, i->id, sizeof(i->id));
	query_get_text(q, i->honeynet, sizeof(i->honeynet));
	query_get_text(q, i->honeypot, sizeof(i->honeypot));
	query_get_addr(q, &i->address);
	i->n_alias =
	    addrs_from_lines(query_peek_text(q), i->alias, ALIASES_TEXT_MAX);
	i->severity = (enum severity)query_get_i64(q);
	query_get_text(q, i->state, sizeof(i->state));
	i->onset_ns = query_get_time(q);
	i->last_ns = query_get_time(q);
	i->evidence_left_out = query_get_u64(q);
	i->episodes_left_out = query_get_u64(q);
}

static int
tell_incidents(struct state *s, state_incident_fn *fn, void *arg,
    struct incident *i, struct err *e)
{
	struct query q = query_start(s->db, STATE_INCIDENTS);
	int rc;

	while ((rc = query_step(&q, e)) == 1) {
		get_incident(&q, i);
		rc = read_evidence(s, i, e);
		if (rc == 0)
			rc = state_read_episodes(s, i, e);
		if (rc == -1 || (rc = fn(arg, i)) != 0) {
			query_end(&q);
			break;
		}
	}
	return rc;
}

int
state_incidents(
    struct state *s, state_incident_fn *fn, void *arg, struct err *e)
{
	struct incident i = {0};
	bool snapshot = s->mode == STORE_READ;
	int rc = 0;

	i.evidence = calloc(EVIDENCE_MAX, sizeof(*i.evidence));
	i.episode = calloc(EPISODES_MAX, sizeof(*i.episode));
	if (i.evidence == NULL || i.episode == NULL) {
		incident_fini(&i);
		return err_set(e, EX_OSERR, "out of memory");
	}
	/* An incident and its evidence are of the same moment. */
	if (snapshot)
		rc = db_begin(s->db, e);
	if (rc == 0)
		rc = tell_incidents(s, fn, arg, &i, e);
	if (snapshot)
		db_undo(s->db);
	incident_fini(&i);
	return rc;
}
