/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef AGGREGATOR_SOURCE_LOGTEXT_VALUE_H
#define AGGREGATOR_SOURCE_LOGTEXT_VALUE_H

/* What the values of a packet's line say.  Inside logtext.c, in whose loop the
 * compiler keeps the cursor in registers. */
#include "aggregator/source/logtext_walk.h"

/* The compiler would not; half of a line's time is here. */
#define INLINE __attribute__((always_inline)) static inline

/* 0, and 'why', if it is none. */
INLINE uint64_t
number(struct walk *w, uint64_t max, const char *why)
{
	uint64_t v;

	if (cursor_number(&w->c, max, &v) && value_ends(w))
		return v;
	w->why = why;
	return 0;
}

/* "::", and 'why', if it is none. */
INLINE struct addr
address(struct walk *w, const char *why)
{
	struct cursor c = w->c;
	struct addr a = {{0}};

	if (cursor_addr(&c, &a)) {
		w->c.p = c.p;
		if (value_ends(w))
			return a;
	}
	w->why = why;
	return a;
}

static inline void
read_src(struct walk *w)
{
	w->seen |= SEEN_SRC;
	w->out->record.src = address(w, "SRC= is no address");
}

static inline void
read_dst(struct walk *w)
{
	w->seen |= SEEN_DST;
	w->out->record.dst = address(w, "DST= is no address");
}

static inline void
read_proto(struct walk *w)
{
	struct cursor c = w->c;
	bool known = cursor_proto(&c, &w->out->record.proto);

	w->seen |= SEEN_PROTO;
	w->c.p = c.p;
	if (!known || !value_ends(w))
		w->why = "PROTO= is no protocol";
}

static inline void
read_spt(struct walk *w)
{
	w->seen |= SEEN_SPT;
	w->out->record.sport =
	    (uint16_t)number(w, UINT16_MAX, "SPT= is no port");
}

static inline void
read_dpt(struct walk *w)
{
	w->seen |= SEEN_DPT;
	w->out->record.dport =
	    (uint16_t)number(w, UINT16_MAX, "DPT= is no port");
}

static inline void
read_ttl(struct walk *w)
{
	w->out->record.ttl =
	    (uint8_t)number(w, UINT8_MAX, "TTL= is no number up to 255");
	w->out->record.has |= HAS_TTL;
}

static inline void
read_window(struct walk *w)
{
	w->out->record.window =
	    (uint16_t)number(w, UINT16_MAX, "WINDOW= is no number up to 65535");
	w->out->record.has |= HAS_WINDOW;
}

static inline void
read_seq(struct walk *w)
{
	if (!is_tcp(w)) { /* of an echo */
		skip_value(w);
		return;
	}
	w->out->record.seq =
	    (uint32_t)number(w, UINT32_MAX, "SEQ= is no number");
	w->out->record.has |= HAS_SEQ;
}

static inline void
read_ack(struct walk *w)
{
	w->out->record.ack =
	    (uint32_t)number(w, UINT32_MAX, "ACK= is no number");
}

static inline void
read_uid(struct walk *w)
{
	w->out->record.uid =
	    (uint32_t)number(w, UINT32_MAX, "UID= is no number");
	w->out->record.has |= HAS_UID;
}

static inline void
read_mark(struct walk *w)
{
	struct cursor c = w->c;
	uint64_t v;
	bool found = cursor_word(&c, "0x") && cursor_hex(&c, &v);

	w->c.p = c.p;
	if (!found || v > UINT32_MAX || !value_ends(w)) {
		w->why = "MARK= is no number";
		return;
	}
	w->out->record.mark = (uint32_t)v;
	w->out->record.has |= HAS_MARK;
}

/* The reserved bits say nothing, but a flag may follow a damaged blank. */
static inline void
read_res(struct walk *w)
{
	struct cursor c = w->c;
	uint64_t v;
	bool found;

	cursor_word(&c, "0x");
	found = cursor_hex(&c, &v);
	w->c.p = c.p;
	if (!found || !value_ends(w))
		skip_value(w);
}

static inline void
read_urgp(struct walk *w)
{
	w->seen |= SEEN_URGP;
	skip_value(w);
}

static inline struct cursor
read_name(struct walk *w)
{
	const char *from = w->c.p;

	skip_value(w);
	return (struct cursor){from, w->c.p};
}

/* "OUT=br0 PHYSOUT=eth1", and in older kernels "IN=br0 PHYSIN=eth0 OUT=br0":
 * a bridge's port tells more than the bridge. */
static inline void
read_out(struct walk *w)
{
	w->seen |= SEEN_OUT;
	w->out->out_if = read_name(w);
}

static inline void
read_physout(struct walk *w)
{
	w->out->out_if = read_name(w);
}

static inline void
read_physin(struct walk *w)
{
	w->out->in_if = read_name(w);
}

/* The value of 'key', the cursor behind its '='. */
static inline void
logtext_value(struct walk *w, uint64_t key)
{
	switch (key) {
	case KEY3('S', 'R', 'C'):
		read_src(w);
		break;
	case KEY3('D', 'S', 'T'):
		read_dst(w);
		break;
	case KEY5('P', 'R', 'O', 'T', 'O'):
		read_proto(w);
		break;
	case KEY3('S', 'P', 'T'):
		read_spt(w);
		break;
	case KEY3('D', 'P', 'T'):
		read_dpt(w);
		break;
	case KEY3('T', 'T', 'L'):
	case KEY8('H', 'O', 'P', 'L', 'I', 'M', 'I', 'T'):
		read_ttl(w);
		break;
	case KEY6('W', 'I', 'N', 'D', 'O', 'W'):
		read_window(w);
		break;
	case KEY3('S', 'E', 'Q'):
		read_seq(w);
		break;
	case KEY3('A', 'C', 'K'):
		read_ack(w);
		break;
	case KEY3('U', 'I', 'D'):
		read_uid(w);
		break;
	case KEY4('M', 'A', 'R', 'K'):
		read_mark(w);
		break;
	case KEY3('R', 'E', 'S'):
		read_res(w);
		break;
	case KEY4('U', 'R', 'G', 'P'):
		read_urgp(w);
		break;
	case KEY3('O', 'U', 'T'):
		read_out(w);
		break;
	case KEY6('P', 'H', 'Y', 'S', 'I', 'N'):
		read_physin(w);
		break;
	case KEY7('P', 'H', 'Y', 'S', 'O', 'U', 'T'):
		read_physout(w);
		break;
	default: /* nothing that a record has */
		skip_value(w);
		break;
	}
}

#endif
