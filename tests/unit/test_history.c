/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "aggregator/correlate/history.h"
#include "aggregator/correlate/party.h"
#include "tests/unit/cm.h"
#include "tests/unit/lines.h"

#define SITE                                                                   \
	"home lab 10.0.0.0/16 2001:db8:1::/48\n"                               \
	"honeypot combo 10.0.0.5 10.0.0.6\n"

struct fixture {
	struct site *site;
	struct history *h;
	struct visits v[64]; /* what was asked for, in order of what it says */
	size_t n;
};

static void
set_up(struct fixture *f, uint32_t groups)
{
	const struct history_sizes sizes = {.groups = groups, .calls = 64};

	f->site = site_of(SITE);
	f->h = history_new(f->site, &sizes);
	assert_non_null(f->h);
}

static void
tear_down(struct fixture *f)
{
	history_free(f->h);
	site_free(f->site);
}

/* "TIME SRC:PORT > DST:PORT OUTCOME" */
static struct connection
connection_of(const struct fixture *f, const char *text)
{
	char time[40], from[64], to[64], outcome[16] = "unknown";
	struct connection c = {.attempts = 1};
	struct addr a, b;

	line_must(
	    sscanf(text, "%39s %63s > %63s %15s", time, from, to, outcome) >= 3,
	    "no connection", text);
	line_end(from, &a, &c.client_port);
	line_end(to, &b, &c.server_port);
	party_resolve(f->site, &a, &c.client);
	party_resolve(f->site, &b, &c.server);
	c.start_ns = c.last_ns = line_time(time);
	c.direction = site_direction(f->site, &a, &b);
	for (enum outcome o = OUTCOME_UNKNOWN; o <= OUTCOME_UNANSWERED; o++)
		if (strcmp(outcome, outcome_name(o)) == 0)
			c.outcome = o;
	return c;
}

static void
put(struct fixture *f, const char *text)
{
	const struct connection c = connection_of(f, text);

	history_put(f->h, &c, CONNECTION_NEW);
}

static void
change(struct fixture *f, const char *text)
{
	const struct connection c = connection_of(f, text);

	history_put(f->h, &c, CONNECTION_OUTCOME);
}

static void
keep(void *arg, const struct visits *v)
{
	struct fixture *f = arg;

	assert_in_range(f->n, 0, 63);
	f->v[f->n++] = *v;
}

static int
compare(const void *a, const void *b)
{
	const struct visits *x = a, *y = b;
	int order = addr_cmp(&x->counted, &y->counted);

	if (order != 0)
		return order;
	order = addr_cmp(&x->address, &y->address);
	return order != 0 ? order : x->port - y->port;
}

static struct moment
at(const char *time)
{
	return (struct moment){line_time(time), 0};
}

static struct addr
addr_of(const char *text)
{
	struct addr a;

	line_must(addr_parse(text, &a) == 0, "no address", text);
	return a;
}

static size_t
ask(struct fixture *f, const char *honeypot, const char *time)
{
	const struct addr primary = addr_of(honeypot);
	const struct moment m = at(time);

	f->n = 0;
	history_of_honeypot(f->h, &primary, &m, keep, f);
	qsort(f->v, f->n, sizeof(*f->v), compare);
	return f->n;
}

static void
visits_are_summed_by_peer_address_and_port_up_to_a_moment(void **state)
{
	struct fixture f;

	(void)state;
	set_up(&f, 64);
	put(&f, "+10 1.2.3.4:1000 > 10.0.0.5:80");
	put(&f, "+100 1.2.3.4:1001 > 10.0.0.5:80 answered");
	put(&f, "+200 1.2.3.4:1002 > 10.0.0.5:80 refused");
	put(&f, "+20 1.2.3.4:1003 > 10.0.0.6:80");
	put(&f, "+30 1.2.3.4:1004 > 10.0.0.7:80");
	assert_int_equal(ask(&f, "10.0.0.5", "+150"), 2);
	assert_int_equal(f.v[0].connections, 2);
	assert_int_equal(f.v[0].first_ns, line_time("+10"));
	assert_int_equal(f.v[0].last_ns, line_time("+100"));
	assert_int_equal(f.v[0].client_port, 1001);
	assert_int_equal(f.v[0].outcome, OUTCOME_ANSWERED);
	assert_true(f.v[0].back);
	assert_false(f.v[1].back);
	assert_true(addr_eq(&f.v[1].honeypot, &f.v[0].honeypot));
	assert_int_equal(ask(&f, "10.0.0.5", "+10"), 1);
	assert_int_equal(f.v[0].outcome, OUTCOME_UNKNOWN);
	assert_int_equal(ask(&f, "10.0.0.5", "+9.9"), 0);
	assert_int_equal(ask(&f, "10.0.0.9", "+150"), 0);
	tear_down(&f);
}

static void
the_window_is_24_hours(void **state)
{
	struct fixture f;

	(void)state;
	set_up(&f, 64);
	put(&f, "+0 1.2.3.4:1000 > 10.0.0.5:80");
	assert_int_equal(ask(&f, "10.0.0.5", "+86399.9"), 1);
	assert_int_equal(ask(&f, "10.0.0.5", "+86400"), 0);
	/* Whoever was away longer begins anew. */
	put(&f, "+90000 1.2.3.4:1001 > 10.0.0.5:80");
	assert_int_equal(ask(&f, "10.0.0.5", "+90000"), 1);
	assert_int_equal(f.v[0].connections, 1);
	tear_down(&f);
}

static void
many_connections_answer_the_same_in_any_order(void **state)
{
	struct fixture f, g;
	char line[80];

	(void)state;
	set_up(&f, 64);
	set_up(&g, 64);
	for (int i = 0; i < 100; i++) {
		snprintf(line, sizeof(line), "+%d 1.2.3.4:%d > 10.0.0.5:22 %s",
		    i, 1000 + i, i == 3 ? "answered" : "unknown");
		put(&f, line);
		snprintf(line, sizeof(line), "+%d 1.2.3.4:%d > 10.0.0.5:22 %s",
		    i * 37 % 100, 1000 + i * 37 % 100,
		    i * 37 % 100 == 3 ? "answered" : "unknown");
		put(&g, line);
	}
	for (int i = 0; i < 110; i++) {
		char when[16];

		snprintf(when, sizeof(when), "+%d.5", i);
		assert_int_equal(ask(&f, "10.0.0.5", when), 1);
		assert_int_equal(ask(&g, "10.0.0.5", when), 1);
		assert_memory_equal(&f.v[0], &g.v[0], sizeof(f.v[0]));
	}
	assert_int_equal(f.v[0].connections, 100);
	/* Of the last eight each is known, before that the sum of all. */
	ask(&f, "10.0.0.5", "+95");
	assert_int_equal(f.v[0].connections, 96);
	assert_int_equal(f.v[0].last_ns, line_time("+95"));
	assert_int_equal(f.v[0].outcome, OUTCOME_ANSWERED);
	ask(&f, "10.0.0.5", "+50");
	assert_int_equal(f.v[0].last_ns, line_time("+50"));
	tear_down(&f);
	tear_down(&g);
}

static void
an_outcome_that_comes_later_changes_its_connection(void **state)
{
	struct fixture f;

	(void)state;
	set_up(&f, 64);
	put(&f, "+0 1.2.3.4:1000 > 10.0.0.5:80");
	put(&f, "+5 1.2.3.4:1001 > 10.0.0.5:80");
	change(&f, "+5 1.2.3.4:1001 > 10.0.0.5:80 answered");
	change(&f, "+5 1.2.3.4:1009 > 10.0.0.5:81 answered"); /* unknown */
	ask(&f, "10.0.0.5", "+1");
	assert_int_equal(f.v[0].outcome, OUTCOME_UNKNOWN);
	assert_int_equal(ask(&f, "10.0.0.5", "+5"), 1);
	assert_int_equal(f.v[0].outcome, OUTCOME_ANSWERED);
	assert_int_equal(f.v[0].connections, 2);
	tear_down(&f);
}

static void
without_times_the_order_counts(void **state)
{
	struct fixture f;
	struct connection c;
	struct moment m;
	struct addr pot = addr_of("10.0.0.5");

	(void)state;
	set_up(&f, 64);
	put(&f, "- 1.2.3.4:1000 > 10.0.0.5:22");
	c = connection_of(&f, "- 1.2.3.4:1001 > 10.0.0.5:6667");
	history_put(f.h, &c, CONNECTION_NEW);
	m = history_moment(f.h, &c);
	put(&f, "- 1.2.3.4:1002 > 10.0.0.5:23");
	f.n = 0;
	history_of_honeypot(f.h, &pot, &m, keep, &f);
	qsort(f.v, f.n, sizeof(*f.v), compare);
	assert_int_equal(f.n, 2);
	assert_int_equal(f.v[0].port, 22);
	assert_int_equal(f.v[0].last_order, 1);
	assert_true(f.v[0].last_ns == TIME_NONE);
	assert_int_equal(f.v[1].last_order, 2);
	/* Nothing of it lies in 1970. */
	assert_int_equal(ask(&f, "10.0.0.5", "1970-01-01T00:00:01Z"), 0);
	tear_down(&f);
}

static void
a_peer_is_its_64_and_a_honeypot_its_primary_address(void **state)
{
	struct fixture f;

	(void)state;
	set_up(&f, 64);
	put(&f, "+0 [2001:db8:2:1::9]:1 > [2001:db8:1::7]:22");
	put(&f, "+60 [2001:db8:2:1::2]:2 > [2001:db8:1::7]:22");
	assert_int_equal(ask(&f, "2001:db8:1::7", "+60"), 1);
	assert_int_equal(f.v[0].connections, 2);
	assert_int_equal(f.v[0].peer.b[15], 2);
	assert_int_equal(f.v[0].counted.b[15], 0);
	/* Honeypots of one /64 are not one peer. */
	put(&f, "+61 [2001:db8:1::8]:2 > [2001:db8:1::7]:22");
	put(&f, "+61 [2001:db8:1::9]:2 > [2001:db8:1::7]:22");
	assert_int_equal(ask(&f, "2001:db8:1::7", "+61"), 3);
	put(&f, "+62 10.0.0.6:2 > 10.0.0.9:22");
	ask(&f, "10.0.0.9", "+62");
	assert_true(f.v[0].within);
	assert_int_equal(f.v[0].counted.b[15], 5);
	tear_down(&f);
}

static void
peers_on_a_port_and_the_reach_of_a_peer_are_counted(void **state)
{
	struct fixture f;
	struct addr combo = addr_of("10.0.0.5"), a = addr_of("1.2.3.4");
	struct moment m = at("+100");
	struct reach r;
	bool more;

	(void)state;
	set_up(&f, 64);
	put(&f, "+0 1.2.3.4:1 > 10.0.0.5:80");
	put(&f, "+1 1.2.3.4:2 > 10.0.0.6:80");
	put(&f, "+2 1.2.3.5:3 > 10.0.0.6:80");
	put(&f, "+3 1.2.3.6:4 > 10.0.0.5:80");
	put(&f, "+4 1.2.3.4:5 > 10.0.0.9:80");
	put(&f, "+5 1.2.3.4:6 > 10.0.0.9:81");
	put(&f, "+101 1.2.3.7:7 > 10.0.0.5:80");
	assert_int_equal(history_peers_on(f.h, &combo, 80, &m, NULL, 9), 3);
	assert_int_equal(history_peers_on(f.h, &combo, 80, &m, NULL, 2), 2);
	assert_int_equal(history_peers_on(f.h, &combo, 80, &m, &a, 9), 2);
	assert_int_equal(history_peers_on(f.h, &combo, 81, &m, NULL, 9), 0);
	assert_int_equal(history_swept(f.h, &a, 80, &m, &more), 3);
	assert_false(more);
	r = history_reach(f.h, &a, &m);
	assert_int_equal(r.honeypots, 2);
	assert_int_equal(r.ports, 2);
	tear_down(&f);
}

static void
a_scanner_pushes_out_its_own(void **state)
{
	struct fixture f;
	struct moment m = at("+100000");
	struct addr scanner = addr_of("6.6.6.6");
	char line[80];
	bool more;

	(void)state;
	set_up(&f, 1000);
	put(&f, "+0 1.2.3.4:1 > 10.0.0.5:80");
	put(&f, "+1 6.6.6.6:1 > 10.0.0.5:80 answered");
	for (int i = 0; i < 20000; i++) {
		snprintf(line, sizeof(line), "+2 6.6.6.6:7 > 10.0.%d.%d:%d %s",
		    i / 256, i % 256, 1 + i % 5, i % 2 ? "refused" : "unknown");
		put(&f, line);
	}
	assert_int_equal(ask(&f, "10.0.0.5", "+1.5"), 2);
	m = at("+3");
	assert_true(history_swept(f.h, &scanner, 2, &m, &more) > 3);
	assert_true(more);
	assert_true(history_evicted(f.h) > 19000);
	tear_down(&f);
}

static void
a_million_strangers_leave_the_visits_that_matter(void **state)
{
	struct fixture f;
	struct connection c;

	(void)state;
	set_up(&f, 4096);
	put(&f, "+0 1.2.3.4:1 > 10.0.0.5:80 answered");
	put(&f, "+1 1.2.3.5:1 > 10.0.0.5:8443");
	put(&f, "+2 1.2.3.6:1 > 10.0.0.5:445");
	put(&f, "+60 1.2.3.6:2 > 10.0.0.5:445");
	put(&f, "+3 1.2.3.7:1 > 10.0.0.5:445 refused");
	c = connection_of(&f, "+70 6.6.6.6:7 > 10.0.0.5:445");
	for (uint32_t i = 0; i < 1000000; i++) {
		memcpy(&c.client.addr.b[12], &i, 4);
		c.client.addr.b[12] |= 1;
		c.client.primary = c.client.addr;
		c.outcome = i % 3 ? OUTCOME_UNKNOWN : OUTCOME_REFUSED;
		history_put(f.h, &c, CONNECTION_NEW);
	}
	/* Just before the flood's own time. */
	assert_int_equal(ask(&f, "10.0.0.5", "+65"), 3);
	assert_int_equal(f.v[0].port, 80);
	assert_int_equal(f.v[1].port, 8443);
	assert_int_equal(f.v[2].port, 445);
	assert_in_range(history_evicted(f.h), 400000, 1000000);
	tear_down(&f);
}

static void
what_is_expected_or_forged_is_not_kept(void **state)
{
	struct fixture f;
	struct connection c;

	(void)state;
	set_up(&f, 64);
	c = connection_of(&f, "+0 1.2.3.4:1 > 10.0.0.5:80");
	c.expected = true;
	history_put(f.h, &c, CONNECTION_NEW);
	put(&f, "+0 1.2.3.4:1 > 5.6.7.8:80");
	assert_int_equal(ask(&f, "10.0.0.5", "+1"), 0);
	tear_down(&f);
}

static void
the_first_call_to_a_peer_is_known(void **state)
{
	struct fixture f;
	struct addr combo = addr_of("10.0.0.5"), a = addr_of("1.2.3.4");

	(void)state;
	set_up(&f, 64);
	assert_int_equal(history_called(f.h, &combo, &a).order, 0);
	put(&f, "+10 10.0.0.6:1 > 1.2.3.4:6667");
	put(&f, "+9.8 10.0.0.5:2 > 1.2.3.4:6667");
	put(&f, "+20 10.0.0.5:3 > 1.2.3.4:6668");
	assert_true(history_called(f.h, &combo, &a).ns == line_time("+9.8"));
	put(&f, "+86421 10.0.0.5:3 > 1.2.3.4:6668");
	assert_true(history_called(f.h, &combo, &a).ns == line_time("+86421"));
	tear_down(&f);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(
		visits_are_summed_by_peer_address_and_port_up_to_a_moment),
	    cmocka_unit_test(the_window_is_24_hours),
	    cmocka_unit_test(many_connections_answer_the_same_in_any_order),
	    cmocka_unit_test(
		an_outcome_that_comes_later_changes_its_connection),
	    cmocka_unit_test(without_times_the_order_counts),
	    cmocka_unit_test(
		a_peer_is_its_64_and_a_honeypot_its_primary_address),
	    cmocka_unit_test(
		peers_on_a_port_and_the_reach_of_a_peer_are_counted),
	    cmocka_unit_test(a_scanner_pushes_out_its_own),
	    cmocka_unit_test(a_million_strangers_leave_the_visits_that_matter),
	    cmocka_unit_test(what_is_expected_or_forged_is_not_kept),
	    cmocka_unit_test(the_first_call_to_a_peer_is_known),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
