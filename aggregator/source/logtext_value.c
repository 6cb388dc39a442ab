/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "aggregator/source/logtext_walk.h"

static bool
number(struct walk *w, uint64_t max, const char *why, uint64_t *v)
{
	*v = 0;
	if (cursor_number(&w->c, max, v) && value_ends(w))
		return true;
	w->why = why;
	return false;
}

static void
read_src(struct walk *w)
{
	w->seen |= SEEN_SRC;
	if (!cursor_addr(&w->c, &w->out->record.src) || !value_ends(w))
		w->why = "SRC= is no address";
}

static void
read_dst(struct walk *w)
{
	w->seen |= SEEN_DST;
	if (!cursor_addr(&w->c, &w->out->record.dst) || !value_ends(w))
		w->why = "DST= is no address";
}

static void
read_proto(struct walk *w)
{
	w->seen |= SEEN_PROTO;
	if (!cursor_proto(&w->c, &w->out->record.proto) || !value_ends(w))
		w->why = "PROTO= is no protocol";
}

static void
read_spt(struct walk *w)
{
	uint64_t v;

	w->seen |= SEEN_SPT;
	if (number(w, UINT16_MAX, "SPT= is no port", &v))
		w->out->record.sport = (uint16_t)v;
}

static void
read_dpt(struct walk *w)
{
	uint64_t v;

	w->seen |= SEEN_DPT;
	if (number(w, UINT16_MAX, "DPT= is no port", &v))
		w->out->record.dport = (uint16_t)v;
}

static void
read_ttl(struct walk *w)
{
	uint64_t v;

	if (number(w, UINT8_MAX, "TTL= is no number up to 255", &v))
		w->out->record.ttl = (uint8_t)v;
	w->out->record.has |= HAS_TTL;
}

static void
read_window(struct walk *w)
{
	uint64_t v;

	if (number(w, UINT16_MAX, "WINDOW= is no number up to 65535", &v))
		w->out->record.window = (uint16_t)v;
	w->out->record.has |= HAS_WINDOW;
}

static void
read_seq(struct walk *w)
{
	uint64_t v;

	if (!is_tcp(w)) { /* of an echo */
		skip_value(w);
		return;
	}
	if (number(w, UINT32_MAX, "SEQ= is no number", &v))
		w->out->record.seq = (uint32_t)v;
	w->out->record.has |= HAS_SEQ;
}

static void
read_ack(struct walk *w)
{
	uint64_t v;

	if (number(w, UINT32_MAX, "ACK= is no number", &v))
		w->out->record.ack = (uint32_t)v;
}

static void
read_uid(struct walk *w)
{
	uint64_t v;

	if (number(w, UINT32_MAX, "UID= is no number", &v))
		w->out->record.uid = (uint32_t)v;
	w->out->record.has |= HAS_UID;
}

static void
read_mark(struct walk *w)
{
	uint64_t v;

	if (!cursor_word(&w->c, "0x") || !cursor_hex(&w->c, &v) ||
	    v > UINT32_MAX || !value_ends(w)) {
		w->why = "MARK= is no number";
		return;
	}
	w->out->record.mark = (uint32_t)v;
	w->out->record.has |= HAS_MARK;
}

/* The reserved bits say nothing, but a flag may follow a damaged blank. */
static void
read_res(struct walk *w)
{
	uint64_t v;

	cursor_word(&w->c, "0x");
	if (!cursor_hex(&w->c, &v) || !value_ends(w))
		skip_value(w);
}

static void
read_urgp(struct walk *w)
{
	w->seen |= SEEN_URGP;
	skip_value(w);
}

static struct cursor
read_name(struct walk *w)
{
	const char *from = w->c.p;

	skip_value(w);
	return (struct cursor){from, w->c.p};
}

/* "OUT=br0 PHYSOUT=eth1", and in older kernels "IN=br0 PHYSIN=eth0 OUT=br0":
 * a bridge's port tells more than the bridge. */
static void
read_out(struct walk *w)
{
	w->seen |= SEEN_OUT;
	w->out->out_if = read_name(w);
}

static void
read_physout(struct walk *w)
{
	w->out->out_if = read_name(w);
}

static void
read_physin(struct walk *w)
{
	w->out->in_if = read_name(w);
}

void
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
