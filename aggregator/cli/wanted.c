/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "aggregator/cli/wanted.h"
#include "aggregator/cli/options.h"
#include "aggregator/cli/output.h"
#include "common/clock.h"
#include "common/err.h"

#include <inttypes.h>
#include <sysexits.h>

int
wanted_open(struct wanted *w, const struct options *o, const struct site *site,
    const struct filter *f, struct err *e)
{
	*w = (struct wanted){.opt = o, .filter = f};
	/* What only connections know no record lacks. */
	if (filter_check(f, FILTER_RECORDS, NULL) == 0)
		w->unanswered = unanswered_init(f, "records");
	return hidden_open(&w->hidden, site, f, e);
}

void
wanted_close(struct wanted *w)
{
	hidden_close(&w->hidden);
}

static bool
is_timed(const struct options *o)
{
	return o->since_ns != TIME_NONE || o->until_ns != TIME_NONE;
}

bool
wanted_record(struct wanted *w, const struct filter_subject *s)
{
	int64_t t = s->record->time_ns;
	bool matched;

	if (t != TIME_NONE && !options_in_time(w->opt, t))
		return false;
	matched = filter_match(w->filter, s);
	unanswered_row(&w->unanswered, s);
	hidden_record(&w->hidden, s, matched);
	if (matched && t == TIME_NONE && is_timed(w->opt)) {
		w->untimed++;
		return false;
	}
	return matched;
}

bool
wanted_again(const struct wanted *w, const struct filter_subject *s)
{
	return options_in_time(w->opt, s->record->time_ns) &&
	       filter_match(w->filter, s);
}

int
wanted_check(const struct wanted *w, uint64_t rows, struct err *e)
{
	if (w->untimed == 0 || rows > 0)
		return unanswered_tell(&w->unanswered, rows, e);
	return err_set(e, EX_DATAERR,
	    "the %" PRIu64 " records that match have no time: "
	    "--since and --until cannot be answered",
	    w->untimed);
}

void
wanted_say(const struct wanted *w)
{
	if (w->untimed > 0)
		remark("%" PRIu64 " more match but have no time", w->untimed);
	hidden_say(&w->hidden);
}
