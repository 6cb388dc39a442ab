/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "aggregator/config.h"

#include "aggregator/config_own.h"
#include "common/clock.h"
#include "common/conf.h"
#include "common/conf_site.h"
#include "common/err.h"

#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#define MIB ((uint64_t)1024 * 1024)
#define KEEP_DAYS_MAX 36500 /* a hundred years */

/* What the table fills; the days are then counted. */
struct raw {
	struct config c;
	int64_t keep_ns;
};

static const struct conf_option options[] = {
    {"listen", CONF_ENDPOINT, CONF_MEMBER(struct raw, c.listen)},
    {"feed", CONF_ENDPOINT, CONF_MEMBER(struct raw, c.feed)},
    {"replay", CONF_ENDPOINT, CONF_MEMBER(struct raw, c.replay)},
    {"control", CONF_PATH, CONF_MEMBER(struct raw, c.control)},
    {"key-file", CONF_PATH, CONF_MEMBER(struct raw, c.key_file)},
    {"store", CONF_PATH, CONF_MEMBER(struct raw, c.store)},
    {"user", CONF_STRING, CONF_MEMBER(struct raw, c.user)},
    {"keep", CONF_DURATION, CONF_MEMBER(struct raw, keep_ns), .min = NS_PER_DAY,
	.max = KEEP_DAYS_MAX * (uint64_t)NS_PER_DAY},
    {"ingest-memory", CONF_SIZE, CONF_MEMBER(struct raw, c.ingest_memory),
	.min = 32 * MIB, .max = 1024 * 1024 * MIB},
    {"feed-memory", CONF_SIZE, CONF_MEMBER(struct raw, c.feed_memory),
	.min = 32 * MIB, .max = 1024 * 1024 * MIB},
    {0},
};

struct config *
config_default(struct err *e)
{
	struct config *c = calloc(1, sizeof(*c));

	if (c == NULL)
		goto fail;
	c->listen = strdup("tcp://0.0.0.0:7761");
	c->feed = strdup("tcp://0.0.0.0:7762");
	c->replay = strdup("tcp://0.0.0.0:7763");
	c->control = strdup(CONFIG_CONTROL);
	c->key_file = strdup("/etc/synhive/aggregator.key");
	c->store = strdup(CONFIG_STORE);
	c->user = strdup("synhive");
	c->keep_days = 90;
	c->ingest_memory = 256 * MIB;
	c->feed_memory = 128 * MIB;
	c->site = site_new();
	if (c->listen != NULL && c->feed != NULL && c->replay != NULL &&
	    c->control != NULL && c->key_file != NULL && c->store != NULL &&
	    c->user != NULL && c->site != NULL)
		return c;
fail:
	err_set(e, EX_OSERR, "out of memory");
	config_free(c);
	return NULL;
}

/* Two sockets cannot be bound to one place. */
static int
check_endpoints(
    const struct conf_section *top, const struct config *c, struct err *e)
{
	const struct {
		const char *key, *value;
	} at[] = {
	    {"listen", c->listen},
	    {"feed", c->feed},
	    {"replay", c->replay},
	};

	for (size_t i = 1; i < sizeof(at) / sizeof(*at); i++)
		for (size_t k = 0; k < i; k++)
			if (strcmp(at[i].value, at[k].value) == 0)
				return conf_fail(top,
				    at[conf_has(top, at[i].key) ? i : k].key, e,
				    "'%s' and '%s' are both %.80s", at[k].key,
				    at[i].key, at[i].value);
	return 0;
}

/* The name of what is built in may be taken. */
static int
expect_own(const struct conf *conf, struct config *c, struct err *e)
{
	const struct conf_section *at = NULL;

	if (config_expect_own(c, e) == 0)
		return 0;
	do
		at = conf_next(conf, "expected", at);
	while (at != NULL && strcmp(conf_title(at), CONFIG_OWN_LINK) != 0);
	return at == NULL ? -1 : conf_within(at, NULL, e);
}

static int
fill(const struct conf *conf, struct config *c, struct err *e)
{
	struct raw raw = {
	    .c = *c,
	    .keep_ns = c->keep_days * NS_PER_DAY,
	};
	int rc = conf_fill(conf_top(conf), options, &raw, e);

	*c = raw.c;
	c->keep_days = (int)(raw.keep_ns / NS_PER_DAY);
	if (rc == 0)
		rc = check_endpoints(conf_top(conf), c, e);
	if (rc == 0)
		rc = conf_site_fill(conf, c->site, e);
	if (rc == 0)
		rc = expect_own(conf, c, e);
	return rc;
}

struct config *
config_load(const char *path, struct err *e)
{
	struct config *c = config_default(e);
	struct conf *conf =
	    c == NULL ? NULL : conf_open(path, options, conf_site_kinds, e);
	int rc = conf == NULL ? -1 : fill(conf, c, e);

	conf_close(conf);
	if (rc == 0)
		return c;
	config_free(c);
	return NULL;
}

void
config_free(struct config *c)
{
	if (c == NULL)
		return;
	free(c->listen);
	free(c->feed);
	free(c->replay);
	free(c->control);
	free(c->key_file);
	free(c->store);
	free(c->user);
	site_free(c->site);
	free(c);
}
