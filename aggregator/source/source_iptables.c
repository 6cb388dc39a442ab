/* SPDX-License-Identifier: GPL-3.0-or-later */
/* LOG text of iptables and nftables, as syslog, rsyslog, the journal and
 * dmesg write it. */
#include "aggregator/source/input.h"
#include "aggregator/source/interned.h"
#include "aggregator/source/lines.h"
#include "aggregator/source/loghead.h"
#include "aggregator/source/logtext.h"
#include "aggregator/source/source.h"
#include "aggregator/source/stamp.h"
#include "common/err.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#define DETECT_LINES_MAX 200
#define DETECT_STAMPS_MAX 9
#define DETECT_PACKET                                                          \
	10 /* a line with a packet counts as much as 10 without                \
	    */
#define JOURNAL_TIME "__REALTIME_TIMESTAMP="
#define JOURNAL_MESSAGE "MESSAGE"
#define JOURNAL_USEC_MAX (INT64_MAX / 1000)

struct iptables {
	struct source_context c;
	struct lines *lines;
	struct line line;
	struct cursor rest; /* of the line: another packet is in it */
	int64_t before_ns;  /* of the packet before in the same line */
	struct interned prefixes, in_ifs, out_ifs;
	struct logtext packet;
	int64_t entry_ns; /* of the journal's entry; TIME_NONE: no such file */
	bool has_uptimes, has_timeless;
};

/* --- one packet --- */

static bool
set_time(struct iptables *s, const struct stamp *stamp, int64_t *ns)
{
	*ns = stamp_ns(s->c.calendar, stamp);
	s->has_uptimes = s->has_uptimes || stamp->kind == STAMP_UPTIME;
	return *ns != TIME_NONE;
}

static bool
is_leap_day(const struct stamp *s)
{
	return (s->kind == STAMP_LOCAL || s->kind == STAMP_OFFSET) &&
	       s->civil.month == 2 && s->civil.day == 29;
}

/*
 * The time and the prefix from 'head', which ends where the packet begins.
 * Returns NULL, or what is wrong.
 */
static const char *
read_head(struct iptables *s, struct cursor head, struct record *r)
{
	struct stamp stamp;
	struct cursor c = head;
	bool bracket;

	loghead_skip_priority(&c);
	bracket = cursor_peek(&c) == '[';
	r->time_ns = s->entry_ns;
	if (r->time_ns != TIME_NONE) {
		bracket = true; /* a message alone */
	} else if (stamp_read(&c, &stamp) ||
		   (c = head, loghead_find_stamp(&c, &stamp))) {
		if (!set_time(s, &stamp, &r->time_ns))
			return is_leap_day(&stamp)
				   ? "there is no such date (29 February: is "
				     "--year right?)"
				   : "there is no such date";
	} else if (s->before_ns != TIME_NONE) {
		/* Two messages of the kernel that ran into each other. */
		r->time_ns = s->before_ns;
		c.p = c.end;
	} else {
		c = head;
		bracket = true;
		s->has_timeless = true;
	}
	s->before_ns = r->time_ns;
	c = loghead_prefix(c, !bracket);
	r->prefix = interned_get(&s->prefixes, c.p, cursor_left(&c));
	if (r->time_ns != TIME_NONE)
		r->has |= HAS_TIME;
	return NULL;
}

/* Two SYNs of one second may be two attempts or one packet that two rules
 * logged: where the time is no more exact, where a SYN was seen says nothing
 * about that, and the hook is left out. */
static void
set_hook(struct record *r)
{
	if (r->time_ns == TIME_NONE || r->time_ns % NS_PER_SEC == 0)
		r->hook = HOOK_NONE;
}

/* Whether a packet becomes a record. */
static bool
take_packet(struct iptables *s, struct cursor head, struct record *out)
{
	struct logtext *p = &s->packet;
	const char *why;

	why = read_head(s, head, &p->record);
	if (why != NULL) {
		tally_complain(s->c.tally, s->line.number, "%s", why);
		return false;
	}
	tally_packet(s->c.tally, p->record.proto, p->record.time_ns);
	if (p->record.proto != 6)
		return false;
	if (!(p->record.has & HAS_FLAGS)) { /* a fragment */
		s->c.tally->kind[TALLY_OTHER_TCP]++;
		return false;
	}
	set_hook(&p->record);
	if (!tally_tcp(s->c.tally, &p->record))
		return false;
	p->record.in_if =
	    interned_get(&s->in_ifs, p->in_if.p, cursor_left(&p->in_if));
	p->record.out_if =
	    interned_get(&s->out_ifs, p->out_if.p, cursor_left(&p->out_if));
	*out = p->record;
	return true;
}

static void
complain(struct iptables *s, const char *why, struct cursor c)
{
	char excerpt[COMPLAINT_TEXT_MAX - 80];

	tally_complain(s->c.tally, s->line.number, "%s: %s", why,
	    cursor_excerpt(c.p, cursor_left(&c), excerpt, sizeof(excerpt)));
}

/* The next packet in 'rest'. */
static bool
take(struct iptables *s, struct record *out)
{
	struct cursor head = s->rest, at = s->rest, more;
	const char *why;

	s->rest.p = s->rest.end;
	if (!logtext_find(&at) && !logtext_find_any(&at)) {
		s->c.tally->foreign++;
		return false;
	}
	why = logtext_read(at, &s->packet);
	if (s->packet.more || why != NULL) {
		more = (struct cursor){at.p + 3, at.end};
		if (logtext_find(&more))
			s->rest.p = at.p + 3;
	}
	if (why != NULL) {
		complain(s, why, at);
		return false;
	}
	head.end = at.p;
	return take_packet(s, head, out);
}

/* --- the journal's export format --- */

/* A field whose value has bytes that are no text: its name, a line's end, 8
 * bytes of length (lowest first), the value, a line's end. */
static bool
read_binary(struct iptables *s, struct cursor *c)
{
	const char *p = lines_peek(s->lines, 8);
	uint64_t len = 0;

	if (p == NULL)
		return false;
	for (size_t i = 8; i-- > 0;)
		len = len << 8 | (uint8_t)p[i];
	if (len > LINE_BYTES_MAX - 9)
		return false;
	p = lines_peek(s->lines, (size_t)len + 9);
	if (p == NULL || p[len + 8] != '\n')
		return false;
	*c = cursor_init(p + 8, (size_t)len);
	lines_drop(s->lines, (size_t)len + 9);
	return true;
}

/* Whether the line, of a journal's entry, has been dealt with; else 'c' is
 * what there is to read. */
static bool
read_journal(struct iptables *s, struct cursor *c)
{
	uint64_t usec;

	if (cursor_left(c) == 0) {
		s->entry_ns = TIME_NONE;
		return true;
	}
	if (cursor_word(c, JOURNAL_TIME)) {
		if (cursor_number(c, JOURNAL_USEC_MAX, &usec))
			s->entry_ns = (int64_t)usec * 1000;
		return true;
	}
	if (s->entry_ns == TIME_NONE)
		return false;
	if (cursor_word(c, JOURNAL_MESSAGE "="))
		return false;
	if (cursor_left(c) == sizeof(JOURNAL_MESSAGE) - 1 &&
	    cursor_word(c, JOURNAL_MESSAGE))
		return !read_binary(s, c);
	return true; /* another field */
}

/* --- source --- */

static bool
next(void *self, struct record *out)
{
	struct iptables *s = self;

	for (;;) {
		if (s->rest.p != s->rest.end) {
			if (take(s, out))
				return true;
			continue;
		}
		switch (lines_next(s->lines, &s->line)) {
		case LINES_END:
			return false;
		case LINES_TOO_LONG:
			s->c.tally->lines++;
			tally_complain(s->c.tally, s->line.number,
			    "longer than %d bytes", LINE_BYTES_MAX);
			break;
		case LINES_ONE:
			s->c.tally->lines++;
			s->before_ns = TIME_NONE;
			s->rest = cursor_init(s->line.text, s->line.len);
			if (read_journal(s, &s->rest))
				s->rest.p = s->rest.end;
			break;
		}
	}
}

static unsigned int
detect_line(const struct line *line)
{
	struct cursor c = cursor_init(line->text, line->len);
	struct logtext packet;
	struct stamp stamp;

	if (logtext_find(&c) && logtext_read(c, &packet) == NULL)
		return DETECT_PACKET;
	c = cursor_init(line->text, line->len);
	loghead_skip_priority(&c);
	return stamp_read(&c, &stamp) || cursor_word(&c, JOURNAL_TIME);
}

static unsigned int
detect(const uint8_t *head, size_t len)
{
	const char *p = (const char *)head, *end = p + len;
	struct line line;
	unsigned int score = 0, stamps = 0;

	for (int i = 0; i < DETECT_LINES_MAX && lines_of(&p, end, &line); i++) {
		unsigned int n = detect_line(&line);

		*(n == 1 ? &stamps : &score) += n;
	}
	/* Much begins like a time: all of it is less than one flow. */
	score += stamps < DETECT_STAMPS_MAX ? stamps : DETECT_STAMPS_MAX;
	/* A file of one line that has no end. */
	if (score == 0 && p < end) {
		line = (struct line){p, (size_t)(end - p), 1};
		score = detect_line(&line);
	}
	return score;
}

static void *
open_iptables(const struct source_context *c, struct err *e)
{
	struct iptables *s = calloc(1, sizeof(*s));

	if (s != NULL && (s->lines = lines_new(c->input)) != NULL) {
		s->c = *c;
		s->entry_ns = TIME_NONE;
		return s;
	}
	free(s);
	err_set(e, EX_OSERR, "out of memory");
	return NULL;
}

static void
close_iptables(void *self)
{
	struct iptables *s = self;

	lines_free(s->lines);
	free(s);
}

static void
remark(void *self, char *out, size_t size)
{
	const struct iptables *s = self;

	out[0] = '\0';
	if (s->has_uptimes)
		snprintf(out, size,
		    "dmesg counts from the boot, and when that was is not "
		    "known: times are shown as if it was 1970-01-01");
	else if (s->has_timeless)
		snprintf(out, size, "some lines have no time");
}

const struct source source_iptables = {
    .name = "iptables",
    .doc = "iptables or nftables LOG text",
    .unit = "line",
    .detect = detect,
    .open = open_iptables,
    .next = next,
    .close = close_iptables,
    .remark = remark,
};
