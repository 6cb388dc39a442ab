/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TESTS_UNIT_FILTER_SITE_H
#define TESTS_UNIT_FILTER_SITE_H

/* A site, a record, and filters asked of it.  Include behind cmocka.h. */

#include "common/err.h"
#include "common/filter.h"
#include "common/site.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct site *site;

static inline struct addr
addr(const char *text)
{
	struct addr a;

	assert_int_equal(addr_parse(text, &a), 0);
	return a;
}

static inline void
name_filter(const char *name, const char *text)
{
	struct named_filter f = {.text = strdup(text)};

	snprintf(f.name, sizeof(f.name), "%s", name);
	assert_int_equal(site_add_filter(site, &f, NULL), 0);
}

static inline int
make_site(void **state)
{
	struct honeynet lab = {.name = "lab"};
	struct net one;

	(void)state;
	site = site_new();
	net_parse("11.11.0.0/16", &one);
	nets_add(&lab.home, &one);
	net_parse("2001:db8::/32", &one);
	nets_add(&lab.home, &one);
	if (site_add_honeynet(site, &lab, NULL) == -1)
		return -1;
	name_filter("victim-browsing",
	    "not ((src host 189.22.36.165 and dst port 80) or\n"
	    "     (dst host 189.22.36.165 and src port 80))");
	name_filter("ssh-out", "direction out class ssh");
	name_filter("twice", "@ssh-out or @ssh-out");
	name_filter("nothing", "");
	name_filter("self", "host 1.2.3.4 or @self");
	name_filter("chicken", "not @egg");
	name_filter("egg", "port 22 and (@chicken)");
	name_filter("broken", "port 22\nand prot 6");
	return 0;
}

static inline int
free_site(void **state)
{
	(void)state;
	site_free(site);
	return 0;
}

/* An outbound SYN with everything known, and variations of it. */
static inline struct record
syn(void)
{
	return (struct record){
	    .src = addr("11.11.79.67"),
	    .dst = addr("79.115.103.225"),
	    .sport = 40000,
	    .dport = 6667,
	    .proto = 6,
	    .has = HAS_FLAGS | HAS_TTL | HAS_WINDOW | HAS_UID | HAS_MARK |
		   HAS_COUNTS,
	    .flags = TCP_SYN | TCP_ECE | TCP_CWR,
	    .hook = HOOK_OUT,
	    .ttl = 64,
	    .window = 29200,
	    .uid = 1000,
	    .mark = 0x10000,
	    .packets = 3,
	    .octets = 180,
	    .in_if = NULL,
	    .out_if = "eth0",
	    .prefix = "synhive out ",
	};
}

static inline bool
matches(const char *text, const struct record *r)
{
	struct filter_subject s = {.record = r, .sensor = "pot1"};
	struct err e;
	struct filter *f = filter_parse(text, site, &e);
	bool yes;

	if (f == NULL)
		fail_msg("%s: %s", text, e.text);
	yes = filter_match(f, &s);
	filter_free(f);
	return yes;
}

static inline void
check(const char *text, const struct record *r, bool expected)
{
	if (matches(text, r) != expected)
		fail_msg("%s", text);
}

#endif
