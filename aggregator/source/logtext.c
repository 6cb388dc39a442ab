/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "aggregator/source/logtext.h"
#include "aggregator/source/logtext_value.h"
#include "common/decode.h"

#include <string.h>

#define TCP_OPTIONS_MAX 40 /* a header of 60 bytes less the 20 fixed ones */

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

/* Letters behind the eighth push the first ones out: no key of ours is that
 * long. */
static uint64_t
read_key(struct cursor *c)
{
	uint64_t key = 0, x;
	size_t n = 8;

	if (cursor_left(c) >= 8) {
		x = eight_bytes(c->p);
		n = eight_within(x, 'A', 'Z');
		key = n == 0 ? 0 : __builtin_bswap64(x) >> (64 - 8 * n);
		c->p += n;
	}
	while (n == 8 && c->p < c->end && is_upper(*c->p))
		key = key << 8 | (unsigned char)*c->p++;
	return key;
}

static void
walk_one(struct walk *w)
{
	struct cursor *c = &w->c;
	const char *from = c->p;
	uint64_t key = read_key(c);

	if (c->p < c->end && *c->p == '=') {
		c->p++;
		if (key == KEY2('I', 'N')) {
			w->out->more = true;
			c->p = c->end;
		} else {
			logtext_value(w, c->p - from > 9 ? 0 : key);
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
	while (w.why == NULL) {
		while (w.c.p < w.c.end && *w.c.p == ' ')
			w.c.p++;
		if (w.c.p == w.c.end)
			break;
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
