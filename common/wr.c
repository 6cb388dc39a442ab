/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "common/wr.h"

#include <stdlib.h>
#include <string.h>

#define ROOM_FIRST 4096

void
wr_fini(struct wr *w)
{
	free(w->p);
	*w = (struct wr){0};
}

static bool
grow(struct wr *w, size_t n)
{
	size_t room = w->room == 0 ? ROOM_FIRST : w->room;
	uint8_t *p;

	if (n > w->max - w->n)
		return false;
	while (room - w->n < n)
		room *= 2; /* n is at most max: no overflow below 8 EiB */
	p = realloc(w->p, room);
	if (p == NULL)
		return false;
	w->p = p;
	w->room = room;
	return true;
}

uint8_t *
wr_room(struct wr *w, size_t n)
{
	uint8_t *at;

	if (w->bad || n > w->max - w->n ||
	    (n > w->room - w->n && !grow(w, n))) {
		w->bad = true;
		return NULL;
	}
	at = w->p + w->n;
	w->n += n;
	return at;
}

void
wr_bytes(struct wr *w, const void *bytes, size_t n)
{
	uint8_t *at = wr_room(w, n);

	if (at != NULL && n > 0)
		memcpy(at, bytes, n);
}

void
wr_u8(struct wr *w, uint8_t v)
{
	wr_bytes(w, &v, 1);
}

void
wr_u16(struct wr *w, uint16_t v)
{
	const uint8_t b[] = {(uint8_t)(v >> 8), (uint8_t)v};

	wr_bytes(w, b, sizeof(b));
}

void
wr_u32(struct wr *w, uint32_t v)
{
	wr_u16(w, (uint16_t)(v >> 16));
	wr_u16(w, (uint16_t)v);
}

void
wr_u64(struct wr *w, uint64_t v)
{
	wr_u32(w, (uint32_t)(v >> 32));
	wr_u32(w, (uint32_t)v);
}

void
wr_text(struct wr *w, const char *text)
{
	size_t n = strlen(text);

	if (n > UINT16_MAX) {
		w->bad = true;
		return;
	}
	wr_u16(w, (uint16_t)n);
	wr_bytes(w, text, n);
}
