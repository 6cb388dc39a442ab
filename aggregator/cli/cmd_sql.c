/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "aggregator/cli/caret.h"
#include "aggregator/cli/cli.h"
#include "aggregator/cli/output.h"
#include "aggregator/cli/place.h"
#include "aggregator/cli/record_table.h"
#include "common/err.h"

#include <string.h>
#include <sysexits.h>

/* The answer's columns. */
struct answer {
	struct column column[LAYOUT_COLUMNS_MAX];
	struct layout layout;
};

static int
check_names(const struct sql *s, const struct options *o, struct err *e)
{
	bool json = strcmp(format_name(o->format), "json") == 0;

	if (sql_columns(s) > LAYOUT_COLUMNS_MAX)
		return err_set(
		    e, EX_USAGE, "more than %d columns", LAYOUT_COLUMNS_MAX);
	for (size_t i = 0; json && i < sql_columns(s); i++)
		for (size_t k = 0; k < i; k++)
			if (strcmp(sql_name(s, i), sql_name(s, k)) == 0)
				return err_set(e, EX_USAGE,
				    "two columns are called '%s', which JSON "
				    "cannot have: name one with AS",
				    sql_name(s, i));
	return 0;
}

static void
lay_out(struct answer *a, const struct sql *s)
{
	a->layout = (struct layout){a->column, sql_columns(s)};
	for (size_t i = 0; i < a->layout.n; i++)
		a->column[i] = (struct column){sql_name(s, i),
		    COLUMN_BOTH | (sql_is_number(s, i) ? COLUMN_RIGHT : 0), 0};
}

static struct cell
cell_of(const struct sql_value *v)
{
	switch (v->type) {
	case SQL_IS_NULL:
		return cell_null();
	case SQL_IS_INTEGER:
		return cell_int(v->integer);
	case SQL_IS_REAL:
		return cell_real(v->real);
	case SQL_IS_TEXT:
		return cell_text(v->text);
	}
	return cell_null();
}

static int
print_rows(struct sql *s, struct output *out, struct err *e)
{
	struct cell cell[LAYOUT_COLUMNS_MAX];
	struct sql_value v;
	int rc;

	while ((rc = sql_step(s, e)) == 1) {
		for (size_t i = 0; i < sql_columns(s); i++) {
			sql_get(s, i, &v);
			cell[i] = cell_of(&v);
		}
		if (output_row(out, cell, e) == -1)
			return -1;
	}
	return rc == -1 ? -1 : output_finish(out, e);
}

static int
ask(struct sql *s, const struct cli *c, struct err *e)
{
	struct answer a;
	struct output out;
	int rc;

	if (sql_prepare(s, c->word[0], e) == -1) {
		caret_add(e, c->word[0]);
		return -1;
	}
	if (check_names(s, &c->opt, e) == -1)
		return -1;
	lay_out(&a, s);
	rc = output_open(&out, &c->opt, &a.layout, e);
	if (rc == 0)
		rc = print_rows(s, &out, e);
	output_close(&out);
	return rc;
}

static int
run(const struct cli *c, struct err *e)
{
	struct record_table table;
	struct place p;
	struct sql *s;
	int rc;

	if (c->n_word == 0)
		return err_set(e, EX_USAGE,
		    "which question? Say it in quotes: synhive sql 'SELECT "
		    "...'");
	if (place_open(&p, &c->opt, e) == -1)
		return -1;
	record_table_init(&table, &p, &c->opt);
	s = sql_open(&table.table, e);
	rc = s == NULL ? -1 : ask(s, c, e);
	sql_close(s);
	place_close(&p);
	return rc;
}

const struct command command_sql = {
    .name = "sql",
    .args = "'SELECT ...'",
    .doc = "any other question about records, in SQLite's language",
    .help =
	"\n"
	"The table 'records' has the columns of 'records -o json'; \"in\" and\n"
	"\"out\" stand in double quotes, for they are words of SQL.  Times "
	"and\n"
	"addresses are texts that are compared as what they mean;\n"
	"in_net(address, network) says whether the one lies in the other.\n"
	"Nothing but SELECT is allowed.\n\n"
	"Examples:\n"
	"  synhive sql 'SELECT dst, count(*) AS n FROM records\n"
	"      WHERE dport IN (22, 6667) GROUP BY dst ORDER BY n DESC LIMIT "
	"10'\n"
	"  synhive sql -o csv \"SELECT time, src, dport FROM records\n"
	"      WHERE in_net(src, '11.11.0.0/16') AND time >= '2005-02-26'\"\n",
    .options = OPTIONS_STORE | OPTIONS_HOME | OPTIONS_OUTPUT | OPTIONS_TIME,
    .max_words = 1,
    .run = run,
};
