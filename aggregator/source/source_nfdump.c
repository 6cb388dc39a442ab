/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Flows as "nfdump -o csv" prints them, 1.6 and 1.7. */
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

struct nfdump {
	struct source_context c;
	struct lines *lines;
	struct columns columns;
	bool in_summary;
	bool has_back; /* 'back' is to be given next */
	struct record back;
};

static const struct field_name names[] = {
    {"ts", FIELD_TIME},
    {"firstSeen", FIELD_TIME},
    {"sa", FIELD_SRC},
    {"srcAddr", FIELD_SRC},
    {"da", FIELD_DST},
    {"dstAddr", FIELD_DST},
    {"sp", FIELD_SPORT},
    {"srcPort", FIELD_SPORT},
    {"dp", FIELD_DPORT},
    {"dstPort", FIELD_DPORT},
    {"pr", FIELD_PROTO},
    {"proto", FIELD_PROTO},
    {"flg", FIELD_FLAGS},
    {"flags", FIELD_FLAGS},
    {"ipkt", FIELD_PACKETS},
    {"packets", FIELD_PACKETS},
    {"ibyt", FIELD_OCTETS},
    {"bytes", FIELD_OCTETS},
    {"opkt", FIELD_BACK_PACKETS},
    {"obyt", FIELD_BACK_OCTETS},
    {NULL, FIELDS},
};

/* Of 1.6 and 1.7 up to what we need; of 1.7.3 and later. */
static const char classic[] =
    "ts te td sa da sp dp pr flg fwd stos ipkt ibyt opkt obyt";
static const char *const orders[] = {
    classic,
    "firstSeen duration proto srcAddr srcPort dstAddr dstPort packets bytes",
    NULL,
};

/* "...AP.SF": a letter for each flag. */
static bool
read_flags(struct cursor c, uint8_t *out)
{
	static const char letters[] = "FSRPAUEC"; /* lowest bit first */

	*out = 0;
	cursor_blanks(&c);
	if (cursor_left(&c) == 0)
		return false;
	for (; c.p < c.end && *c.p != ' '; c.p++) {
		const char *at = strchr(letters, *c.p);

		if (at != NULL && *at != '\0')
			*out |= (uint8_t)(1 << (at - letters));
		else if (*c.p != '.')
			return false;
	}
	return true;
}

static const char *
read_flow(struct nfdump *s, const struct fields *f, struct flowrow *row)
{
	struct record *r = &row->record;
	const char *why = flowrow_read_below(
	    &s->columns, orders, names, f, s->c.calendar, row);

	if (why == NULL && r->proto == 6 && read_flags(row->flags, &r->flags))
		r->has |= HAS_FLAGS;
	return why;
}

/* A flow that counts both ways is two. */
static bool
take_flow(struct nfdump *s, const struct flowrow *row, struct record *out)
{
	tally_packet(s->c.tally, row->record.proto, row->record.time_ns);
	if (row->record.proto != 6)
		return false;
	if (row->back_packets > 0) {
		s->back = flowrow_back(
		    &row->record, row->back_packets, row->back_octets);
		/* The flags are those of one way, nobody knows which. */
		s->back.has &= (uint16_t)~HAS_FLAGS;
		s->back.flags = 0;
		s->has_back = true;
	}
	if (!tally_flow(s->c.tally, &row->record))
		return false;
	*out = row->record;
	return true;
}

static bool
take(struct nfdump *s, const struct line *line, struct record *out)
{
	char excerpt[COMPLAINT_TEXT_MAX - 80];
	struct cursor c = cursor_init(line->text, line->len);
	struct flowrow row;
	struct fields f;
	const char *why;

	fields_split(c, ',', &f);
	why = read_flow(s, &f, &row);
	if (why == NULL) {
		s->in_summary = false;
		return take_flow(s, &row, out);
	}
	if (columns_read(&f, orders, names, &s->columns)) {
		s->in_summary = false;
		return false;
	}
	/* Two lines of sums follow; "No matching flows". */
	s->in_summary = s->in_summary || cursor_word(&c, "Summary");
	if (s->in_summary || f.n < 3) {
		s->c.tally->foreign += line->len > 0;
		return false;
	}
	tally_complain(s->c.tally, line->number, "%s: %s", why,
	    cursor_excerpt(line->text, line->len, excerpt, sizeof(excerpt)));
	return false;
}

static bool
next(void *self, struct record *out)
{
	struct nfdump *s = self;
	struct line line;

	if (s->has_back) {
		s->has_back = false;
		*out = s->back;
		return tally_flow(s->c.tally, out);
	}
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
detect(const uint8_t *head, size_t len)
{
	static const struct zone utc;
	const char *p = (const char *)head, *end = p + len;
	struct calendar k;
	struct nfdump s = {.c = {.calendar = &k}};
	struct line line;
	unsigned int score = 0;

	calendar_init(&k, &utc, 0, NS_PER_DAY);
	columns_of(classic, names, &s.columns);
	for (int i = 0; i < DETECT_LINES_MAX && lines_of(&p, end, &line); i++) {
		struct flowrow row;
		struct fields f;

		fields_split(cursor_init(line.text, line.len), ',', &f);
		if (f.n < 7)
			continue;
		if (read_flow(&s, &f, &row) == NULL)
			score += DETECT_FLOW;
		else
			score += columns_read(&f, orders, names, &s.columns);
	}
	return score;
}

static void *
open_nfdump(const struct source_context *c, struct err *e)
{
	struct nfdump *s = calloc(1, sizeof(*s));

	if (s != NULL && (s->lines = lines_new(c->input)) != NULL) {
		s->c = *c;
		columns_of(classic, names, &s->columns);
		return s;
	}
	free(s);
	err_set(e, EX_OSERR, "out of memory");
	return NULL;
}

static void
close_nfdump(void *self)
{
	struct nfdump *s = self;

	lines_free(s->lines);
	free(s);
}

const struct source source_nfdump = {
    .name = "nfdump",
    .doc = "nfdump's CSV",
    .unit = "line",
    .detect = detect,
    .open = open_nfdump,
    .next = next,
    .close = close_nfdump,
};
