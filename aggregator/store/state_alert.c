/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "aggregator/store/state_internal.h"
#include "common/err.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NAMES_TEXT_MAX (ALERT_NAMES_MAX * SITE_NAME_MAX)

/* Names as lines of text, for people who read the table with SQL. */
static const char *
lines_from_names(const struct names *s, char out[static NAMES_TEXT_MAX])
{
	size_t len = 0;

	out[0] = '\0';
	for (size_t i = 0; i < s->n; i++)
		len += (size_t)snprintf(out + len, NAMES_TEXT_MAX - len, "%s%s",
		    i == 0 ? "" : "\n", s->name[i]);
	return out;
}

static void
names_from_lines(const char *text, struct names *out)
{
	out->n = 0;
	while (*text != '\0' && out->n < ALERT_NAMES_MAX) {
		size_t len = strcspn(text, "\n");

		/* In their order: some lists have another than the alphabet's.
		 */
		snprintf(
		    out->name[out->n++], SITE_NAME_MAX, "%.*s", (int)len, text);
		text += len + (text[len] == '\n');
	}
}

int
state_put_alert(struct state *s, const struct alert *a, struct err *e)
{
	struct query q = query_start(s->db, STATE_PUT_ALERT);
	char honeypots[NAMES_TEXT_MAX], sensors[NAMES_TEXT_MAX];

	query_text(&q, a->id);
	query_text(&q, a->detector);
	query_i64(&q, a->severity);
	query_text(&q, a->honeynet);
	query_text(&q, a->honeypot);
	query_addr(&q, &a->address);
	query_addr(&q, a->has_peer ? &a->peer : NULL);
	query_i64(&q, a->port);
	query_time(&q, a->first_ns);
	query_time(&q, a->last_ns);
	query_u64(&q, a->count);
	query_u64(&q, a->peers);
	query_text(&q, lines_from_names(&a->honeypots, honeypots));
	query_text(&q, lines_from_names(&a->sensors, sensors));
	query_text(&q, a->incident);
	query_text(&q, a->text);
	query_addr(&q, a->has_connection ? &a->client : NULL);
	query_addr(&q, a->has_connection ? &a->server : NULL);
	query_i64(&q, a->client_port);
	query_text(&q, a->note);
	return query_run(&q, e);
}

void
state_get_alert(struct query *q, struct alert *a)
{
	*a = (struct alert){0};
	query_get_text(q, a->id, sizeof(a->id));
	query_get_text(q, a->detector, sizeof(a->detector));
	a->severity = (enum severity)query_get_i64(q);
	query_get_text(q, a->honeynet, sizeof(a->honeynet));
	query_get_text(q, a->honeypot, sizeof(a->honeypot));
	query_get_addr(q, &a->address);
	a->has_peer = query_get_addr(q, &a->peer);
	a->port = (uint16_t)query_get_i64(q);
	a->first_ns = query_get_time(q);
	a->last_ns = query_get_time(q);
	a->count = query_get_u64(q);
	a->peers = query_get_u64(q);
	names_from_lines(query_peek_text(q), &a->honeypots);
	names_from_lines(query_peek_text(q), &a->sensors);
	query_get_text(q, a->incident, sizeof(a->incident));
	query_get_text(q, a->text, sizeof(a->text));
	a->has_connection = query_get_addr(q, &a->client);
	query_get_addr(q, &a->server);
	a->client_port = (uint16_t)query_get_i64(q);
	query_get_text(q, a->note, sizeof(a->note));
}

int
state_alerts(struct state *s, state_alert_fn *fn, void *arg, struct err *e)
{
	struct query q = query_start(s->db, STATE_ALERTS);
	struct alert a;
	int rc;

	while ((rc = query_step(&q, e)) == 1) {
		state_get_alert(&q, &a);
		if ((rc = fn(arg, &a)) != 0) {
			query_end(&q);
			break;
		}
	}
	return rc;
}
