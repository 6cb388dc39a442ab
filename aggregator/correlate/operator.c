/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "aggregator/correlate/operator.h"

#include "common/clock.h"

#include <stdio.h>
#include <string.h>
#include <sysexits.h>

static bool
is_closed(const struct incident *i)
{
	return i->handling.closed_ns != 0;
}

static void
close_it(struct incident *i, int64_t now_ns)
{
	snprintf(i->state, sizeof(i->state), "closed");
	i->handling.closed_ns = now_ns;
	i->handling.muted_until_ns = 0;
}

static int
refuse_closed(const struct incident *i, struct err *e)
{
	char when[TIME_TEXT_MAX];

	return is_closed(i) ? err_set(e, EX_USAGE, "it was closed %s",
				  time_format(i->handling.closed_ns, when))
			    : 0;
}

static const char *
mute(struct incident *i, const struct operation *o, int64_t now_ns, char *said)
{
	char when[TIME_TEXT_MAX];

	i->handling.muted_until_ns = o->mute_ns == 0 ? 0 : now_ns + o->mute_ns;
	if (o->mute_ns == 0)
		snprintf(said, ERR_TEXT_MAX, "is not muted any more");
	else
		snprintf(said, ERR_TEXT_MAX, "is muted until %s",
		    time_format(i->handling.muted_until_ns, when));
	return "update";
}

static const char *
apply(struct incident *i, const struct operation *o, const char *by,
    int64_t now_ns, char *said)
{
	struct handling *h = &i->handling;

	switch (o->verb) {
	case OPERATION_ACK:
		h->acknowledged_ns = now_ns;
		snprintf(
		    h->acknowledged_by, sizeof(h->acknowledged_by), "%s", by);
		snprintf(said, ERR_TEXT_MAX, "is acknowledged by %s", by);
		return "update";
	case OPERATION_MUTE:
		return mute(i, o, now_ns, said);
	case OPERATION_VERDICT:
		memcpy(h->verdict, o->verdict, sizeof(h->verdict));
		snprintf(said, ERR_TEXT_MAX, "has the verdict %s", o->verdict);
		return "update";
	case OPERATION_CLOSE:
		close_it(i, now_ns);
		snprintf(said, ERR_TEXT_MAX, "is closed");
		return "close";
	case OPERATION_REBUILD:
		h->rebuilt_ns = now_ns;
		snprintf(said, ERR_TEXT_MAX, "is closed: %s was rebuilt",
		    i->honeypot);
		if (is_closed(i))
			return "update";
		close_it(i, now_ns);
		return "close";
	}
	return NULL;
}

const char *
operator_apply(struct incident *i, const struct operation *o, const char *by,
    int64_t now_ns, char said[static ERR_TEXT_MAX], struct err *e)
{
	if (operation_check(o, e) == -1)
		return NULL;
	if (o->verb != OPERATION_VERDICT && o->verb != OPERATION_REBUILD &&
	    refuse_closed(i, e) == -1)
		return NULL;
	if (o->verb == OPERATION_CLOSE && i->handling.verdict[0] == '\0' &&
	    o->reason[0] == '\0') {
		err_set(e, EX_USAGE,
		    "give a verdict before it is closed, or say why");
		return NULL;
	}
	return apply(i, o, by, now_ns, said);
}

bool
operator_is_over(const struct incident *i, const struct alert *a)
{
	return is_closed(i) && a->last_ns > i->handling.closed_ns;
}

void
operator_succeed(struct incident *i)
{
	struct incident next = {
	    .handling.previous_closed_ns = i->handling.closed_ns};

	memcpy(next.handling.previous, i->id, sizeof(next.handling.previous));
	*i = next;
}

int64_t
operator_since(const struct incident *i, int64_t time_ns)
{
	const int64_t since = i->handling.previous_closed_ns;

	return since != 0 && time_ns != TIME_NONE && time_ns < since ? since
								     : time_ns;
}
