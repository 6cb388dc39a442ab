/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "aggregator/correlate/operator.h"
#include "common/clock.h"
#include "tests/unit/cm.h"
#include "tests/unit/piping.h"

#include <string.h>

#define SITE "home lab 10.0.0.0/16\n"

static struct err e;

static const char *
apply(struct incident *i, enum operation_verb verb, const char *reason,
    const char *verdict, int64_t mute_ns)
{
	struct operation o = {.verb = verb, .mute_ns = mute_ns};
	char said[ERR_TEXT_MAX];

	snprintf(o.incident, sizeof(o.incident), "%032d", 7);
	snprintf(o.reason, sizeof(o.reason), "%s", reason);
	snprintf(o.verdict, sizeof(o.verdict), "%s", verdict);
	return operator_apply(i, &o, "alice", line_time("+60"), said, &e);
}

static void
an_operator_acknowledges_mutes_and_judges(void **state)
{
	struct incident i = {.state = "open"};

	(void)state;
	assert_string_equal(apply(&i, OPERATION_ACK, "", "", 0), "update");
	assert_string_equal(i.handling.acknowledged_by, "alice");
	assert_true(i.handling.acknowledged_ns == line_time("+60"));
	assert_null(apply(&i, OPERATION_MUTE, "", "", NS_PER_SEC));
	assert_string_equal(
	    apply(&i, OPERATION_MUTE, "why", "", NS_PER_SEC), "update");
	assert_true(i.handling.muted_until_ns == line_time("+61"));
	assert_string_equal(apply(&i, OPERATION_MUTE, "", "", 0), "update");
	assert_true(i.handling.muted_until_ns == 0);
	assert_null(apply(&i, OPERATION_VERDICT, "", "guilty", 0));
	assert_string_equal(
	    apply(&i, OPERATION_VERDICT, "", "expected", 0), "update");
	assert_string_equal(i.handling.verdict, "expected");
	assert_string_equal(i.state, "open");
}

static void
a_close_needs_a_verdict_or_a_reason_and_ends_a_mute(void **state)
{
	struct incident i = {.state = "open"};

	(void)state;
	assert_null(apply(&i, OPERATION_CLOSE, "", "", 0));
	assert_string_equal(i.state, "open");
	apply(&i, OPERATION_MUTE, "why", "", NS_PER_HOUR);
	assert_string_equal(apply(&i, OPERATION_CLOSE, "done", "", 0), "close");
	assert_string_equal(i.state, "closed");
	assert_true(i.handling.muted_until_ns == 0);
	assert_true(i.handling.closed_ns == line_time("+60"));
	/* What is closed can be judged and rebuilt, nothing else. */
	assert_null(apply(&i, OPERATION_CLOSE, "again", "", 0));
	assert_null(apply(&i, OPERATION_ACK, "", "", 0));
	assert_null(apply(&i, OPERATION_MUTE, "why", "", NS_PER_HOUR));
	assert_string_equal(
	    apply(&i, OPERATION_VERDICT, "", "unclear", 0), "update");
	assert_string_equal(apply(&i, OPERATION_REBUILD, "", "", 0), "update");
	i = (struct incident){.state = "open"};
	apply(&i, OPERATION_VERDICT, "", "unclear", 0);
	assert_string_equal(apply(&i, OPERATION_CLOSE, "", "", 0), "close");
	i = (struct incident){.state = "open"};
	assert_string_equal(apply(&i, OPERATION_REBUILD, "", "", 0), "close");
	assert_true(i.handling.rebuilt_ns == i.handling.closed_ns);
}

/* --- what comes after it --- */

/* As the aggregator does it. */
static void
close_at(struct piping *x, size_t incident, const char *time)
{
	struct incident *i = &x->incident[incident];

	snprintf(i->state, sizeof(i->state), "closed");
	i->handling.closed_ns = line_time(time);
	pipeline_handle(x->p, i);
}

#define OUT(time, port, seq)                                                   \
	time " pot1 10.0.0.5:40" seq " > 198.51.100.1:" port " S seq=" seq     \
	     " hook=out\n"

static void
evidence_after_a_close_is_the_next_incident(void **state)
{
	struct piping *x = piping_open(SITE);
	const struct incident *old, *new;

	(void)state;
	piping_put(x, OUT("+0", "22", "01"));
	assert_int_equal(x->n_incident, 1);
	close_at(x, 0, "+100");
	/* A straggler from before is what was closed. */
	piping_put(x, OUT("+99", "6667", "02"));
	assert_int_equal(x->n_incident, 1);
	assert_int_equal(x->incident[0].n_evidence, 2);
	/* The alert goes on: the same as evidence of the next one. */
	piping_put(x, OUT("+200", "22", "03"));
	assert_int_equal(x->n_incident, 2);
	old = &x->incident[0];
	new = &x->incident[1];
	assert_string_equal(new->state, "open");
	assert_string_equal(new->handling.previous, old->id);
	assert_string_not_equal(new->id, old->id);
	assert_int_equal(new->n_evidence, 1);
	assert_true(new->evidence[0].time_ns == line_time("+100"));
	assert_true(new->onset_ns == line_time("+100"));
	assert_int_equal(old->n_evidence, 2);
	piping_close(x);
}

static void
the_next_incident_is_the_same_after_a_restart(void **state)
{
	static const char *const after[] = {OUT("+200", "6667", "04"),
	    OUT("+201", "22", "05"), OUT("+30000", "6668", "06")};
	char *plain = NULL;

	(void)state;
	for (int restarts = 0; restarts < 2; restarts++) {
		struct piping *x = piping_open(SITE);
		char *text;

		piping_put(x, OUT("+0", "22", "01"));
		close_at(x, 0, "+100");
		for (size_t i = 0; i < 3; i++) {
			if (restarts)
				piping_restart(x);
			piping_put(x, after[i]);
		}
		assert_int_equal(x->n_incident, 2);
		text = piping_text(x);
		if (plain != NULL)
			assert_string_equal(plain, text);
		free(plain);
		plain = text;
		piping_close(x);
	}
	free(plain);
}

/* A snapshot from before the incident; what operators did is in the state. */
static void
a_close_is_known_when_records_are_correlated_again(void **state)
{
	struct piping *x = piping_open(SITE);
	struct incident closed;

	(void)state;
	piping_put(x, OUT("+0", "22", "01"));
	close_at(x, 0, "+100");
	assert_int_equal(incident_copy(&closed, &x->incident[0]), 0);
	piping_close(x);
	x = piping_open(SITE);
	pipeline_handle(x->p, &closed);
	piping_put(x, OUT("+0", "22", "01"));
	piping_put(x, OUT("+200", "6667", "02"));
	assert_int_equal(x->n_incident, 2);
	assert_string_equal(x->incident[0].id, closed.id);
	assert_string_equal(x->incident[0].state, "closed");
	assert_string_equal(x->incident[1].handling.previous, closed.id);
	incident_fini(&closed);
	piping_close(x);
}

#define CALL(time, from, to, port, seq)                                        \
	time " gw " from ":50" seq " > " to ":" port " S seq=" seq             \
	     " hook=forward\n"

static enum severity
pivot_to(const struct piping *x, uint16_t port)
{
	const struct alert *a = piping_find(x, "pivot", port);

	assert_non_null(a);
	return a->severity;
}

static void
a_honeypot_is_not_suspect_once_its_incident_is_closed(void **state)
{
	struct piping *x = piping_open(SITE);

	(void)state;
	piping_put(x, OUT("+0", "22", "01"));
	piping_put(x, CALL("+10", "10.0.0.5", "10.0.0.8", "80", "01"));
	pipeline_advance(x->p, line_time("+11"));
	assert_int_equal(pivot_to(x, 80), SEVERITY_COMPROMISED);
	close_at(x, 0, "+100");
	piping_put(x, CALL("+200", "10.0.0.5", "10.0.0.8", "81", "02"));
	piping_put(x, CALL("+201", "10.0.0.5", "198.51.100.7", "8080", "03"));
	piping_put(x, CALL("+202", "10.0.0.9", "198.51.100.7", "8080", "04"));
	pipeline_advance(x->p, line_time("+210"));
	assert_int_equal(pivot_to(x, 81), SEVERITY_NOTICE);
	assert_int_equal(
	    piping_find(x, "shared-peer", 8080)->severity, SEVERITY_NOTICE);
	assert_int_equal(x->n_incident, 1);
	/* Also after a restart, of which nothing is known but the state. */
	piping_restart(x);
	piping_put(x, CALL("+250", "10.0.0.5", "10.0.0.8", "83", "06"));
	pipeline_advance(x->p, line_time("+260"));
	assert_int_equal(pivot_to(x, 83), SEVERITY_NOTICE);
	/* It falls again. */
	piping_put(x, OUT("+300", "22", "05"));
	assert_int_equal(x->n_incident, 2);
	piping_put(x, CALL("+400", "10.0.0.5", "10.0.0.8", "82", "05"));
	pipeline_advance(x->p, line_time("+410"));
	assert_int_equal(pivot_to(x, 82), SEVERITY_COMPROMISED);
	piping_close(x);
}

static void
what_was_done_after_the_snapshot_is_done_again(void **state)
{
	struct piping *x = piping_open(SITE);
	struct piping_kept kept = {.n = 0};

	(void)state;
	piping_put(x, OUT("+0", "22", "01"));
	assert_int_equal(pipeline_snapshot(x->p, piping_keep, &kept, &e), 0);
	x->incident[0].handling.acknowledged_ns = line_time("+5");
	pipeline_handle(x->p, &x->incident[0]);
	pipeline_free(x->p);
	piping_open_pipeline(x);
	assert_int_equal(pipeline_resume(x->p, piping_kept, &kept, &e), 0);
	pipeline_handle(x->p, &x->incident[0]);
	piping_put(x, OUT("+10", "6667", "02"));
	assert_int_equal(x->n_incident, 1);
	assert_int_equal(x->incident[0].n_evidence, 2);
	assert_true(x->incident[0].handling.acknowledged_ns == line_time("+5"));
	piping_kept_fini(&kept);
	piping_close(x);
}

static void
what_is_muted_is_known_by_its_alerts(void **state)
{
	struct piping *x = piping_open(SITE);
	struct alert other = {.incident = ""};

	(void)state;
	piping_put(x, OUT("+0", "22", "01"));
	assert_false(
	    pipeline_is_muted(x->p, piping_find(x, "outbound-ssh", 22)));
	x->incident[0].handling.muted_until_ns = line_time("+9");
	pipeline_handle(x->p, &x->incident[0]);
	assert_true(
	    pipeline_is_muted(x->p, piping_find(x, "outbound-ssh", 22)));
	assert_false(pipeline_is_muted(x->p, piping_find(x, "outbound", 22)));
	assert_false(pipeline_is_muted(x->p, &other));
	piping_close(x);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(an_operator_acknowledges_mutes_and_judges),
	    cmocka_unit_test(
		a_close_needs_a_verdict_or_a_reason_and_ends_a_mute),
	    cmocka_unit_test(evidence_after_a_close_is_the_next_incident),
	    cmocka_unit_test(the_next_incident_is_the_same_after_a_restart),
	    cmocka_unit_test(
		a_close_is_known_when_records_are_correlated_again),
	    cmocka_unit_test(
		a_honeypot_is_not_suspect_once_its_incident_is_closed),
	    cmocka_unit_test(what_was_done_after_the_snapshot_is_done_again),
	    cmocka_unit_test(what_is_muted_is_known_by_its_alerts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
