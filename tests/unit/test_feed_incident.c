/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "aggregator/feed/feed_json.h"
#include "common/clock.h"
#include "common/err.h"
#include "common/wire.h"
#include "tests/unit/cm.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LONGEST "2001:db8:ffff:ffff:ffff:ffff:ffff:fff1"

static void
fill_vector(struct vector *v)
{
	addr_parse(LONGEST, &v->peer);
	addr_parse(LONGEST, &v->address);
	v->port = 65535;
	v->first_ns = v->before_ns = 1234567891;
	v->before_ns++;
	v->last_ns = 1234567893;
	v->connections = UINT64_MAX;
	v->packets = UINT64_MAX;
	v->outcome = OUTCOME_ANSWERED;
	v->by_sizes = v->back = v->more = true;
	v->peers = UINT32_MAX;
	v->swept = UINT32_MAX;
	v->watched_ns = NS_PER_DAY;
	v->called_back = v->tried_odd = true;
}

/* As much of everything as there may be. */
static struct incident *
fullest(void)
{
	struct incident *i = calloc(1, sizeof(*i));

	memset(i->id, 'a', 32);
	memset(i->honeynet, 'n', sizeof(i->honeynet) - 1);
	memset(i->honeypot, 'p', sizeof(i->honeypot) - 1);
	addr_parse(LONGEST, &i->address);
	for (; i->n_alias < ALIASES_TEXT_MAX; i->n_alias++)
		i->alias[i->n_alias] = i->address;
	i->severity = SEVERITY_COMPROMISED;
	strcpy(i->state, "open");
	i->evidence = calloc(EVIDENCE_MAX, sizeof(*i->evidence));
	for (; i->n_evidence < EVIDENCE_MAX; i->n_evidence++) {
		struct evidence *x = &i->evidence[i->n_evidence];

		memset(x->kind, 'k', sizeof(x->kind) - 1);
		memset(x->text, '"', sizeof(x->text) - 1);
		x->has_peer = true;
		x->peer = i->address;
		x->count = i->n_evidence;
		x->time_ns = 1234567890;
	}
	i->episode = calloc(EPISODES_MAX, sizeof(*i->episode));
	for (; i->n_episode < EPISODES_MAX; i->n_episode++) {
		struct episode *e = &i->episode[i->n_episode];

		e->onset_ns = NS_PER_HOUR + (int64_t)i->n_episode;
		for (; e->n_vector < VECTORS_MAX; e->n_vector++)
			fill_vector(&e->vector[e->n_vector]);
	}
	return i;
}

static void
the_fullest_incident_fits_in_a_message(void **state)
{
	struct incident *i = fullest();
	struct wire *w = wire_new();
	const uint8_t *pb;
	struct err e;

	(void)state;
	assert_in_range(wire_pack_incident(w, i, "update", &pb, &e), 30000,
	    WIRE_MESSAGE_MAX);
	wire_free(w);
	incident_fini(i);
	free(i);
}

static json_int_t
number(json_t *o, const char *name)
{
	return json_integer_value(json_object_get(o, name));
}

static void
the_first_and_the_latest_are_told_and_the_others_counted(void **state)
{
	struct incident *i = fullest();
	char *text = feed_json_incident(i, "update", 1, 1);
	json_t *root = json_loads(text, 0, NULL), *own, *list, *e;

	(void)state;
	assert_non_null(root);
	own = json_object_get(root, "synhive");
	list = json_object_get(own, "evidence");
	assert_int_equal(json_array_size(list), FEED_EVIDENCE);
	assert_int_equal(
	    number(own, "evidence_left_out"), EVIDENCE_MAX - FEED_EVIDENCE);
	assert_int_equal(number(json_array_get(list, 15), "count"), 15);
	assert_int_equal(number(json_array_get(list, 16), "count"),
	    EVIDENCE_MAX - FEED_EVIDENCE + 16);
	list = json_object_get(own, "episodes");
	assert_int_equal(json_array_size(list), FEED_EPISODES);
	assert_int_equal(
	    number(own, "episodes_left_out"), EPISODES_MAX - FEED_EPISODES);
	e = json_array_get(list, 0);
	assert_string_equal(json_string_value(json_object_get(e, "onset")),
	    "1970-01-01T01:00:00Z");
	assert_int_equal(
	    number(e, "vectors_left_out"), VECTORS_MAX - FEED_VECTORS);
	assert_true(json_equal(
	    json_object_get(e, "vectors"), json_object_get(own, "vectors")));
	json_decref(root);
	free(text);
	incident_fini(i);
	free(i);
}

static void
an_incident_without_episodes_has_no_vectors(void **state)
{
	struct incident i = {.severity = SEVERITY_SUSPECT, .state = "open"};
	char *text = feed_json_incident(&i, "open", 1, 1);

	(void)state;
	assert_non_null(strstr(text, "\"episodes\":[],\"vectors\":[]"));
	free(text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(the_fullest_incident_fits_in_a_message),
	    cmocka_unit_test(
		the_first_and_the_latest_are_told_and_the_others_counted),
	    cmocka_unit_test(an_incident_without_episodes_has_no_vectors),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
