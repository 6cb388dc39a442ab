/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "aggregator/store/block_format.h"
#include "common/err.h"
#include "common/ports.h"

#include <arpa/inet.h>
#include <endian.h>
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
wanted(uint32_t want, size_t id)
{
	uint32_t addrs = BLOCK_WANT(src) | BLOCK_WANT(dst);
	uint32_t names =
	    BLOCK_WANT(in_if) | BLOCK_WANT(out_if) | BLOCK_WANT(prefix);

	if (id >= BLOCK_RECORD)
		return (want >> (id - BLOCK_RECORD) & 1) != 0;
	if (id == BLOCK_TIME)
		return (want & BLOCK_WANT_TIME) != 0;
	if (block_kinds[id].domain == DOMAIN_ADDR)
		return (want & addrs) != 0 && (want & BLOCK_AS_WORDS) == 0;
	if (id == BLOCK_NAMES)
		return (want & names) != 0;
	return id != BLOCK_PORTS;
}

/* Exactly 'len' bytes into 'to'. */
static int
decompress(struct block *b, size_t id, void *to, size_t len, struct err *e)
{
	const struct block_part *c = &b->reader.column[id];
	const void *packed =
	    b->from.get(b->from.arg, c->at, c->len, b->packed, e);
	size_t n;

	if (packed == NULL)
		return -1;
	n = ZSTD_decompressDCtx(b->unpack, to, len, packed, c->len);
	if (ZSTD_isError(n) || n != len)
		return err_set(e, EX_DATAERR, "block: column %zu: %s", id,
		    ZSTD_isError(n) ? ZSTD_getErrorName(n) : "too short");
	return 0;
}

/* What is not compressed: borrowed, or NULL with 'e'. */
static const uint8_t *
plain(struct block *b, size_t id, size_t len, struct err *e)
{
	const struct block_part *c = &b->reader.column[id];
	const uint8_t *p =
	    b->from.get(b->from.arg, c->at, c->len, b->packed, e);
	uint64_t sum;

	if (p == NULL)
		return NULL;
	memcpy(&sum, p + len, sizeof(sum));
	if (le64toh(sum) == block_sum(p, len))
		return p;
	err_set(e, EX_DATAERR, "block: column %zu: wrong checksum", id);
	return NULL;
}

/* The planes of a column that has some: borrowed, or NULL with 'e'. */
static const uint8_t *
planes_of(struct block *b, size_t id, size_t len, struct err *e)
{
	if (b->reader.column[id].encoding & ENCODING_PLAIN)
		return plain(b, id, len, e);
	return decompress(b, id, b->planes, len, e) == -1 ? NULL : b->planes;
}

static int
read_numbers(struct block *b, size_t id, struct err *e)
{
	const struct block_kind *k = &block_kinds[id];
	struct block_part *c = &b->reader.column[id];
	size_t n = block_count(&b->reader, id);
	void *to = arena_get(b->arena, n * k->width);
	const uint8_t *planes = b->planes;

	if (to == NULL)
		return err_set(e, EX_SOFTWARE, "block: no memory left");
	if (c->width > 0 &&
	    (planes = planes_of(b, id, n * c->width, e)) == NULL)
		return -1;
	block_numbers(to, k, planes, n, c);
	c->values = to;
	return 0;
}

/* Texts as an array of pointers. */
static int
read_texts(struct block *b, size_t id, struct err *e)
{
	struct block_reader *u = &b->reader;
	struct block_part *c = &u->column[id];
	size_t n = block_count(u, id), left = (size_t)c->first;
	char *text = arena_get(b->arena, left);
	const char **at = arena_get(b->arena, n * sizeof(*at));

	if (text == NULL || at == NULL)
		return err_set(e, EX_SOFTWARE, "block: no memory left");
	if (decompress(b, id, text, left, e) == -1)
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
read_column(struct block *b, size_t id, struct err *e)
{
	const struct block_kind *k = &block_kinds[id];
	struct block_part *c = &b->reader.column[id];
	size_t n = block_count(&b->reader, id);
	int rc = 0;

	if (c->done)
		return 0;
	if (n > 0 && c->there)
		rc = k->width == 1 ? read_texts(b, id, e)
				   : read_numbers(b, id, e);
	else if (n > 0 && (k->width == 1 || k->steps))
		rc = err_set(e, EX_DATAERR, "block: column %zu is missing", id);
	else if (n > 0 && id < BLOCK_RECORD)
		rc = read_numbers(b, id, e);
	c->done = rc == 0;
	return rc;
}

static int
read_words(struct block *b, struct err *e)
{
	for (size_t id = BLOCK_ADDR; id < BLOCK_ADDR + 4; id++)
		if (read_column(b, id, e) == -1)
			return -1;
	return 0;
}

static int
make_addrs(struct block *b, struct err *e)
{
	struct block_reader *u = &b->reader;
	size_t n = u->n.addr;

	if (n == 0 || u->addr != NULL)
		return 0;
	if ((u->addr = arena_get(b->arena, n * sizeof(*u->addr))) == NULL)
		return err_set(e, EX_SOFTWARE, "block: no memory left");
	for (size_t word = 0; word < 4; word++) {
		const uint32_t *v = u->column[BLOCK_ADDR + word].values;

		for (size_t i = 0; i < n; i++) {
			uint32_t net = htonl(v[i]);

			memcpy(u->addr[i].b + 4 * word, &net, 4);
		}
	}
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

/* What was not unpacked can do no harm: its columns read as absent.  What was
 * there 'before' is sound. */
static bool
records_are_sound(const struct block_reader *u, uint32_t want,
    const struct batch *b, const struct batch *before)
{
	struct batch fresh = *b;
	int64_t none = TIME_NONE;

	fresh.time = &none;
	fresh.n_addr = u->n.addr;
#define COLUMN(name, type, absent)                                             \
	if (before->name != NULL)                                              \
		fresh.name = NULL;
#include "common/record_columns.def"
#undef COLUMN
	if ((want & (BLOCK_WANT(src) | BLOCK_WANT(dst))) == 0)
		fresh.n_addr = 1;
	/* What indices are looked up in: nothing, before there are addresses.
	 */
	fresh.src = b->addr == before->addr ? NULL : b->src;
	fresh.dst = b->addr == before->addr ? NULL : b->dst;
	return batch_is_sound(&fresh);
}

/* All that was unpacked. */
static void
view(const struct block_reader *u, struct block_rows *o)
{
	const struct block_part *c = u->column;
	struct batch *r = &o->records;

	*o = (struct block_rows){.n_message = u->n.message,
	    .id = c[BLOCK_MESSAGE_ID].values,
	    .received_ns = c[BLOCK_MESSAGE_RECEIVED].values,
	    .rows = c[BLOCK_MESSAGE_ROWS].values,
	    .sensor = c[BLOCK_MESSAGE_SENSOR].values,
	    .sensor_name = c[BLOCK_SENSORS].values,
	    .n_sensor = u->n.sensor,
	    .sorted = u->sorted};
	r->n = u->n.row;
	r->time = c[BLOCK_TIME].values;
	r->name = c[BLOCK_NAMES].values;
	r->n_name = r->name == NULL ? 0 : u->n.name;
	r->addr = u->addr;
	r->n_addr = u->addr == NULL ? 0 : u->n.addr;
#define COLUMN(name, type, absent)                                             \
	r->name = c[BLOCK_RECORD + BLOCK_BIT_##name].values;
#include "common/record_columns.def"
#undef COLUMN
}

static int
unpack_prepare(struct block *b)
{
	if (b->unpack == NULL)
		b->unpack = ZSTD_createDCtx();
	if (b->arena == NULL)
		b->arena = arena_new(UNPACK_BYTES);
	if (b->packed == NULL)
		b->packed = malloc(BLOCK_PACKED_MAX);
	return b->unpack == NULL || b->arena == NULL || b->packed == NULL ? -1
									  : 0;
}

int
block_begin(struct block *b, const struct block_bytes *from, struct err *e)
{
	size_t n = from->len < BLOCK_DATA_AT ? from->len : BLOCK_DATA_AT;
	const void *head;

	if (unpack_prepare(b) == -1)
		return err_set(e, EX_OSERR, "out of memory");
	arena_reset(b->arena);
	b->from = *from;
	b->reader = (struct block_reader){0};
	head = from->get(from->arg, 0, n, b->packed, e);
	return head == NULL
		   ? -1
		   : block_read_head(&b->reader, head, n, from->len, e);
}

int
block_words(struct block *b, struct addr_words *out, struct err *e)
{
	if (!b->reader.sorted || b->reader.n.addr == 0)
		return 0;
	if (read_words(b, e) == -1)
		return -1;
	for (size_t i = 0; i < 4; i++)
		out->word[i] = b->reader.column[BLOCK_ADDR + i].values;
	out->n = b->reader.n.addr;
	return 1;
}

int
block_ports(struct block *b, struct ports *out, struct err *e)
{
	const struct block_part *c = &b->reader.column[BLOCK_PORTS];

	if (!c->there)
		return 0;
	if (read_column(b, BLOCK_PORTS, e) == -1)
		return -1;
	memcpy(out->bit, c->values, sizeof(out->bit));
	return 1;
}

int
block_more(
    struct block *b, uint32_t want, struct block_rows *out, struct err *e)
{
	struct block_rows before;

	view(&b->reader, &before);
	for (size_t id = 0; id < BLOCK_COLUMNS; id++)
		if (wanted(want, id) && read_column(b, id, e) == -1)
			return -1;
	if (wanted(want, BLOCK_ADDR) && make_addrs(b, e) == -1)
		return -1;
	view(&b->reader, out);
	if (!messages_are_sound(out) || !records_are_sound(&b->reader, want,
					    &out->records, &before.records))
		return err_set(e, EX_DATAERR, "block: values out of range");
	return 0;
}

static const void *
get_from_memory(void *arg, size_t at, size_t len, void *room, struct err *e)
{
	(void)len;
	(void)room;
	(void)e;
	return (const uint8_t *)arg + at;
}

int
block_unpack(struct block *b, const void *buf, size_t len, uint32_t want,
    struct block_rows *out, struct err *e)
{
	union {
		const void *from;
		void *arg;
	} bytes = {.from = buf};
	const struct block_bytes from = {get_from_memory, bytes.arg, len};

	if (block_begin(b, &from, e) == -1)
		return -1;
	return block_more(b, want == 0 ? BLOCK_WANT_ALL : want, out, e);
}
