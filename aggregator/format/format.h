/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef AGGREGATOR_FORMAT_FORMAT_H
#define AGGREGATOR_FORMAT_FORMAT_H

#include "common/addr.h"
#include "common/alert.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

struct err;
struct format;
struct printer;

/*
 * Rows for people and programs.  A command says once what its columns are and
 * then gives rows of typed cells; how they look is the format's: "table",
 * "json" (one object a line), "csv", and those of other tools.  Rows are
 * written as they come: memory does not grow with their number.
 */

enum cell_type {
	CELL_NULL, /* unknown, or there is none */
	CELL_TEXT,
	CELL_ADDR,
	CELL_TIME, /* ns since 1970 */
	CELL_UINT,
	CELL_INT,
	CELL_REAL,
	CELL_BOOL,
	CELL_NAMES,
	CELL_ADDRS,
	CELL_TEXTS, /* sentences */
	CELL_ROWS,  /* rows of their own: JSON only */
};

/* What a terminal with colours makes of a cell. */
enum tone {
	TONE_PLAIN,
	TONE_GOOD,
	TONE_WARN,
	TONE_BAD,
};

struct cell;

struct cell_rows {
	const struct layout *layout;
	const struct cell *cell; /* n rows, one after the other */
	size_t n;
};

/* Everything it points to is borrowed until printer_row() returns. */
struct cell {
	enum cell_type type;
	enum tone tone;
	union {
		const char *text;
		struct addr addr;
		int64_t time_ns;
		uint64_t uint;
		int64_t integer;
		double real;
		bool yes;
		const struct names *names;
		struct {
			const struct addr *addr;
			size_t n;
		} addrs;
		struct {
			const char *first;
			size_t bytes; /* from one to the next */
			size_t n;
		} texts;
		struct cell_rows rows;
	} u;
};

struct cell cell_null(void);
struct cell cell_text(const char *s);	     /* NULL: null */
struct cell cell_name(const char *s);	     /* NULL and "": null */
struct cell cell_addr(const struct addr *a); /* NULL: null */
struct cell cell_time(int64_t ns);	     /* TIME_NONE: null */
struct cell cell_uint(uint64_t n);
struct cell cell_int(int64_t n);
struct cell cell_port(uint16_t port); /* 0: null */
struct cell cell_real(double d);
struct cell cell_bool(bool yes);
struct cell cell_names(const struct names *s);
struct cell cell_addrs(const struct addr *a, size_t n);
/* 'n' texts, the next one 'bytes' after the one before. */
struct cell cell_texts(const char *first, size_t bytes, size_t n);
struct cell cell_rows(
    const struct layout *l, const struct cell *cell, size_t n);
struct cell cell_severity(enum severity s);

/* Where a column is shown; JSON has them all. */
enum column_flag {
	COLUMN_TABLE = 1,
	COLUMN_CSV = 2,
	COLUMN_RIGHT = 4, /* numbers */
	COLUMN_ID = 8,	  /* a table shows the beginning: it is enough */
};
#define COLUMN_BOTH (COLUMN_TABLE | COLUMN_CSV)

struct column {
	const char *name;
	uint32_t flags;
	uint32_t width; /* at least, in a table */
};

#define LAYOUT_COLUMNS_MAX 32
struct layout {
	const struct column *column;
	size_t n; /* at most LAYOUT_COLUMNS_MAX */
};

/* The format of that name, or NULL. */
const struct format *format_find(const char *name);
const char *format_name(const struct format *f);
/* Names and sentences of all; false past the last. */
bool format_get(size_t i, const char **name, const char **doc);

/* The bytes of a text that are looked at; longer ones are cut. */
#define FORMAT_TEXT_MAX 1024

/*
 * Write rows to 'to', which stays the caller's.
 *
 * layout: borrowed, must outlive the printer.  color: tones are shown.
 * Returns NULL with 'e' (EX_USAGE) when the format cannot show such rows, and
 * when memory is out.
 */
struct printer *printer_new(const struct format *f, FILE *to,
    const struct layout *layout, bool color, struct err *e);
void printer_free(struct printer *p);

/*
 * One row: a cell for each column.  Returns 0; -1 with 'e': EX_IOERR, or
 * EX_OK without a text when nobody reads any more (EPIPE).
 */
int printer_row(struct printer *p, const struct cell *cell, struct err *e);

/*
 * Everything out now: after the last row, or when rows come one by one.
 * Without any row there is still a header.  Fails as printer_row().
 */
int printer_flush(struct printer *p, struct err *e);

/* What printer_row() says of a write to 'to' that failed; 0 if none did. */
int output_check(FILE *to, struct err *e);

#endif
