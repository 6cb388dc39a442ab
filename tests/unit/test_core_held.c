/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a muted incident held back is told, or dropped, when the mute ends. */
#include "tests/unit/cm.h"

#include "tests/unit/core_fixture.h"

#define ID "00112233445566778899aabbccddeeff"
#define ALERTS 600 /* more than go into one step */

struct logged {
	size_t alerts, incidents;
	bool incident_is_last;
};

static int
count(void *arg, const struct log_entry *x)
{
	struct logged *n = arg;
	bool incident = strncmp(x->topic, "incident/", 9) == 0;

	n->incidents += incident;
	n->alerts += !incident;
	n->incident_is_last = incident;
	return 0;
}

static void
hold_alerts(struct cores *x)
{
	struct alert a = {.severity = SEVERITY_SUSPECT, .count = 1};
	struct err *e = &x->f->e;

	snprintf(a.incident, sizeof(a.incident), ID);
	snprintf(a.honeynet, sizeof(a.honeynet), "lab");
	snprintf(a.detector, sizeof(a.detector), "outbound");
	assert_int_equal(state_begin(x->c.state, e), 0);
	for (int k = 0; k < ALERTS; k++) {
		snprintf(a.id, sizeof(a.id), "%032d", k);
		assert_int_equal(state_put_alert(x->c.state, &a, e), 0);
		assert_int_equal(state_hold(x->c.state, a.id, false, e), 0);
	}
	assert_int_equal(state_commit(x->c.state, e), 0);
}

static struct logged
handle(struct cores *x, int64_t closed_ns)
{
	const struct audit a = {.verb = "mute", .incident = ID};
	struct incident i = {.id = ID, .honeynet = "lab", .state = "open"};
	struct logged n = {0};
	struct err *e = &x->f->e;

	x->c.news = core_news_new();
	x->c.wire = wire_new();
	hold_alerts(x);
	i.severity = SEVERITY_SUSPECT;
	i.handling.closed_ns = closed_ns;
	assert_int_equal(core_tell_handled(&x->c, &i, "update", &a, e), 0);
	assert_int_equal(
	    state_log_after(x->c.state, 0, 10000, count, &n, e), 0);
	core_news_free(x->c.news);
	wire_free(x->c.wire);
	return n;
}

static void
all_alerts_are_told_and_then_the_incident_once(void **state)
{
	const struct logged n = handle(*state, 0);

	assert_int_equal(n.alerts, ALERTS);
	assert_int_equal(n.incidents, 1);
	assert_true(n.incident_is_last);
}

static void
a_closed_incident_is_told_once_and_its_alerts_never(void **state)
{
	const struct logged n = handle(*state, 1);

	assert_int_equal(n.alerts, 0);
	assert_int_equal(n.incidents, 1);
}

#define TEST(fn) cmocka_unit_test_setup_teardown(fn, setup_core, teardown_core)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(all_alerts_are_told_and_then_the_incident_once),
	    TEST(a_closed_incident_is_told_once_and_its_alerts_never),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
