/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "aggregator/source/tally.h"

#include <stdarg.h>
#include <stdio.h>

const char *
tally_proto_name(enum tally_proto p)
{
	static const char *const names[] = {
	    [TALLY_TCP] = "TCP",
	    [TALLY_UDP] = "UDP",
	    [TALLY_ICMP] = "ICMP",
	    [TALLY_OTHER] = "other",
	};

	return names[p];
}

const char *
tally_kind_name(enum tally_kind k)
{
	static const char *const names[] = {
	    [TALLY_SYN] = "SYN",
	    [TALLY_SYNACK] = "SYN+ACK",
	    [TALLY_RST] = "RST",
	    [TALLY_FLOW] = "flow",
	    [TALLY_OTHER_TCP] = "other",
	};

	return names[k];
}

void
tally_init(struct tally *t)
{
	*t = (struct tally){.first_ns = TIME_NONE, .last_ns = TIME_NONE};
}

void
tally_complain(struct tally *t, uint64_t number, const char *fmt, ...)
{
	uint64_t i = t->unreadable++;
	va_list ap;

	if (i >= COMPLAINTS_MAX)
		return;
	t->complaint[i].number = number;
	va_start(ap, fmt);
	vsnprintf(t->complaint[i].text, sizeof(t->complaint[i].text), fmt, ap);
	va_end(ap);
}

static enum tally_proto
proto_of(uint8_t proto)
{
	switch (proto) {
	case 6:
		return TALLY_TCP;
	case 17:
		return TALLY_UDP;
	case 1:
	case 58:
		return TALLY_ICMP;
	default: /* a number from outside */
		return TALLY_OTHER;
	}
}

void
tally_packet(struct tally *t, uint8_t proto, int64_t time_ns)
{
	t->proto[proto_of(proto)]++;
	if (time_ns == TIME_NONE)
		return;
	if (t->first_ns == TIME_NONE || time_ns < t->first_ns)
		t->first_ns = time_ns;
	if (time_ns > t->last_ns)
		t->last_ns = time_ns;
}

static bool
note(struct tally *t, const struct record *r, enum tally_kind kind)
{
	t->kind[kind]++;
	t->records++;
	t->has |= r->has;
	t->lacks |= ~(uint32_t)r->has;
	t->hooks |= 1U << r->hook;
	return true;
}

static bool
answers_a_syn(const struct record *r)
{
	return flags_are_rst(r->flags) && (r->flags & TCP_ACK) &&
	       (!(r->has & HAS_SEQ) || r->seq == 0);
}

bool
tally_tcp(struct tally *t, const struct record *r)
{
	if (flags_are_syn(r->flags))
		return note(t, r, TALLY_SYN);
	if (flags_are_synack(r->flags))
		return note(t, r, TALLY_SYNACK);
	if (answers_a_syn(r))
		return note(t, r, TALLY_RST);
	t->kind[TALLY_OTHER_TCP]++;
	return false;
}

bool
tally_flow(struct tally *t, const struct record *r)
{
	bool says = (r->has & HAS_FLAGS) != 0;

	if (says && flags_are_syn(r->flags))
		return note(t, r, TALLY_SYN);
	if (says && flags_are_synack(r->flags) && r->packets == 1)
		return note(t, r, TALLY_SYNACK);
	return note(t, r, TALLY_FLOW);
}
