/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/unit/state_fixture.h"

static struct alert
some_alert(void)
{
	struct alert a = {.id = "00112233445566778899aabbccddeeff",
	    .detector = "outbound-ssh",
	    .severity = SEVERITY_SUSPECT,
	    .honeynet = "lab",
	    .honeypot = "combo",
	    .address = v4(11, 11, 79, 67),
	    .has_peer = true,
	    .peer = v4(198, 51, 100, 7),
	    .port = 22,
	    .first_ns = DAY_1,
	    .last_ns = DAY_2,
	    .count = 12,
	    .peers = 3,
	    .incident = "ffeeddccbbaa99887766554433221100",
	    .note = "after port 22",
	    .text = "combo opened ssh to 198.51.100.7",
	    .has_connection = true,
	    .client = v4(11, 11, 79, 69),
	    .server = v4(198, 51, 100, 7),
	    .client_port = 40000};

	names_add(&a.honeypots, "combo");
	names_add(&a.honeypots, "web two");
	names_add(&a.sensors, "gw");
	return a;
}

struct alerts {
	struct alert at[4];
	int n;
};

static int
keep_alert(void *arg, const struct alert *a)
{
	struct alerts *out = arg;

	out->at[out->n++] = *a;
	return 0;
}

static void
an_alert_comes_back_exactly(void **state)
{
	struct states *f = *state;
	struct alerts out = {.n = 0};
	struct alert a = some_alert(), b = some_alert();

	/* The second has nothing that may be missing, and is the older. */
	b.id[0] = 'b';
	b.first_ns = b.last_ns = TIME_NONE;
	b.has_peer = b.has_connection = false;
	b.peer = b.client = b.server = (struct addr){{0}};
	b.client_port = 0;
	b.incident[0] = '\0';
	memset(b.incident, 0, sizeof(b.incident));
	memset(&b.sensors, 0, sizeof(b.sensors));
	assert_int_equal(addr_parse("2001:db8::1", &b.address), 0);
	assert_int_equal(state_put_alert(f->s, &a, &f->e), 0);
	assert_int_equal(state_put_alert(f->s, &b, &f->e), 0);
	a.count = 13;
	assert_int_equal(state_put_alert(f->s, &a, &f->e), 0);
	reopen(f);
	assert_int_equal(state_alerts(f->s, keep_alert, &out, &f->e), 0);
	assert_int_equal(out.n, 2);
	assert_memory_equal(&out.at[0], &b, sizeof(b));
	assert_memory_equal(&out.at[1], &a, sizeof(a));
}

static struct evidence
some_evidence(int i)
{
	struct evidence x = {.kind = "outbound-irc",
	    .time_ns = i == 0 ? TIME_NONE : DAY_1 + i,
	    .has_peer = i % 2 == 1,
	    .port = 6667,
	    .count = (uint64_t)i + 1,
	    .alert = "00112233445566778899aabbccddeeff"};

	if (x.has_peer)
		x.peer = v4(198, 51, 100, (uint8_t)i);
	snprintf(x.text, sizeof(x.text), "sentence %d", i);
	return x;
}

struct incidents {
	struct incident i;
	struct evidence evidence[8];
	struct episode episode[4];
	int n;
};

static int
keep_incident(void *arg, const struct incident *i)
{
	struct incidents *out = arg;

	out->n++;
	out->i = *i;
	assert_in_range(i->n_evidence, 0, 8);
	memcpy(
	    out->evidence, i->evidence, i->n_evidence * sizeof(*i->evidence));
	out->i.evidence = NULL;
	assert_in_range(i->n_episode, 0, 4);
	memcpy(out->episode, i->episode, i->n_episode * sizeof(*i->episode));
	out->i.episode = NULL;
	return 0;
}

static void
some_episode(int k, struct episode *x)
{
	memset(x, 0, sizeof(*x));
	x->onset_ns = DAY_1 + k;
	x->last_ns = DAY_2 + k;
	x->since_ns = k == 1 ? TIME_NONE : DAY_1;
	x->may_be_older = k == 1;
	x->vectors_left_out = 7;
	x->n_vector = k == 0 ? VECTORS_MAX : (size_t)k;
	for (size_t i = 0; i < x->n_vector; i++) {
		struct vector *v = &x->vector[i];

		v->peer = v4(198, 51, 100, (uint8_t)i);
		v->address = v4(11, 11, 79, 67);
		v->port = (uint16_t)(i + 1);
		v->within = i == 1;
		v->first_ns = DAY_1;
		v->before_ns = i == 2 ? TIME_NONE : DAY_1 + 1;
		v->last_ns = DAY_1 + 2;
		v->connections = 1000 + i;
		v->packets = i;
		v->outcome = (enum outcome)(i % 5);
		v->by_sizes = i == 3;
		v->back = i == 4;
		v->peers = (uint32_t)i + 1;
		v->watched_ns = i == 5 ? TIME_NONE : 3600;
		v->swept = (uint32_t)i;
		v->more = i == 6;
		v->called_back = i == 7;
		v->tried_odd = i == 8;
	}
}

static void
an_incident_comes_back_exactly(void **state)
{
	struct states *f = *state;
	struct evidence x[5];
	struct episode y[3];
	struct incidents out = {.n = 0};
	struct incident i = {.id = "0123456789abcdef0123456789abcdef",
	    .honeynet = "lab",
	    .honeypot = "combo",
	    .address = v4(11, 11, 79, 67),
	    .alias = {v4(11, 11, 79, 67), v4(11, 11, 79, 69)},
	    .n_alias = 2,
	    .severity = SEVERITY_COMPROMISED,
	    .state = "open",
	    .onset_ns = DAY_1,
	    .last_ns = DAY_2,
	    .evidence = x,
	    .evidence_left_out = 3,
	    .episode = y,
	    .episodes_left_out = 2};

	memset(x, 0, sizeof(x));
	for (int k = 0; k < 5; k++)
		x[k] = some_evidence(k);
	for (int k = 0; k < 3; k++)
		some_episode(k, &y[k]);
	for (size_t n = 5; n > 3; n--) {
		i.n_evidence = n;
		i.n_episode = n - 2;
		y[0].n_vector = n;
		memset(&y[0].vector[n], 0,
		    (VECTORS_MAX - n) * sizeof(*y[0].vector));
		x[1].count += 10;
		assert_int_equal(state_put_incident(f->s, &i, &f->e), 0);
		reopen(f);
		out.n = 0;
		assert_int_equal(
		    state_incidents(f->s, keep_incident, &out, &f->e), 0);
		assert_int_equal(out.n, 1);
		assert_int_equal(out.i.n_evidence, n);
		assert_memory_equal(out.evidence, x, n * sizeof(*x));
		assert_memory_equal(out.episode, y, i.n_episode * sizeof(*y));
		i.evidence = NULL;
		i.episode = NULL;
		assert_memory_equal(&out.i, &i, sizeof(i));
		i.evidence = x;
		i.episode = y;
	}
}

int
main(void)
{
#define CASE(f) cmocka_unit_test_setup_teardown(f, setup_state, teardown_state)
	const struct CMUnitTest tests[] = {
	    CASE(an_alert_comes_back_exactly),
	    CASE(an_incident_comes_back_exactly),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
