/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TESTS_UNIT_CONF_LOAD_H
#define TESTS_UNIT_CONF_LOAD_H

/* A configuration with a key of each type.  Include behind cmocka.h. */

#include "common/addr.h"
#include "common/clock.h"
#include "common/conf.h"
#include "common/err.h"
#include "common/keys.h"
#include "common/ports.h"
#include "tests/unit/files.h"

#include <stdint.h>
#include <string.h>

/* One member of each type. */
struct all {
	char *string, *path, *endpoint;
	struct conf_strings strings;
	uint16_t small;
	uint32_t number;
	uint64_t size;
	int64_t duration, time;
	int word;
	struct key key;
	struct nets nets;
	struct ports ports;
};

static const char *const colours[] = {"red", "green", "blue", NULL};

static const struct conf_option options[] = {
    {"string", CONF_STRING, CONF_MEMBER(struct all, string)},
    {"path", CONF_PATH, CONF_MEMBER(struct all, path)},
    {"endpoint", CONF_ENDPOINT, CONF_MEMBER(struct all, endpoint)},
    {"strings", CONF_STRINGS, CONF_MEMBER(struct all, strings)},
    {"small", CONF_NUMBER, CONF_MEMBER(struct all, small), .min = 1,
	.max = 65535},
    {"number", CONF_NUMBER, CONF_MEMBER(struct all, number), .max = UINT32_MAX},
    {"size", CONF_SIZE, CONF_MEMBER(struct all, size), .min = 1024,
	.max = UINT64_C(1) << 40},
    {"duration", CONF_DURATION, CONF_MEMBER(struct all, duration),
	.min = NS_PER_MS, .max = 90 * NS_PER_DAY},
    {"time", CONF_TIME, CONF_MEMBER(struct all, time)},
    {"word", CONF_WORD, CONF_MEMBER(struct all, word), .words = colours},
    {"key", CONF_KEY, CONF_MEMBER(struct all, key)},
    {"nets", CONF_NETS, CONF_MEMBER(struct all, nets)},
    {"ports", CONF_PORTS, CONF_MEMBER(struct all, ports)},
    {0},
};

static const struct conf_option pot_options[] = {
    {"string", CONF_STRING, CONF_MEMBER(struct all, string), .required = true},
    {"nets", CONF_NETS, CONF_MEMBER(struct all, nets)},
    {0},
};

static const struct conf_kind kinds[] = {
    {"pot", pot_options},
    {"free", NULL},
    {0},
};

static struct err e;

static inline struct conf *
open_text(const char *text)
{
	char path[FILE_PATH_MAX];

	write_file("a.conf", text);
	memset(&e, 0, sizeof(e));
	return conf_open(path_of("a.conf", path), options, kinds, &e);
}

/* Load 'text' into 'out'; returns 0 or -1. */
static inline int
load(const char *text, struct all *out)
{
	struct conf *c = open_text(text);
	int rc = -1;

	*out = (struct all){0};
	if (c != NULL)
		rc = conf_fill(conf_top(c), options, out, &e);
	conf_close(c);
	return rc;
}

#endif
