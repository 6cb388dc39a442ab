/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "aggregator/store/state_internal.h"
#include "common/err.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SEEN_TEXT_MAX                                                          \
	(EXPECTATION_SEEN_MAX * 21) /* a sign, 19 digits, '\n'                 \
				     */

static const char *
lines_from_times(const int64_t *t, size_t n, char out[static SEEN_TEXT_MAX])
{
	size_t len = 0;

	out[0] = '\0';
	for (size_t i = 0; i < n && i < EXPECTATION_SEEN_MAX; i++)
		len += (size_t)snprintf(out + len, SEEN_TEXT_MAX - len,
		    "%s%" PRId64, i == 0 ? "" : "\n", t[i]);
	return out;
}

static size_t
times_from_lines(const char *text, int64_t out[static EXPECTATION_SEEN_MAX])
{
	size_t n = 0;

	while (*text != '\0' && n < EXPECTATION_SEEN_MAX) {
		out[n++] = strtoll(text, NULL, 10);
		text += strcspn(text, "\n");
		text += *text == '\n';
	}
	return n;
}

int
state_put_expectation(
    struct state *s, const struct expectation_state *x, struct err *e)
{
	struct query q = query_start(s->db, STATE_PUT_EXPECTATION);
	char seen[SEEN_TEXT_MAX];

	query_text(&q, x->name);
	query_text(&q, x->of);
	query_time(&q, x->since_ns);
	query_time(&q, x->judged_ns);
	query_time(&q, x->last_ns);
	query_text(&q, lines_from_times(x->seen_ns, x->n_seen, seen));
	return query_run(&q, e);
}

int
state_expectations(
    struct state *s, state_expectation_fn *fn, void *arg, struct err *e)
{
	struct query q = query_start(s->db, STATE_EXPECTATIONS);
	struct expectation_state x;
	int rc;

	while ((rc = query_step(&q, e)) == 1) {
		x = (struct expectation_state){0};
		query_get_text(&q, x.name, sizeof(x.name));
		query_get_text(&q, x.of, sizeof(x.of));
		x.since_ns = query_get_time(&q);
		x.judged_ns = query_get_time(&q);
		x.last_ns = query_get_time(&q);
		x.n_seen = times_from_lines(query_peek_text(&q), x.seen_ns);
		if ((rc = fn(arg, &x)) != 0) {
			query_end(&q);
			break;
		}
	}
	return rc;
}
