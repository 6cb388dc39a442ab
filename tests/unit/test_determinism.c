/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Random traffic that all detectors have something to say about, put in
 * order, out of order by less than half a second, with other ticks, and with
 * stops in between: the same text to the byte.
 */
#include "tests/unit/cm.h"
#include "tests/unit/piping.h"

#include <malloc.h>

#define SITE                                                                   \
	"home lab 10.0.0.0/24 2001:db8:1::/48\n"                               \
	"honeypot combo 10.0.0.5 10.0.0.6\n"                                   \
	"honeypot tar 10.0.0.9\n"                                              \
	"relay tar 998\n"                                                      \
	"sensor pot1 10.0.0.5 10.0.0.6\n"                                      \
	"sensor pot2 10.0.0.7\n"                                               \
	"sensor gw 10.0.0.0/24\n"                                              \
	"option sweep servers 4\n"                                             \
	"option port-scan ports 4\n"                                           \
	"option brute-force-in connections 4\n"                                \
	"option beacon connections 4\n"                                        \
	"option beacon deviation-percent 50\n"                                 \
	"option first-out coverage 1h\n"

#define RECORDS 700

/* Seeds, and one in how many records is before a stop: to make a pipeline
 * costs the sanitizer a quarter of a second. */
#ifdef __SANITIZE_ADDRESS__
#define SEEDS 2
#define STOPS 350
#else
#define SEEDS 12
#define STOPS 40
#endif
#define LINE_MAX_BYTES 160

struct traffic {
	int64_t ms[RECORDS];
	char line[RECORDS][LINE_MAX_BYTES];
	size_t n;
};

static unsigned int
any(unsigned int *seed, unsigned int n)
{
	return (unsigned int)rand_r(seed) % n;
}

static void
add(struct traffic *t, int64_t ms, const char *sensor, const char *rest)
{
	if (t->n == RECORDS)
		return;
	t->ms[t->n] = ms;
	snprintf(t->line[t->n++], LINE_MAX_BYTES, "+%.3f %s %s",
	    (double)ms / 1000, sensor, rest);
}

static void
add_connection(struct traffic *t, unsigned int *seed, int64_t ms)
{
	static const char *const homes[] = {
	    "10.0.0.5", "10.0.0.6", "10.0.0.7", "10.0.0.8", "10.0.0.9"};
	static const unsigned int ports[] = {22, 6667, 80, 8888, 4444, 113};
	unsigned int kind = any(seed, 10), port = ports[any(seed, 6)];
	unsigned int seq = any(seed, 1000000), from = 1024 + any(seed, 60000);
	const char *home = homes[any(seed, 5)], *sensor = "pot1";
	char away[32], text[96], uid[16] = "";

	snprintf(away, sizeof(away), "198.51.100.%u", any(seed, 6));
	if (kind < 6 && any(seed, 2) == 0)
		snprintf(
		    uid, sizeof(uid), "uid=%u", any(seed, 2) == 0 ? 998 : 1000);
	if (kind == 0)
		snprintf(text, sizeof(text), "%s:%u > 10.0.0.%u:%u", home, from,
		    5 + any(seed, 5), port);
	else if (kind < 6)
		snprintf(text, sizeof(text), "%s:%u > %s:%u", home, from, away,
		    port);
	else if (kind < 9)
		snprintf(text, sizeof(text), "%s:%u > %s:%u", away, from, home,
		    any(seed, 2) == 0 ? 113 : 22);
	else
		snprintf(text, sizeof(text), "203.0.113.%u:%u > %s:%u",
		    any(seed, 3), from, away, port);
	snprintf(text + strlen(text), sizeof(text) - strlen(text),
	    " S seq=%u hook=out %s", seq, uid);
	add(t, ms, sensor, text);
	if (any(seed, 3) == 0) {
		*strstr(text, " hook=out") = '\0';
		strcat(text, " hook=in");
		add(t, ms - 40 + any(seed, 80), "gw", text);
	}
	if (kind > 0 && kind < 6 && any(seed, 2) == 0) {
		snprintf(text, sizeof(text), "%s:%u > %s:%u SA seq=1 ack=%u",
		    away, port, home, from, seq + 1);
		add(t, ms + 1 + any(seed, 300), sensor, text);
	}
}

/* Bursts, a rhythm, and pauses. */
static void
make_traffic(struct traffic *t, unsigned int seed)
{
	int64_t ms = 1000;
	char text[96];

	t->n = 0;
	for (unsigned int i = 0; i < RECORDS / 2; i++) {
		add_connection(t, &seed, ms);
		ms +=
		    any(&seed, 20) == 0 ? any(&seed, 4000000) : any(&seed, 900);
		if (i % 4 != 0)
			continue;
		snprintf(text, sizeof(text),
		    "10.0.0.8:%u > 198.51.100.9:8081 S seq=%u hook=out", i, i);
		add(t, ms, "pot2", text);
	}
}

/* A record comes 'late' ms after its time at most. */
static void
put_traffic(
    struct piping *x, const struct traffic *t, unsigned int seed, bool disturb)
{
	int64_t due[RECORDS], clock = 0;
	bool done[RECORDS] = {false};

	for (size_t i = 0; i < t->n; i++)
		due[i] = t->ms[i] + (disturb ? any(&seed, 499) : 0);
	for (size_t n = 0; n < t->n; n++) {
		size_t next = t->n;

		for (size_t i = 0; i < t->n; i++)
			if (!done[i] &&
			    (next == t->n || due[i] < due[next] ||
				(!disturb && due[i] == due[next] && i < next)))
				next = i;
		while (clock < due[next]) {
			clock = due[next] - clock > 3000
				    ? due[next] - 1500
				    : clock + (disturb ? 150 + any(&seed, 900)
						       : 1000);
			if (clock <= due[next])
				pipeline_advance(
				    x->p, line_time("+0") + clock * NS_PER_MS);
		}
		done[next] = true;
		piping_put(x, t->line[next]);
		if (disturb && any(&seed, STOPS) == 0)
			piping_resume(x);
	}
}

static char *
run(const struct traffic *t, unsigned int seed, bool disturb)
{
	struct piping *x = piping_open(SITE);
	char *text;

	put_traffic(x, t, seed, disturb);
	pipeline_finish(x->p);
	text = piping_text(x);
	piping_close(x);
	return text;
}

/* More seeds than these can be tried: SEED=13 ROUNDS=500. */
static unsigned int
number(const char *name, unsigned int preset)
{
	const char *text = getenv(name);

	return text == NULL ? preset : (unsigned int)strtoul(text, NULL, 10);
}

static void
neither_order_nor_ticks_nor_stops_matter(void **state)
{
	unsigned int first = number("SEED", 1), n = number("ROUNDS", SEEDS);
	struct traffic *t = malloc(sizeof(*t));

	(void)state;
	assert_non_null(t);
	/* A pipeline's tables are large and mostly never used: fresh memory
	 * costs less than to clear what another one had. */
	mallopt(M_MMAP_THRESHOLD, 1 << 17);
	for (unsigned int seed = first; seed < first + n; seed++) {
		char *want, *got;

		make_traffic(t, seed);
		want = run(t, seed, false);
		for (unsigned int again = 0; again < 3; again++) {
			got = run(t, seed + 1000 * again, true);
			if (strcmp(got, want) != 0)
				print_error("seed %u, again %u\n", seed, again);
			assert_string_equal(got, want);
			free(got);
		}
		free(want);
	}
	free(t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(neither_order_nor_ticks_nor_stops_matter),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
