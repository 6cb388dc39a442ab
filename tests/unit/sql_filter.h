/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TESTS_UNIT_SQL_FILTER_H
#define TESTS_UNIT_SQL_FILTER_H

/* A random filter as a WHERE.  Include behind random_filter.h. */

#include <stdio.h>
#include <string.h>

#define SQL_HAS(bit) "instr(flags,'" bit "')"
#define SQL_SYN                                                                \
	"(" SQL_HAS("SYN") " AND NOT " SQL_HAS("ACK") " AND NOT " SQL_HAS(     \
	    "RST") " AND NOT " SQL_HAS("FIN") ")"
#define SQL_SYNACK                                                             \
	"(" SQL_HAS("SYN") " AND " SQL_HAS("ACK") " AND NOT " SQL_HAS(         \
	    "RST") " AND NOT " SQL_HAS("FIN") ")"
#define SQL_RST                                                                \
	"(" SQL_HAS("RST") " AND NOT " SQL_HAS("SYN") " AND NOT " SQL_HAS(     \
	    "FIN") ")"

static const char *const sql_classes[] = {"%s = 22",
    "(%s BETWEEN 6660 AND 6669 OR %s IN (6697, 7000, 194, 529, 994))",
    "(%s BETWEEN 6670 AND 6999 OR %s IN (7777, 8067, 8888, 9999))", "%s = 113"};

/* "coalesce(sport, 0)": of ICMP there is none. */
static inline void
sql_class(FILE *f, size_t class, const char *port)
{
	for (const char *c = sql_classes[class]; *c != '\0'; c++)
		if (c[0] == '%') {
			fputs(port, f);
			c++;
		} else {
			fputc(*c, f);
		}
}

static inline void
sql_any_class(FILE *f, const char *port)
{
	fputs("(", f);
	for (size_t i = 0; i < COUNT(sql_classes); i++) {
		sql_class(f, i, port);
		fputs(i + 1 < COUNT(sql_classes) ? " OR " : ")", f);
	}
}

#define SQL_SPORT "coalesce(sport, 0)"
#define SQL_DPORT "coalesce(dport, 0)"

/* Whether the source is the client. */
static inline void
sql_forth(FILE *f)
{
	fputs("(CASE WHEN coalesce(" SQL_SYN ", 0) THEN 1"
	      " WHEN coalesce(" SQL_SYNACK " OR " SQL_RST ", 0) THEN 0"
	      " WHEN ",
	    f);
	sql_any_class(f, SQL_SPORT);
	fputs(" = ", f);
	sql_any_class(f, SQL_DPORT);
	fputs(" THEN " SQL_DPORT " <= " SQL_SPORT " ELSE ", f);
	sql_any_class(f, SQL_DPORT);
	fputs(" END)", f);
}

static inline void
sql_address(FILE *f, const char *end, const char *word)
{
	const char *dash = strchr(word, '-');

	if (dash != NULL)
		fprintf(f, "%s BETWEEN '%.*s' AND '%s'", end,
		    (int)(dash - word), word, dash + 1);
	else if (strchr(word, '/') != NULL)
		fprintf(f, "in_net(%s, '%s')", end, word);
	else
		fprintf(f, "%s = '%s'", end, word);
}

static inline void
sql_port(FILE *f, const char *end, const char *word)
{
	unsigned int first, last;
	int n = sscanf(word, "%u-%u", &first, &last);

	fprintf(f, "%s BETWEEN %u AND %u", end, first, n == 2 ? last : first);
}

/* One value at one end. */
static inline void
sql_end(FILE *f, const struct expr *x, size_t value, bool src)
{
	const char *word = vocabulary[x->what].word[value];

	if (x->what == CLASS)
		sql_class(f, value, src ? SQL_SPORT : SQL_DPORT);
	else if (x->what == PORT)
		sql_port(f, src ? SQL_SPORT : SQL_DPORT, word);
	else
		sql_address(f, src ? "src" : "dst", word);
}

static inline void
sql_ends(FILE *f, const struct expr *x, size_t value)
{
	const char *side = sides[x->side];
	bool server, either = *side == '\0' && x->what != CLASS;

	if (strcmp(side, "src ") == 0 || strcmp(side, "dst ") == 0) {
		sql_end(f, x, value, side[0] == 's');
		return;
	}
	server = !either && strcmp(side, "client ") != 0;
	fputs(either ? "(" : "CASE WHEN ", f);
	if (!either) {
		sql_forth(f);
		fputs(" THEN ", f);
	}
	sql_end(f, x, value, !server);
	fputs(either ? " OR " : " ELSE ", f);
	sql_end(f, x, value, server);
	fputs(either ? ")" : " END", f);
}

static inline void
sql_value(FILE *f, const struct expr *x, size_t value)
{
	const char *word =
	    x->what == NUMBER ? "" : vocabulary[x->what].word[value];
	static const char *const kinds_sql[] = {SQL_SYN, SQL_SYNACK, SQL_RST};

	switch (x->what) {
	case DIRECTION:
	case HOOK:
	case PROTO:
	case SENSOR:
		fprintf(f, "%s = '%s'", fields[x->what], word);
		break;
	case FLAGS:
		fputs(kinds_sql[value], f);
		break;
	case INTERFACE:
		fprintf(f,
		    "(coalesce(\"in\" = '%s', 0) OR coalesce(\"out\" = '%s', "
		    "0))",
		    word, word);
		break;
	case PREFIX:
		if (*word == '\'')
			fprintf(f, "substr(prefix, 1, %zu) = %s",
			    strlen(word) - 2, word);
		else
			fprintf(f, "substr(prefix, 1, %zu) = '%s'",
			    strlen(word), word);
		break;
	case NUMBER:
		fprintf(f, "%s BETWEEN %zu AND %zu", columns[x->column],
		    value / 4, value % 4);
		break;
	default:
		sql_ends(f, x, value);
	}
}

/* Each written time stands for its second. */
static inline void
sql_time(FILE *f, const char *compare, size_t value)
{
	char this[32], behind[32];

	sprintf(this, "2005-02-26T19:00:%02zuZ", 50 + value);
	sprintf(behind, "2005-02-26 19:00:%02zu", 51 + value);
	if (strcmp(compare, "=") == 0)
		fprintf(f, "(time >= '%s' AND time < '%s')", this, behind);
	else if (strcmp(compare, "!=") == 0)
		fprintf(f, "(time < '%s' OR time >= '%s')", this, behind);
	else if (strcmp(compare, "<") == 0 || strcmp(compare, ">=") == 0)
		fprintf(f, "time %s '%s'", compare, this);
	else
		fprintf(
		    f, "time %s '%s'", *compare == '<' ? "<" : ">=", behind);
}

static inline void
sql_term(FILE *f, const struct expr *x)
{
	if (x->n == 0 && x->what == NUMBER)
		fprintf(f, "%s %s %llu", columns[x->column],
		    compares[x->compare], (unsigned long long)x->number);
	else if (x->n == 0)
		sql_time(f, compares[x->compare], (size_t)x->number);
	for (size_t i = 0; i < x->n; i++) {
		fputs(i > 0 ? " OR " : x->n > 1 ? "(" : "", f);
		if (x->what == TIME)
			sql_time(f, "=", x->value[i]);
		else
			sql_value(f, x, x->value[i]);
	}
	fputs(x->n > 1 ? ")" : "", f);
}

/* bare: NULL is as good as false here, so that SQLite may pass it on. */
static inline void
sql_expr(FILE *f, const struct expr *x, bool bare)
{
	switch (x->what) {
	case NOT:
		fputs("NOT (", f);
		sql_expr(f, x->a, false);
		fputs(")", f);
		break;
	case AND:
	case OR:
		fputs("(", f);
		sql_expr(f, x->a, bare && x->what == AND);
		fputs(x->what == AND ? " AND " : " OR ", f);
		sql_expr(f, x->b, bare && x->what == AND);
		fputs(")", f);
		break;
	default:
		fputs(bare ? "" : "coalesce(", f);
		sql_term(f, x);
		fputs(bare ? "" : ", 0)", f);
	}
}

#endif
