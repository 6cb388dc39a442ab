/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "aggregator/store/block_format.h"
#include "common/err.h"
#include "common/ports.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

/* Level 3 makes a sixth less of it and takes half as long again; levels below
 * 1 hardly save time. */
#define LEVEL 1

struct packer {
	struct block *b;
	struct block_counts n;
	uint8_t *entry; /* the next one of the directory */
	uint8_t *data;	/* where the next column goes */
	size_t columns;
	bool sorted, failed;
};

static void
put_u32(uint8_t *p, uint32_t v)
{
	v = htonl(v);
	memcpy(p, &v, 4);
}

static void
put_u64(uint8_t *p, uint64_t v)
{
	put_u32(p, (uint32_t)(v >> 32));
	put_u32(p + 4, (uint32_t)v);
}

/* Whether filters ask for it so often that what zstd saves must be worth the
 * time: then two thirds of it. */
static bool
is_hot(unsigned int id)
{
	return (id >= BLOCK_ADDR && id < BLOCK_NAMES) ||
	       id == BLOCK_RECORD + BLOCK_BIT_src ||
	       id == BLOCK_RECORD + BLOCK_BIT_dst ||
	       id == BLOCK_RECORD + BLOCK_BIT_sport ||
	       id == BLOCK_RECORD + BLOCK_BIT_dport;
}

/* Write 'raw' (nothing: width 0) and the column's entry. */
static void
put_encoded(struct packer *k, unsigned int id, uint8_t width,
    unsigned int encoding, uint64_t base, uint64_t first, const void *raw,
    size_t len)
{
	size_t left = BLOCK_BYTES_MAX - (size_t)(k->data - k->b->out), packed;

	packed =
	    len == 0 ? 0 : ZSTD_compress2(k->b->pack, k->data, left, raw, len);
	if (!ZSTD_isError(packed) && is_hot(id) && packed > len / 3) {
		encoding |= ENCODING_PLAIN;
		packed = block_copy_plain(k->data, left, raw, len);
	}
	if (ZSTD_isError(packed) || (packed == 0) != (len == 0)) {
		k->failed = true;
		return;
	}
	memset(k->entry, 0, BLOCK_ENTRY_BYTES);
	k->entry[0] = (uint8_t)id;
	k->entry[1] = width;
	k->entry[2] = (uint8_t)encoding;
	put_u32(k->entry + 4, (uint32_t)packed);
	put_u64(k->entry + 8, base);
	put_u64(k->entry + 16, first);
	k->entry += BLOCK_ENTRY_BYTES;
	k->data += packed;
	k->columns++;
}

static void
put_column(struct packer *k, unsigned int id, uint8_t width, uint64_t base,
    uint64_t first, const void *raw, size_t len)
{
	put_encoded(k, id, width, ENCODING_ZSTD, base, first, raw, len);
}

static uint8_t
width_of(uint64_t most)
{
	return most == 0	  ? 0
	       : most <= 0xff	  ? 1
	       : most <= 0xffff	  ? 2
	       : most <= 0xffffff ? 3
	       : most >> 32 == 0  ? 4
				  : 8;
}

/* By planes: equal high bytes stand side by side, which zstd likes. */
#define PLANES(to, v, n, base, width)                                          \
	for (size_t plane = 0; plane < (width); plane++)                       \
		for (size_t i = 0; i < (n); i++)                               \
			(to)[plane * (n) + i] =                                \
			    (uint8_t)(((v)[i] - (base)) >> 8 * plane);

/* 'absent': the value that need not be written when it is the only one. */
static void
put_32(struct packer *k, unsigned int id, const uint32_t *v, size_t n,
    uint64_t absent)
{
	uint32_t low = UINT32_MAX, high = 0;
	uint8_t width;

	if (v == NULL || n == 0)
		return;
	for (size_t i = 0; i < n; i++) {
		low = v[i] < low ? v[i] : low;
		high = v[i] > high ? v[i] : high;
	}
	if (low == high && low == absent)
		return;
	width = width_of(high - low);
	PLANES(k->b->planes, v, n, low, width)
	put_column(k, id, width, low, 0, k->b->planes, n * width);
}

static void
put_wide(struct packer *k, unsigned int id, const uint64_t *v, size_t n,
    uint64_t low, uint64_t high, uint64_t first)
{
	uint8_t width = width_of(high - low);

	PLANES(k->b->planes, v, n, low, width)
	put_column(k, id, width, low, first, k->b->planes, n * width);
}

static void
extent(const uint64_t *v, size_t n, uint64_t *low, uint64_t *high)
{
	*low = UINT64_MAX;
	*high = 0;
	for (size_t i = 0; i < n; i++) {
		*low = v[i] < *low ? v[i] : *low;
		*high = v[i] > *high ? v[i] : *high;
	}
}

static void
put_64(struct packer *k, unsigned int id, const uint64_t *v, size_t n,
    uint64_t absent)
{
	uint64_t low, high;

	if (v == NULL || n == 0)
		return;
	extent(v, n, &low, &high);
	if (low != high || low != absent)
		put_wide(k, id, v, n, low, high, 0);
}

static void
put_steps(struct packer *k, unsigned int id, const uint64_t *v, size_t n)
{
	uint64_t *step = k->b->wide, low, high;

	if (n == 0)
		return;
	for (size_t i = 1; i < n; i++) {
		uint64_t d = v[i] - v[i - 1];

		step[i] = d << 1 ^ (0 - (d >> 63));
	}
	/* Row 0 has no step; a copy of the next keeps a constant constant. */
	step[0] = n > 1 ? step[1] : 0;
	extent(step, n, &low, &high);
	put_wide(k, id, step, n, low, high, v[0]);
}

static void
put_texts(struct packer *k, unsigned int id, const char *const *text, size_t n)
{
	size_t len = 0;

	for (size_t i = 0; i < n; i++) {
		size_t one = strnlen(text[i], NAME_TEXT_MAX - 1);

		memcpy(k->b->texts + len, text[i], one);
		len += one;
		k->b->texts[len++] = '\0';
	}
	if (n > 0)
		put_column(k, id, 1, 0, len, k->b->texts, len);
}

/* By differences, when these are smaller.  Returns whether it was done. */
static bool
put_differences(struct packer *k, unsigned int id, uint32_t *v, size_t n)
{
	uint32_t first = v[0], most = 1, high = 0;
	uint8_t width;

	for (size_t i = 1; i < n; i++) {
		uint32_t step = v[i] - v[i - 1];

		most = step > most ? step : most;
		high = v[i] - first > high ? v[i] - first : high;
	}
	width = width_of(most);
	if (width >= width_of(high))
		return false;
	for (size_t i = n - 1; i > 0; i--)
		v[i] -= v[i - 1];
	v[0] = 0;
	PLANES(k->b->planes, v, n, 0, width)
	put_encoded(
	    k, id, width, ENCODING_STEPS, 0, first, k->b->planes, n * width);
	return true;
}

static void
put_addrs(struct packer *k, const struct addr *a, size_t n)
{
	for (unsigned int word = 0; word < 4; word++) {
		for (size_t i = 0; i < n; i++) {
			uint32_t v;

			memcpy(&v, a[i].b + 4 * word, 4);
			k->b->word[i] = ntohl(v);
		}
		if (n == 0 || !k->sorted ||
		    !put_differences(k, BLOCK_ADDR + word, k->b->word, n))
			put_32(k, BLOCK_ADDR + word, k->b->word, n, 0);
	}
}

static void
put_ports(struct packer *k, const struct batch *r)
{
	struct ports there = {0};

	for (size_t i = 0; i < r->n; i++) {
		uint16_t port = (uint16_t)batch_dport(r, i);

		there.bit[port / 64] |= UINT64_C(1) << port % 64;
	}
	put_64(k, BLOCK_PORTS, there.bit, PORTS_WORDS, 0);
}

static void
put_one(struct packer *k, const struct block_rows *in, unsigned int id)
{
	const struct batch *r = &in->records;

	switch (id) {
	case BLOCK_TIME:
		put_steps(k, id, (const uint64_t *)r->time, r->n);
		return;
	case BLOCK_MESSAGE_ID:
		put_steps(k, id, in->id, in->n_message);
		return;
	case BLOCK_MESSAGE_RECEIVED:
		put_steps(
		    k, id, (const uint64_t *)in->received_ns, in->n_message);
		return;
	case BLOCK_MESSAGE_ROWS:
		put_32(k, id, in->rows, in->n_message, 0);
		return;
	case BLOCK_MESSAGE_SENSOR:
		put_32(k, id, in->sensor, in->n_message, 0);
		return;
	case BLOCK_PORTS:
		put_ports(k, r);
		return;
	case BLOCK_NAMES:
		put_texts(k, id, r->name, r->n_name);
		return;
	case BLOCK_SENSORS:
		put_texts(k, id, in->sensor_name, in->n_sensor);
		return;
#define COLUMN(name, type, absent)                                             \
	case BLOCK_RECORD + BLOCK_BIT_##name:                                  \
		_Generic((type)0, uint32_t                                     \
			 : put_32, uint64_t                                    \
			 : put_64)(k, id, r->name, r->n, absent);              \
		return;
#include "common/record_columns.def"
#undef COLUMN
	}
}

static void
put_columns(struct packer *k, const struct block_rows *in)
{
	for (const uint8_t *id = block_order; *id != BLOCK_COLUMNS; id++)
		if (*id == BLOCK_ADDR)
			put_addrs(k, in->records.addr, in->records.n_addr);
		else
			put_one(k, in, *id);
}

static int
pack_prepare(struct block *b)
{
	if (b->out != NULL)
		return 0;
	b->pack = ZSTD_createCCtx();
	b->texts = malloc(BLOCK_TEXTS_BYTES);
	b->word = calloc(BLOCK_ADDRS_MAX, sizeof(*b->word));
	if (b->pack == NULL || b->texts == NULL || b->word == NULL)
		return -1;
	ZSTD_CCtx_setParameter(b->pack, ZSTD_c_compressionLevel, LEVEL);
	ZSTD_CCtx_setParameter(b->pack, ZSTD_c_checksumFlag, 1);
	b->out = malloc(BLOCK_BYTES_MAX);
	return b->out == NULL ? -1 : 0;
}

static bool
fits(const struct block_rows *in)
{
	return in->records.n > 0 && in->records.n <= BLOCK_ROWS_MAX &&
	       in->n_message > 0 && in->n_message <= BLOCK_MESSAGES_MAX &&
	       in->records.n_addr <= BLOCK_ADDRS_MAX &&
	       in->records.n_name <= BLOCK_NAMES_MAX &&
	       in->n_sensor <= BLOCK_SENSORS_MAX;
}

static void
put_head(const struct packer *k)
{
	uint8_t *p = k->b->out;
	uint32_t crc;

	memcpy(p, BLOCK_MAGIC, 4);
	p[4] = BLOCK_FORMAT;
	p[5] = (uint8_t)k->columns;
	p[6] = k->sorted ? BLOCK_FLAG_SORTED : 0;
	p[7] = 0;
	put_u32(p + 8, k->n.row);
	put_u32(p + 12, k->n.message);
	put_u32(p + 16, k->n.addr);
	put_u32(p + 20, k->n.name);
	put_u32(p + 24, k->n.sensor);
	crc = block_crc(0, p, BLOCK_CRC_AT);
	crc = block_crc(
	    crc, p + BLOCK_HEAD_BYTES, (size_t)k->columns * BLOCK_ENTRY_BYTES);
	put_u32(p + BLOCK_CRC_AT, crc);
}

/* The data was written behind a directory of the greatest size. */
static size_t
close_up(const struct packer *k)
{
	uint8_t *from = k->b->out + BLOCK_DATA_AT;
	size_t len = (size_t)(k->data - from);

	memmove(k->entry, from, len);
	return (size_t)(k->entry - k->b->out) + len;
}

size_t
block_pack(struct block *b, const struct block_rows *in, const uint8_t **out,
    struct err *e)
{
	struct packer k = {.b = b, .sorted = in->sorted};

	if (pack_prepare(b) == -1) {
		err_set(e, EX_OSERR, "out of memory");
		return 0;
	}
	if (!fits(in)) {
		err_set(e, EX_SOFTWARE, "%zu records do not fit into a block",
		    in->records.n);
		return 0;
	}
	k.n = (struct block_counts){(uint32_t)in->records.n,
	    (uint32_t)in->n_message, (uint32_t)in->records.n_addr,
	    (uint32_t)in->records.n_name, (uint32_t)in->n_sensor};
	k.entry = b->out + BLOCK_HEAD_BYTES;
	k.data = b->out + BLOCK_DATA_AT;
	put_columns(&k, in);
	if (k.failed) {
		err_set(e, EX_SOFTWARE, "cannot compress a block");
		return 0;
	}
	put_head(&k);
	*out = b->out;
	return close_up(&k);
}
