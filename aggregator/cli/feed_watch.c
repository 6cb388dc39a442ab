/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "aggregator/cli/feed_watch.h"
#include "common/clock.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void
feed_watch_init(
    struct feed_watch *w, const char *endpoint, feed_say_fn *say, void *arg)
{
	*w = (struct feed_watch){.endpoint = endpoint, .say = say, .arg = arg};
}

__attribute__((format(printf, 2, 3))) static void
say(const struct feed_watch *w, const char *fmt, ...)
{
	char text[ERR_TEXT_MAX];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	w->say(w->arg, text);
}

static void
tell_arrival(struct feed_watch *w, int64_t now_ns)
{
	switch (w->state) {
	case FEED_NEVER:
		say(w, "listening to %s", w->endpoint);
		break;
	case FEED_AWAY:
		say(w, "%s is back after %" PRId64 " s", w->endpoint,
		    (now_ns - w->heard_ns) / NS_PER_SEC);
		break;
	case FEED_LIVE:
		break;
	}
	w->complaint[0] = '\0';
}

static void
tell_gap(const struct feed_watch *w, uint64_t sequence, bool heartbeat)
{
	/* A heartbeat's last event should have come; an event is new. */
	uint64_t last = heartbeat ? sequence : sequence - 1;

	if (sequence < w->sequence)
		say(w,
		    "%s went back from event %" PRIu64 " to %" PRIu64
		    ": its store is an older copy",
		    w->endpoint, w->sequence, sequence);
	else if (last > w->sequence)
		say(w,
		    "missed %" PRIu64 " events (%" PRIu64 " to %" PRIu64
		    "); 'synhive alerts --all' on the aggregator has them",
		    last - w->sequence, w->sequence + 1, last);
}

void
feed_watch_heard(struct feed_watch *w, const struct run_id *run,
    uint64_t sequence, bool heartbeat, int64_t now_ns)
{
	bool first = w->state == FEED_NEVER;
	bool same = memcmp(&w->run, run, sizeof(*run)) == 0;

	if (w->state != FEED_LIVE)
		tell_arrival(w, now_ns);
	if (!first && !same)
		say(w, "%s has a new store: its events are numbered anew",
		    w->endpoint);
	if (!first && same)
		tell_gap(w, sequence, heartbeat);
	w->state = FEED_LIVE;
	w->run = *run;
	w->sequence = sequence;
	w->heard_ns = now_ns;
}

void
feed_watch_lost(struct feed_watch *w, const char *why, int64_t now_ns)
{
	if (w->state == FEED_LIVE) {
		w->state = FEED_AWAY;
		w->heard_ns = now_ns;
	}
	if (strcmp(w->complaint, why) == 0)
		return;
	snprintf(w->complaint, sizeof(w->complaint), "%s", why);
	say(w, "%s: %s; trying on", w->endpoint, why);
}

void
feed_watch_tick(struct feed_watch *w, int64_t now_ns)
{
	int64_t heard_ns = w->heard_ns;

	if (w->state != FEED_LIVE || now_ns - heard_ns < FEED_SILENT_NS)
		return;
	feed_watch_lost(w, "no heartbeat for 3 s", now_ns);
	w->heard_ns = heard_ns;
}
