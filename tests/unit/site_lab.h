/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TESTS_UNIT_SITE_LAB_H
#define TESTS_UNIT_SITE_LAB_H

/* A site that is made in the test.  Include behind cmocka.h. */

#include "common/err.h"
#include "common/site.h"

#include <stdio.h>
#include <string.h>

static struct err e;

static inline struct addr
addr(const char *text)
{
	struct addr a;

	assert_int_equal(addr_parse(text, &a), 0);
	return a;
}

/* The networks of a list that ends with NULL. */
static inline struct nets
nets(const char *const *text)
{
	struct nets s = {0};
	struct net one;

	for (; *text != NULL; text++) {
		assert_int_equal(net_parse(*text, &one), 0);
		assert_int_equal(nets_add(&s, &one), 0);
	}
	return s;
}

#define NETS(...) nets((const char *const[]){__VA_ARGS__, NULL})

static inline int
honeynet(struct site *s, const char *name, struct nets home)
{
	struct honeynet h = {.home = home};

	snprintf(h.name, sizeof(h.name), "%s", name);
	return site_add_honeynet(s, &h, &e);
}

static inline int
honeypot(struct site *s, const char *name, struct nets addresses)
{
	struct honeypot h = {.addresses = addresses};

	snprintf(h.name, sizeof(h.name), "%s", name);
	return site_add_honeypot(s, &h, &e);
}

static inline int
sensor(struct site *s, const char *name, uint8_t key, struct nets addresses)
{
	struct sensor_entry x = {.key.b = {key}, .addresses = addresses};

	snprintf(x.name, sizeof(x.name), "%s", name);
	return site_add_sensor(s, &x, &e);
}

static inline struct site *
lab(void)
{
	struct site *s = site_new();

	assert_non_null(s);
	assert_int_equal(
	    honeynet(s, "lab", NETS("11.11.0.0/16", "2001:db8::/32")), 0);
	assert_int_equal(honeynet(s, "annex", NETS("10.0.0.0/24")), 0);
	return s;
}

#endif
