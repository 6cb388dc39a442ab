/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "agent/config.h"

#include "common/clock.h"
#include "common/conf.h"
#include "common/err.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#define MIB ((uint64_t)1024 * 1024)
#define MARK_DEFAULT 0x10000
/* NFLOG groups are 16 bits; 0 is where a "log" without a group goes. */
#define GROUP_MAX 65535

/* What the table fills; the devices are then moved. */
struct raw {
	struct agent_config c;
	struct conf_strings devices;
};

static const char *const rules_words[] = {
    [RULES_APPLY] = "apply",
    [RULES_CHECK] = "check",
    [RULES_OFF] = "off",
    NULL,
};

static const struct conf_option options[] = {
    {"aggregator", CONF_ENDPOINT, CONF_MEMBER(struct raw, c.aggregator),
	.required = true},
    {"aggregator-key", CONF_KEY, CONF_MEMBER(struct raw, c.aggregator_key),
	.required = true},
    {"key-file", CONF_PATH, CONF_MEMBER(struct raw, c.key_file),
	.required = true},
    {"spool", CONF_PATH, CONF_MEMBER(struct raw, c.spool)},
    {"user", CONF_STRING, CONF_MEMBER(struct raw, c.user)},
    {"name", CONF_STRING, CONF_MEMBER(struct raw, c.name)},
    {"group", CONF_NUMBER, CONF_MEMBER(struct raw, c.group), .min = 1,
	.max = GROUP_MAX},
    {"group-in", CONF_NUMBER, CONF_MEMBER(struct raw, c.group_in), .min = 1,
	.max = GROUP_MAX},
    {"nft-rules", CONF_WORD, CONF_MEMBER(struct raw, c.rules),
	.words = rules_words},
    {"mark", CONF_NUMBER, CONF_MEMBER(struct raw, c.mark), .min = 1,
	.max = UINT32_MAX},
    {"home", CONF_NETS, CONF_MEMBER(struct raw, c.home)},
    {"devices", CONF_STRINGS, CONF_MEMBER(struct raw, devices)},
    {"receive-buffer", CONF_SIZE, CONF_MEMBER(struct raw, c.receive_buffer),
	.min = 128 * 1024, .max = 1024 * MIB},
    {"queue", CONF_SIZE, CONF_MEMBER(struct raw, c.queue_bytes), .min = MIB,
	.max = 16 * 1024 * MIB},
    {"batch-age", CONF_DURATION, CONF_MEMBER(struct raw, c.batch_age_ns),
	.min = NS_PER_MS, .max = 60 * NS_PER_SEC},
    {0},
};

struct agent_config *
agent_config_default(struct err *e)
{
	struct agent_config *c = calloc(1, sizeof(*c));

	if (c == NULL)
		goto fail;
	c->aggregator = strdup("");
	c->key_file = strdup("/etc/synhive/agent.key");
	c->spool = strdup("/var/lib/synhive-agent");
	c->user = strdup("nobody");
	c->name = strdup("");
	c->group = 5;
	c->group_in = 6;
	c->rules = RULES_APPLY;
	c->mark = MARK_DEFAULT;
	c->receive_buffer = 64 * MIB;
	c->queue_bytes = 64 * MIB;
	c->batch_age_ns = 100 * NS_PER_MS;
	if (c->aggregator != NULL && c->key_file != NULL && c->spool != NULL &&
	    c->user != NULL && c->name != NULL)
		return c;
fail:
	err_set(e, EX_OSERR, "out of memory");
	agent_config_free(c);
	return NULL;
}

/* A device's name goes into nft rules and to the kernel. */
static bool
is_device(const char *name)
{
	size_t len = strlen(name);

	/* IFNAMSIZ is 16 with the end; the kernel allows no '/' and blanks. */
	return len > 0 && len < 16 && strcmp(name, ".") != 0 &&
	       strcmp(name, "..") != 0 && strpbrk(name, "/ \t\n\"\\:") == NULL;
}

static int
take_devices(const struct conf_section *top, struct raw *r, struct err *e)
{
	if (r->devices.n > AGENT_DEVICES_MAX)
		return conf_fail(top, "devices", e,
		    "'devices' has more than %d names", AGENT_DEVICES_MAX);
	for (size_t i = 0; i < r->devices.n; i++) {
		if (!is_device(r->devices.text[i]))
			return conf_fail(top, "devices", e,
			    "'%.40s' is no name of a network device",
			    r->devices.text[i]);
		r->c.device[i] = r->devices.text[i];
	}
	r->c.n_device = r->devices.n;
	free(r->devices.text);
	r->devices = (struct conf_strings){0};
	return 0;
}

static int
check(const struct conf_section *top, struct agent_config *c, struct err *e)
{
	if (!conf_has(top, "group-in")) {
		if (c->group == GROUP_MAX)
			return conf_fail(top, "group", e,
			    "'group' %d leaves no number for 'group-in'; set "
			    "it too",
			    GROUP_MAX);
		c->group_in = (uint16_t)(c->group + 1);
	}
	if (c->group == c->group_in)
		return conf_fail(top, "group-in", e,
		    "'group' and 'group-in' are both %u", c->group);
	if ((c->mark & (c->mark - 1)) != 0)
		return conf_fail(top, "mark", e,
		    "'mark' must be one bit, like 0x10000, not 0x%x", c->mark);
	return 0;
}

struct agent_config *
agent_config_load(const char *path, struct err *e)
{
	struct agent_config *c = agent_config_default(e);
	struct conf *conf =
	    c == NULL ? NULL : conf_open(path, options, NULL, e);
	struct raw raw = {0};
	int rc = -1;

	if (conf != NULL) {
		raw.c = *c;
		rc = conf_fill(conf_top(conf), options, &raw, e);
		if (rc == 0)
			rc = take_devices(conf_top(conf), &raw, e);
		if (rc == 0)
			rc = check(conf_top(conf), &raw.c, e);
		*c = raw.c;
		for (size_t i = 0; i < raw.devices.n; i++)
			free(raw.devices.text[i]);
		free(raw.devices.text);
	}
	conf_close(conf);
	if (rc == 0)
		return c;
	agent_config_free(c);
	return NULL;
}

void
agent_config_free(struct agent_config *c)
{
	if (c == NULL)
		return;
	free(c->aggregator);
	free(c->key_file);
	free(c->spool);
	free(c->user);
	free(c->name);
	nets_fini(&c->home);
	for (size_t i = 0; i < c->n_device; i++)
		free(c->device[i]);
	free(c);
}
