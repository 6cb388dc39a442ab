/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "aggregator/store/block_format.h"
#include "common/err.h"
#include "common/ports.h"
#include "common/rd.h"

#include <string.h>
#include <sysexits.h>

size_t
block_count(const struct block_reader *u, size_t id)
{
	switch (block_kinds[id].domain) {
	case DOMAIN_NOTHING:
		return 0;
	case DOMAIN_ROW:
		return u->n.row;
	case DOMAIN_MESSAGE:
		return u->n.message;
	case DOMAIN_ADDR:
		return u->n.addr;
	case DOMAIN_NAME:
		return u->n.name;
	case DOMAIN_SENSOR:
		return u->n.sensor;
	case DOMAIN_PORTS:
		return PORTS_WORDS;
	}
	return 0;
}

static bool
text_is_sound(const struct block_part *c)
{
	return c->width == 1 && c->base == 0 && c->encoding == ENCODING_ZSTD &&
	       c->first <= BLOCK_TEXTS_BYTES;
}

static bool
number_is_sound(
    const struct block_kind *k, size_t count, const struct block_part *c)
{
	bool plain = (c->encoding & ENCODING_PLAIN) != 0;
	bool steps = (c->encoding & ENCODING_STEPS) != 0;

	if (c->width > 4 && c->width != 8)
		return false;
	if (k->width == 4 && (c->width > 4 || c->base > UINT32_MAX))
		return false;
	if (steps && (k->width != 4 || c->base != 0 || c->first > UINT32_MAX))
		return false;
	if (plain && c->len != count * c->width + BLOCK_SUM_BYTES)
		return false;
	return (c->width == 0) == (c->len == 0) &&
	       (k->steps || steps || c->first == 0);
}

static bool
entry_is_sound(
    const struct block_reader *u, size_t id, const struct block_part *c)
{
	const struct block_kind *k = &block_kinds[id];
	size_t count = block_count(u, id);

	if (k->domain == DOMAIN_NOTHING || count == 0 ||
	    c->encoding >= ENCODINGS || c->len > BLOCK_PACKED_MAX)
		return false;
	return k->width == 1 ? text_is_sound(c) : number_is_sound(k, count, c);
}

/* The columns' entries; their data lie behind them, up to the block's end. */
static int
read_directory(struct block_reader *u, struct rd *entries, size_t at,
    size_t len, struct err *e)
{
	while (entries->left > 0) {
		size_t id = rd_u8(entries);
		struct block_part c = {.there = true, .width = rd_u8(entries)};

		c.encoding = rd_u8(entries);
		rd_skip(entries, 1);
		c.len = rd_u32(entries);
		c.base = rd_u64(entries);
		c.first = rd_u64(entries);
		c.at = at;
		if (id >= BLOCK_COLUMNS || u->column[id].there ||
		    !entry_is_sound(u, id, &c))
			return err_set(e, EX_DATAERR,
			    "block: column %zu makes no sense", id);
		if (c.len > len - at)
			return err_set(e, EX_DATAERR, "block: cut off");
		u->column[id] = c;
		at += c.len;
	}
	return at == len
		   ? 0
		   : err_set(e, EX_DATAERR, "block: something follows its end");
}

static bool
counts_are_sound(const struct block_counts *n)
{
	return n->row > 0 && n->row <= BLOCK_ROWS_MAX && n->message > 0 &&
	       n->message <= BLOCK_MESSAGES_MAX && n->addr <= BLOCK_ADDRS_MAX &&
	       n->name <= BLOCK_NAMES_MAX && n->sensor <= BLOCK_SENSORS_MAX;
}

/* Format 1 had two zeroes for flags. */
static int
check_format(
    struct block_reader *u, uint8_t format, uint8_t flags, struct err *e)
{
	if (format == 0 || format > BLOCK_FORMAT)
		return err_set(e, EX_DATAERR,
		    "block of format %u; this program knows %d", format,
		    BLOCK_FORMAT);
	u->sorted = format > 1 && (flags & BLOCK_FLAG_SORTED) != 0;
	return 0;
}

int
block_read_head(struct block_reader *u, const uint8_t *buf, size_t n,
    size_t len, struct err *e)
{
	struct rd r = rd_init(buf, n), entries;
	const uint8_t *magic = rd_bytes(&r, 4), *directory;
	uint8_t format = rd_u8(&r), columns = rd_u8(&r), flags = rd_u8(&r);
	uint32_t crc;
	size_t bytes = (size_t)columns * BLOCK_ENTRY_BYTES;

	rd_skip(&r, 1);
	u->n.row = rd_u32(&r);
	u->n.message = rd_u32(&r);
	u->n.addr = rd_u32(&r);
	u->n.name = rd_u32(&r);
	u->n.sensor = rd_u32(&r);
	crc = rd_u32(&r);
	directory = rd_bytes(&r, bytes);
	if (r.bad || memcmp(magic, BLOCK_MAGIC, 4) != 0)
		return err_set(e, EX_DATAERR, "no block");
	if (check_format(u, format, flags, e) == -1)
		return -1;
	if (block_crc(block_crc(0, buf, BLOCK_CRC_AT), directory, bytes) != crc)
		return err_set(e, EX_DATAERR, "block: wrong checksum");
	if (!counts_are_sound(&u->n))
		return err_set(e, EX_DATAERR, "block: counts out of range");
	entries = rd_init(directory, bytes);
	return read_directory(u, &entries, BLOCK_HEAD_BYTES + bytes, len, e);
}
