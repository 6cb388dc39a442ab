/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Zeek's conn.log, tab-separated or JSON. */
#include "aggregator/source/flowrow.h"
#include "aggregator/source/input.h"
#include "aggregator/source/lines.h"
#include "aggregator/source/source.h"
#include "common/err.h"

#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#define DETECT_LINES_MAX 200
#define DETECT_FLOW 10
#define NUMBER_TEXT_MAX 32

struct zeek {
	struct source_context c;
	struct lines *lines;
	char separator;
	struct columns columns;
	bool has_back; /* 'back' is to be given next */
	struct record back;
	char number[FIELDS][NUMBER_TEXT_MAX]; /* of JSON, as text */
};

static const struct field_name names[] = {
    {"ts", FIELD_TIME},
    {"id.orig_h", FIELD_SRC},
    {"id.orig_p", FIELD_SPORT},
    {"id.resp_h", FIELD_DST},
    {"id.resp_p", FIELD_DPORT},
    {"proto", FIELD_PROTO},
    {"conn_state", FIELD_STATE},
    {"history", FIELD_HISTORY},
    {"orig_pkts", FIELD_PACKETS},
    {"orig_ip_bytes", FIELD_OCTETS},
    {"resp_pkts", FIELD_BACK_PACKETS},
    {"resp_ip_bytes", FIELD_BACK_OCTETS},
    {NULL, FIELDS},
};

/* base/protocols/conn/main.zeek, record Info. */
static const char standard[] =
    "ts uid id.orig_h id.orig_p id.resp_h id.resp_p proto service duration "
    "orig_bytes resp_bytes conn_state local_orig local_resp missed_bytes "
    "history orig_pkts orig_ip_bytes resp_pkts resp_ip_bytes tunnel_parents";
static const char *const orders[] = {standard, NULL};

/* --- JSON --- */

/* The value as it would stand between tabs. */
static struct cursor
json_text(const json_t *v, char number[static NUMBER_TEXT_MAX])
{
	if (json_is_string(v))
		return cursor_init(json_string_value(v), json_string_length(v));
	/* 1e11 is far behind all times, and fits. */
	if (json_is_integer(v))
		snprintf(number, NUMBER_TEXT_MAX, "%lld",
		    (long long)json_integer_value(v));
	else if (json_is_real(v) && fabs(json_real_value(v)) < 1e11)
		snprintf(number, NUMBER_TEXT_MAX, "%.6f", json_real_value(v));
	else
		return cursor_init("-", 1);
	return cursor_init(number, strlen(number));
}

/* A time of whole seconds is still a time. */
static void
with_fraction(struct zeek *z, struct cursor *c)
{
	size_t n = cursor_left(c);

	if (c->p != z->number[FIELD_TIME] || memchr(c->p, '.', n) != NULL ||
	    n + 2 >= NUMBER_TEXT_MAX)
		return;
	memcpy(z->number[FIELD_TIME] + n, ".0", 3);
	c->end += 2;
}

/* 'root' as the columns of a line. */
static void
json_fields(
    struct zeek *z, const json_t *root, struct columns *c, struct fields *f)
{
	c->n = f->n = FIELDS;
	for (size_t i = 0; i < FIELDS; i++) {
		c->at[i] = COLUMN_NONE;
		f->f[i] = cursor_init("-", 1);
	}
	for (size_t i = 0; names[i].name != NULL; i++) {
		enum field at = names[i].field;
		const json_t *v = json_object_get(root, names[i].name);

		c->at[at] = (int)at;
		if (v != NULL)
			f->f[at] = json_text(v, z->number[at]);
	}
	with_fraction(z, &f->f[FIELD_TIME]);
}

/* --- one connection --- */

static bool
has_letter(struct cursor history, char letter)
{
	return cursor_left(&history) > 0 &&
	       memchr(history.p, letter, cursor_left(&history)) != NULL;
}

/*
 * Flags from the history: "S" the originator's SYN, "h" the responder's
 * SYN+ACK, "r" its RST.  "^": Zeek turned the ends around, by a guess.
 */
static void
set_flags(struct cursor history, struct record *from, struct record *back)
{
	if (has_letter(history, '^'))
		return;
	if (has_letter(history, 'S')) {
		from->flags = TCP_SYN;
		from->has |= HAS_FLAGS;
	}
	if (has_letter(history, 'h')) {
		back->flags = TCP_SYN | TCP_ACK;
		back->has |= HAS_FLAGS;
	} else if (has_letter(history, 'r')) {
		back->flags = TCP_RST | TCP_ACK;
		back->has |= HAS_FLAGS;
	}
}

/* States say the same where there is no history. */
static struct cursor
history_of(const struct flowrow *row)
{
	static const struct {
		const char *state, *history;
	} states[] = {
	    {"S0", "S"},
	    {"REJ", "Sr"},
	    {"S1", "Sh"},
	    {"S2", "Sh"},
	    {"S3", "Sh"},
	    {"SF", "Sh"},
	    {"RSTO", "Sh"},
	    {"RSTR", "Sh"},
	    {"RSTOS0", "S"},
	    {"SH", "S"},
	};
	struct cursor c;

	if (cursor_left(&row->history) > 0 && *row->history.p != '-')
		return row->history;
	for (size_t i = 0; i < sizeof(states) / sizeof(*states); i++) {
		c = row->state;
		if (cursor_word(&c, states[i].state) && cursor_left(&c) == 0)
			return cursor_init(
			    states[i].history, strlen(states[i].history));
	}
	return cursor_init("", 0);
}

static bool
take_connection(struct zeek *z, struct flowrow *row, struct record *out)
{
	tally_packet(z->c.tally, row->record.proto, row->record.time_ns);
	if (row->record.proto != 6)
		return false;
	z->back =
	    flowrow_back(&row->record, row->back_packets, row->back_octets);
	set_flags(history_of(row), &row->record, &z->back);
	z->has_back = row->back_packets > 0 || (z->back.has & HAS_FLAGS) != 0;
	if (!tally_flow(z->c.tally, &row->record))
		return false;
	*out = row->record;
	return true;
}

/* NULL, or why it is no connection.  '*root' is to be released in either
 * case. */
static const char *
read_json(struct zeek *z, struct cursor c, struct flowrow *row, json_t **root)
{
	struct columns columns;
	struct fields f;

	*root = json_loadb(c.p, cursor_left(&c), 0, NULL);
	if (!json_is_object(*root))
		return "not a JSON object";
	json_fields(z, *root, &columns, &f);
	return flowrow_read(&columns, &f, z->c.calendar, row);
}

static const char *
read_tabs(struct zeek *z, struct cursor c, struct flowrow *row)
{
	struct fields f;
	const char *why;

	fields_split(c, z->separator, &f);
	why = flowrow_read_below(
	    &z->columns, orders, names, &f, z->c.calendar, row);
	if (why == NULL || z->separator == '\t')
		return why;
	fields_split(c, '\t', &f); /* the header may be damaged there, too */
	return flowrow_read_below(
	    &z->columns, orders, names, &f, z->c.calendar, row);
}

/* "#fields	ts	uid ...", "#separator \x09". */
static void
read_header(struct zeek *z, struct cursor c)
{
	struct fields f;
	uint64_t byte;

	if (cursor_word(&c, "#separator \\x") && cursor_hex(&c, &byte) &&
	    byte > 0 && byte < 128) {
		z->separator = (char)byte;
		return;
	}
	fields_split(c, z->separator, &f);
	if (f.n < 2)
		return;
	memmove(f.f, f.f + 1, (f.n - 1) * sizeof(*f.f));
	f.n--;
	columns_read(&f, orders, names, &z->columns);
}

static bool
take(struct zeek *z, const struct line *line, struct record *out)
{
	char excerpt[COMPLAINT_TEXT_MAX - 80];
	struct cursor c = cursor_init(line->text, line->len);
	json_t *root = NULL;
	struct flowrow row;
	const char *why;
	bool taken = false;

	if (cursor_peek(&c) == '#' || cursor_left(&c) == 0) {
		read_header(z, c);
		z->c.tally->foreign++;
		return false;
	}
	why =
	    *c.p == '{' ? read_json(z, c, &row, &root) : read_tabs(z, c, &row);
	if (why == NULL)
		taken = take_connection(z, &row, out);
	else
		tally_complain(z->c.tally, line->number, "%s: %s", why,
		    cursor_excerpt(
			line->text, line->len, excerpt, sizeof(excerpt)));
	json_decref(root);
	return taken;
}

static bool
next(void *self, struct record *out)
{
	struct zeek *z = self;
	struct line line;

	if (z->has_back) {
		z->has_back = false;
		*out = z->back;
		return tally_flow(z->c.tally, out);
	}
	for (;;) {
		switch (lines_next(z->lines, &line)) {
		case LINES_END:
			return false;
		case LINES_TOO_LONG:
			z->c.tally->lines++;
			tally_complain(z->c.tally, line.number,
			    "longer than %d bytes", LINE_BYTES_MAX);
			break;
		case LINES_ONE:
			z->c.tally->lines++;
			if (take(z, &line, out))
				return true;
			break;
		}
	}
}

/* --- source --- */

static unsigned int
detect_line(struct zeek *z, const struct line *line)
{
	struct cursor c = cursor_init(line->text, line->len);
	json_t *root = NULL;
	struct flowrow row;
	const char *why;

	if (cursor_left(&c) == 0)
		return 0;
	if (*c.p == '#') {
		read_header(z, c);
		return cursor_word(&c, "#separator ") ||
		       cursor_word(&c, "#fields");
	}
	why =
	    *c.p == '{' ? read_json(z, c, &row, &root) : read_tabs(z, c, &row);
	json_decref(root);
	return why == NULL ? DETECT_FLOW : 0;
}

static unsigned int
detect(const uint8_t *head, size_t len)
{
	static const struct zone utc;
	const char *p = (const char *)head, *end = p + len;
	struct calendar k;
	struct zeek z = {.c = {.calendar = &k}, .separator = '\t'};
	struct line line;
	unsigned int score = 0;

	calendar_init(&k, &utc, 0, NS_PER_DAY);
	columns_of(standard, names, &z.columns);
	for (int i = 0; i < DETECT_LINES_MAX && lines_of(&p, end, &line); i++)
		score += detect_line(&z, &line);
	return score;
}

static void *
open_zeek(const struct source_context *c, struct err *e)
{
	struct zeek *z = calloc(1, sizeof(*z));

	if (z != NULL && (z->lines = lines_new(c->input)) != NULL) {
		z->c = *c;
		z->separator = '\t';
		columns_of(standard, names, &z->columns);
		return z;
	}
	free(z);
	err_set(e, EX_OSERR, "out of memory");
	return NULL;
}

static void
close_zeek(void *self)
{
	struct zeek *z = self;

	lines_free(z->lines);
	free(z);
}

const struct source source_zeek = {
    .name = "zeek",
    .doc = "Zeek's conn.log",
    .unit = "line",
    .detect = detect,
    .open = open_zeek,
    .next = next,
    .close = close_zeek,
};
