/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A packed file may be cut anywhere, and any byte of it may be any other:
 * what was packed before the damage is read, and that there is damage is said.
 */
#include "tests/unit/cm.h"

#include "tests/unit/damage.h"

#include <zlib.h>
#include <zstd.h>

/* A packed file; of row i all is in the first end[i] bytes. */
struct packed {
	char b[DAMAGED_BYTES_MAX];
	size_t n, end[ROWS];
};

/* Packs text piece by piece, so that each can be read by itself. */
struct packer {
	const char *name;
	/* The first 'n' bytes that are left; last: there are no others. */
	size_t (*put)(void *self, const char *text, size_t n, bool last,
	    char *out, size_t size);
	void *(*new)(void);
	void (*free)(void *self);
};

static void *
gzip_new(void)
{
	z_stream *z = calloc(1, sizeof(*z));

	assert_non_null(z);
	assert_int_equal(
	    deflateInit2(z, 9, Z_DEFLATED, 16 + MAX_WBITS, 8, 0), Z_OK);
	return z;
}

static size_t
gzip_put(
    void *self, const char *text, size_t n, bool last, char *out, size_t size)
{
	z_stream *z = self;
	char copy[DAMAGED_BYTES_MAX];

	memcpy(copy, text, n);
	z->next_in = (Bytef *)copy;
	z->avail_in = (uInt)n;
	z->next_out = (Bytef *)out;
	z->avail_out = (uInt)size;
	assert_int_equal(deflate(z, last ? Z_FINISH : Z_SYNC_FLUSH),
	    last ? Z_STREAM_END : Z_OK);
	return size - z->avail_out;
}

static void
gzip_free(void *self)
{
	deflateEnd(self);
	free(self);
}

static void *
zstd_new(void)
{
	ZSTD_CCtx *z = ZSTD_createCCtx();

	assert_non_null(z);
	assert_false(
	    ZSTD_isError(ZSTD_CCtx_setParameter(z, ZSTD_c_checksumFlag, 1)));
	return z;
}

static size_t
zstd_put(
    void *self, const char *text, size_t n, bool last, char *out, size_t size)
{
	ZSTD_inBuffer in = {text, n, 0};
	ZSTD_outBuffer to = {out, size, 0};

	assert_int_equal(ZSTD_compressStream2(
			     self, &to, &in, last ? ZSTD_e_end : ZSTD_e_flush),
	    0);
	return to.pos;
}

static void
zstd_free(void *self)
{
	ZSTD_freeCCtx(self);
}

static const struct packer packers[] = {
    {"gzip", gzip_put, gzip_new, gzip_free},
    {"zstd", zstd_put, zstd_new, zstd_free},
};

/* Where row 'row' of the text ends. */
static size_t
end_of_row(const struct text *t, const struct format *f, unsigned int row)
{
	size_t lines = (ROWS - 1 - row) * f->lines_per_row, at = t->n;

	/* The newline of the last row is its end. */
	while (lines > 0)
		lines -= t->b[--at - 1] == '\n';
	return at;
}

static void
pack(const struct packer *p, const struct format *f, const struct text *t,
    struct packed *out)
{
	void *self = p->new ();
	size_t from = 0;

	out->n = 0;
	for (unsigned int i = 0; i < ROWS; i++) {
		size_t to = end_of_row(t, f, i);

		out->n += p->put(self, t->b + from, to - from, i == ROWS - 1,
		    out->b + out->n, sizeof(out->b) - out->n);
		out->end[i] = out->n;
		from = to;
	}
	p->free(self);
}

/* The rows that the first 'n' bytes have. */
static unsigned int
rows_before(const struct packed *p, size_t n)
{
	unsigned int rows = 0;

	/* The last one's end is behind the checksums. */
	for (unsigned int i = 0; i < ROWS - 1; i++)
		if (p->end[i] <= n)
			rows |= 1U << i;
	return rows;
}

/* Whether somebody who reads it hears that it is not whole. */
static bool
complains(const char *bytes, size_t n)
{
	const struct source_options o = {.year = 2005};
	const char *path = put_file("packed", bytes, n);
	struct source_about about;
	struct record r;
	struct reader *rd = reader_open(path, &o, NULL);
	bool problem;

	if (rd == NULL)
		return true;
	while (reader_next(rd, &r))
		;
	reader_about(rd, &about);
	problem = about.problem != NULL;
	reader_close(rd);
	return problem;
}

static void
survives(const struct packer *p, const struct format *f)
{
	static const unsigned char flips[] = {0x01, 0x10, 0x80, 0xff};
	struct text t = {.n = 0};
	struct packed k;
	unsigned int all = (1U << ROWS) - 1, need;
	char *want;

	f->make(&t);
	want = undamaged(&t);
	pack(p, f, &t, &k);
	assert_int_equal(rows_of(k.b, k.n, want), all);
	assert_false(complains(k.b, k.n));
	for (size_t at = 0; at < k.n; at++) {
		need = rows_before(&k, at);
		if ((rows_of(k.b, at, want) & need) != need)
			fail_msg("%s of %s: cut at %zu", p->name, f->name, at);
		for (size_t v = 0; v < sizeof(flips); v++) {
			k.b[at] ^= (char)flips[v];
			if ((rows_of(k.b, k.n, want) & need) != need)
				fail_msg("%s of %s: byte %zu as %02x", p->name,
				    f->name, at, (unsigned char)k.b[at]);
			k.b[at] ^= (char)flips[v];
		}
	}
	for (size_t at = 1; at < k.n; at += 7)
		assert_true(complains(k.b, at));
	free(want);
}

static void
what_gzip_packed_before_the_damage_is_read(void **state)
{
	survives(&packers[0], *state);
}

static void
what_zstd_packed_before_the_damage_is_read(void **state)
{
	survives(&packers[1], *state);
}

int
main(void)
{
	struct CMUnitTest tests[2 * FORMATS];

	for (size_t i = 0; i < FORMATS; i++) {
		tests[2 * i] = format_test(
		    "what_gzip_packed_before_the_damage_is_read",
		    what_gzip_packed_before_the_damage_is_read, &formats[i]);
		tests[2 * i + 1] = format_test(
		    "what_zstd_packed_before_the_damage_is_read",
		    what_zstd_packed_before_the_damage_is_read, &formats[i]);
	}
	return _cmocka_run_group_tests("source_damage_packed", tests,
	    2 * FORMATS, make_folder, remove_folder);
}
