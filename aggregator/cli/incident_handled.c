/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "aggregator/cli/incident_handled.h"
#include "aggregator/cli/output.h"
#include "aggregator/store/state.h"
#include "common/clock.h"

static void
say_time(const char *what, int64_t ns)
{
	char when[TIME_TEXT_MAX];

	if (ns != 0)
		output_line("%s%s", what, time_format(ns, when));
}

struct audits {
	bool any;
};

static int
say_audit(void *arg, const struct audit *a)
{
	struct audits *all = arg;
	char when[TIME_TEXT_MAX];

	if (!all->any) {
		output_line("%s", "");
		output_line("What operators did");
	}
	all->any = true;
	output_line("  %s  %s: %s%s%s%s%s", time_format(a->time_ns, when),
	    a->user, a->verb, a->detail[0] == '\0' ? "" : " ", a->detail,
	    a->reason[0] == '\0' ? "" : ": ", a->reason);
	return 0;
}

int
incident_say_handled(const struct incident *i, struct state *s, struct err *e)
{
	const struct handling *h = &i->handling;
	struct audits all = {false};

	if (h->acknowledged_ns != 0)
		output_line("acked by  %s", h->acknowledged_by);
	say_time("muted     until ", h->muted_until_ns);
	if (h->verdict[0] != '\0')
		output_line("verdict   %s", h->verdict);
	say_time("closed    ", h->closed_ns);
	say_time("rebuilt   ", h->rebuilt_ns);
	if (h->previous[0] != '\0')
		output_line("follows   %s, which was closed", h->previous);
	return state_audits(s, i->id, say_audit, &all, e);
}
