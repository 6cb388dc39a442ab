/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "common/map_internal.h"

#include <errno.h>
#include <sodium.h>
#include <stdlib.h>
#include <sys/mman.h>

/* The smallest table of cells: a page of them. */
#define CELLS_MIN 512

/* Zeroes that cost nothing until they are written to; NULL: no memory. */
static void *
reserve(size_t bytes)
{
	void *p = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	return p == MAP_FAILED ? NULL : p;
}

static void
release(void *p, size_t bytes)
{
	if (p != NULL)
		munmap(p, bytes);
}

static size_t
cells_bytes(const struct map *m)
{
	return 2 * ((size_t)m->mask_max + 1) * sizeof(struct cell);
}

static size_t
slots_bytes(const struct map *m)
{
	return ((size_t)m->max + 1) * m->slot_bytes;
}

struct map *
map_new(size_t key_bytes, size_t value_bytes, uint32_t max)
{
	struct map *m = calloc(1, sizeof(*m));
	size_t cells = CELLS_MIN;

	if (m == NULL)
		return NULL;
	while (cells < 2 * (size_t)max)
		cells *= 2;
	m->key_bytes = key_bytes;
	m->slot_bytes =
	    sizeof(struct slot) + key_bytes + ((value_bytes + 7) & ~(size_t)7);
	m->max = max;
	m->mask_max = (uint32_t)(cells - 1);
	m->mask = CELLS_MIN - 1;
	m->unused = 1;
	m->slots = reserve(slots_bytes(m));
	m->cells = reserve(cells_bytes(m));
	if (m->slots == NULL || m->cells == NULL) {
		map_free(m);
		return NULL;
	}
	m->cell = m->cells + CELLS_MIN;
	randombytes_buf(m->salt, sizeof(m->salt));
	return m;
}

void
map_free(struct map *m)
{
	int saved = errno;

	if (m == NULL)
		return;
	release(m->slots, slots_bytes(m));
	release(m->cells, cells_bytes(m));
	free(m);
	errno = saved;
}

/* The old cells are left behind, and their memory given back. */
void
map_use_more_cells(struct map *m)
{
	struct cell *old = m->cell;
	uint32_t n = m->mask + 1, at;

	m->cell = m->cells + 2 * (size_t)n;
	m->mask = 2 * n - 1;
	for (uint32_t i = 0; i < n; i++) {
		if (old[i].slot == NONE)
			continue;
		at = old[i].hash & m->mask;
		while (m->cell[at].slot != NONE)
			at = (at + 1) & m->mask;
		m->cell[at] = old[i];
	}
	madvise(old, n * sizeof(*old), MADV_DONTNEED);
}
