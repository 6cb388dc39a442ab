/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TESTS_UNIT_READING_H
#define TESTS_UNIT_READING_H

/*
 * Files of log lines and packets for the tests of the sources.  Include
 * behind cmocka.h; make_folder() and remove_folder() of files.h go around the
 * tests.
 */

#include "aggregator/source/source.h"
#include "common/err.h"
#include "tests/unit/files.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static inline const char *
put_file(const char *name, const void *bytes, size_t len)
{
	static char path[FILE_PATH_MAX];
	FILE *f = fopen(path_of(name, path), "wb");

	assert_non_null(f);
	assert_int_equal(fwrite(bytes, 1, len, f), len);
	assert_int_equal(fclose(f), 0);
	return path;
}

static inline const char *
put_text(const char *name, const char *text)
{
	return put_file(name, text, strlen(text));
}

/* A record as a line: "TIME SRC:PORT > DST:PORT FLAGS ..." with what else it
 * has. */
static inline size_t
describe(const struct record *r, char *out, size_t size)
{
	static const char *const hooks[] = {
	    "", " in", " out", " forward", " egress"};
	static const char letters[] = "FSRPAUEC";
	char t[TIME_TEXT_MAX], s[ADDR_TEXT_MAX], d[ADDR_TEXT_MAX];
	char flags[16] = "-", *p = flags;
	size_t n;

	if (r->has & HAS_FLAGS) {
		for (int i = 0; i < 8; i++)
			if (r->flags >> i & 1)
				*p++ = letters[i];
		*p = '\0';
	}
	n = (size_t)snprintf(out, size, "%s %s:%u > %s:%u %s%s",
	    time_format(r->time_ns, t), addr_format(&r->src, s), r->sport,
	    addr_format(&r->dst, d), r->dport, flags, hooks[r->hook]);
#define ADD(...) n += (size_t)snprintf(out + n, size - n, __VA_ARGS__)
	if (r->in_if != NULL)
		ADD(" i=%s", r->in_if);
	if (r->out_if != NULL)
		ADD(" o=%s", r->out_if);
	if (r->prefix != NULL)
		ADD(" '%s'", r->prefix);
	if (r->has & HAS_SEQ)
		ADD(" seq=%u ack=%u", r->seq, r->ack);
	if (r->has & HAS_UID)
		ADD(" uid=%u", r->uid);
	if ((r->has & HAS_MARK) && r->mark != 0)
		ADD(" mark=%x", r->mark);
	if (r->has & HAS_COUNTS)
		ADD(" %llu/%llu", (unsigned long long)r->packets,
		    (unsigned long long)r->octets);
	ADD("\n");
#undef ADD
	return n;
}

/* All records of 'path', a line each; to be freed.  about: NULL or what was
 * counted; its pointers are gone, but for 'tally'. */
static inline char *
read_records(const char *path, const struct source_options *o,
    struct source_about *about, struct tally *tally)
{
	struct reader *rd;
	struct record r;
	struct err e = {0};
	char *text = calloc(1, 1);
	size_t n = 0;

	rd = reader_open(path, o, &e);
	if (rd == NULL)
		fail_msg("%s", e.text);
	while (reader_next(rd, &r)) {
		text = realloc(text, n + 1024);
		assert_non_null(text);
		n += describe(&r, text + n, 1024);
	}
	if (about != NULL) {
		reader_about(rd, about);
		*tally = *about->tally;
		about->tally = tally;
	}
	reader_close(rd);
	return text;
}

/* 'text' as a file gives these records. */
static inline void
assert_reads(const char *text, const char *want)
{
	const struct source_options o = {.year = 2005};
	char *got = read_records(put_text("log", text), &o, NULL, NULL);

	assert_string_equal(got, want);
	free(got);
}

#endif
