/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/unit/cm.h"
#include "tests/unit/piping.h"

#define SITE                                                                   \
	"home lab 10.0.0.0/16 2001:db8:1::/48\n"                               \
	"honeypot combo 10.0.0.5 10.0.0.6\n"                                   \
	"expected aggregator - dst host 192.0.2.1 and dst port 7761\n"

static void
a_syn_is_told_before_put_returns(void **state)
{
	struct piping *x = piping_open(SITE);
	const struct alert *a;

	(void)state;
	piping_put(x, "+0 pot1 10.0.0.6:1 > 1.2.3.4:22 S seq=1 hook=out");
	assert_int_equal(x->n_alert, 2);
	a = piping_find(x, "outbound-ssh", 22);
	assert_non_null(a);
	assert_int_equal(a->severity, SEVERITY_SUSPECT);
	assert_string_equal(a->honeypot, "combo");
	assert_true(a->has_peer);
	assert_string_equal(a->sensors.name[0], "pot1");
	assert_int_equal(x->n_incident, 1);
	assert_string_equal(a->incident, x->incident[0].id);
	piping_close(x);
}

/* The reply of a honeypot's own service goes from port 22 or 6667 to a port
 * of the client's choice, which may be of a class too. */
static void
a_synack_never_counts_as_outbound(void **state)
{
	struct piping *x = piping_open(SITE);

	(void)state;
	piping_put(x,
	    "+0 pot1 1.2.3.4:6667 > 10.0.0.7:22 S seq=1 hook=in\n"
	    "+0 pot1 10.0.0.7:22 > 1.2.3.4:6667 SA seq=9 ack=2 hook=out\n"
	    "+1 pot1 10.0.0.7:6667 > 1.2.3.4:22 SA seq=9 ack=2 hook=out\n"
	    "+1 pot1 10.0.0.7:6667 > 1.2.3.4:22 R ack=2 hook=out\n");
	pipeline_finish(x->p);
	assert_int_equal(x->n_alert, 0);
	assert_int_equal(x->n_incident, 0);
	assert_int_equal(pipeline_counts(x->p)->answers, 1);
	assert_int_equal(pipeline_counts(x->p)->backscatter, 1);
	piping_close(x);
}

static void
what_is_expected_raises_nothing_and_is_counted(void **state)
{
	struct piping *x = piping_open(SITE);

	(void)state;
	piping_put(x, "+0 pot1 10.0.0.7:1 > 192.0.2.1:7761 S seq=1\n"
		      "+0 pot1 10.0.0.7:2 > 192.0.2.1:7762 S seq=1\n");
	assert_int_equal(x->n_alert, 1);
	assert_non_null(piping_find(x, "outbound", 7762));
	assert_int_equal(pipeline_counts(x->p)->expected, 1);
	piping_close(x);
}

static const char *const lines[] = {
    "+0 pot1 10.0.0.6:1 > 1.2.3.4:80 S seq=1 hook=out",
    "+0.1 pot1 10.0.0.6:2 > 1.2.3.4:6667 S seq=1 hook=out",
    "+0.1 gw 10.0.0.6:2 > 1.2.3.4:6667 S seq=1 hook=in",
    "+0.2 pot1 10.0.0.5:3 > 1.2.3.9:6667 S seq=1 hook=out",
    "+0.3 pot1 10.0.0.5:4 > 1.2.3.4:22 S seq=1 hook=out",
    "+0.4 pot1 10.0.0.5:4 > 1.2.3.4:22 S seq=1 hook=forward",
    "+0.45 pot2 10.0.0.8:5 > 1.2.3.4:8888 S seq=1 hook=out",
    "+0.5 pot1 1.2.3.4:22 > 10.0.0.5:4 SA seq=5 ack=2 hook=in",
};

#define LINES (sizeof(lines) / sizeof(*lines))

static void
records_out_of_order_by_500_ms_give_the_same_alerts_and_ids(void **state)
{
	unsigned int seed = 1;
	char *want = NULL;

	(void)state;
	for (int round = 0; round < 60; round++) {
		struct piping *x = piping_open(SITE);
		const char *shuffled[LINES];
		char *got;

		memcpy(shuffled, lines, sizeof(lines));
		for (size_t i = LINES - 1; round > 0 && i > 0; i--) {
			size_t k = (size_t)rand_r(&seed) % (i + 1);
			const char *line = shuffled[i];

			shuffled[i] = shuffled[k];
			shuffled[k] = line;
		}
		for (size_t i = 0; i < LINES; i++)
			piping_put(x, shuffled[i]);
		pipeline_finish(x->p);
		got = piping_text(x);
		if (want == NULL)
			want = strdup(got);
		assert_string_equal(got, want);
		free(got);
		piping_close(x);
	}
	free(want);
}

static void
a_restart_anywhere_gives_the_same_alerts_and_ids(void **state)
{
	char *want = NULL;

	(void)state;
	for (size_t stop = 0; stop <= LINES; stop++) {
		struct piping *x = piping_open(SITE);
		char *got;

		for (size_t i = 0; i < LINES; i++) {
			piping_put(x, lines[i]);
			if (i + 1 == stop)
				piping_restart(x);
		}
		pipeline_finish(x->p);
		got = piping_text(x);
		if (want == NULL)
			want = strdup(got);
		assert_string_equal(got, want);
		free(got);
		piping_close(x);
	}
	free(want);
}

static void
nobody_is_told_while_it_is_muted(void **state)
{
	struct piping *x = piping_open(SITE);

	(void)state;
	pipeline_mute(x->p, true);
	piping_put(x, lines[4]);
	assert_int_equal(x->n_alert, 0);
	assert_int_equal(x->n_incident, 0);
	piping_close(x);
}

static void
count_one(void *arg, const struct connection *c)
{
	size_t *n = arg;

	*n += c->proto == 6;
}

static void
put_batch(void *arg, const char *sensor, const struct batch *b)
{
	pipeline_put(arg, sensor, b);
}

static void
each_connection_is_told_once_when_it_ends(void **state)
{
	struct site *site = site_of(SITE);
	size_t n = 0;
	const struct pipeline_sink sink = {.arg = &n, .connection = count_one};
	struct pipeline *p = pipeline_new(site, &sink, NULL);

	(void)state;
	for (size_t i = 0; i < LINES; i++)
		put_lines(lines[i], put_batch, p);
	pipeline_advance(p, line_time("+1"));
	assert_int_equal(n, 0);
	pipeline_advance(p, line_time("+77"));
	assert_int_equal(n, 5);
	pipeline_finish(p);
	assert_int_equal(n, 5);
	pipeline_free(p);
	site_free(site);
}

static void
a_pipeline_says_what_is_wrong_with_an_option(void **state)
{
	struct site *site = site_of("option outbound servers 3\n");
	const struct pipeline_sink sink = {.arg = NULL};
	struct err e;

	(void)state;
	assert_null(pipeline_new(site, &sink, &e));
	assert_non_null(strstr(e.text, "test:1"));
	site_free(site);
}

static void
detectors_are_listed(void **state)
{
	const char *name, *doc;
	size_t n = 0;

	(void)state;
	while (pipeline_detector(n, &name, &doc))
		n++;
	assert_true(n >= 3);
	assert_true(pipeline_detector(0, &name, &doc));
	assert_string_equal(name, "beacon");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_syn_is_told_before_put_returns),
	    cmocka_unit_test(a_synack_never_counts_as_outbound),
	    cmocka_unit_test(what_is_expected_raises_nothing_and_is_counted),
	    cmocka_unit_test(
		records_out_of_order_by_500_ms_give_the_same_alerts_and_ids),
	    cmocka_unit_test(a_restart_anywhere_gives_the_same_alerts_and_ids),
	    cmocka_unit_test(nobody_is_told_while_it_is_muted),
	    cmocka_unit_test(each_connection_is_told_once_when_it_ends),
	    cmocka_unit_test(a_pipeline_says_what_is_wrong_with_an_option),
	    cmocka_unit_test(detectors_are_listed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
