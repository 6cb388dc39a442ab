/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "aggregator/store/block.h"
#include "aggregator/store/block_format.h"

#include <endian.h>
#include <stdlib.h>
#include <string.h>

const struct block_kind block_kinds[BLOCK_COLUMNS] = {
    [BLOCK_TIME] = {DOMAIN_ROW, 8, true},
    [BLOCK_MESSAGE_ID] = {DOMAIN_MESSAGE, 8, true},
    [BLOCK_MESSAGE_RECEIVED] = {DOMAIN_MESSAGE, 8, true},
    [BLOCK_MESSAGE_ROWS] = {DOMAIN_MESSAGE, 4, false},
    [BLOCK_MESSAGE_SENSOR] = {DOMAIN_MESSAGE, 4, false},
    [BLOCK_ADDR] = {DOMAIN_ADDR, 4, false},
    [BLOCK_ADDR + 1] = {DOMAIN_ADDR, 4, false},
    [BLOCK_ADDR + 2] = {DOMAIN_ADDR, 4, false},
    [BLOCK_ADDR + 3] = {DOMAIN_ADDR, 4, false},
    [BLOCK_NAMES] = {DOMAIN_NAME, 1, false},
    [BLOCK_SENSORS] = {DOMAIN_SENSOR, 1, false},
    [BLOCK_PORTS] = {DOMAIN_PORTS, 8, false},
#define COLUMN(name, type, absent)                                             \
	[BLOCK_RECORD + BLOCK_BIT_##name] = {DOMAIN_ROW, sizeof(type), false},
#include "common/record_columns.def"
#undef COLUMN
};

#define RECORD(name) (BLOCK_RECORD + BLOCK_BIT_##name)

/* The bytes of a block are read from the beginning to the last column that is
 * needed. */
const uint8_t block_order[BLOCK_COLUMNS] = {BLOCK_MESSAGE_ID,
    BLOCK_MESSAGE_RECEIVED, BLOCK_MESSAGE_ROWS, BLOCK_MESSAGE_SENSOR,
    BLOCK_SENSORS, BLOCK_PORTS, BLOCK_ADDR, BLOCK_ADDR + 1, BLOCK_ADDR + 2,
    BLOCK_ADDR + 3, RECORD(dst), RECORD(src), RECORD(dport), RECORD(has),
    RECORD(flags), RECORD(proto), RECORD(sport), BLOCK_TIME, RECORD(hook),
    RECORD(packets), RECORD(octets), RECORD(uid), BLOCK_NAMES, RECORD(in_if),
    RECORD(out_if), RECORD(prefix), RECORD(mark), RECORD(ttl), RECORD(window),
    RECORD(opts), RECORD(seq), RECORD(ack), BLOCK_COLUMNS};

struct block *
block_new(void)
{
	struct block *b = calloc(1, sizeof(*b));

	if (b == NULL)
		return NULL;
	b->planes = malloc(BLOCK_PLANES_BYTES);
	b->wide = calloc(BLOCK_ROWS_MAX, sizeof(*b->wide));
	if (b->planes == NULL || b->wide == NULL) {
		block_free(b);
		return NULL;
	}
	return b;
}

void
block_free(struct block *b)
{
	if (b == NULL)
		return;
	ZSTD_freeCCtx(b->pack);
	ZSTD_freeDCtx(b->unpack);
	arena_free(b->arena);
	free(b->packed);
	free(b->planes);
	free(b->wide);
	free(b->out);
	free(b->texts);
	free(b->word);
	free(b);
}

/* CRC-32 as in Ethernet, for the few hundred bytes of a head. */
uint32_t
block_crc(uint32_t crc, const uint8_t *p, size_t len)
{
	crc = ~crc;
	for (size_t i = 0; i < len; i++) {
		crc ^= p[i];
		for (int bit = 0; bit < 8; bit++)
			crc = crc >> 1 ^ (crc & 1 ? 0xedb88320 : 0);
	}
	return ~crc;
}

uint64_t
block_sum(const uint8_t *p, size_t len)
{
	const uint64_t odd = UINT64_C(0x9e3779b97f4a7c15);
	uint64_t lane[4] = {1, 2, 3, 4}, v[4], sum = len;
	uint8_t rest[32] = {0};

	/* Each step is one to one in the lane as in what is read. */
	for (; len >= sizeof(v); p += sizeof(v), len -= sizeof(v)) {
		memcpy(v, p, sizeof(v));
		for (size_t i = 0; i < 4; i++)
			lane[i] = (lane[i] ^ v[i]) * odd;
	}
	memcpy(rest, p, len);
	memcpy(v, rest, sizeof(v));
	for (size_t i = 0; i < 4; i++) {
		lane[i] = (lane[i] ^ v[i]) * odd;
		sum = (sum ^ lane[i] ^ lane[i] >> 32) * odd;
	}
	return sum ^ sum >> 29;
}

size_t
block_copy_plain(uint8_t *to, size_t left, const void *raw, size_t len)
{
	uint64_t sum = htole64(block_sum(raw, len));

	if (left < len + BLOCK_SUM_BYTES)
		return 0;
	memcpy(to, raw, len);
	memcpy(to + len, &sum, sizeof(sum));
	return len + BLOCK_SUM_BYTES;
}
