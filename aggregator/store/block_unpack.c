/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "aggregator/store/block_format.h"
#include "common/err.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

/*
 * The values of a full block: columns of a row 8 + 18 x 4 + 2 x 8 bytes;
 * addresses and the words they are made of; texts and pointers to them;
 * messages 8 + 8 + 4 + 4; 64 bytes a column for alignment.
 */
#define UNPACK_BYTES                                                           \
	((size_t)BLOCK_ROWS_MAX * 96 + (size_t)BLOCK_ADDRS_MAX * 32 +          \
	    (size_t)(BLOCK_NAMES_MAX + BLOCK_SENSORS_MAX) *                    \
		(NAME_TEXT_MAX + sizeof(char *)) +                             \
	    (size_t)BLOCK_MESSAGES_MAX * 24 + BLOCK_COLUMNS * 64)

static bool
wanted(const struct block_reader *u, size_t id)
{
	uint32_t addrs = BLOCK_WANT(src) | BLOCK_WANT(dst);
	uint32_t names =
	    BLOCK_WANT(in_if) | BLOCK_WANT(out_if) | BLOCK_WANT(prefix);

	if (u->want == 0)
		return true;
	if (id >= BLOCK_RECORD)
		return (u->want >> (id - BLOCK_RECORD) & 1) != 0;
	if (id == BLOCK_TIME)
		return (u->want & BLOCK_WANT_TIME) != 0;
	if (block_kinds[id].domain == DOMAIN_ADDR)
		return (u->want & addrs) != 0;
	if (id == BLOCK_NAMES)
		return (u->want & names) != 0;
	return true;
}

/* The number of value i: its bytes, one from each plane. */
#define FROM_PLANES(to, type, planes, n, width, base)                          \
	switch (width) {                                                       \
	case 0:                                                                \
		for (size_t i = 0; i < (n); i++)                               \
			(to)[i] = (type)(base);                                \
		break;                                                         \
	case 1:                                                                \
		for (size_t i = 0; i < (n); i++)                               \
			(to)[i] = (type)((base) + (planes)[i]);                \
		break;                                                         \
	case 2:                                                                \
		for (size_t i = 0; i < (n); i++)                               \
			(to)[i] = (type)((base) + (planes)[i] +                \
					 ((type)(planes)[(n) + i] << 8));      \
		break;                                                         \
	case 4:                                                                \
		for (size_t i = 0; i < (n); i++)                               \
			(to)[i] = (type)((base) + (planes)[i] +                \
					 ((type)(planes)[(n) + i] << 8) +      \
					 ((type)(planes)[2 * (n) + i] << 16) + \
					 ((type)(planes)[3 * (n) + i] << 24)); \
		break;                                                         \
	}

static void
from_planes_64(
    uint64_t *to, const uint8_t *p, size_t n, const struct block_part *c)
{
	uint64_t base = c->base;

	if (c->width < 8) {
		FROM_PLANES(to, uint64_t, p, n, c->width, base)
		return;
	}
	for (size_t i = 0; i < n; i++)
		to[i] = base;
	for (size_t plane = 0; plane < 8; plane++)
		for (size_t i = 0; i < n; i++)
			to[i] += (uint64_t)p[plane * n + i] << 8 * plane;
}

static void
from_planes_32(
    uint32_t *to, const uint8_t *p, size_t n, const struct block_part *c)
{
	uint32_t base = (uint32_t)c->base;

	FROM_PLANES(to, uint32_t, p, n, c->width, base)
}

static void
from_steps(uint64_t *v, size_t n, uint64_t first)
{
	v[0] = first;
	for (size_t i = 1; i < n; i++)
		v[i] = v[i - 1] + (v[i] >> 1 ^ (0 - (v[i] & 1)));
}

/* Exactly 'len' bytes into 'to'. */
static int
decompress(
    struct block_reader *u, size_t id, void *to, size_t len, struct err *e)
{
	const struct block_part *c = &u->column[id];
	size_t n = ZSTD_decompressDCtx(u->b->unpack, to, len, c->data, c->len);

	if (ZSTD_isError(n) || n != len)
		return err_set(e, EX_DATAERR, "block: column %zu: %s", id,
		    ZSTD_isError(n) ? ZSTD_getErrorName(n) : "too short");
	return 0;
}

static int
read_numbers(struct block_reader *u, size_t id, struct err *e)
{
	const struct block_kind *k = &block_kinds[id];
	struct block_part *c = &u->column[id];
	size_t n = block_count(u, id);
	void *to = arena_get(u->b->arena, n * k->width);

	if (to == NULL)
		return err_set(e, EX_SOFTWARE, "block: no memory left");
	if (c->width > 0 &&
	    decompress(u, id, u->b->planes, n * c->width, e) == -1)
		return -1;
	if (k->width == 4)
		from_planes_32(to, u->b->planes, n, c);
	else
		from_planes_64(to, u->b->planes, n, c);
	if (k->steps)
		from_steps(to, n, c->first);
	c->values = to;
	return 0;
}

/* Texts as an array of pointers. */
static int
read_texts(struct block_reader *u, size_t id, struct err *e)
{
	struct block_part *c = &u->column[id];
	size_t n = block_count(u, id), left = (size_t)c->first;
	char *text = arena_get(u->b->arena, left);
	const char **at = arena_get(u->b->arena, n * sizeof(*at));

	if (text == NULL || at == NULL)
		return err_set(e, EX_SOFTWARE, "block: no memory left");
	if (decompress(u, id, text, left, e) == -1)
		return -1;
	for (size_t i = 0; i < n; i++) {
		size_t len = strnlen(text, left);

		if (len == left || len >= NAME_TEXT_MAX)
			return err_set(e, EX_DATAERR, "block: name too long");
		at[i] = text;
		text += len + 1;
		left -= len + 1;
	}
	c->values = at;
	return left == 0 ? 0 : err_set(e, EX_DATAERR, "block: too many names");
}

/* A column that was left out, or of which all values are the absent one, is
 * NULL for those of records, and zeroes for the others. */
static int
read_column(struct block_reader *u, size_t id, struct err *e)
{
	const struct block_kind *k = &block_kinds[id];
	struct block_part *c = &u->column[id];
	size_t n = block_count(u, id);

	if (n == 0 || !wanted(u, id) || (!c->there && id >= BLOCK_RECORD))
		return 0;
	if (!c->there && (k->width == 1 || k->steps))
		return err_set(
		    e, EX_DATAERR, "block: column %zu is missing", id);
	return k->width == 1 ? read_texts(u, id, e) : read_numbers(u, id, e);
}

static int
read_addrs(struct block_reader *u, struct batch *out, struct err *e)
{
	size_t n = u->n.addr;
	struct addr *a;

	if (n == 0 || !wanted(u, BLOCK_ADDR))
		return 0;
	if ((a = arena_get(u->b->arena, n * sizeof(*a))) == NULL)
		return err_set(e, EX_SOFTWARE, "block: no memory left");
	for (size_t word = 0; word < 4; word++) {
		const uint32_t *v = u->column[BLOCK_ADDR + word].values;

		for (size_t i = 0; i < n; i++) {
			uint32_t net = htonl(v[i]);

			memcpy(a[i].b + 4 * word, &net, 4);
		}
	}
	out->addr = a;
	out->n_addr = n;
	return 0;
}

static bool
messages_are_sound(const struct block_rows *o)
{
	uint64_t rows = 0;

	for (size_t i = 0; i < o->n_message; i++) {
		rows += o->rows[i];
		if (o->sensor[i] >= o->n_sensor || o->id[i] > INT64_MAX ||
		    (i > 0 && o->id[i] <= o->id[i - 1]))
			return false;
	}
	return rows == o->records.n;
}

/* What was not unpacked can do no harm: its columns read as absent. */
static bool
records_are_sound(const struct block_reader *u, const struct batch *b)
{
	struct batch whole = *b;
	int64_t none = TIME_NONE;

	if (!wanted(u, BLOCK_TIME))
		whole.time = &none;
	if (!wanted(u, BLOCK_ADDR))
		whole.n_addr = 1;
	return batch_is_sound(&whole);
}

static int
fill(struct block_reader *u, struct block_rows *o, struct err *e)
{
	struct batch *r = &o->records;
	struct block_part *c = u->column;

	for (size_t id = 0; id < BLOCK_COLUMNS; id++)
		if (read_column(u, id, e) == -1)
			return -1;
	*o = (struct block_rows){.n_message = u->n.message,
	    .id = c[BLOCK_MESSAGE_ID].values,
	    .received_ns = c[BLOCK_MESSAGE_RECEIVED].values,
	    .rows = c[BLOCK_MESSAGE_ROWS].values,
	    .sensor = c[BLOCK_MESSAGE_SENSOR].values,
	    .sensor_name = c[BLOCK_SENSORS].values,
	    .n_sensor = u->n.sensor};
	r->n = u->n.row;
	r->time = c[BLOCK_TIME].values;
	r->name = c[BLOCK_NAMES].values;
	r->n_name = r->name == NULL ? 0 : u->n.name;
#define COLUMN(name, type, absent)                                             \
	r->name = c[BLOCK_RECORD + BLOCK_BIT_##name].values;
#include "common/record_columns.def"
#undef COLUMN
	if (read_addrs(u, r, e) == -1)
		return -1;
	if (!messages_are_sound(o) || !records_are_sound(u, r))
		return err_set(e, EX_DATAERR, "block: values out of range");
	return 0;
}

static int
unpack_prepare(struct block *b)
{
	if (b->unpack == NULL)
		b->unpack = ZSTD_createDCtx();
	if (b->arena == NULL)
		b->arena = arena_new(UNPACK_BYTES);
	return b->unpack == NULL || b->arena == NULL ? -1 : 0;
}

int
block_unpack(struct block *b, const void *buf, size_t len, uint32_t want,
    struct block_rows *out, struct err *e)
{
	struct block_reader u = {.b = b, .want = want};

	if (unpack_prepare(b) == -1)
		return err_set(e, EX_OSERR, "out of memory");
	arena_reset(b->arena);
	if (block_read_head(&u, buf, len, e) == -1)
		return -1;
	return fill(&u, out, e);
}
