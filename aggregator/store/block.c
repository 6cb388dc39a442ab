/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "aggregator/store/block.h"
#include "aggregator/store/block_format.h"

#include <stdlib.h>

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
#define COLUMN(name, type, absent)                                             \
	[BLOCK_RECORD + BLOCK_BIT_##name] = {DOMAIN_ROW, sizeof(type), false},
#include "common/record_columns.def"
#undef COLUMN
};

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
