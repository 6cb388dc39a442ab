/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "aggregator/cli/record_table.h"
#include "aggregator/cli/place.h"
#include "aggregator/cli/options.h"
#include "aggregator/cli/record_row.h"
#include "aggregator/cli/scan.h"
#include "common/err.h"
#include "common/filter.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

/* Columns of the store that a record_row() of any kind needs. */
#define ALWAYS                                                                 \
	(STORE_WANT(time) | STORE_WANT(src) | STORE_WANT(dst) |                \
	    STORE_WANT(sport) | STORE_WANT(dport) | STORE_WANT(has) |          \
	    STORE_WANT(proto) | STORE_WANT(flags))

/* What else a column needs, and how it is asked for in a filter. */
static const struct {
	const char *name;
	enum sql_kind kind;
	uint32_t want;
	const char *equal; /* "src host", ...; NULL: not asked for */
	const char *range; /* the same for what may be a range */
} columns[] = {
    {"time", SQL_TIME, 0, NULL, NULL},
    {"sensor", SQL_TEXT, 0, "sensor", NULL},
    {"direction", SQL_TEXT, 0, NULL, NULL},
    {"src", SQL_ADDR, 0, "src host", NULL},
    {"sport", SQL_NUMBER, 0, "src port", "src port"},
    {"dst", SQL_ADDR, 0, "dst host", NULL},
    {"dport", SQL_NUMBER, 0, "dst port", "dst port"},
    {"ttl", SQL_NUMBER, STORE_WANT(ttl), "ttl", NULL},
    {"window", SQL_NUMBER, STORE_WANT(window), "window", NULL},
    {"seq", SQL_NUMBER, STORE_WANT(seq), NULL, NULL},
    {"ack", SQL_NUMBER, STORE_WANT(ack), NULL, NULL},
    {"hook", SQL_TEXT, STORE_WANT(hook), NULL, NULL},
    {"in", SQL_TEXT, STORE_WANT(in_if), NULL, NULL},
    {"out", SQL_TEXT, STORE_WANT(out_if), NULL, NULL},
    {"prefix", SQL_TEXT, STORE_WANT(prefix), NULL, NULL},
    {"mark", SQL_NUMBER, STORE_WANT(mark), "mark", NULL},
    {"uid", SQL_NUMBER, STORE_WANT(uid), "uid", NULL},
    {"packets", SQL_NUMBER, STORE_WANT(packets), "packets", NULL},
    {"octets", SQL_NUMBER, STORE_WANT(octets), "octets", NULL},
    {"received", SQL_TIME, 0, NULL, NULL},
};

#define COLUMNS (sizeof(columns) / sizeof(*columns))

/* COLUMNS for one that is as any other text. */
static size_t
find(const char *name)
{
	size_t i = 0;

	while (i < COLUMNS && strcmp(columns[i].name, name) != 0)
		i++;
	return i;
}

struct cursor {
	const struct record_table *table;
	struct filter *filter;
	struct store *store;
	struct store_scan *scan;
	struct store_chunk chunk;
	size_t next;	/* row of the chunk */
	size_t message; /* that it is in, of the chunk, */
	size_t place;	/* and its place there, from 1 */
	bool made;	/* 'row' is that of the row at hand */
	struct record record;
	struct record_row row;
	char
	    text[ADDR_TEXT_MAX > TIME_TEXT_MAX ? ADDR_TEXT_MAX : TIME_TEXT_MAX];
};

/* --- what is asked for --- */

static void
put_value(FILE *to, enum sql_kind kind, const struct sql_value *v)
{
	char text[ADDR_TEXT_MAX];

	if (kind == SQL_ADDR)
		fprintf(to, " %s", addr_format(&v->addr, text));
	else if (kind == SQL_NUMBER)
		fprintf(to, " %" PRId64, v->integer);
	else
		fprintf(to, " '%s'", v->text);
}

/* Whether a filter can say it: a port is a port, a name fits into quotes. */
static bool
is_sayable(size_t column, const struct sql_constraint *c)
{
	bool port = columns[column].range != NULL;

	for (size_t i = 0; i < c->n; i++) {
		const struct sql_value *v = &c->value[i];

		if (columns[column].kind == SQL_NUMBER &&
		    (v->integer < 0 || (port && v->integer > UINT16_MAX)))
			return false;
		if (columns[column].kind == SQL_TEXT &&
		    (strchr(v->text, '\'') != NULL ||
			strlen(v->text) >= NAME_TEXT_MAX))
			return false;
	}
	return true;
}

static void
put_constraint(FILE *to, const struct sql_constraint *c, size_t column)
{
	int64_t v = c->value->integer;

	if (!is_sayable(column, c))
		return;
	if (c->op == SQL_EQ && columns[column].equal != NULL) {
		fprintf(to, " %s in [", columns[column].equal);
		for (size_t i = 0; i < c->n; i++)
			put_value(to, columns[column].kind, &c->value[i]);
		fprintf(to, " ]");
	} else if (c->op != SQL_EQ && columns[column].range != NULL) {
		/* One too many is left out again. */
		bool upper = c->op == SQL_LT || c->op == SQL_LE;

		fprintf(to, " %s %" PRId64 "-%" PRId64, columns[column].range,
		    upper ? 0 : v, upper ? v : UINT16_MAX);
	}
}

/* Within a nanosecond, which is left out again. */
static void
narrow(struct store_query *q, const struct sql_constraint *c)
{
	int64_t t = c->value->integer;

	if (c->n != 1)
		return;
	if (c->op != SQL_LT && c->op != SQL_LE &&
	    (q->since_ns == TIME_NONE || q->since_ns < t))
		q->since_ns = t;
	if (c->op != SQL_GT && c->op != SQL_GE && t < INT64_MAX &&
	    (q->until_ns == TIME_NONE || q->until_ns > t + 1))
		q->until_ns = t + 1;
}

/* Returns 0 with a filter, or NULL when nothing is asked for; -1 with 'e'. */
static int
make_filter(struct cursor *c, const struct sql_constraint *asked, size_t n,
    struct err *e)
{
	char *text = NULL;
	size_t len;
	FILE *to = open_memstream(&text, &len);

	for (size_t i = 0; to != NULL && i < n; i++) {
		size_t column =
		    find(c->table->table.column[asked[i].column].name);

		if (column < COLUMNS)
			put_constraint(to, &asked[i], column);
	}
	if (to == NULL || fclose(to) != 0) {
		free(text);
		return err_set(e, EX_OSERR, "out of memory");
	}
	/* A list that is too long for a filter is no reason to fail. */
	if (*text != '\0')
		c->filter = filter_parse(text, c->table->place->site, NULL);
	free(text);
	return 0;
}

/* --- reading --- */

static void
close_cursor(void *arg)
{
	struct cursor *c = arg;

	store_scan_close(c->scan);
	store_close(c->store);
	filter_free(c->filter);
	free(c);
}

static uint32_t
wanted(const struct record_table *t, uint64_t used)
{
	uint32_t want = ALWAYS;

	for (size_t i = 0; i < t->table.n; i++) {
		size_t column = find(t->column[i].name);

		if ((used >> i & 1) != 0 && column < COLUMNS)
			want |= columns[column].want;
	}
	return want;
}

static int
begin(struct cursor *c, const struct sql_constraint *asked, size_t n,
    uint64_t used, struct err *e)
{
	const struct record_table *t = c->table;
	struct store_query q = {.since_ns = t->opt->since_ns,
	    .until_ns = t->opt->until_ns,
	    .columns = wanted(t, used)};
	struct addr host[SCAN_HOSTS_MAX];

	for (size_t i = 0; i < n; i++)
		if (strcmp(t->column[asked[i].column].name, "time") == 0)
			narrow(&q, &asked[i]);
	if (make_filter(c, asked, n, e) == -1)
		return -1;
	if (c->filter != NULL) {
		q.filter = c->filter;
		q.n_host = filter_needs_hosts(c->filter, host, SCAN_HOSTS_MAX);
		q.host = host;
	}
	c->store = place_store(t->place, e);
	if (c->store == NULL)
		return -1;
	c->scan = store_scan_open(c->store, &q, e);
	return c->scan == NULL ? -1 : 0;
}

static void *
open_cursor(void *arg, const struct sql_constraint *asked, size_t n,
    uint64_t used, struct err *e)
{
	struct cursor *c = calloc(1, sizeof(*c));

	if (c == NULL) {
		err_set(e, EX_OSERR, "out of memory");
		return NULL;
	}
	c->table = arg;
	if (begin(c, asked, n, used, e) == 0)
		return c;
	close_cursor(c);
	return NULL;
}

/* As next(), whatever its time is. */
static int
step(struct cursor *c, struct err *e)
{
	int rc;

	for (;;) {
		while (c->next < c->chunk.records.n) {
			size_t i = c->next++;

			while (c->place == c->chunk.rows[c->message]) {
				c->message++;
				c->place = 0;
			}
			c->place++;
			if (c->chunk.match == NULL || c->chunk.match[i])
				return 1;
		}
		rc = store_scan_next(c->scan, &c->chunk, e);
		if (rc != 1)
			return rc;
		c->next = c->message = c->place = 0;
	}
}

static int
next(void *arg, struct err *e)
{
	struct cursor *c = arg;
	int rc;

	c->made = false;
	do
		rc = step(c, e);
	while (rc == 1 && !options_in_time(c->table->opt,
			      c->chunk.records.time[c->next - 1]));
	return rc;
}

_Static_assert(WIRE_RECORDS_MAX <= 1 << 12, "12 bits for the place");

static int64_t
id(void *arg)
{
	const struct cursor *c = arg;

	return (int64_t)c->chunk.pos.day << 44 |
	       (int64_t)(c->chunk.id[c->message] << 12) |
	       (int64_t)(c->place - 1);
}

static const struct record_row *
row_at_hand(struct cursor *c)
{
	const struct place *p = c->table->place;
	size_t i = c->next - 1;

	if (!c->made) {
		batch_get(&c->chunk.records, i, &c->record);
		record_row(&c->row, &c->record, chunk_sensor(&c->chunk, i),
		    c->chunk.received_ns, p->home_known ? p->site : NULL);
		c->made = true;
	}
	return &c->row;
}

static void
value(void *arg, size_t column, struct sql_value *out)
{
	struct cursor *c = arg;
	const struct cell *cell = &row_at_hand(c)->cell[column];

	*out = (struct sql_value){.type = SQL_IS_TEXT};
	switch (cell->type) {
	case CELL_TEXT:
		out->text = cell->u.text;
		return;
	case CELL_ADDR:
		out->text = addr_format(&cell->u.addr, c->text);
		return;
	case CELL_TIME:
		out->text = time_format(cell->u.time_ns, c->text);
		return;
	case CELL_UINT:
		/* SQLite's are signed. */
		out->type =
		    cell->u.uint > INT64_MAX ? SQL_IS_REAL : SQL_IS_INTEGER;
		out->integer = (int64_t)cell->u.uint;
		out->real = (double)cell->u.uint;
		return;
	case CELL_NULL:
	case CELL_INT:
	case CELL_REAL:
	case CELL_BOOL:
	case CELL_NAMES:
	case CELL_ADDRS:
	case CELL_TEXTS:
	case CELL_ROWS:
		break; /* no record has these */
	}
	out->type = SQL_IS_NULL;
}

void
record_table_init(
    struct record_table *out, const struct place *p, const struct options *o)
{
	*out = (struct record_table){.place = p, .opt = o};
	for (size_t i = 0; i < record_layout.n; i++) {
		size_t column = find(record_layout.column[i].name);

		out->column[i].name = record_layout.column[i].name;
		if (column < COLUMNS)
			out->column[i].kind = columns[column].kind;
	}
	out->table = (struct sql_table){.name = "records",
	    .column = out->column,
	    .n = record_layout.n,
	    .arg = out,
	    .open = open_cursor,
	    .next = next,
	    .id = id,
	    .value = value,
	    .close = close_cursor};
}
