/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef COMMON_WR_H
#define COMMON_WR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Bytes that grow as they are written: the other side of rd.h.  Integers are
 * in network order.  A write that would go past 'max', or finds no memory,
 * sets 'bad', which stays: ask once, at the end.  Zeroed but for 'max' it is
 * empty; wr_fini() frees it.
 */
struct wr {
	uint8_t *p;
	size_t n, room, max;
	bool bad;
};

static inline struct wr
wr_init(size_t max)
{
	return (struct wr){.max = max};
}

void wr_fini(struct wr *w);

/* Empty again; its memory stays. */
static inline void
wr_reset(struct wr *w)
{
	w->n = 0;
	w->bad = false;
}

/* Room for 'n' bytes that follow, which the caller fills; NULL: bad. */
uint8_t *wr_room(struct wr *w, size_t n);

void wr_bytes(struct wr *w, const void *bytes, size_t n);
void wr_u8(struct wr *w, uint8_t v);
void wr_u16(struct wr *w, uint16_t v);
void wr_u32(struct wr *w, uint32_t v);
void wr_u64(struct wr *w, uint64_t v);

static inline void
wr_i64(struct wr *w, int64_t v)
{
	wr_u64(w, (uint64_t)v);
}

/* A string of less than 64 KiB; rd_text() reads it. */
void wr_text(struct wr *w, const char *text);

#endif
