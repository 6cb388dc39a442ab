/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/unit/cm.h"

#include "common/clock.h"
#include "tests/unit/filter_site.h"

#define DAY (INT64_C(20000) * NS_PER_DAY)

static void
expect(const char *name, const char *text, int64_t expires_ns)
{
	struct expectation x = {.expires_ns = expires_ns};
	struct err e = {0};

	snprintf(x.match.name, sizeof(x.match.name), "%s", name);
	x.match.text = strdup(text);
	x.match.filter = filter_parse(text, site, &e);
	if (x.match.filter == NULL)
		fail_msg("%s: %s", text, e.text);
	assert_int_equal(site_add_expected(site, &x, &e), 0);
}

static const char *
by(const char *client, const char *server, uint16_t port, int64_t time_ns)
{
	struct addr a = addr(client), b = addr(server);
	const struct expectation *x =
	    site_expected(site, &a, 40000, &b, port, time_ns);

	return x == NULL ? "-" : x->match.name;
}

static void
the_first_that_explains_a_connection_is_told(void **state)
{
	(void)state;
	assert_string_equal(by("11.11.1.1", "1.2.3.4", 80, DAY), "-");
	expect(
	    "mirror", "direction out dst host 1.2.3.4 dst port [80, 443]", DAY);
	expect("web", "dst port 80", TIME_NONE);
	assert_string_equal(by("11.11.1.1", "1.2.3.4", 80, DAY - 1), "mirror");
	assert_string_equal(by("11.11.1.1", "1.2.3.4", 443, DAY - 1), "mirror");
	assert_string_equal(by("11.11.1.1", "1.2.3.4", 81, DAY - 1), "-");
	assert_string_equal(by("11.11.1.1", "1.2.3.5", 80, DAY - 1), "web");
	assert_string_equal(by("8.8.8.8", "1.2.3.4", 443, DAY - 1), "-");
	/* It expires at that moment; what has no time is explained. */
	assert_string_equal(by("11.11.1.1", "1.2.3.4", 80, DAY), "web");
	assert_string_equal(
	    by("11.11.1.1", "1.2.3.4", 80, TIME_NONE), "mirror");
}

static void
a_filter_can_ask_what_is_expected_and_by_whom(void **state)
{
	struct record r = syn(), answer = syn();

	(void)state;
	assert_false(matches("expected", &r));
	assert_true(matches("direction out and not expected", &r));
	expect("chat", "dst host 79.115.103.225 and class irc", TIME_NONE);
	expect("all", "direction out", DAY);
	assert_true(matches("expected", &r));
	assert_true(matches("expected host 79.115.103.225", &r));
	assert_true(matches("expected by chat", &r));
	assert_false(matches("expected by all", &r));
	assert_true(matches("expected by [all, chat]", &r));
	assert_false(matches("direction out and not expected", &r));
	/* An answer is expected as its connection is. */
	answer.src = r.dst;
	answer.dst = r.src;
	answer.sport = r.dport;
	answer.dport = r.sport;
	answer.flags = TCP_SYN | TCP_ACK;
	assert_true(matches("expected by chat", &answer));
	r.dport = 22;
	r.time_ns = DAY - 1;
	assert_true(matches("expected by all", &r));
	r.time_ns = DAY;
	assert_false(matches("expected", &r));
}

/* --- what is cheap to know never says no where the filter says yes --- */

static uint64_t seed = 7;

static uint32_t
draw(uint32_t n)
{
	seed = seed * UINT64_C(6364136223846793005) + 1442695040888963407U;
	return (uint32_t)(seed >> 33) % n;
}

static const char *const terms[] = {"host 11.11.0.1", "src host 11.11.0.1",
    "dst host [1.2.3.4 11.11.0.2]", "dst net 1.2.0.0/16",
    "server net [11.11.0.0/16 9.0.0.0/8]", "client net 11.11.0.0/16",
    "src net 2001:db8::/32", "dst port 80", "dst port [22, 6660-6669]",
    "port 22", "src port 80", "server port 443", "client port 40000",
    "class irc", "dst class ssh", "src class irc", "direction out",
    "direction within", "flags syn", "proto tcp", "proto udp"};

static void
random_filter(char *out, size_t size, int depth)
{
	char a[400], b[400];

	if (depth == 0 || draw(4) == 0) {
		snprintf(out, size, "%s%s", draw(4) == 0 ? "not " : "",
		    terms[draw(sizeof(terms) / sizeof(*terms))]);
		return;
	}
	random_filter(a, sizeof(a), depth - 1);
	random_filter(b, sizeof(b), depth - 1);
	snprintf(out, size, "%s(%s %s %s)", draw(5) == 0 ? "not " : "", a,
	    draw(2) == 0 ? "and" : "or", b);
}

static const struct expectation *
plainly(const struct addr *client, uint16_t from, const struct addr *server,
    uint16_t to)
{
	for (size_t i = 0; i < site->n_expected; i++)
		if (filter_match_connection(site->expected[i].match.filter,
			client, from, server, to, NULL))
			return &site->expected[i];
	return NULL;
}

static void
bounds_change_nothing(void **state)
{
	static const char *const ends[] = {"11.11.0.1", "11.11.0.2",
	    "11.12.0.1", "1.2.3.4", "1.2.200.1", "9.9.9.9", "2001:db8::1",
	    "2001:db9::1", "::"};
	static const uint16_t ports[] = {
	    0, 21, 22, 80, 443, 6660, 6669, 6670, 40000, 65535};
	const size_t n_end = sizeof(ends) / sizeof(*ends);
	const size_t n_port = sizeof(ports) / sizeof(*ports);
	char text[1000], name[16];
	uint64_t yes = 0;

	(void)state;
	for (int round = 0; round < 400; round++) {
		free_site(state);
		assert_int_equal(make_site(state), 0);
		for (uint32_t i = 0, n = 1 + draw(3); i < n; i++) {
			random_filter(text, sizeof(text), 3);
			snprintf(name, sizeof(name), "x%u", i);
			expect(name, text, TIME_NONE);
		}
		for (size_t i = 0; i < n_end * n_end * n_port * n_port; i++) {
			struct addr a = addr(ends[i % n_end]);
			struct addr b = addr(ends[i / n_end % n_end]);
			uint16_t p = ports[i / n_end / n_end % n_port];
			uint16_t q = ports[i / n_end / n_end / n_port];
			const struct expectation *x =
			    site_expected(site, &a, p, &b, q, DAY);

			yes += x != NULL;
			if (x != plainly(&a, p, &b, q))
				fail_msg("%s", text);
		}
	}
	assert_true(yes > 10000);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make_site, free_site)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(the_first_that_explains_a_connection_is_told),
	    TEST(a_filter_can_ask_what_is_expected_and_by_whom),
	    TEST(bounds_change_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
