/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "agent/agent.h"
#include "agent/config.h"
#include "agent/rules.h"
#include "common/err.h"
#include "common/log.h"

#include <stdio.h>
#include <sysexits.h>

static int
complain(const struct err *e)
{
	log_error("agent", "%s", e->text);
	return e->code;
}

int
agent_check(const char *conf)
{
	struct err e;
	struct key_pair key;
	struct agent_config *c = agent_config_load(conf, &e);
	int status = EX_OK;

	if (c == NULL || key_load(c->key_file, &key, &e) == -1)
		status = complain(&e);
	else
		key_wipe(&key);
	agent_config_free(c);
	return status;
}

int
agent_print_rules(const char *conf)
{
	struct err e;
	struct agent_config *c = agent_config_load(conf, &e);
	int status = EX_OK;

	if (c == NULL || rules_print(c, stdout, &e) == -1)
		status = complain(&e);
	agent_config_free(c);
	return status;
}

int
agent_remove_rules(void)
{
	struct err e;

	return rules_remove(&e) == -1 ? complain(&e) : EX_OK;
}
