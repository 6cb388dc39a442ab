/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is found does not depend on when and in which order it was told. */
#include "tests/unit/cm.h"
#include "tests/unit/piping.h"

#define SITE                                                                   \
	"home lab 10.0.0.0/24\n"                                               \
	"honeypot combo 10.0.0.5\n"                                            \
	"sensor pot1 10.0.0.5\n"                                               \
	"sensor gw 10.0.0.0/24\n"

static const struct incident *
incident_of(const struct piping *x, const char *honeypot)
{
	for (size_t i = x->n_incident; i-- > 0;)
		if (strcmp(x->incident[i].honeypot, honeypot) == 0)
			return &x->incident[i];
	fail_msg("no incident of %s", honeypot);
	abort();
}

/* 0: there is no such alert. */
static int
severity_of(const struct piping *x, const char *detector, uint16_t port)
{
	const struct alert *a = piping_find(x, detector, port);

	return a == NULL ? 0 : (int)a->severity;
}

static void
an_incident_has_one_id_whichever_of_its_alerts_came_first(void **state)
{
	struct piping *x = piping_open(SITE), *y = piping_open(SITE);
	char early[96], late[96], name[32];

	(void)state;
	for (int i = 10; i < 40; i++) {
		snprintf(early, sizeof(early),
		    "+0 pot1 10.0.0.%d:1 > 1.2.3.4:22 S seq=1 hook=out", i);
		snprintf(late, sizeof(late),
		    "+72000 pot1 10.0.0.%d:2 > 1.2.3.4:6667 S seq=2 hook=out",
		    i);
		piping_put(x, early);
		piping_put(x, late);
		piping_put(y, late);
		piping_put(y, early);
		snprintf(name, sizeof(name), "10.0.0.%d", i);
		assert_string_equal(
		    incident_of(x, name)->id, incident_of(y, name)->id);
	}
	piping_close(x);
	piping_close(y);
}

/* --- shared-peer --- */

#define SUSPECT "+0 pot1 10.0.0.5:1 > 1.2.3.4:22 S seq=1 hook=out\n"

static void
a_peer_shared_with_a_suspect_is_told_with_the_second_syn(void **state)
{
	struct piping *x = piping_open(SITE);

	(void)state;
	piping_put(x, SUSPECT);
	piping_put(x, "+5 pot1 10.0.0.5:2 > 1.2.3.9:8080 S seq=2 hook=out");
	assert_null(piping_find(x, "shared-peer", 8080));
	piping_put(x, "+6 gw 10.0.0.8:1 > 1.2.3.9:8080 S seq=3 hook=forward");
	assert_int_equal(
	    severity_of(x, "shared-peer", 8080), SEVERITY_COMPROMISED);
	piping_put(x, "+7 pot1 10.0.0.5:3 > 1.2.3.9:6667 S seq=4 hook=out");
	piping_put(x, "+7.1 gw 10.0.0.8:3 > 1.2.3.9:6667 S seq=5 hook=forward");
	assert_int_equal(
	    severity_of(x, "shared-peer", 6667), SEVERITY_COMPROMISED);
	piping_close(x);
}

static void
a_peer_shared_with_a_suspect_is_the_same_with_ticks_and_without(void **state)
{
	static const char *const lines[] = {
	    /* Others are alive: it is nothing that all use. */
	    "+0 gw 10.0.0.20:1 > 1.2.3.5:80 S seq=1 hook=forward",
	    "+0 gw 10.0.0.21:1 > 1.2.3.5:80 S seq=1 hook=forward",
	    "+0 gw 10.0.0.22:1 > 1.2.3.5:80 S seq=1 hook=forward",
	    "+0 pot1 10.0.0.5:2 > 1.2.3.9:8080 S seq=2 hook=out",
	    "+0.1 gw 10.0.0.8:1 > 1.2.3.9:8080 S seq=3 hook=forward",
	    "+0.2 pot1 10.0.0.5:1 > 1.2.3.4:22 S seq=1 hook=out",
	    "+0.3 gw 10.0.0.7:1 > 1.2.3.9:8080 S seq=4 hook=forward",
	    "+9 gw 10.0.0.6:1 > 1.2.3.9:4444 S seq=4 hook=forward",
	};
	struct piping *x = piping_open(SITE), *y = piping_open(SITE);
	char *want, *got;

	(void)state;
	for (size_t i = 0; i < sizeof(lines) / sizeof(*lines); i++) {
		piping_put(x, lines[i]);
		piping_put(y, lines[i]);
		pipeline_advance(
		    y->p, line_time("+0") + (int64_t)(i + 1) * 100 * NS_PER_MS);
	}
	pipeline_finish(x->p);
	pipeline_finish(y->p);
	assert_int_equal(
	    severity_of(x, "shared-peer", 8080), SEVERITY_COMPROMISED);
	want = piping_text(x);
	got = piping_text(y);
	assert_string_equal(got, want);
	free(want);
	free(got);
	piping_close(x);
	piping_close(y);
}

/* --- episodes --- */

static void
an_onset_follows_a_witness_who_saw_it_earlier(void **state)
{
	struct piping *x = piping_open(SITE);

	(void)state;
	piping_put(x, "+1 gw 10.0.0.5:7 > 1.2.3.4:4444 S seq=1 hook=forward\n"
		      "+1.2 pot1 10.0.0.5:1 > 1.2.3.4:22 S seq=2 hook=out\n");
	assert_int_equal(incident_of(x, "combo")->onset_ns, line_time("+1"));
	piping_put(x, "+0.9 pot1 10.0.0.5:7 > 1.2.3.4:4444 S seq=1 hook=out");
	assert_int_equal(incident_of(x, "combo")->onset_ns, line_time("+0.9"));
	assert_int_equal(
	    incident_of(x, "combo")->episode[0].onset_ns, line_time("+0.9"));
	piping_close(x);
}

static void
an_episode_goes_on_while_a_syn_is_repeated(void **state)
{
	struct piping *x = piping_open(SITE);

	(void)state;
	piping_put(x, "+0 pot1 10.0.0.5:1 > 1.2.3.4:22 S seq=1 hook=out\n"
		      "+9 pot1 10.0.0.5:2 > 1.2.3.4:4444 S seq=2 hook=out\n"
		      "+40 pot1 10.0.0.5:2 > 1.2.3.4:4444 S seq=2 hook=out\n");
	assert_int_equal(
	    incident_of(x, "combo")->episode[0].last_ns, line_time("+40"));
	piping_close(x);
}

static void
a_later_episode_begins_when_its_witness_says(void **state)
{
	struct piping *x = piping_open(SITE);
	const struct incident *i;

	(void)state;
	piping_put(x, "+0 pot1 10.0.0.5:1 > 1.2.3.4:22 S seq=1 hook=out\n"
		      "+30000 gw 10.0.0.5:2 > 1.2.3.4:4444 S seq=2 hook=in\n");
	piping_put(
	    x, "+29999.8 pot1 10.0.0.5:2 > 1.2.3.4:4444 S seq=2 hook=out");
	i = incident_of(x, "combo");
	assert_int_equal(i->n_episode, 2);
	assert_int_equal(i->episode[1].onset_ns, line_time("+29999.8"));
	piping_close(x);
}

/* A sensor that was away tells of an earlier fall. */
static void
who_came_after_an_onset_that_moved_is_no_vector(void **state)
{
	struct piping *x = piping_open(SITE);

	(void)state;
	piping_put(x, "+36000 pot1 5.6.7.8:9 > 10.0.0.5:22 S seq=1 hook=in\n"
		      "+36060 pot1 10.0.0.5:1 > 1.2.3.4:22 S seq=2 hook=out\n"
		      "+43000 pot1 5.6.7.9:9 > 10.0.0.8:22 S seq=1 hook=in\n");
	assert_int_equal(incident_of(x, "combo")->episode[0].n_vector, 1);
	piping_put(x, "+0 gw 10.0.0.5:1 > 1.2.3.4:6667 S seq=3 hook=in\n");
	assert_int_equal(incident_of(x, "combo")->onset_ns, line_time("+0"));
	assert_int_equal(incident_of(x, "combo")->episode[0].n_vector, 0);
	piping_close(x);
}

/* However many records are put at once. */
static void
a_batch_of_two_days_gives_the_episodes_of_a_record_at_a_time(void **state)
{
	static const char lines[] =
	    "+0 pot1 10.0.0.5:1 > 1.2.3.4:22 S seq=1 hook=out\n"
	    "+10 pot1 10.0.0.5:2 > 1.2.3.4:80 S seq=2 hook=out\n"
	    "+90000 pot1 10.0.0.5:3 > 1.2.3.4:80 S seq=3 hook=out\n";
	struct piping *x = piping_open(SITE);

	(void)state;
	piping_put(x, lines);
	pipeline_finish(x->p);
	assert_int_equal(incident_of(x, "combo")->n_episode, 2);
	piping_close(x);
}

/* --- what is known --- */

static void
a_fall_within_a_day_of_a_gap_may_be_older(void **state)
{
	struct piping *x = piping_open(SITE);

	(void)state;
	piping_put(x, "+0 pot1 5.6.7.8:9 > 10.0.0.5:22 S seq=1 hook=in\n"
		      "+0 pot1 5.6.7.8:9 > 10.0.0.8:22 S seq=1 hook=in\n");
	pipeline_covered(x->p, "pot1", line_time("+0"));
	pipeline_covered(x->p, "gw", line_time("+0"));
	piping_put(x, "+90000 pot1 10.0.0.5:1 > 1.2.3.4:22 S seq=1 hook=out");
	assert_false(incident_of(x, "combo")->episode[0].may_be_older);
	/* What is missing later says nothing of that. */
	pipeline_covered(x->p, "pot1", line_time("+90010"));
	pipeline_covered(x->p, "gw", line_time("+90010"));
	piping_put(x, "+90011 pot1 5.6.7.8:1 > 10.0.0.5:80 S seq=1 hook=in\n"
		      "+90012 pot1 10.0.0.5:2 > 5.6.7.8:80 S seq=1 hook=out\n");
	assert_false(incident_of(x, "combo")->episode[0].may_be_older);
	piping_put(x, "+90020 pot1 10.0.0.8:1 > 1.2.3.4:22 S seq=1 hook=out");
	assert_true(incident_of(x, "10.0.0.8")->episode[0].may_be_older);
	piping_close(x);
}

static void
a_clock_that_is_ahead_hurries_nobody_else(void **state)
{
	struct piping *x = piping_open(SITE);

	(void)state;
	pipeline_live(x->p);
	pipeline_advance(x->p, line_time("+59"));
	piping_put(x,
	    "+60 pot2 10.0.0.8:1 > 5.6.7.8:80 S seq=1 hook=out\n"
	    "+2400000000 pot1 10.0.0.9:1 > 1.2.3.4:80 S seq=1 hook=out\n"
	    "+59.9 pot2 5.6.7.8:1 > 10.0.0.8:22 S seq=1 hook=in");
	pipeline_advance(x->p, line_time("+61"));
	assert_non_null(piping_find(x, "call-back", 80));
	piping_close(x);
}

int
main(void)
{
#define CASE(f) cmocka_unit_test(f)
	const struct CMUnitTest tests[] = {
	    CASE(an_incident_has_one_id_whichever_of_its_alerts_came_first),
	    CASE(a_peer_shared_with_a_suspect_is_told_with_the_second_syn),
	    CASE(
		a_peer_shared_with_a_suspect_is_the_same_with_ticks_and_without),
	    CASE(an_onset_follows_a_witness_who_saw_it_earlier),
	    CASE(an_episode_goes_on_while_a_syn_is_repeated),
	    CASE(a_later_episode_begins_when_its_witness_says),
	    CASE(who_came_after_an_onset_that_moved_is_no_vector),
	    CASE(a_batch_of_two_days_gives_the_episodes_of_a_record_at_a_time),
	    CASE(a_fall_within_a_day_of_a_gap_may_be_older),
	    CASE(a_clock_that_is_ahead_hurries_nobody_else),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
