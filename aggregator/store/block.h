/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef AGGREGATOR_STORE_BLOCK_H
#define AGGREGATOR_STORE_BLOCK_H

#include "common/filter_rows.h"
#include "common/record.h"

#include <stddef.h>
#include <stdint.h>

struct block;
struct err;
struct ports;

/*
 * Many messages as one piece of bytes, a column each.  (Integers of the head
 * are in network order, those of columns little-endian.)
 *
 *   head       "SHBL", format 2, number of columns, flags (1: the addresses
 *              ascend), a zero, rows, messages, addresses, names, sensors (u32
 *              each), CRC-32 of the head without this field, and of the
 *              directory
 *   directory  per column, 24 bytes: id (enum block_column), width in bytes
 *              (0, 1, 2, 3, 4, 8), encoding, a zero, bytes of its data (u32),
 *              base (u64), first (u64)
 *   data       in the order of the directory, first what filters ask for most:
 *              a zstd frame with checksum (encoding 0), or the numbers as they
 *              are and a checksum of 8 bytes (1): unpacking what zstd makes
 *              little of costs a filter more than all the rest.  2 added to it:
 *              differences, see below
 *
 * Value i of a column is base plus the i-th number of its data; with width 0
 * all values are the base and there is no data.  Numbers wider than a byte
 * are stored by planes: first the lowest byte of each.  Columns marked
 * as steps hold zigzag differences: value i is value i-1 plus the number,
 * value 0 is 'first'; those with 2 in their encoding differences modulo 2^32.
 * Texts have width 1, each ends with a zero byte, and 'first' is their length.
 * A column that is not in the directory holds its "absent" value.
 *
 * Format 1 had no flags, encodings and ports, and is still read.
 */
#define BLOCK_FORMAT 2
#define BLOCK_ROWS_MAX 65536
#define BLOCK_MESSAGES_MAX 16384
#define BLOCK_ADDRS_MAX (2 * BLOCK_ROWS_MAX)
/* What is gathered for a block: with more addresses an index has 4 bytes. */
#define BLOCK_ADDRS_GATHERED 65536
/* A message of 4,096 records can name 3 x 4,096 texts, and fits always. */
#define BLOCK_NAMES_MAX 16384
#define BLOCK_SENSORS_MAX BLOCK_MESSAGES_MAX
/* All columns incompressible: 65,536 x 96, addresses 2 MiB, texts 4 MiB,
 * messages 16,384 x 24, and room for zstd's frames. */
#define BLOCK_BYTES_MAX (14 * 1024 * 1024)

/* What a block holds, by columns; a view. */
struct block_rows {
	struct batch records;
	/* The messages that the rows came in, in commit order. */
	size_t n_message;
	const uint64_t *id; /* of the message, ascending */
	const int64_t *received_ns;
	const uint32_t *rows;	/* of the message; their sum is records.n */
	const uint32_t *sensor; /* index into sensor_name */
	const char *const *sensor_name;
	size_t n_sensor;
	bool sorted; /* records.addr ascends, each address once */
};

/*
 * Columns to unpack: BLOCK_WANT(name) of record_columns.def, or'ed, and
 * BLOCK_WANT_TIME; 0 is all.  Others are NULL, and without src and dst there
 * are no addresses, without in_if, out_if and prefix no names.
 */
enum block_want_bit {
#define COLUMN(name, type, absent) BLOCK_BIT_##name,
#include "common/record_columns.def"
#undef COLUMN
	BLOCK_BIT_TIME,
};
#define BLOCK_WANT(name) (UINT32_C(1) << BLOCK_BIT_##name)
#define BLOCK_WANT_TIME (UINT32_C(1) << BLOCK_BIT_TIME)
#define BLOCK_WANT_ALL (BLOCK_WANT_TIME | (BLOCK_WANT_TIME - 1))
/* src and dst without the addresses: see block_words(). */
#define BLOCK_AS_WORDS (UINT32_C(1) << 31)

/* Working memory for one block at a time, about 24 MiB when it was used for
 * full ones.  Returns NULL when memory is out. */
struct block *block_new(void);
void block_free(struct block *b);

/* Returns the number of bytes with '*out' borrowed until the next call with
 * 'b'; 0 with 'e' when 'in' is beyond the limits above. */
size_t block_pack(struct block *b, const struct block_rows *in,
    const uint8_t **out, struct err *e);

/*
 * Bytes that may be anything: everything in 'out' is in range.  What it
 * points to is borrowed until the next call with 'b'.  Returns 0; -1 with
 * 'e' (EX_DATAERR) naming what is wrong.
 */
int block_unpack(struct block *b, const void *buf, size_t len, uint32_t want,
    struct block_rows *out, struct err *e);

/*
 * The same bit by bit, of bytes that lie elsewhere.
 *
 * get: 'len' bytes from 'at' on, which are there: in 'room', or where they are
 *      and stay until the next call; NULL with 'e'.
 */
struct block_bytes {
	const void *(*get)(
	    void *arg, size_t at, size_t len, void *room, struct err *e);
	void *arg;
	size_t len;
};

/* The head; 'from' is copied.  0, or -1 as block_unpack(). */
int block_begin(struct block *b, const struct block_bytes *from, struct err *e);
/* The addresses, when they are sorted: 1; else 0; -1 with 'e'. */
int block_words(struct block *b, struct addr_words *out, struct err *e);
/* The ports that its packets go to, where the block says it: 1; else 0; -1 with
 * 'e'. */
int block_ports(struct block *b, struct ports *out, struct err *e);
/* What is wanted (0: nothing) besides what was unpacked since block_begin(),
 * all of it in 'out'; and the messages.  0, or -1 as block_unpack(). */
int block_more(
    struct block *b, uint32_t want, struct block_rows *out, struct err *e);

#endif
