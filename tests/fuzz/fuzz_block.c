/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Bytes as a block of columns.  Checksums would stop nearly every input at
 * the door, so the first byte says how far the target helps:
 *
 *   'r'  the rest is a block; the CRC of its head is put right
 *   'c'  the rest is a head and a directory whose lengths count raw data that
 *        follows; the target compresses it
 */
#include "aggregator/store/block.h"
#include "aggregator/store/block_format.h"
#include "common/ports.h"

#include <arpa/inet.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Where the directory of a block ends; 0: it is cut off. */
static size_t
directory_end(const uint8_t *p, size_t len)
{
	size_t end;

	if (len < BLOCK_HEAD_BYTES)
		return 0;
	end = BLOCK_HEAD_BYTES + (size_t)p[5] * BLOCK_ENTRY_BYTES;
	return end <= len ? end : 0;
}

static void
put_crc(uint8_t *p, size_t end)
{
	uint32_t crc = block_crc(0, p, BLOCK_CRC_AT);

	crc =
	    htonl(block_crc(crc, p + BLOCK_HEAD_BYTES, end - BLOCK_HEAD_BYTES));
	memcpy(p + BLOCK_CRC_AT, &crc, 4);
}

/* Replace each column's raw bytes by a frame.  Returns the new length. */
static size_t
compress_columns(const uint8_t *in, size_t len, size_t end, uint8_t *out)
{
	size_t at = end, to = end;

	memcpy(out, in, end);
	for (size_t i = BLOCK_HEAD_BYTES; i < end; i += BLOCK_ENTRY_BYTES) {
		size_t raw = (size_t)in[i + 6] << 8 | in[i + 7], packed;
		uint32_t n;

		if (raw > len - at)
			raw = len - at;
		packed = raw == 0
			     ? 0
			     : ZSTD_compress(out + to, ZSTD_compressBound(raw),
				   in + at, raw, 1);
		n = htonl((uint32_t)packed);
		memcpy(out + i + 4, &n, 4);
		at += raw;
		to += packed;
	}
	return to;
}

/* What was unpacked can be packed, and is the same again. */
static void
check(struct block *again, const struct block_rows *rows)
{
	const uint8_t *bytes;
	struct block_rows out;
	size_t len = block_pack(again, rows, &bytes, NULL);

	if (len == 0 || block_unpack(again, bytes, len, 0, &out, NULL) == -1 ||
	    out.records.n != rows->records.n ||
	    memcmp(out.records.time, rows->records.time,
		out.records.n * sizeof(int64_t)) != 0)
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct block *block, *again;
	uint8_t *buf;
	struct block_rows rows;
	size_t len = size - 1, end;

	if (block == NULL) {
		block = block_new();
		again = block_new();
	}
	if (size == 0 || size > 65536)
		return 0;
	/* Room for a frame's bound a column. */
	buf = malloc(2 * size + 256 * 600);
	if (buf == NULL)
		abort();
	end = directory_end(data + 1, len);
	if (data[0] == 'c' && end != 0)
		len = compress_columns(data + 1, len, end, buf);
	else
		memcpy(buf, data + 1, len);
	if (end != 0)
		put_crc(buf, end);
	if (block_unpack(block, buf, len, 0, &rows, NULL) == 0)
		check(again, &rows);
	if (block_unpack(block, buf, len, BLOCK_WANT(dst) | BLOCK_AS_WORDS,
		&rows, NULL) == 0) {
		struct addr_words words;
		struct ports ports;

		(void)block_words(block, &words, NULL);
		(void)block_ports(block, &ports, NULL);
		(void)block_more(block, BLOCK_WANT_ALL, &rows, NULL);
	}
	free(buf);
	return 0;
}
