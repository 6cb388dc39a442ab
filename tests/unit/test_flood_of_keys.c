/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Each detector's table meets more keys than it holds: what it forgets is
 * counted, memory does not grow, and a fall in the middle is told all the
 * same.
 */
#include "tests/unit/cm.h"

#include "aggregator/correlate/detect.h"
#include "aggregator/correlate/option.h"
#include "tests/unit/flooding.h"
#include "tests/unit/piping.h"

#include <malloc.h>
#include <sys/resource.h>

#define FALLEN "10.0.0.7"
#define SITE "home lab 10.0.0.0/16\n"
#define BATCH 512

/* What the heap may grow by: lists, and incidents with their vectors.  The
 * tables themselves are reserved when the pipeline is made. */
#define GROWTH_MAX (8 << 20)
/* All of a pipeline, tables included. */
#define RSS_MAX_KB (768 * 1024)

struct flood {
	const char *detector;
	/* What the detector has to forget at least: keys that come, less what
	 * its table holds; 0: it keeps nothing itself, the history does. */
	uint32_t forgets;
	uint32_t n;
	double begin_s, step_s;
	flood_fn *fn;
	/* What happens to FALLEN meanwhile, in order of time.  A line is
	 * "AT EVERY TIMES RECORD", times in seconds; '#' is 1, 2, 3. */
	const char *fall;
	enum severity severity;
};

static const struct flood floods[] = {
    {"sweep", 20000 - (1 << 13), 20000, 0, 0.001, every_port,
	"8 0.3 10 10.0.0.7:# > 198.51.100.#:23 S seq=# hook=out\n",
	SEVERITY_COMPROMISED},
    {"port-scan", 30000 - (1 << 14), 30000, 0, 0.001, everybody_outside,
	"10 0.1 20 10.0.0.7:# > 198.51.100.1:# S seq=# hook=out\n",
	SEVERITY_SUSPECT},
    {"brute-force-in", 30000 - (1 << 14), 30000, 0, 0.001, everybody_guesses,
	"10 0.5 10 203.0.113.9:# > 10.0.0.7:22 S seq=# hook=in\n",
	SEVERITY_NOTICE},
    {"beacon", 50000 - (1 << 15), 50000, 0, 0.01, everybody_outside,
	"60 60 6 10.0.0.7:# > 198.51.100.1:8080 S seq=# hook=out\n",
	SEVERITY_SUSPECT},
    {"beacon", 0, 98000, 0, 0.0004, everybody_is_called_steadily,
	"5 6 6 10.0.0.7:# > 198.51.100.1:8080 S seq=# hook=out\n",
	SEVERITY_SUSPECT},
    {"irc-confirmed", 25000 - (1 << 14) + 25000 - (1 << 13), 50000, 0, 0.001,
	irc_everywhere,
	"20 0 1 10.0.0.7:1 > 198.51.100.1:6667 S seq=1 hook=out\n"
	"22 0 1 198.51.100.1:2 > 10.0.0.7:113 S seq=2 hook=in\n",
	SEVERITY_COMPROMISED},
    {"shared-peer", 80000 - (1 << 16), 80000, 0, 0.001, everybody_outside,
	"10 0 1 10.0.0.8:1 > 198.51.100.1:6667 S seq=1 hook=out\n"
	"60 0 1 10.0.0.7:2 > 198.51.100.1:6667 S seq=2 hook=out\n",
	SEVERITY_COMPROMISED},
    {"first-out", 6000 - (1 << 12), 12000, 86500, 0.001,
	every_honeypot_is_answered,
	"0 0 1 203.0.113.9:1 > 10.0.0.7:22 S seq=1 hook=in\n"
	"86506 0 1 10.0.0.7:2 > 198.51.100.1:4444 S seq=2 hook=out\n"
	"86506.1 0 1 198.51.100.1:4444 > 10.0.0.7:2 SA seq=9 ack=3 hook=in\n",
	SEVERITY_SUSPECT},
    {"pivot", 30000 - (1 << 14), 30000, 0, 0.001, every_pair_within,
	"10 0 1 10.0.0.7:1 > 198.51.100.1:22 S seq=1 hook=out\n"
	"15 0 1 10.0.0.7:2 > 10.0.0.8:22 S seq=2 hook=out\n",
	SEVERITY_COMPROMISED},
    {"odd-port-in", 6000 - (1 << 12), 18000, 0, 0.01, every_odd_port,
	"60 0 1 203.0.113.9:1000 > 10.0.0.7:22 S seq=1 hook=in\n"
	"60.1 0 1 10.0.0.7:22 > 203.0.113.9:1000 SA seq=9 ack=2 hook=out\n"
	"120 0 1 203.0.113.9:1001 > 10.0.0.7:6667 S seq=3 hook=in\n",
	SEVERITY_SUSPECT},
    {"call-back", 0, 150000, 40, 0.001, everybody_guesses,
	"0 35 2 203.0.113.9:# > 10.0.0.7:80 S seq=# hook=in\n"
	"185 0 1 10.0.0.7:3 > 203.0.113.9:4444 S seq=3 hook=out\n",
	SEVERITY_SUSPECT},
};

/* --- one pipeline in it --- */

struct flooded {
	const struct flood *f;
	struct site *site;
	struct pipeline *p;
	struct builder *batch;
	char *fall[32], **next; /* ends with NULL */
	int64_t now_ns;
	bool told, fell;
	enum severity severity;
};

static void
note_alert(void *arg, const struct alert *a, bool update)
{
	struct flooded *x = arg;
	bool named = false;

	(void)update;
	if (strcmp(a->detector, x->f->detector) != 0)
		return;
	for (size_t i = 0; i < a->honeypots.n; i++)
		named |= strcmp(a->honeypots.name[i], FALLEN) == 0;
	if (named) {
		x->told = true;
		x->severity = a->severity;
	}
}

static void
note_incident(void *arg, const struct incident *i, const char *op)
{
	struct flooded *x = arg;

	(void)op;
	x->fell |= strcmp(i->honeypot, FALLEN) == 0;
}

static void
put_batch(void *arg, const char *sensor, const struct batch *b)
{
	struct flooded *x = arg;

	pipeline_put(x->p, sensor, b);
}

static void
flush(struct flooded *x)
{
	pipeline_put(x->p, "gw", builder_view(x->batch));
	builder_reset(x->batch);
	pipeline_advance(x->p, x->now_ns);
}

/* "+8.3 gw 10.0.0.7:2 > 198.51.100.2:23 ...", k times. */
static void
expand(struct flooded *x)
{
	char *copy = strdup(x->f->fall), *save;
	size_t n = 0;

	for (char *l = strtok_r(copy, "\n", &save); l != NULL;
	     l = strtok_r(NULL, "\n", &save)) {
		char *rest;
		double at = strtod(l, &rest), every = strtod(rest, &rest);
		unsigned long times = strtoul(rest, &rest, 10);

		for (unsigned long k = 0; k < times; k++) {
			char line[LINE_TEXT_MAX];
			int m = snprintf(line, sizeof(line), "+%.3f gw",
			    at + (double)k * every);

			for (const char *c = rest; *c != '\0'; c++)
				m += *c == '#' ? snprintf(line + m,
						     sizeof(line) - (size_t)m,
						     "%lu", k + 1)
					       : snprintf(line + m,
						     sizeof(line) - (size_t)m,
						     "%c", *c);
			x->fall[n++] = strdup(line);
		}
	}
	free(copy);
}

static void
open_flooded(struct flooded *x, const struct flood *f)
{
	const struct pipeline_sink sink = {
	    .arg = x, .alert = note_alert, .incident = note_incident};
	struct err e;

	*x = (struct flooded){.f = f, .site = site_of(SITE)};
	x->p = pipeline_new(x->site, &sink, &e);
	line_must(x->p != NULL, e.text, "");
	x->batch = builder_new(BATCH, BATCH * 128);
	expand(x);
	x->next = x->fall;
}

static void
close_flooded(struct flooded *x)
{
	for (size_t i = 0; i < sizeof(x->fall) / sizeof(*x->fall); i++)
		free(x->fall[i]);
	builder_free(x->batch);
	pipeline_free(x->p);
	site_free(x->site);
}

/* What happens up to 'until_ns'. */
static void
fall_until(struct flooded *x, int64_t until_ns)
{
	struct line l;

	for (; *x->next != NULL; x->next++) {
		line_record(*x->next, &l);
		if (l.record.time_ns > until_ns)
			return;
		flush(x);
		put_lines(*x->next, put_batch, x);
	}
}

static void
flood(struct flooded *x)
{
	const struct flood *f = x->f;
	int64_t begin =
	    line_time(LINES_EPOCH) + (int64_t)(f->begin_s * 1000) * NS_PER_MS;

	for (uint32_t i = 0; i < f->n; i++) {
		struct record r = {
		    .has = HAS_TIME | HAS_FLAGS | HAS_SEQ,
		    .time_ns =
			begin + i * (int64_t)(f->step_s * 1e6 + 0.5) * 1000,
		    .proto = 6,
		    .seq = 7,
		    .hook = HOOK_FORWARD,
		};

		f->fn(i, &r);
		fall_until(x, r.time_ns);
		x->now_ns = r.time_ns;
		if (builder_put(x->batch, &r) == -1) {
			flush(x);
			assert_int_equal(builder_put(x->batch, &r), 0);
		}
	}
	flush(x);
	assert_null(*x->next);
	pipeline_finish(x->p);
}

/* --- what is asked of it --- */

size_t __sanitizer_get_current_allocated_bytes(void) __attribute__((weak));

static size_t
heap(void)
{
	struct mallinfo2 m = mallinfo2();

	return __sanitizer_get_current_allocated_bytes != NULL
		   ? __sanitizer_get_current_allocated_bytes()
		   : m.uordblks + m.hblkhd;
}

/* How much the detector itself forgot: its own part of a snapshot says so. */
static uint64_t
forgotten(const struct flooded *x)
{
	const struct detector *d = detector_find(x->f->detector);
	_Alignas(max_align_t) char options[OPTIONS_BYTES_MAX] = {0};
	struct piping_kept kept = {.n = 0};
	struct snapshot_part part = {
	    d->name, d->version, NULL, d->save, d->load};
	uint64_t n;
	struct err e;

	option_presets(d->options, options);
	part.self = d->new (x->site, options);
	assert_non_null(part.self);
	assert_int_equal(pipeline_snapshot(x->p, piping_keep, &kept, &e), 0);
	assert_int_equal(snapshot_load(&part, 1, piping_kept, &kept, &e), 0);
	n = d->evicted(part.self);
	piping_kept_fini(&kept);
	d->free(part.self);
	return n;
}

static void
a_flood_of_keys_is_bounded_counted_and_hides_nobody(void **state)
{
	const struct flood *f = *state;
	struct flooded x;
	struct rusage used;
	size_t before;

	open_flooded(&x, f);
	before = heap();
	flood(&x);
	assert_true(x.told);
	assert_int_equal(x.severity, f->severity);
	assert_true(x.fell == (f->severity != SEVERITY_NOTICE));
	assert_true(heap() < before + GROWTH_MAX);
	if (f->forgets > 0)
		assert_true(forgotten(&x) >= f->forgets);
	assert_true(pipeline_counts(x.p)->evicted >= f->forgets);
	assert_true(pipeline_counts(x.p)->evicted > 0);
	assert_int_equal(getrusage(RUSAGE_SELF, &used), 0);
	assert_true(used.ru_maxrss < RSS_MAX_KB);
	close_flooded(&x);
}

#define FLOODS (sizeof(floods) / sizeof(*floods))

int
main(void)
{
	struct CMUnitTest tests[FLOODS];
	static char name[FLOODS][80];

	for (size_t i = 0; i < FLOODS; i++) {
		snprintf(name[i], sizeof(name[i]),
		    "a_flood_of_keys_hides_nobody_from_%s", floods[i].detector);
		tests[i] = (struct CMUnitTest){
		    .name = name[i],
		    .test_func =
			a_flood_of_keys_is_bounded_counted_and_hides_nobody,
		    .initial_state = (void *)(uintptr_t)&floods[i],
		};
	}
	return _cmocka_run_group_tests("floods", tests, FLOODS, NULL, NULL);
}
