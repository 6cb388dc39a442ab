/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "aggregator/correlate/alerts.h"
#include "aggregator/correlate/detect.h"
#include "tests/unit/cm.h"
#include "tests/unit/lines.h"

#define SITE                                                                   \
	"home lab 10.0.0.0/16\n"                                               \
	"honeypot combo 10.0.0.5\n"

struct told {
	struct alert last;
	size_t n, updates;
};

struct fixture {
	struct site *site;
	struct alerts *alerts;
	struct told told;
	struct detector detector;
	struct alert_sink sink;
	struct connection c;
};

static void
on_changed(void *arg, struct alert *a, bool update)
{
	struct told *t = arg;

	t->last = *a;
	t->n++;
	t->updates += update;
}

static void
say_count(
    const void *self, const struct alert *a, char out[static ALERT_TEXT_MAX])
{
	(void)self;
	snprintf(out, ALERT_TEXT_MAX, "%d of %d", (int)a->count, (int)a->peers);
}

static void
set_up(struct fixture *f, bool per_peer)
{
	const struct alerts_sizes sizes = {.alerts = 4, .peers = 8};
	const struct alerts_sink sink = {&f->told, on_changed};

	memset(f, 0, sizeof(*f));
	f->site = site_of(SITE);
	f->alerts = alerts_new(f->site, &sizes, &sink);
	f->detector = (struct detector){
	    .name = "fake", .per_peer = per_peer, .text = say_count};
	f->sink = (struct alert_sink){
	    .alerts = f->alerts,
	    .detector = &f->detector,
	    .quiet_ns = 24 * NS_PER_HOUR,
	};
	f->c.client = (struct party){.name = "combo", .home = true};
	addr_parse("10.0.0.5", &f->c.client.addr);
	f->c.client.primary = f->c.client.addr;
}

static void
tear_down(struct fixture *f)
{
	alerts_free(f->alerts);
	site_free(f->site);
}

static void
raise(struct fixture *f, const char *time, const char *peer, uint16_t port,
    enum connection_event event)
{
	struct finding finding = {
	    .severity = SEVERITY_SUSPECT,
	    .honeypot = &f->c.client,
	    .peer = &f->c.server.addr,
	    .port = port,
	    .connection = &f->c,
	    .event = event,
	};

	addr_parse(peer, &f->c.server.addr);
	f->c.start_ns = f->c.last_ns = line_time(time);
	alerts_raise(&f->sink, &finding);
}

static void
a_flush_tells_each_changed_alert_once(void **state)
{
	struct fixture f;

	(void)state;
	set_up(&f, false);
	for (int i = 0; i < 100; i++)
		raise(&f, "+1", "1.2.3.4", 22, CONNECTION_NEW);
	raise(&f, "+1", "1.2.3.4", 23, CONNECTION_NEW);
	assert_int_equal(f.told.n, 0);
	alerts_flush(f.alerts);
	assert_int_equal(f.told.n, 2);
	assert_int_equal(f.told.updates, 0);
	alerts_flush(f.alerts);
	assert_int_equal(f.told.n, 2);
	raise(&f, "+2", "1.2.3.4", 22, CONNECTION_NEW);
	alerts_flush(f.alerts);
	assert_int_equal(f.told.updates, 1);
	assert_int_equal(f.told.last.count, 101);
	assert_string_equal(f.told.last.text, "101 of 1");
	assert_string_equal(f.told.last.honeynet, "lab");
	tear_down(&f);
}

static void
other_events_count_nothing_and_make_no_alert(void **state)
{
	struct fixture f;

	(void)state;
	set_up(&f, false);
	raise(&f, "+1", "1.2.3.4", 22, CONNECTION_ATTEMPT);
	alerts_flush(f.alerts);
	assert_int_equal(f.told.n, 0);
	raise(&f, "+1", "1.2.3.4", 22, CONNECTION_NEW);
	raise(&f, "+3", "1.2.3.4", 22, CONNECTION_ATTEMPT);
	alerts_flush(f.alerts);
	assert_int_equal(f.told.last.count, 1);
	assert_int_equal(f.told.last.last_ns, line_time("+3"));
	/* One that brings nothing new is not told. */
	raise(&f, "+2", "1.2.3.4", 22, CONNECTION_WITNESS);
	alerts_flush(f.alerts);
	assert_int_equal(f.told.n, 1);
	tear_down(&f);
}

static void
an_ipv6_peer_is_its_64(void **state)
{
	struct fixture f;

	(void)state;
	set_up(&f, false);
	raise(&f, "+1", "2001:db8::1", 22, CONNECTION_NEW);
	raise(&f, "+2", "2001:db8::ffff:2", 22, CONNECTION_NEW);
	alerts_flush(f.alerts);
	assert_int_equal(f.told.last.peers, 1);
	assert_true(f.told.last.has_peer);
	raise(&f, "+3", "2001:db8:0:1::1", 22, CONNECTION_NEW);
	alerts_flush(f.alerts);
	assert_int_equal(f.told.last.peers, 2);
	assert_false(f.told.last.has_peer);
	tear_down(&f);
}

static void
a_detector_may_have_an_alert_for_each_peer(void **state)
{
	struct fixture f;
	struct alert first;

	(void)state;
	set_up(&f, true);
	raise(&f, "+1", "2001:db8::1", 22, CONNECTION_NEW);
	raise(&f, "+2", "2001:db8::2", 22, CONNECTION_NEW);
	alerts_flush(f.alerts);
	assert_int_equal(f.told.n, 1);
	assert_int_equal(f.told.last.count, 2);
	first = f.told.last;
	raise(&f, "+3", "1.2.3.4", 22, CONNECTION_NEW);
	alerts_flush(f.alerts);
	assert_int_equal(f.told.last.count, 1);
	assert_true(f.told.last.has_peer);
	assert_string_not_equal(f.told.last.id, first.id);
	/* Its restored alert is found again by its peer. */
	alerts_restore(&f.sink, &first);
	raise(&f, "+4", "2001:db8::1", 22, CONNECTION_NEW);
	alerts_flush(f.alerts);
	assert_string_equal(f.told.last.id, first.id);
	assert_int_equal(f.told.last.count, 3);
	tear_down(&f);
}

static void
the_id_is_the_same_whichever_of_two_comes_first(void **state)
{
	struct fixture f;
	char id[ID_TEXT_MAX];

	(void)state;
	set_up(&f, false);
	raise(&f, "2026-12-31T23:59:59.9Z", "1.2.3.4", 22, CONNECTION_NEW);
	alerts_flush(f.alerts);
	memcpy(id, f.told.last.id, sizeof(id));
	tear_down(&f);
	set_up(&f, false);
	raise(&f, "2027-01-01T00:00:00.3Z", "1.2.3.4", 22, CONNECTION_NEW);
	raise(&f, "2026-12-31T23:59:59.9Z", "1.2.3.4", 22, CONNECTION_NEW);
	alerts_flush(f.alerts);
	assert_string_equal(f.told.last.id, id);
	assert_int_equal(f.told.n, 1);
	assert_int_equal(
	    f.told.last.first_ns, line_time("2026-12-31T23:59:59.9Z"));
	tear_down(&f);
}

static void
after_24_quiet_hours_there_is_another_id(void **state)
{
	struct fixture f;
	char id[ID_TEXT_MAX];

	(void)state;
	set_up(&f, false);
	raise(&f, "+0", "1.2.3.4", 22, CONNECTION_NEW);
	raise(&f, "+86400", "1.2.3.4", 22, CONNECTION_NEW);
	alerts_flush(f.alerts);
	assert_int_equal(f.told.last.count, 2);
	memcpy(id, f.told.last.id, sizeof(id));
	/* What was not told yet is told of the old one first. */
	raise(&f, "+86401", "1.2.3.5", 22, CONNECTION_NEW);
	raise(&f, "+172802", "1.2.3.6", 22, CONNECTION_NEW);
	assert_int_equal(f.told.n, 2);
	assert_string_equal(f.told.last.id, id);
	assert_int_equal(f.told.last.count, 3);
	alerts_flush(f.alerts);
	assert_string_not_equal(f.told.last.id, id);
	assert_int_equal(f.told.last.count, 1);
	assert_int_equal(f.told.last.peers, 1);
	assert_int_equal(f.told.updates, 1);
	tear_down(&f);
}

static void
a_flood_of_keys_evicts_told_alerts_and_counts_them(void **state)
{
	struct fixture f;

	(void)state;
	set_up(&f, false);
	for (uint16_t port = 1; port <= 1000; port++)
		raise(&f, "+1", "1.2.3.4", port, CONNECTION_NEW);
	/* None was lost untold. */
	assert_int_equal(f.told.n, 1000 - 4);
	alerts_flush(f.alerts);
	assert_int_equal(f.told.n, 1000);
	/* 4 alerts and 8 peers remain. */
	assert_int_equal(alerts_evicted(f.alerts), 1000 - 4 + 1000 - 8);
	tear_down(&f);
}

static void
a_restored_alert_goes_on_counting(void **state)
{
	struct fixture f;
	struct alert told;

	(void)state;
	set_up(&f, false);
	raise(&f, "+0", "1.2.3.4", 22, CONNECTION_NEW);
	raise(&f, "+1", "1.2.3.5", 22, CONNECTION_NEW);
	alerts_flush(f.alerts);
	told = f.told.last;
	tear_down(&f);
	set_up(&f, false);
	alerts_restore(&f.sink, &told);
	alerts_flush(f.alerts);
	assert_int_equal(f.told.n, 0);
	raise(&f, "+2", "1.2.3.4", 22, CONNECTION_NEW);
	alerts_flush(f.alerts);
	assert_int_equal(f.told.updates, 1);
	assert_string_equal(f.told.last.id, told.id);
	assert_int_equal(f.told.last.count, 3);
	assert_int_equal(f.told.last.peers, 2);
	assert_false(f.told.last.has_peer);
	tear_down(&f);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_flush_tells_each_changed_alert_once),
	    cmocka_unit_test(other_events_count_nothing_and_make_no_alert),
	    cmocka_unit_test(an_ipv6_peer_is_its_64),
	    cmocka_unit_test(a_detector_may_have_an_alert_for_each_peer),
	    cmocka_unit_test(the_id_is_the_same_whichever_of_two_comes_first),
	    cmocka_unit_test(after_24_quiet_hours_there_is_another_id),
	    cmocka_unit_test(
		a_flood_of_keys_evicts_told_alerts_and_counts_them),
	    cmocka_unit_test(a_restored_alert_goes_on_counting),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
