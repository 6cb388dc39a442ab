/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Flows as flow-tools' flow-print prints them, formats 3 and 5. */
#include "aggregator/source/flowrow.h"
#include "aggregator/source/input.h"
#include "aggregator/source/lines.h"
#include "aggregator/source/source.h"
#include "common/err.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#define DETECT_LINES_MAX 200
#define DETECT_FLOW 10

struct flowprint {
	struct source_context c;
	struct lines *lines;
	bool has_timeless, has_flags;
};

/* How many words a line has tells the format: headers may be missing, or
 * stand between the lines. */
static const struct columns three = {.at = {
					 [FIELD_TIME] = COLUMN_NONE,
					 [FIELD_SRC] = 0,
					 [FIELD_DST] = 1,
					 [FIELD_PROTO] = 2,
					 [FIELD_SPORT] = 3,
					 [FIELD_DPORT] = 4,
					 [FIELD_OCTETS] = 5,
					 [FIELD_PACKETS] = 6,
					 [FIELD_FLAGS] = COLUMN_NONE,
					 [FIELD_BACK_PACKETS] = COLUMN_NONE,
					 [FIELD_BACK_OCTETS] = COLUMN_NONE,
					 [FIELD_STATE] = COLUMN_NONE,
					 [FIELD_HISTORY] = COLUMN_NONE,
				     }};
#define WORDS_OF_THREE 7

static const struct columns five = {
    .at = {
	[FIELD_TIME] = COLUMN_NONE, /* in a form of its own: the first word */
	[FIELD_SRC] = 3,
	[FIELD_SPORT] = 4,
	[FIELD_DST] = 6,
	[FIELD_DPORT] = 7,
	[FIELD_PROTO] = 8,
	[FIELD_FLAGS] = 9,
	[FIELD_PACKETS] = 10,
	[FIELD_OCTETS] = 11,
	[FIELD_BACK_PACKETS] = COLUMN_NONE,
	[FIELD_BACK_OCTETS] = COLUMN_NONE,
	[FIELD_STATE] = COLUMN_NONE,
	[FIELD_HISTORY] = COLUMN_NONE,
    }};
#define WORDS_OF_FIVE 12

/* "1109.10:15:23.456": month, day, time. */
static const char *
read_start(struct cursor c, struct calendar *k, struct record *r)
{
	struct civil v = {0};
	unsigned int ms;

	if (!cursor_digits(&c, 2, &v.month) || !cursor_digits(&c, 2, &v.day) ||
	    !cursor_char(&c, '.') || !cursor_digits(&c, 2, &v.hour) ||
	    !cursor_char(&c, ':') || !cursor_digits(&c, 2, &v.minute) ||
	    !cursor_char(&c, ':') || !cursor_digits(&c, 2, &v.second) ||
	    !cursor_char(&c, '.') || !cursor_digits(&c, 3, &ms) ||
	    cursor_left(&c) > 0)
		return "no start such as 1109.10:15:23.456";
	v.ns = ms * (uint32_t)NS_PER_MS;
	r->time_ns = calendar_ns(k, &v);
	if (r->time_ns == TIME_NONE)
		return "there is no such date";
	r->has |= HAS_TIME;
	return NULL;
}

/*
 * flow-print shows the flags of a whole flow but cuts ACK off ("& 0x7").  A
 * direction with SYN and FIN was a connection's, so there was an ACK; one with
 * nothing but RST refused or broke it off.  The others may be anything.
 */
static void
read_flags(struct cursor c, struct record *r)
{
	uint64_t v;

	if (!cursor_number(&c, UINT8_MAX, &v) || cursor_left(&c) > 0)
		return;
	if (v == (TCP_SYN | TCP_FIN) || v == TCP_RST)
		v |= TCP_ACK;
	else if (v < TCP_PSH)
		return;
	r->flags = (uint8_t)v;
	r->has |= HAS_FLAGS;
}

/* NULL, or why the line is no flow. */
static const char *
read_flow(struct flowprint *s, const struct fields *f, struct flowrow *row)
{
	const char *why;

	if (f->n == WORDS_OF_THREE) {
		s->has_timeless = true;
		return flowrow_read(&three, f, s->c.calendar, row);
	}
	if (f->n != WORDS_OF_FIVE)
		return "neither 7 words (format 3) nor 12 (format 5)";
	why = flowrow_read(&five, f, s->c.calendar, row);
	if (why == NULL)
		why = read_start(f->f[0], s->c.calendar, &row->record);
	if (why == NULL && row->record.proto == 6)
		read_flags(row->flags, &row->record);
	s->has_flags = true;
	return why;
}

/* Headers, "...", a prompt: not a line that begins as a flow does. */
static bool
is_flow(const struct fields *f)
{
	struct cursor c;
	struct addr a;
	unsigned int number;

	if (f->n == 0)
		return false;
	c = f->f[0];
	if (cursor_addr(&c, &a))
		return true;
	c = f->f[0];
	return cursor_digits(&c, 4, &number) && cursor_char(&c, '.');
}

static bool
take(struct flowprint *s, const struct line *line, struct record *out)
{
	char excerpt[COMPLAINT_TEXT_MAX - 80];
	struct flowrow row;
	struct fields f;
	const char *why;

	fields_words(cursor_init(line->text, line->len), &f);
	if (!is_flow(&f)) {
		s->c.tally->foreign += f.n > 0;
		return false;
	}
	why = read_flow(s, &f, &row);
	if (why != NULL) {
		tally_complain(s->c.tally, line->number, "%s: %s", why,
		    cursor_excerpt(
			line->text, line->len, excerpt, sizeof(excerpt)));
		return false;
	}
	tally_packet(s->c.tally, row.record.proto, row.record.time_ns);
	if (row.record.proto != 6 || !tally_flow(s->c.tally, &row.record))
		return false;
	*out = row.record;
	return true;
}

static bool
next(void *self, struct record *out)
{
	struct flowprint *s = self;
	struct line line;

	for (;;) {
		switch (lines_next(s->lines, &line)) {
		case LINES_END:
			return false;
		case LINES_TOO_LONG:
			s->c.tally->lines++;
			tally_complain(s->c.tally, line.number,
			    "longer than %d bytes", LINE_BYTES_MAX);
			break;
		case LINES_ONE:
			s->c.tally->lines++;
			if (take(s, &line, out))
				return true;
			break;
		}
	}
}

static unsigned int
detect_line(const struct line *line)
{
	static const struct zone utc;
	struct calendar k;
	struct flowprint s = {.c = {.calendar = &k}};
	struct flowrow row;
	struct fields f;

	calendar_init(&k, &utc, 0, NS_PER_DAY);
	fields_words(cursor_init(line->text, line->len), &f);
	if (is_flow(&f) && read_flow(&s, &f, &row) == NULL)
		return DETECT_FLOW;
	return f.n >= WORDS_OF_THREE && (cursor_word(&f.f[0], "srcIP") ||
					    (cursor_word(&f.f[0], "Start") &&
						cursor_word(&f.f[1], "End")));
}

static unsigned int
detect(const uint8_t *head, size_t len)
{
	const char *p = (const char *)head, *end = p + len;
	struct line line;
	unsigned int score = 0;

	for (int i = 0; i < DETECT_LINES_MAX && lines_of(&p, end, &line); i++)
		score += detect_line(&line);
	return score;
}

static void *
open_flowprint(const struct source_context *c, struct err *e)
{
	struct flowprint *s = calloc(1, sizeof(*s));

	if (s != NULL && (s->lines = lines_new(c->input)) != NULL) {
		s->c = *c;
		return s;
	}
	free(s);
	err_set(e, EX_OSERR, "out of memory");
	return NULL;
}

static void
close_flowprint(void *self)
{
	struct flowprint *s = self;

	lines_free(s->lines);
	free(s);
}

static void
remark(void *self, char *out, size_t size)
{
	const struct flowprint *s = self;

	snprintf(out, size, "%s%s%s",
	    s->has_timeless ? "format 3 has no times: the order of the lines "
			      "is the order of events"
			    : "",
	    s->has_timeless && s->has_flags ? "; " : "",
	    s->has_flags ? "flow-print leaves out the ACK flag: who began a "
			   "connection is guessed by the ports"
			 : "");
}

const struct source source_flowprint = {
    .name = "flow-print",
    .doc = "flow-tools' flow-print, formats 3 and 5",
    .unit = "line",
    .detect = detect,
    .open = open_flowprint,
    .next = next,
    .close = close_flowprint,
    .remark = remark,
};
