/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "aggregator/store/block_format.h"
#include "common/err.h"
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
	}
	return 0;
}

static bool
entry_is_sound(
    const struct block_reader *u, size_t id, const struct block_part *c)
{
	const struct block_kind *k = &block_kinds[id];

	if (k->domain == DOMAIN_NOTHING || block_count(u, id) == 0)
		return false;
	if (k->width == 1)
		return c->width == 1 && c->base == 0 &&
		       c->first <= BLOCK_TEXTS_BYTES;
	if (c->width != 0 && c->width != 1 && c->width != 2 && c->width != 4 &&
	    c->width != 8)
		return false;
	if (k->width == 4 && (c->width > 4 || c->base > UINT32_MAX))
		return false;
	return (c->width == 0) == (c->len == 0) && (k->steps || c->first == 0);
}

/* The columns' entries; they point to their data, which ends the block. */
static int
read_directory(
    struct block_reader *u, struct rd *entries, struct rd *data, struct err *e)
{
	size_t next = 0;

	while (entries->left > 0) {
		size_t id = rd_u8(entries);
		struct block_part c = {.there = true, .width = rd_u8(entries)};

		rd_skip(entries, 2);
		c.len = rd_u32(entries);
		c.base = rd_u64(entries);
		c.first = rd_u64(entries);
		c.data = rd_bytes(data, c.len);
		if (id < next || id >= BLOCK_COLUMNS ||
		    !entry_is_sound(u, id, &c))
			return err_set(e, EX_DATAERR,
			    "block: column %zu makes no sense", id);
		u->column[id] = c;
		next = id + 1;
	}
	if (data->bad || data->left > 0)
		return err_set(e, EX_DATAERR, "block: %s",
		    data->bad ? "cut off" : "something follows its end");
	return 0;
}

static bool
counts_are_sound(const struct block_counts *n)
{
	return n->row > 0 && n->row <= BLOCK_ROWS_MAX && n->message > 0 &&
	       n->message <= BLOCK_MESSAGES_MAX && n->addr <= BLOCK_ADDRS_MAX &&
	       n->name <= BLOCK_NAMES_MAX && n->sensor <= BLOCK_SENSORS_MAX;
}

int
block_read_head(
    struct block_reader *u, const uint8_t *buf, size_t len, struct err *e)
{
	struct rd r = rd_init(buf, len), entries;
	const uint8_t *magic = rd_bytes(&r, 4), *directory;
	uint8_t format = rd_u8(&r), columns = rd_u8(&r);
	uint32_t crc;
	size_t bytes = (size_t)columns * BLOCK_ENTRY_BYTES;

	rd_skip(&r, 2);
	u->n.row = rd_u32(&r);
	u->n.message = rd_u32(&r);
	u->n.addr = rd_u32(&r);
	u->n.name = rd_u32(&r);
	u->n.sensor = rd_u32(&r);
	crc = rd_u32(&r);
	directory = rd_bytes(&r, bytes);
	if (r.bad || memcmp(magic, BLOCK_MAGIC, 4) != 0)
		return err_set(e, EX_DATAERR, "no block");
	if (format != BLOCK_FORMAT)
		return err_set(e, EX_DATAERR,
		    "block of format %u; this program knows %d", format,
		    BLOCK_FORMAT);
	if (block_crc(block_crc(0, buf, BLOCK_CRC_AT), directory, bytes) != crc)
		return err_set(e, EX_DATAERR, "block: wrong checksum");
	if (!counts_are_sound(&u->n))
		return err_set(e, EX_DATAERR, "block: counts out of range");
	entries = rd_init(directory, bytes);
	return read_directory(u, &entries, &r, e);
}
