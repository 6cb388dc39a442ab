/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A stranger's clock may say anything: what is added to its times, or the
 * difference of two, does not fit into 64 bits.  That is for the sanitizers to
 * see; what comes out is nobody's business.
 */
#include "tests/unit/cm.h"

#include "tests/unit/piping.h"

/* Of each detector's kind. */
static const char *const lines[] = {
    "+0 pot1 203.0.113.9:1000 > 10.0.0.7:22 S seq=1 hook=in",
    "+0 pot1 10.0.0.7:22 > 203.0.113.9:1000 SA seq=9 ack=2 hook=out",
    "+0 pot1 203.0.113.9:2000 > 10.0.0.7:31337 S seq=1 hook=in",
    "+0 pot1 10.0.0.7:3000 > 203.0.113.9:80 S seq=1 hook=out",
    "+0 pot1 10.0.0.7:3100 > 203.0.113.9:6667 S seq=1 hook=out",
    "+0 pot1 203.0.113.9:3200 > 10.0.0.7:113 S seq=1 hook=in",
    "+0 pot1 10.0.0.7:3300 > 10.0.0.8:80 S seq=1 hook=out",
    "+0 pot2 10.0.0.9:3400 > 203.0.113.9:80 S seq=1 hook=out",
};

static void
put_at(struct piping *x, const char *text, int64_t time_ns, uint32_t n)
{
	struct builder *b = builder_new(1, 4096);
	struct line l;

	line_record(text, &l);
	l.record.time_ns = time_ns;
	l.record.seq += n;
	l.record.ack += n;
	assert_int_equal(builder_put(b, &l.record), 0);
	pipeline_put(x->p, l.sensor, builder_view(b));
	builder_free(b);
}

static void
times_at_the_ends_of_what_fits_do_no_harm(void **state)
{
	const int64_t low = INT64_MIN + 5, high = INT64_MAX - 5;
	const int64_t times[] = {low, high, low + 1, high - 1, 0, low, high};
	struct piping *x = piping_open("home lab 10.0.0.0/16\n");

	(void)state;
	for (uint32_t n = 0; n < 3 * sizeof(times) / sizeof(*times); n++) {
		for (size_t i = 0; i < sizeof(lines) / sizeof(*lines); i++)
			put_at(x, lines[i],
			    times[n % (sizeof(times) / sizeof(*times))], n);
		pipeline_advance(x->p, line_time("+0"));
	}
	pipeline_finish(x->p);
	assert_true(x->n_incident > 0);
	piping_close(x);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(times_at_the_ends_of_what_fits_do_no_harm),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
