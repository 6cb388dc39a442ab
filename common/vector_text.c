/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "common/clock.h"
#include "common/vector.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

#define PEER_BITS 64 /* of IPv6, that one subscriber owns */

const char *
span_format(int64_t ns, char out[static SPAN_TEXT_MAX])
{
	static const struct {
		int64_t below, unit;
		const char *name;
	} units[] = {
	    {120 * NS_PER_SEC, NS_PER_SEC, "s"},
	    {2 * NS_PER_HOUR, 60 * NS_PER_SEC, "min"},
	    {2 * NS_PER_DAY, NS_PER_HOUR, "h"},
	    {INT64_MAX, NS_PER_DAY, "days"},
	};
	size_t i = 0;

	if (ns < NS_PER_SEC) {
		snprintf(out, SPAN_TEXT_MAX, "less than 1 s");
		return out;
	}
	while (ns >= units[i].below && i + 1 < sizeof(units) / sizeof(*units))
		i++;
	snprintf(out, SPAN_TEXT_MAX, "%" PRId64 " %s", ns / units[i].unit,
	    units[i].name);
	return out;
}

__attribute__((format(printf, 2, 3))) static void
say(struct reasons *r, const char *fmt, ...)
{
	va_list ap;

	if (r->n == REASONS_MAX)
		return;
	va_start(ap, fmt);
	vsnprintf(r->text[r->n++], REASON_TEXT_MAX, fmt, ap);
	va_end(ap);
}

/* --- for --- */

/* " in 24 h": as long as the port was watched. */
static const char *
in_time(const struct vector *v, char out[static SPAN_TEXT_MAX + 4])
{
	char span[SPAN_TEXT_MAX];

	*out = '\0';
	if (v->watched_ns != TIME_NONE)
		snprintf(out, SPAN_TEXT_MAX + 4, " in %s",
		    span_format(v->watched_ns, span));
	return out;
}

static void
say_few(const struct vector *v, struct reasons *out)
{
	char in[SPAN_TEXT_MAX + 4];

	if (v->peers <= 1)
		say(out, "nobody else tried port %u here%s", v->port,
		    in_time(v, in));
	else
		say(out, "only %" PRIu32 " peers tried port %u here%s",
		    v->peers, v->port, in_time(v, in));
}

static void
say_near(const struct vector *v, int64_t gap, struct reasons *out)
{
	char span[SPAN_TEXT_MAX];

	if (gap < 0 || gap > VECTOR_SOON_NS)
		return;
	say(out, "it came %s before%s", span_format(gap, span),
	    vector_is_near(v, gap) && !vector_is_rare(v, gap)
		? ", nearer than the port's visitors come by chance"
		: "");
}

static void
say_back(const struct vector *v, struct reasons *out)
{
	char first[TIME_TEXT_MAX], before[TIME_TEXT_MAX];

	if (v->first_ns == TIME_NONE)
		say(out, "it came %" PRIu64 " times", v->connections);
	else if (v->before_ns == v->first_ns)
		say(out, "it came %" PRIu64 " times, first %s", v->connections,
		    time_format(v->first_ns, first));
	else
		say(out, "it came %" PRIu64 " times, first %s, before last %s",
		    v->connections, time_format(v->first_ns, first),
		    time_format(v->before_ns, before));
}

void
vector_for(const struct vector *v, int64_t onset_ns, struct reasons *out)
{
	int64_t gap = vector_gap(v, onset_ns);

	out->n = 0;
	if (v->called_back)
		say(out, "the honeypot began a connection to it afterwards");
	if (v->tried_odd)
		say(out, "afterwards it tried ports here that hardly anybody "
			 "tries");
	if (vector_is_rare(v, gap))
		say_few(v, out);
	say_near(v, gap, out);
	if (v->outcome == OUTCOME_ANSWERED)
		say(out, v->by_sizes ? "it looks answered, a reading of the "
				       "sizes"
				     : "the honeypot answered");
	if (v->back)
		say_back(v, out);
	if (v->packets > VECTOR_GUESSER_PACKETS)
		say(out,
		    "%" PRIu64 " packets in one connection, more than one who "
		    "guesses passwords sends",
		    v->packets);
}

/* --- against --- */

static void
say_outcome(const struct vector *v, struct reasons *out)
{
	switch (v->outcome) {
	case OUTCOME_ANSWERED:
		break;
	case OUTCOME_UNKNOWN:
		say(out, "whether it was answered was not seen");
		break;
	case OUTCOME_REFUSED:
		say(out, v->by_sizes
			     ? "it looks refused, a reading of the sizes"
			     : "it was refused");
		break;
	case OUTCOME_BLOCKED:
		say(out, "a firewall blocked it");
		break;
	case OUTCOME_UNANSWERED:
		say(out, v->by_sizes
			     ? "it looks unanswered, a reading of the sizes"
			     : "nothing answered it");
		break;
	}
}

static void
say_far(const struct vector *v, int64_t gap, struct reasons *out)
{
	char span[SPAN_TEXT_MAX], in[SPAN_TEXT_MAX + 4];
	int64_t every_ns;

	if (gap < 0)
		say(out, "without times nobody knows how near it was");
	else if (gap > VECTOR_SOON_NS)
		say(out, "it came %s before", span_format(gap, span));
	if (gap < 0 || v->peers <= VECTOR_FEW_PEERS ||
	    vector_is_beyond_chance(v, gap))
		return;
	every_ns = v->watched_ns / v->peers;
	say(out, "%" PRIu32 " peers tried port %u here%s, %s%s", v->peers,
	    v->port, in_time(v, in),
	    every_ns < NS_PER_SEC ? "several in a second" : "one every ",
	    every_ns < NS_PER_SEC ? "" : span_format(every_ns, span));
}

void
vector_against(const struct vector *v, int64_t onset_ns, struct reasons *out)
{
	out->n = 0;
	say_outcome(v, out);
	if (v->more)
		say(out, "it tried so many doors of the net that not all were "
			 "kept");
	else if (v->swept >= VECTOR_SWEPT)
		say(out, "it tried port %u on %" PRIu32 " addresses of the net",
		    v->port, v->swept);
	say_far(v, vector_gap(v, onset_ns), out);
	if (v->packets > 0 && v->packets <= VECTOR_GUESSER_PACKETS)
		say(out,
		    "at most %" PRIu64 " packets in one connection, no more "
		    "than one who guesses passwords sends",
		    v->packets);
}

/* --- filter --- */

const char *
vector_filter(const struct vector *v, char out[static VECTOR_FILTER_MAX])
{
	struct net peer = {v->peer, PEER_BITS};
	char net[NET_TEXT_MAX], a[ADDR_TEXT_MAX], b[ADDR_TEXT_MAX];

	addr_format(&v->address, b);
	if (addr_is_v4(&v->peer) || v->within) {
		snprintf(out, VECTOR_FILTER_MAX,
		    "host %s and host %s and port %u", addr_format(&v->peer, a),
		    b, v->port);
		return out;
	}
	net_clear(&peer);
	snprintf(out, VECTOR_FILTER_MAX, "net %s and host %s and port %u",
	    net_format(&peer, net), b, v->port);
	return out;
}
