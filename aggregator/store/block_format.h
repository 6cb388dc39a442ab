/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef AGGREGATOR_STORE_BLOCK_FORMAT_H
#define AGGREGATOR_STORE_BLOCK_FORMAT_H

#include "aggregator/store/block.h"
#include "common/arena.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <zstd.h>

/* What block_pack.c and block_unpack.c share: the layout, and the memory. */

/* Part of the file format: numbers are never given a new meaning.  A column
 * of records is BLOCK_RECORD plus its place in record_columns.def, which
 * therefore only grows at its end. */
enum block_column {
	BLOCK_TIME,
	BLOCK_MESSAGE_ID,
	BLOCK_MESSAGE_RECEIVED,
	BLOCK_MESSAGE_ROWS,
	BLOCK_MESSAGE_SENSOR,
	BLOCK_ADDR, /* four columns: the words of an address, highest first */
	BLOCK_NAMES = BLOCK_ADDR + 4,
	BLOCK_SENSORS,
	BLOCK_PORTS, /* those that packets go to, a bit each */
	BLOCK_RECORD = 16,
	BLOCK_COLUMNS = BLOCK_RECORD + BLOCK_BIT_TIME,
};

/* What a column has one value for. */
enum block_domain {
	DOMAIN_NOTHING, /* no such column */
	DOMAIN_ROW,
	DOMAIN_MESSAGE,
	DOMAIN_ADDR,
	DOMAIN_NAME,
	DOMAIN_SENSOR,
	DOMAIN_PORTS,
};

struct block_kind {
	enum block_domain domain;
	uint8_t width; /* in memory: 4 or 8; 1: texts */
	bool steps;
};

extern const struct block_kind block_kinds[BLOCK_COLUMNS];
/* In which order columns are written, up to one that there is not. */
extern const uint8_t block_order[BLOCK_COLUMNS];

#define BLOCK_FLAG_SORTED 1

enum block_encoding {
	ENCODING_ZSTD = 0,
	ENCODING_PLAIN = 1,
	ENCODING_STEPS = 2, /* with either */
	ENCODINGS = 4,
};

/* Behind what is plain.  Any flipped bit changes it. */
#define BLOCK_SUM_BYTES 8
uint64_t block_sum(const uint8_t *p, size_t len);
/* 'raw' as it is, and its sum.  Returns the length; 0 when 'left' is less. */
size_t block_copy_plain(uint8_t *to, size_t left, const void *raw, size_t len);

#define BLOCK_MAGIC "SHBL"
/* Magic, format, columns, zeroes, five counts, CRC. */
#define BLOCK_HEAD_BYTES (4 + 4 + 5 * 4 + 4)
#define BLOCK_CRC_AT (BLOCK_HEAD_BYTES - 4)
#define BLOCK_ENTRY_BYTES 24
/* Where the data begins when every column is there. */
#define BLOCK_DATA_AT (BLOCK_HEAD_BYTES + BLOCK_COLUMNS * BLOCK_ENTRY_BYTES)

struct block_counts {
	uint32_t row, message, addr, name, sensor;
};

/* The numbers of a column before compression: two words an address is the
 * longest column of 4 bytes, a row the longest of 8. */
#define BLOCK_PLANES_BYTES (BLOCK_ROWS_MAX * 8)
_Static_assert(BLOCK_PLANES_BYTES >= BLOCK_ADDRS_MAX * 4, "addresses");
/* Texts are not kept in planes. */
#define BLOCK_TEXTS_BYTES (BLOCK_NAMES_MAX * NAME_TEXT_MAX)
_Static_assert(BLOCK_NAMES_MAX >= BLOCK_SENSORS_MAX, "sensors");

/* --- unpacking --- */

/* One column, as the directory says and where it ended up. */
struct block_part {
	bool there, done;
	uint8_t width, encoding;
	uint64_t base, first;
	size_t at; /* of the compressed data */
	uint32_t len;
	void *values; /* NULL: absent or not wanted */
};

struct block_reader {
	struct block_counts n;
	bool sorted;
	struct addr *addr; /* NULL: not made yet */
	struct block_part column[BLOCK_COLUMNS];
};

/* The longest column, compressed. */
#define BLOCK_PACKED_MAX ZSTD_COMPRESSBOUND(BLOCK_TEXTS_BYTES)

struct block {
	uint8_t *planes; /* BLOCK_PLANES_BYTES */
	uint64_t *wide;	 /* BLOCK_ROWS_MAX */
	/* Packing; made with the first block. */
	ZSTD_CCtx *pack;
	uint8_t *out;	/* BLOCK_BYTES_MAX */
	uint8_t *texts; /* BLOCK_TEXTS_BYTES */
	uint32_t *word; /* BLOCK_ADDRS_MAX */
	/* Unpacking; made with the first block. */
	ZSTD_DCtx *unpack;
	struct arena *arena;
	uint8_t *packed; /* BLOCK_PACKED_MAX */
	struct block_bytes from;
	struct block_reader reader;
};

/* Head and directory into 'u', zeroed before, checked.  buf, n: the beginning
 * of a block of 'len' bytes.  Returns 0, or -1. */
int block_read_head(struct block_reader *u, const uint8_t *buf, size_t n,
    size_t len, struct err *e);
/* The number of values of column 'id'. */
size_t block_count(const struct block_reader *u, size_t id);

/* The 'n' values of column 'c' from its planes: of k->width bytes. */
void block_numbers(void *to, const struct block_kind *k, const uint8_t *planes,
    size_t n, const struct block_part *c);

uint32_t block_crc(uint32_t crc, const uint8_t *p, size_t len);

#endif
