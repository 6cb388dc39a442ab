/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/unit/state_fixture.h"

#define ID_A "00112233445566778899aabbccddeeff"
#define ID_B "ffeeddccbbaa99887766554433221100"

static struct incident
some_incident(const char *id)
{
	struct incident i = {.honeynet = "lab",
	    .honeypot = "combo",
	    .address = v4(11, 11, 79, 67),
	    .severity = SEVERITY_SUSPECT,
	    .state = "open",
	    .onset_ns = DAY_1,
	    .last_ns = DAY_1};

	memcpy(i.id, id, sizeof(i.id));
	return i;
}

static int
keep(void *arg, const struct incident *i)
{
	struct incident *out = arg;

	*out = *i;
	out->evidence = NULL;
	return 0;
}

static void
what_operators_did_comes_back_exactly(void **state)
{
	struct states *f = *state;
	struct incident i = some_incident(ID_A), out;

	i.handling = (struct handling){.acknowledged_ns = DAY_1,
	    .acknowledged_by = "alice",
	    .muted_until_ns = DAY_2,
	    .verdict = "unclear",
	    .closed_ns = DAY_1 + 1,
	    .rebuilt_ns = DAY_1 + 2,
	    .previous = ID_B,
	    .previous_closed_ns = DAY_1 - 1};
	assert_int_equal(state_put_incident(f->s, &i, &f->e), 0);
	reopen(f);
	assert_int_equal(state_incident(f->s, ID_A, keep, &out, &f->e), 0);
	assert_memory_equal(&out.handling, &i.handling, sizeof(i.handling));
	i.handling.muted_until_ns = 0;
	i.handling.verdict[0] = '\0';
	assert_int_equal(state_put_incident(f->s, &i, &f->e), 0);
	assert_int_equal(state_incidents(f->s, keep, &out, &f->e), 0);
	assert_string_equal(out.handling.verdict, "");
	assert_true(out.handling.muted_until_ns == 0);
	out.id[0] = '\0';
	assert_int_equal(state_incident(f->s, ID_B, keep, &out, &f->e), 0);
	assert_string_equal(out.id, "");
}

static void
the_mute_that_ends_first_is_told(void **state)
{
	struct states *f = *state;
	struct incident a = some_incident(ID_A), b = some_incident(ID_B);
	char id[ID_TEXT_MAX];
	int64_t until = 0;

	assert_int_equal(state_muted(f->s, id, &until, &f->e), 0);
	a.handling.muted_until_ns = DAY_2;
	b.handling.muted_until_ns = DAY_1;
	assert_int_equal(state_put_incident(f->s, &a, &f->e), 0);
	assert_int_equal(state_put_incident(f->s, &b, &f->e), 0);
	assert_int_equal(state_muted(f->s, id, &until, &f->e), 1);
	assert_string_equal(id, ID_B);
	assert_true(until == DAY_1);
}

struct audits {
	struct audit at[4];
	size_t n;
};

static int
keep_audit(void *arg, const struct audit *a)
{
	struct audits *out = arg;

	out->at[out->n++] = *a;
	return 0;
}

static void
audits_come_back_in_their_order(void **state)
{
	struct states *f = *state;
	struct audits all = {.n = 0}, one = {.n = 0};
	struct audit a = {.time_ns = DAY_2,
	    .uid = 4294967294,
	    .user = "alice",
	    .verb = "mute",
	    .incident = ID_A,
	    .honeypot = "combo",
	    .detail = "until then",
	    .reason = "because"};
	struct audit b = a;

	b.time_ns = DAY_1;
	memcpy(b.incident, ID_B, sizeof(b.incident));
	assert_int_equal(state_put_audit(f->s, &a, &f->e), 0);
	assert_int_equal(state_put_audit(f->s, &b, &f->e), 0);
	reopen(f);
	assert_int_equal(state_audits(f->s, NULL, keep_audit, &all, &f->e), 0);
	assert_int_equal(all.n, 2);
	assert_string_equal(all.at[0].incident, ID_A);
	assert_true(all.at[0].uid == a.uid && all.at[0].time_ns == DAY_2);
	assert_string_equal(all.at[0].reason, "because");
	assert_string_equal(all.at[0].detail, "until then");
	assert_int_equal(state_audits(f->s, ID_B, keep_audit, &one, &f->e), 0);
	assert_int_equal(one.n, 1);
	assert_string_equal(one.at[0].incident, ID_B);
}

struct helds {
	char id[8][ID_TEXT_MAX];
	bool update[8];
	size_t n;
};

static int
keep_held(void *arg, const struct alert *a, bool update)
{
	struct helds *out = arg;

	memcpy(out->id[out->n], a->id, ID_TEXT_MAX);
	out->update[out->n++] = update;
	return 0;
}

static void
put_alert(
    struct states *f, const char *id, const char *incident, int64_t first_ns)
{
	struct alert a = {.severity = SEVERITY_SUSPECT,
	    .address = v4(11, 11, 79, 67),
	    .first_ns = first_ns,
	    .last_ns = first_ns,
	    .count = 1};

	snprintf(a.id, sizeof(a.id), "%s", id);
	snprintf(a.incident, sizeof(a.incident), "%s", incident);
	assert_int_equal(state_put_alert(f->s, &a, &f->e), 0);
}

static void
a_held_alert_stays_new_until_it_is_released(void **state)
{
	struct states *f = *state;
	struct helds h = {.n = 0};

	put_alert(f, "late", ID_A, DAY_2);
	put_alert(f, "early", ID_A, DAY_1);
	put_alert(f, "other", ID_B, DAY_1);
	assert_int_equal(state_hold(f->s, "late", false, &f->e), 0);
	assert_int_equal(state_hold(f->s, "late", true, &f->e), 0);
	assert_int_equal(state_hold(f->s, "early", true, &f->e), 0);
	assert_int_equal(state_hold(f->s, "other", true, &f->e), 0);
	assert_int_equal(state_held(f->s, ID_A, 9, keep_held, &h, &f->e), 0);
	assert_int_equal(h.n, 2);
	assert_string_equal(h.id[0], "early");
	assert_true(h.update[0] && !h.update[1]);
	assert_int_equal(state_release(f->s, "early", &f->e), 0);
	h.n = 0;
	assert_int_equal(state_held(f->s, ID_A, 9, keep_held, &h, &f->e), 0);
	assert_int_equal(h.n, 1);
	h.n = 0;
	assert_int_equal(state_held(f->s, ID_A, 0, keep_held, &h, &f->e), 0);
	assert_int_equal(h.n, 0);
}

static int
keep_expectation(void *arg, const struct expectation_state *x)
{
	struct expectation_state *out = arg;

	*out = *x;
	return 0;
}

static void
an_expectation_comes_back_exactly(void **state)
{
	struct states *f = *state;
	struct expectation_state x = {.name = "backup",
	    .of = ID_A,
	    .since_ns = -DAY_1,
	    .judged_ns = TIME_NONE,
	    .last_ns = DAY_2};
	struct expectation_state out;

	assert_int_equal(state_put_expectation(f->s, &x, &f->e), 0);
	x.n_seen = EXPECTATION_SEEN_MAX;
	for (size_t i = 0; i < x.n_seen; i++)
		x.seen_ns[i] = (int64_t)i - INT64_MAX;
	assert_int_equal(state_put_expectation(f->s, &x, &f->e), 0);
	reopen(f);
	assert_int_equal(
	    state_expectations(f->s, keep_expectation, &out, &f->e), 0);
	assert_memory_equal(&out, &x, sizeof(x));
}

#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(name, setup_state, teardown_state)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(what_operators_did_comes_back_exactly),
	    TEST(the_mute_that_ends_first_is_told),
	    TEST(audits_come_back_in_their_order),
	    TEST(a_held_alert_stays_new_until_it_is_released),
	    TEST(an_expectation_comes_back_exactly),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
