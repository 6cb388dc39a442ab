/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "aggregator/correlate/incident.h"
#include "aggregator/correlate/covered.h"
#include "aggregator/correlate/history.h"
#include "aggregator/correlate/onset.h"
#include "tests/unit/cm.h"
#include "tests/unit/lines.h"

#define SITE                                                                   \
	"home lab 10.0.0.0/16\n"                                               \
	"honeypot combo 10.0.0.5 10.0.0.6 10.0.1.0/24\n"

struct fixture {
	struct site *site;
	struct history *history;
	struct covered *covered;
	struct incidents *s;
	const char *op; /* of what was told last */
	unsigned int told;
};

static void
changed(void *arg, const struct incident *i, const char *op)
{
	struct fixture *f = arg;

	assert_true(*i->id != '\0');
	f->op = op;
	f->told++;
}

static void
set_up(struct fixture *f)
{
	const struct incidents_sizes sizes = {.incidents = 4, .onsets = 4};
	const struct history_sizes groups = {.groups = 64, .calls = 64};
	struct incidents_env env = {.arg = f, .changed = changed};

	f->op = "none";
	f->told = 0;
	f->site = site_of(SITE);
	f->history = history_new(f->site, &groups);
	f->covered = covered_new(f->site);
	env.site = f->site;
	env.history = f->history;
	env.covered = f->covered;
	f->s = incidents_new(&env, &sizes);
	assert_non_null(f->s);
}

static void
tear_down(struct fixture *f)
{
	incidents_free(f->s);
	history_free(f->history);
	covered_free(f->covered);
	site_free(f->site);
}

static struct alert
alert_of(const char *id, enum severity severity, const char *kind,
    const char *peer, uint16_t port, const char *time)
{
	struct alert a = {
	    .severity = severity,
	    .honeynet = "lab",
	    .honeypot = "combo",
	    .port = port,
	    .count = 1,
	    .peers = 1,
	    .first_ns = line_time(time),
	    .last_ns = line_time(time),
	};

	snprintf(a.id, sizeof(a.id), "%s", id);
	snprintf(a.detector, sizeof(a.detector), "%s", kind);
	addr_parse("10.0.0.5", &a.address);
	a.has_peer = addr_parse(peer, &a.peer) == 0;
	return a;
}

/* The incident that it is evidence of; NULL: of none. */
static const struct incident *
raise(struct fixture *f, struct alert *a)
{
	incidents_alert(f->s, a);
	incidents_flush(f->s, false);
	return *a->incident == '\0' ? NULL : incidents_get(f->s, &a->address);
}

static const struct incident *
suspect(struct fixture *f, const char *id, const char *kind, const char *peer,
    uint16_t port, const char *time)
{
	struct alert a = alert_of(id, SEVERITY_SUSPECT, kind, peer, port, time);

	return raise(f, &a);
}

static void
the_first_suspect_alert_opens_and_a_notice_does_not(void **state)
{
	struct fixture f;
	struct alert a =
	    alert_of("n", SEVERITY_NOTICE, "outbound", "1.2.3.4", 80, "+0");
	const struct incident *i;

	(void)state;
	set_up(&f);
	assert_null(raise(&f, &a));
	assert_string_equal(a.incident, "");
	a = alert_of("a", SEVERITY_SUSPECT, "x", "1.2.3.4", 22, "+1");
	i = raise(&f, &a);
	assert_string_equal(f.op, "open");
	assert_string_equal(a.incident, i->id);
	assert_int_equal(i->severity, SEVERITY_SUSPECT);
	assert_string_equal(i->state, "open");
	/* Networks are no aliases, nor is the primary address. */
	assert_int_equal(i->n_alias, 1);
	assert_int_equal(i->n_evidence, 1);
	assert_ptr_equal(suspect(&f, "b", "x", "1.2.3.5", 22, "+2"), i);
	assert_string_equal(f.op, "update");
	tear_down(&f);
}

static void
a_compromised_alert_is_enough(void **state)
{
	struct fixture f;
	struct alert a =
	    alert_of("a", SEVERITY_COMPROMISED, "sweep", "-", 22, "+0");

	(void)state;
	set_up(&f);
	assert_int_equal(raise(&f, &a)->severity, SEVERITY_COMPROMISED);
	/* And it stays so. */
	assert_int_equal(suspect(&f, "b", "x", "1.2.3.4", 22, "+1")->severity,
	    SEVERITY_COMPROMISED);
	tear_down(&f);
}

static void
two_suspicions_compromise_when_they_support_each_other(void **state)
{
	static const struct {
		const char *what, *kind, *peer;
		uint16_t port;
		const char *time;
		enum severity want;
	} rows[] = {
	    {"the same kind", "ssh", "1.2.3.5", 2222, "+1", SEVERITY_SUSPECT},
	    {"the same peer and port", "irc", "1.2.3.4", 22, "+1",
		SEVERITY_SUSPECT},
	    {"another port", "irc", "1.2.3.4", 6667, "+1",
		SEVERITY_COMPROMISED},
	    {"another peer", "irc", "1.2.3.5", 22, "+1", SEVERITY_COMPROMISED},
	    {"many peers", "irc", "-", 22, "+1", SEVERITY_COMPROMISED},
	    {"24 hours later", "irc", "1.2.3.4", 6667, "+86400",
		SEVERITY_COMPROMISED},
	    {"more than 24 hours later", "irc", "1.2.3.4", 6667, "+86400.1",
		SEVERITY_SUSPECT},
	    {"24 hours before", "irc", "1.2.3.4", 6667, "+-86400",
		SEVERITY_COMPROMISED},
	    {"more than 24 hours before", "irc", "1.2.3.4", 6667, "+-86400.1",
		SEVERITY_SUSPECT},
	};

	(void)state;
	for (size_t k = 0; k < sizeof(rows) / sizeof(*rows); k++) {
		const struct incident *i;
		struct fixture f;

		set_up(&f);
		suspect(&f, "a", "ssh", "1.2.3.4", 22, "+0");
		i = suspect(&f, "b", rows[k].kind, rows[k].peer, rows[k].port,
		    rows[k].time);
		if (i->severity != rows[k].want)
			fail_msg("%s", rows[k].what);
		tear_down(&f);
	}
}

static void
evidence_is_in_order_of_time_and_follows_its_alert(void **state)
{
	struct fixture f;
	const struct incident *i;

	(void)state;
	set_up(&f);
	suspect(&f, "b", "x", "1.2.3.4", 1, "+2");
	suspect(&f, "c", "x", "1.2.3.4", 2, "+3");
	i = suspect(&f, "a", "x", "1.2.3.4", 3, "+1");
	assert_int_equal(i->n_evidence, 3);
	assert_string_equal(i->evidence[0].alert, "a");
	assert_string_equal(i->evidence[2].alert, "c");
	i = suspect(&f, "c", "x", "-", 2, "+0.5");
	assert_int_equal(i->n_evidence, 3);
	assert_string_equal(i->evidence[0].alert, "c");
	assert_false(i->evidence[0].has_peer);
	assert_int_equal(i->onset_ns, line_time("+0.5"));
	assert_int_equal(i->last_ns, line_time("+3"));
	tear_down(&f);
}

static void
evidence_without_times_is_in_order_of_its_coming(void **state)
{
	struct fixture f;
	const struct incident *i;

	(void)state;
	set_up(&f);
	suspect(&f, "b", "x", "1.2.3.4", 1, "-");
	i = suspect(&f, "a", "y", "1.2.3.4", 2, "-");
	assert_string_equal(i->evidence[0].alert, "b");
	assert_true(i->onset_ns == TIME_NONE);
	assert_int_equal(i->severity, SEVERITY_COMPROMISED);
	tear_down(&f);
}

static void
evidence_is_bounded_and_the_rest_counted_once(void **state)
{
	struct fixture f;
	const struct incident *i = NULL;
	struct alert late;

	(void)state;
	set_up(&f);
	for (int k = 0; k < EVIDENCE_MAX + 10; k++) {
		char id[16];

		snprintf(id, sizeof(id), "%d", k);
		i = suspect(&f, id, "x", "1.2.3.4", 22, "+0");
	}
	assert_int_equal(i->n_evidence, EVIDENCE_MAX);
	assert_int_equal(i->evidence_left_out, 10);
	late = alert_of("late", SEVERITY_SUSPECT, "x", "-", 22, "+0");
	raise(&f, &late);
	raise(&f, &late);
	assert_int_equal(i->evidence_left_out, 11);
	tear_down(&f);
}

static void
connect(struct fixture *f, const char *from, const char *time,
    enum direction direction, const char *moved)
{
	struct connection c = {.direction = direction};
	const struct incident *i;
	int64_t onset = TIME_NONE;

	addr_parse(from, &c.client.primary);
	c.start_ns = line_time(time);
	i = incidents_get(f->s, &c.client.primary);
	if (i != NULL)
		onset = i->onset_ns;
	incidents_connection(f->s, &c, CONNECTION_NEW);
	incidents_flush(f->s, false);
	if ((i != NULL && i->onset_ns != onset) != (*moved != '\0'))
		fail_msg("%s", time);
	if (*moved != '\0')
		assert_int_equal(i->onset_ns, line_time(moved));
}

static void
the_onset_is_the_first_unexplained_connection_of_the_hour_before(void **state)
{
	struct fixture f;
	const struct incident *i;

	(void)state;
	set_up(&f);
	connect(&f, "10.0.0.5", "+-1", DIRECTION_OUT, "");
	connect(&f, "10.0.0.7", "+1", DIRECTION_OUT, "");
	connect(&f, "10.0.0.5", "+2", DIRECTION_IN, "");
	connect(&f, "10.0.0.5", "+9", DIRECTION_WITHIN, "");
	connect(&f, "10.0.0.5", "+10", DIRECTION_OUT, "");
	i = suspect(&f, "a", "x", "1.2.3.4", 22, "+3600");
	assert_int_equal(i->onset_ns, line_time("+9"));
	/* Stragglers. */
	connect(&f, "10.0.0.5", "+8", DIRECTION_OUT, "+8");
	connect(&f, "10.0.0.5", "+8.5", DIRECTION_OUT, "");
	connect(&f, "10.0.0.5", "+-0.5", DIRECTION_OUT, "");
	connect(&f, "10.0.0.5", "+3600.1", DIRECTION_OUT, "");
	suspect(&f, "b", "x", "1.2.3.4", 22, "+3599.4");
	assert_int_equal(i->onset_ns, line_time("+-0.5"));
	tear_down(&f);
}

static void
an_onset_is_found_in_its_hour_whatever_the_order(void **state)
{
	static struct onset o;
	const int64_t t = line_time("+0");

	(void)state;
	memset(&o, 0, sizeof(o));
	assert_true(onset_earliest(&o, t - NS_PER_HOUR, t) == TIME_NONE);
	for (int k = 0; k <= 7200; k++)
		onset_put(&o, t + (k * 4561 % 7201) * NS_PER_SEC);
	onset_put(&o, TIME_NONE);
	assert_int_equal(
	    onset_earliest(&o, t + 3690 * NS_PER_SEC, t + 7200 * NS_PER_SEC),
	    t + 3690 * NS_PER_SEC);
	/* In mid-piece at most a piece late. */
	assert_in_range(
	    onset_earliest(&o, t + 3697 * NS_PER_SEC, t + 7200 * NS_PER_SEC) -
		t - 3697 * NS_PER_SEC,
	    0, ONSET_PIECE_NS);
}

static void
many_honeypots_evict_the_quietest_and_are_counted(void **state)
{
	struct fixture f;

	(void)state;
	set_up(&f);
	for (uint8_t k = 0; k < 100; k++) {
		struct alert a =
		    alert_of("a", SEVERITY_SUSPECT, "x", "1.2.3.4", 22, "+0");
		char from[ADDR_TEXT_MAX];

		a.address.b[15] = k;
		connect(
		    &f, addr_format(&a.address, from), "+0", DIRECTION_OUT, "");
		raise(&f, &a);
		assert_string_equal(f.op, "open");
	}
	assert_int_equal(incidents_evicted(f.s), 96 + 96);
	tear_down(&f);
}

static void
a_restored_incident_goes_on(void **state)
{
	struct fixture f, g;
	const struct incident *i;
	int64_t last[] = {line_time("+90000"), line_time("+1")};

	(void)state;
	set_up(&f);
	suspect(&f, "a", "x", "1.2.3.4", 22, "+0");
	i = suspect(&f, "b", "x", "1.2.3.4", 23, "+1");
	set_up(&g);
	assert_int_equal(incidents_restore(g.s, i, last), 0);
	/* Twice does no harm. */
	assert_int_equal(incidents_restore(g.s, i, last), 0);
	i = suspect(&g, "c", "y", "1.2.3.4", 6667, "+100000");
	assert_string_equal(g.op, "update");
	assert_int_equal(i->n_evidence, 3);
	assert_int_equal(i->onset_ns, line_time("+0"));
	/* Near the last time of "a", not near its first. */
	assert_int_equal(i->severity, SEVERITY_COMPROMISED);
	tear_down(&g);
	tear_down(&f);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(
		the_first_suspect_alert_opens_and_a_notice_does_not),
	    cmocka_unit_test(a_compromised_alert_is_enough),
	    cmocka_unit_test(
		two_suspicions_compromise_when_they_support_each_other),
	    cmocka_unit_test(
		evidence_is_in_order_of_time_and_follows_its_alert),
	    cmocka_unit_test(evidence_without_times_is_in_order_of_its_coming),
	    cmocka_unit_test(evidence_is_bounded_and_the_rest_counted_once),
	    cmocka_unit_test(
		the_onset_is_the_first_unexplained_connection_of_the_hour_before),
	    cmocka_unit_test(an_onset_is_found_in_its_hour_whatever_the_order),
	    cmocka_unit_test(many_honeypots_evict_the_quietest_and_are_counted),
	    cmocka_unit_test(a_restored_incident_goes_on),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
