/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "aggregator/graph/links.h"
#include "aggregator/graph/picture.h"
#include "aggregator/graph/ranks.h"
#include "common/clock.h"
#include "common/err.h"
#include "common/site.h"
#include "tests/unit/cm.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct addr
address(const char *text)
{
	struct addr a;

	assert_int_equal(addr_parse(text, &a), 0);
	return a;
}

static void
call(struct links *l, const char *client, const char *server, uint16_t port)
{
	const struct link x = {address(client), address(server), port, 6};

	links_add(l, &x, TIME_NONE);
}

/* 'n' strangers knock at some of 64 honeypots: some often, most once; a
 * number decides all, so that it is the same each time. */
static void
knock(struct links *l, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++) {
		uint32_t mixed = i * 2654435761U;
		char client[32], server[32];

		snprintf(client, sizeof(client), "%u.%u.%u.%u", 1 + mixed % 200,
		    mixed >> 8 & 7, mixed >> 16 & 255, mixed >> 24);
		snprintf(server, sizeof(server), "10.0.0.%u", mixed >> 5 & 63);
		for (uint32_t k = 0; k < 1 + (i % 50 == 0) * 20; k++)
			call(l, client, server, (uint16_t)(mixed >> 3 & 127));
	}
}

static struct picture *
picture_of(const struct links *l, const struct picture_options *o)
{
	struct link_row *row;
	struct picture *p;
	size_t n;

	assert_int_equal(links_rows(l, &row, &n), 0);
	p = picture_new(row, n, o, NULL);
	assert_non_null(p);
	free(row);
	return p;
}

static uint64_t
sum(const struct picture *p, bool second)
{
	uint64_t n = 0;

	for (size_t i = 0; i < p->n_edge; i++)
		if (p->edge[i].second == second)
			n += p->edge[i].records;
	return n;
}

static size_t
count(const struct picture *p, enum property_part part)
{
	size_t n = 0;

	for (size_t i = 0; i < p->n_node; i++)
		n += p->node[i].in[part];
	return n;
}

static void
a_small_picture_has_each_host_and_port(void **state)
{
	struct links *l = links_new(100);
	struct picture *p;

	(void)state;
	call(l, "11.11.79.67", "81.196.20.134", 22);
	call(l, "11.11.79.67", "81.196.20.134", 22);
	call(l, "11.11.79.67", "66.198.160.2", 6667);
	p = picture_of(l, &(struct picture_options){0});
	assert_int_equal(p->n_node, 5);
	assert_int_equal(p->n_edge, 4);
	assert_int_equal(p->records, 3);
	assert_string_equal(p->node[0].label, "11.11.79.67");
	assert_string_equal(p->node[4].label, "6667");
	picture_free(p);
	links_free(l);
}

static void
a_host_that_is_both_is_one_node(void **state)
{
	struct links *l = links_new(100);
	struct picture *p;

	(void)state;
	call(l, "203.0.113.9", "10.0.0.1", 80);
	call(l, "10.0.0.1", "10.0.0.2", 22);
	p = picture_of(l, &(struct picture_options){0});
	assert_int_equal(p->n_node, 5);
	assert_true(p->node[0].in[PART_SOURCE] && p->node[0].in[PART_EVENT]);
	assert_int_equal(node_part(&p->node[0]), PART_SOURCE);
	picture_free(p);
	links_free(l);
}

static void
however_many_links_every_record_is_in_an_edge(void **state)
{
	static const size_t tops[] = {0, 3, 12, 1000};
	struct links *l = links_new(1 << 18);
	uint64_t all;

	(void)state;
	knock(l, 100000);
	all = 100000 + 2000 * 20;
	for (size_t i = 0; i < sizeof(tops) / sizeof(*tops); i++) {
		const struct picture_options o = {.top = tops[i]};
		struct picture *p = picture_of(l, &o);

		assert_int_equal(p->records, all);
		assert_int_equal(sum(p, false), all);
		assert_int_equal(sum(p, true), all);
		for (int k = 0; k < FIELDS; k++)
			assert_true(count(p, k) <= p->top);
		if (tops[i] == 0)
			assert_true(p->n_edge <= PICTURE_EDGES ||
				    p->top == PICTURE_TOP_LEAST);
		else
			assert_int_equal(p->top, tops[i]);
		picture_free(p);
	}
	links_free(l);
}

static struct site *
lab(void)
{
	struct honeynet h = {.name = "lab"};
	struct site *s = site_new();
	struct net n;

	assert_non_null(s);
	assert_int_equal(net_parse("10.0.0.0/24", &n), 0);
	assert_int_equal(nets_add(&h.home, &n), 0);
	assert_int_equal(site_add_honeynet(s, &h, NULL), 0);
	return s;
}

static const struct node *
node_of(const struct picture *p, const char *label)
{
	for (size_t i = 0; i < p->n_node; i++)
		if (strcmp(p->node[i].label, label) == 0)
			return &p->node[i];
	return NULL;
}

static void
what_leaves_the_honeynet_is_drawn_however_rare(void **state)
{
	struct site *site = lab();
	const struct picture_options o = {.site = site};
	struct links *l = links_new(1 << 18);
	struct picture *p;

	(void)state;
	knock(l, 20000);
	call(l, "10.0.0.33", "194.151.10.5", 6666);
	p = picture_of(l, &o);
	assert_non_null(node_of(p, "10.0.0.33"));
	assert_true(node_of(p, "10.0.0.33")->in[PART_SOURCE]);
	assert_non_null(node_of(p, "194.151.10.5"));
	assert_non_null(node_of(p, "6666"));
	/* The others of the honeynet are its network, in its colour. */
	for (size_t i = 0; i < p->n_node; i++)
		if (p->node[i].who.kind == WHO_NET && p->node[i].in[PART_EVENT])
			assert_string_equal(
			    p->node[i].color, node_of(p, "10.0.0.33")->color);
	picture_free(p);
	p = picture_of(l, &(struct picture_options){0});
	assert_null(node_of(p, "6666"));
	picture_free(p);
	links_free(l);
	site_free(site);
}

static void
the_order_of_the_records_changes_nothing(void **state)
{
	struct links *one = links_new(1000), *two = links_new(1000);
	struct link_row *a, *b;
	char text[32];
	size_t n, m;

	(void)state;
	for (int i = 0; i < 300; i++) {
		snprintf(text, sizeof(text), "10.0.%d.1", i % 100);
		call(one, text, "10.1.0.1", 22);
		snprintf(text, sizeof(text), "10.0.%d.1", (299 - i) % 100);
		call(two, text, "10.1.0.1", 22);
	}
	assert_int_equal(links_rows(one, &a, &n), 0);
	assert_int_equal(links_rows(two, &b, &m), 0);
	assert_int_equal(n, m);
	assert_memory_equal(a, b, n * sizeof(*a));
	free(a);
	free(b);
	links_free(one);
	links_free(two);
}

static void
too_many_links_cost_the_rarest(void **state)
{
	struct links *l = links_new(64);
	struct link_row *row;
	uint64_t kept = 0;
	char text[32];
	size_t n;

	(void)state;
	for (int k = 0; k < 5; k++)
		call(l, "10.0.0.1", "10.1.0.1", 22);
	for (int i = 0; i < 1000; i++) {
		snprintf(text, sizeof(text), "10.2.%d.%d", i / 200, i % 200);
		call(l, text, "10.1.0.1", 22);
	}
	assert_int_equal(links_rows(l, &row, &n), 0);
	assert_true(n <= 64);
	assert_int_equal(row[0].records, 5);
	for (size_t i = 0; i < n; i++)
		kept += row[i].records;
	assert_int_equal(kept + links_left_out(l), 1005);
	free(row);
	links_free(l);
}

static struct picture *
picture_with(const struct links *l, const char *text)
{
	struct properties *props =
	    properties_parse("f", text, strlen(text), NULL);
	const struct picture_options o = {.properties = props};
	struct picture *p;

	assert_non_null(props);
	p = picture_of(l, &o);
	properties_free(props);
	return p;
}

static void
properties_choose_what_is_drawn(void **state)
{
	struct links *l = links_new(100);
	struct picture *p;

	(void)state;
	call(l, "11.11.79.67", "81.196.20.133", 22);
	call(l, "11.11.79.67", "81.196.20.134", 22);
	call(l, "11.11.79.67", "66.198.160.2", 6667);
	call(l, "11.11.79.68", "66.198.160.2", 80);
	p = picture_with(l, "color.target=\"invisible\" if ($fields[2] == 22)\n"
			    "color.target=\"green\"\n");
	assert_int_equal(p->records, 2);
	assert_string_equal(p->node[3].color, "green");
	picture_free(p);
	p = picture_with(l, "threshold.source=1\n");
	assert_int_equal(count(p, PART_SOURCE), 1);
	assert_int_equal(count(p, PART_EVENT), 3);
	/* It is in a line of another client's server. */
	assert_int_equal(count(p, PART_TARGET), 3);
	picture_free(p);
	p = picture_with(l,
	    "cluster.event=regex_replace(\"(^81)\").\".0.0.0/8\"\n"
	    "label.event=0 if (match(\"^66\"))\n");
	assert_int_equal(count(p, PART_EVENT), 2);
	picture_free(p);
	links_free(l);
}

static void
ranks_are_psad_s(void **state)
{
	static const char *const text[] = {"209.128.98.147", "11.11.79.67",
	    "::1", "66.198.160.2", "2001:db8::1", "11.11.79.67"};
	static const uint64_t rank[] = {3, 1, 4, 2, 5, 1};
	struct ranks r = {0};
	struct addr a = address("10.0.0.1");

	(void)state;
	for (int round = 0; round < 500; round++)
		for (size_t i = 0; i < 6; i++) {
			struct addr x = address(text[i]);

			assert_int_equal(ranks_add(&r, &x, NULL), 0);
		}
	ranks_ready(&r);
	assert_int_equal(r.n, 5);
	for (size_t i = 0; i < 6; i++) {
		struct addr x = address(text[i]);

		assert_int_equal(ranks_of(&r, &x), rank[i]);
	}
	assert_int_equal(ranks_of(&r, &a), 0);
	ranks_fini(&r);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_small_picture_has_each_host_and_port),
	    cmocka_unit_test(a_host_that_is_both_is_one_node),
	    cmocka_unit_test(however_many_links_every_record_is_in_an_edge),
	    cmocka_unit_test(what_leaves_the_honeynet_is_drawn_however_rare),
	    cmocka_unit_test(the_order_of_the_records_changes_nothing),
	    cmocka_unit_test(too_many_links_cost_the_rarest),
	    cmocka_unit_test(properties_choose_what_is_drawn),
	    cmocka_unit_test(ranks_are_psad_s),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
