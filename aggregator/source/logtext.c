/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "aggregator/source/logtext.h"
#include "common/decode.h"

#include <string.h>

#define TCP_OPTIONS_MAX 40 /* a header of 60 bytes less the 20 fixed ones */

/* What has been seen of a packet. */
enum seen {
	SEEN_OUT = 1,
	SEEN_SRC = 2,
	SEEN_DST = 4,
	SEEN_PROTO = 8,
	SEEN_SPT = 16,
	SEEN_DPT = 32,
	SEEN_URGP = 64,
};

struct walk {
	struct cursor c;
	struct logtext *out;
	unsigned int seen;
	const char *why; /* it cannot be read */
};

static inline bool
is_upper(char c)
{
	return c >= 'A' && c <= 'Z';
}

/* Does a key or a flag begin here?  Then the byte before stands for a
 * blank. */
static bool
begins_key(const struct cursor *c, const char *p)
{
	return c->end - p >= 3 && is_upper(p[0]) && is_upper(p[1]) &&
	       (is_upper(p[2]) || p[2] == '=');
}

/* The end of a value: a blank, the end, or a damaged blank. */
static bool
value_ends(struct walk *w)
{
	struct cursor *c = &w->c;

	if (c->p == c->end || *c->p == ' ')
		return true;
	if (!begins_key(c, c->p + 1))
		return false;
	c->p++;
	return true;
}

static void
skip_value(struct walk *w)
{
	const char *p = w->c.p;

	while (p < w->c.end && *p != ' ')
		p++;
	w->c.p = p;
}

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

static bool
is_tcp(const struct walk *w)
{
	return (w->seen & SEEN_PROTO) && w->out->record.proto == 6;
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

/* Keys as numbers: their letters, the last one lowest. */
#define KEY2(a, b) ((uint64_t)(a) << 8 | (b))
#define KEY3(a, b, c) (KEY2(a, b) << 8 | (c))
#define KEY4(a, b, c, d) (KEY3(a, b, c) << 8 | (d))
#define KEY5(a, b, c, d, e) (KEY4(a, b, c, d) << 8 | (e))
#define KEY6(a, b, c, d, e, f) (KEY5(a, b, c, d, e) << 8 | (f))
#define KEY7(a, b, c, d, e, f, g) (KEY6(a, b, c, d, e, f) << 8 | (g))
#define KEY8(a, b, c, d, e, f, g, h) (KEY4(a, b, c, d) << 32 | KEY4(e, f, g, h))

static void
read_value(struct walk *w, uint64_t key)
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

/* "020405B4": two digits a byte. */
static size_t
hex_bytes(struct cursor c, uint8_t *out, size_t max)
{
	size_t n = 0;

	while (n < max && cursor_left(&c) >= 2) {
		struct cursor two = {c.p, c.p + 2};
		uint64_t v;

		if (!cursor_hex(&two, &v) || two.p != two.end)
			break;
		out[n++] = (uint8_t)v;
		c.p += 2;
	}
	return n;
}

/* "(020405B4)": options; of the IP header where they come before PROTO=. */
static void
read_parenthesis(struct walk *w)
{
	struct cursor *c = &w->c;
	uint8_t bytes[TCP_OPTIONS_MAX];
	const char *close;

	c->p++;
	close = memchr(c->p, ')', cursor_left(c));
	if (close == NULL) {
		c->p = c->end;
		return;
	}
	if (is_tcp(w))
		decode_tcp_options(bytes, hex_bytes(*c, bytes, sizeof(bytes)),
		    &w->out->record);
	c->p = close + 1;
}

static const struct {
	uint64_t word;
	uint8_t flag;
} flags[] = {
    {KEY3('S', 'Y', 'N'), TCP_SYN},
    {KEY3('A', 'C', 'K'), TCP_ACK},
    {KEY3('R', 'S', 'T'), TCP_RST},
    {KEY3('F', 'I', 'N'), TCP_FIN},
    {KEY3('P', 'S', 'H'), TCP_PSH},
    {KEY3('U', 'R', 'G'), TCP_URG},
    {KEY3('E', 'C', 'E'), TCP_ECE},
    {KEY3('C', 'W', 'R'), TCP_CWR},
};

/* A word without a value: a flag, DF, INCOMPLETE; FRAG:185. */
static void
read_word(struct walk *w, uint64_t word, size_t letters)
{
	static const char incomplete[] = "INCOMPLETE", fragment[] = "FRAG";
	const char *from = w->c.p - letters;

	for (size_t i = 0; i < sizeof(flags) / sizeof(*flags); i++)
		if (word == flags[i].word && is_tcp(w) &&
		    !(w->seen & SEEN_URGP) && value_ends(w)) {
			w->out->record.flags |= flags[i].flag;
			return;
		}
	/* "FRAG:0" is the first one, in IPv6. */
	if ((letters == 10 && memcmp(from, incomplete, 10) == 0) ||
	    (letters == 4 && memcmp(from, fragment, 4) == 0 &&
		cursor_left(&w->c) >= 2 && w->c.p[1] != '0'))
		w->out->no_ports = true;
	skip_value(w);
}

static void
walk_one(struct walk *w)
{
	struct cursor *c = &w->c;
	const char *from = c->p;
	uint64_t key = 0;

	/* Letters behind the eighth push the first ones out: no key of ours
	 * is that long. */
	while (c->p < c->end && is_upper(*c->p))
		key = key << 8 | (unsigned char)*c->p++;
	if (c->p < c->end && *c->p == '=') {
		c->p++;
		if (key == KEY2('I', 'N')) {
			w->out->more = true;
			c->p = c->end;
		} else {
			read_value(w, c->p - from > 9 ? 0 : key);
		}
	} else if (c->p < c->end && *c->p == '(') {
		read_parenthesis(w);
	} else if (c->p < c->end && *c->p == '[' && (w->seen & SEEN_PROTO)) {
		/* The packet that an ICMP error is about; "INCOMPLETE [20
		 * bytes]". */
		const char *close = memchr(c->p, ']', cursor_left(c));

		c->p = close == NULL ? c->end : close + 1;
	} else {
		read_word(w, key, (size_t)(c->p - from));
	}
}

static const char *
verdict(const struct walk *w)
{
	const struct logtext *out = w->out;

	if (w->why != NULL)
		return w->why;
	if (!(w->seen & SEEN_OUT))
		return "no OUT= behind IN=";
	if (!(w->seen & SEEN_SRC))
		return "no SRC=";
	if (!(w->seen & SEEN_DST))
		return "no DST=";
	if (!(w->seen & SEEN_PROTO))
		return "no PROTO=";
	if (!is_tcp(w) || out->no_ports)
		return NULL;
	if (!(w->seen & SEEN_SPT) || !(w->seen & SEEN_DPT))
		return "TCP without SPT= and DPT=";
	return w->seen & SEEN_URGP ? NULL : "it ends before the TCP flags do";
}

static uint8_t
hook_of(const struct logtext *l)
{
	bool in = cursor_left(&l->in_if) > 0, out = cursor_left(&l->out_if) > 0;

	if (in && out)
		return HOOK_FORWARD;
	if (in)
		return HOOK_IN;
	return out ? HOOK_OUT : HOOK_NONE;
}

const char *
logtext_read(struct cursor c, struct logtext *out)
{
	struct walk w = {.c = c, .out = out};
	const char *why;

	*out = (struct logtext){
	    .record = {.time_ns = TIME_NONE},
	};
	w.c.p += 3; /* "IN=" */
	out->in_if.p = w.c.p;
	skip_value(&w);
	out->in_if.end = w.c.p;
	while (w.c.p < w.c.end && w.why == NULL) {
		if (*w.c.p == ' ')
			w.c.p++;
		else
			walk_one(&w);
	}
	out->record.hook = hook_of(out);
	why = verdict(&w);
	if (why == NULL && is_tcp(&w) && !out->no_ports)
		out->record.has |= HAS_FLAGS;
	return why;
}

/* Is this the IN= of a packet?  A prefix may say anything. */
static bool
is_packet(const char *p, const char *end)
{
	const char *blank = memchr(p, ' ', (size_t)(end - p));

	if (blank == NULL)
		return false;
	blank++;
	return (end - blank >= 4 && memcmp(blank, "OUT=", 4) == 0) ||
	       (end - blank >= 7 && memcmp(blank, "PHYSIN=", 7) == 0);
}

/* "IN=" at or behind the cursor; NULL: there is none. */
static const char *
next_in(const struct cursor *c, const char *from)
{
	const char *p = from;

	while ((p = memchr(p, '=', (size_t)(c->end - p))) != NULL) {
		if (p - from >= 2 && p[-2] == 'I' && p[-1] == 'N')
			return p - 2;
		p++;
	}
	return NULL;
}

bool
logtext_find(struct cursor *c)
{
	const char *p = c->p;

	for (; (p = next_in(c, p)) != NULL; p += 3) {
		/* PHYSIN= is no IN=. */
		if ((p == c->p || !is_upper(p[-1])) && is_packet(p, c->end)) {
			c->p = p;
			return true;
		}
	}
	return false;
}

bool
logtext_find_any(struct cursor *c)
{
	const char *p = next_in(c, c->p);

	if (p == NULL)
		return false;
	c->p = p;
	return true;
}
