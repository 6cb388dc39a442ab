/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "aggregator/core.h"
#include "aggregator/correlate/operator.h"
#include "common/clock.h"
#include "common/err.h"
#include "common/log.h"
#include "common/operation.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#define RETRY_NS (60 * NS_PER_SEC)

/* --- one incident --- */

static int
copy(void *arg, const struct incident *i)
{
	return incident_copy(arg, i) == 0 ? 0 : 1;
}

/* As it is written; the caller calls incident_fini(). */
static int
load(struct core *c, const char *id, struct incident *out, struct err *e)
{
	int rc;

	*out = (struct incident){0};
	core_flush(c);
	if (!core_news_told(c))
		return err_set(e, EX_TEMPFAIL, "the store cannot be written");
	rc = state_incident(c->state, id, copy, out, e);
	if (rc == 1)
		return err_set(e, EX_OSERR, "out of memory");
	if (rc == 0 && out->id[0] == '\0')
		return err_set(e, EX_NOINPUT, "there is no incident %s", id);
	return rc;
}

static void
plan_end_of_mutes(struct core *c)
{
	char id[ID_TEXT_MAX];
	struct err e;

	c->mute_ends_ns = 0;
	if (state_muted(c->state, id, &c->mute_ends_ns, &e) == -1)
		log_warn("store", "%s", e.text);
}

/* --- operators --- */

static void
set_detail(struct audit *a, const struct incident *i, const struct operation *o)
{
	char when[TIME_TEXT_MAX];

	if (o->verb == OPERATION_VERDICT)
		snprintf(a->detail, sizeof(a->detail), "%s", o->verdict);
	if (o->verb == OPERATION_MUTE && o->mute_ns == 0)
		snprintf(a->detail, sizeof(a->detail), "no longer");
	if (o->verb == OPERATION_MUTE && o->mute_ns > 0)
		snprintf(a->detail, sizeof(a->detail), "until %s",
		    time_format(i->handling.muted_until_ns, when));
}

static int
operate_on(struct core *c, struct incident *i, const struct operation *o,
    const struct control_peer *who, char said[static ERR_TEXT_MAX],
    struct err *e)
{
	struct audit a = {.time_ns = clock_wall_ns(), .uid = who->uid};
	const char *op = operator_apply(i, o, who->user, a.time_ns, said, e);

	if (op == NULL)
		return -1;
	memcpy(a.user, who->user, sizeof(a.user));
	memcpy(a.incident, i->id, sizeof(a.incident));
	memcpy(a.honeypot, i->honeypot, sizeof(a.honeypot));
	memcpy(a.reason, o->reason, sizeof(a.reason));
	snprintf(a.verb, sizeof(a.verb), "%s", operation_name(o->verb));
	set_detail(&a, i, o);
	if (core_tell_handled(c, i, op, &a, e) == -1)
		return -1;
	pipeline_handle(c->pipeline, i);
	plan_end_of_mutes(c);
	log_info("control", "%s (uid %u): %s %s %s", a.user,
	    (unsigned int)a.uid, a.verb, i->honeypot, i->id);
	return 0;
}

/* Returns 0 with what to say in 'e', or -1 with what was wrong. */
static int
operate(struct core *c, const struct operation *o,
    const struct control_peer *who, struct err *e)
{
	char said[ERR_TEXT_MAX];
	struct incident i;
	int rc = load(c, o->incident, &i, e);

	if (rc == 0)
		rc = operate_on(c, &i, o, who, said, e);
	if (rc == 0)
		err_set(e, EX_OK, "%s", said);
	incident_fini(&i);
	return rc;
}

static char *
on_request(
    void *arg, const struct control_peer *who, const char *line, size_t len)
{
	struct core *c = arg;
	struct operation o;
	struct err e;

	if (operation_parse(line, len, &o, &e) == 0)
		(void)operate(c, &o, who, &e);
	return operation_format_reply(&e);
}

/* --- time --- */

/* Returns 0, or -1 with 'e'. */
static int
end_mute(struct core *c, const char *id, struct err *e)
{
	struct incident i;
	int rc = load(c, id, &i, e);

	i.handling.muted_until_ns = 0;
	if (rc == 0)
		rc = core_tell_handled(c, &i, "update", NULL, e);
	if (rc == 0)
		pipeline_handle(c->pipeline, &i);
	incident_fini(&i);
	return rc;
}

void
core_end_mutes(struct core *c)
{
	const int64_t now = clock_wall_ns();
	char id[ID_TEXT_MAX];
	int64_t until;
	struct err e;

	if (c->mute_ends_ns == 0 || now < c->mute_ends_ns)
		return;
	while (state_muted(c->state, id, &until, &e) == 1 && until <= now)
		if (end_mute(c, id, &e) == -1) {
			log_warn("core", "the mute of %s does not end: %s", id,
			    e.text);
			c->mute_ends_ns = now + RETRY_NS;
			return;
		}
	plan_end_of_mutes(c);
}

void
core_open_control(struct core *c)
{
	struct err e;

	plan_end_of_mutes(c);
	c->control =
	    control_open(c->loop, c->config->control, on_request, c, &e);
	if (c->control == NULL)
		log_warn("control",
		    "no control socket, so that ack, mute, verdict, close and "
		    "rebuild do not work: %s",
		    e.text);
}
