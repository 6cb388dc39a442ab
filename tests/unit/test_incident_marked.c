/* SPDX-License-Identifier: GPL-3.0-or-later */
/* When vectors are found again because a visitor is marked. */
#include "tests/unit/histories.h"

#include "aggregator/correlate/covered.h"
#include "aggregator/correlate/incident.h"

static void
nobody(void *arg, const struct incident *i, const char *op)
{
	(void)arg;
	(void)i;
	(void)op;
}

static void
call_back(struct incidents *s, struct alert *a, const char *last)
{
	a->last_ns = line_time(last);
	incidents_alert(s, a);
	incidents_flush(s, true);
}

/* Who searches anew sees that history has somebody who was not told of. */
static void
a_repeated_call_back_looks_for_no_vectors_again(void **state)
{
	const struct incidents_sizes sizes = {.incidents = 4, .onsets = 4};
	struct incidents_env env = {.changed = nobody};
	struct alert a = {.id = "a",
	    .severity = SEVERITY_SUSPECT,
	    .detector = "call-back",
	    .has_peer = true,
	    .port = 80};
	const struct incident *i;
	struct connection c;
	struct incidents *s;
	struct fixture f;

	(void)state;
	set_up(&f, 64);
	env.site = f.site;
	env.history = f.h;
	env.covered = covered_new(f.site);
	s = incidents_new(&env, &sizes);
	addr_parse("10.0.0.5", &a.address);
	addr_parse("203.0.113.9", &a.peer);
	a.first_ns = line_time("+3600");
	call_back(s, &a, "+3600");
	c = connection_of(&f, "+40000 10.0.0.5:1 > 203.0.113.9:80");
	history_put(f.h, &c, CONNECTION_NEW);
	incidents_connection(s, &c, CONNECTION_NEW);
	incidents_flush(s, true);
	i = incidents_get(s, &a.address);
	assert_int_equal(i->n_episode, 2);
	put(&f, "+3000 203.0.113.9:1 > 10.0.0.5:22");
	call_back(s, &a, "+39999");
	assert_int_equal(i->episode[0].n_vector, 0);
	assert_int_equal(i->episode[1].n_vector, 0);
	/* It is the first to say so of the second episode. */
	call_back(s, &a, "+40000");
	assert_int_equal(i->episode[0].n_vector, 0);
	assert_int_equal(i->episode[1].n_vector, 1);
	assert_true(i->episode[1].vector[0].called_back);
	incidents_free(s);
	covered_free((struct covered *)(uintptr_t)env.covered);
	tear_down(&f);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_repeated_call_back_looks_for_no_vectors_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
