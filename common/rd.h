/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef COMMON_RD_H
#define COMMON_RD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/*
 * A cursor over bytes that somebody else wrote.  A read past the end returns
 * zero and sets 'bad', which stays: ask once, at the end.  Integers are in
 * network order.
 */
struct rd {
	const uint8_t *p;
	size_t left;
	bool bad;
};

static inline struct rd
rd_init(const void *buf, size_t len)
{
	return (struct rd){.p = buf, .left = len};
}

/* Borrow the next 'n' bytes; NULL when there are fewer. */
static inline const uint8_t *
rd_bytes(struct rd *r, size_t n)
{
	const uint8_t *at = r->p;

	if (r->bad || n > r->left) {
		r->bad = true;
		return NULL;
	}
	r->p += n;
	r->left -= n;
	return at;
}

static inline void
rd_skip(struct rd *r, size_t n)
{
	(void)rd_bytes(r, n);
}

static inline uint8_t
rd_u8(struct rd *r)
{
	const uint8_t *b = rd_bytes(r, 1);

	return b == NULL ? 0 : b[0];
}

static inline uint16_t
rd_u16(struct rd *r)
{
	const uint8_t *b = rd_bytes(r, 2);

	return b == NULL ? 0 : (uint16_t)(b[0] << 8 | b[1]);
}

static inline uint32_t
rd_u32(struct rd *r)
{
	const uint8_t *b = rd_bytes(r, 4);

	return b == NULL ? 0
			 : (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 |
			       (uint32_t)b[2] << 8 | b[3];
}

static inline uint64_t
rd_u64(struct rd *r)
{
	uint64_t high = rd_u32(r);

	return high << 32 | rd_u32(r);
}

static inline int64_t
rd_i64(struct rd *r)
{
	return (int64_t)rd_u64(r);
}

/* Copy 'n' bytes; zeroes when there are fewer. */
static inline void
rd_copy(struct rd *r, void *to, size_t n)
{
	const uint8_t *b = rd_bytes(r, n);

	if (b == NULL)
		memset(to, 0, n);
	else
		memcpy(to, b, n);
}

/* What wr_text() wrote, into 'size' bytes; longer is bad. */
static inline void
rd_text(struct rd *r, char *to, size_t size)
{
	size_t n = rd_u16(r);
	const uint8_t *b = rd_bytes(r, n);

	if (n >= size)
		r->bad = true;
	if (b == NULL || n >= size)
		n = 0;
	if (n > 0)
		memcpy(to, b, n);
	to[n] = '\0';
}

#endif
