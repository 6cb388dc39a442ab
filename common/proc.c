/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "common/proc.h"

#include "common/err.h"
#include "common/rd.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define GUEST_NAME_MAX 64

static struct iovec
part(const void *p, size_t len)
{
	return (struct iovec){(void *)(uintptr_t)p, len};
}

int
proc_send_key(struct chan *c, const struct key *secret, const char *endpoint)
{
	struct iovec v[] = {
	    part(secret->b, KEY_BYTES), part(endpoint, strlen(endpoint))};

	return chan_send(c, PROC_KEY, v, 2);
}

int
proc_send_guest(struct chan *c, const struct key *k, const char *name)
{
	struct iovec v[] = {part(k->b, KEY_BYTES), part(name, strlen(name))};

	return chan_send(c, PROC_GUEST, v, 2);
}

int
proc_send_text(struct chan *c, enum proc_frame kind, const char *text)
{
	struct iovec v = part(text, strlen(text));

	return chan_send(c, (uint8_t)kind, &v, 1);
}

int
proc_send_failed(struct chan *c, const struct err *e)
{
	uint8_t code = (uint8_t)e->code;
	struct iovec v[] = {part(&code, 1), part(e->text, strlen(e->text))};

	return chan_send(c, PROC_FAILED, v, 2);
}

int
proc_send_refused(struct chan *c, const char *why, const char *who)
{
	uint8_t why_len = (uint8_t)strnlen(why, PROC_TEXT_MAX);
	uint8_t who_len = (uint8_t)strnlen(who, PROC_TEXT_MAX);
	struct iovec v[] = {part(&why_len, 1), part(why, why_len),
	    part(&who_len, 1), part(who, who_len)};

	return chan_send(c, PROC_REFUSED, v, 4);
}

static void
copy_text(const uint8_t *from, size_t len, char *to, size_t size)
{
	if (len > size - 1)
		len = size - 1;
	if (from != NULL)
		memcpy(to, from, len);
	to[from == NULL ? 0 : len] = '\0';
}

void
proc_get_text(struct rd *r, char *to, size_t size)
{
	size_t len = rd_u8(r);

	if (len >= size)
		r->bad = true;
	copy_text(rd_bytes(r, len), len, to, size);
}

void
proc_get_rest(struct rd *r, char *to, size_t size)
{
	size_t len = r->left;

	copy_text(rd_bytes(r, len), len, to, size);
}

uint64_t
proc_get_u64(struct rd *r)
{
	uint64_t high = rd_u32(r);

	return high << 32 | rd_u32(r);
}

void
proc_put_u64(uint8_t to[static 8], uint64_t v)
{
	for (int i = 0; i < 8; i++)
		to[i] = (uint8_t)(v >> (56 - 8 * i));
}

struct guest {
	struct key key;
	char name[GUEST_NAME_MAX];
};

struct guest_list {
	struct guest *guest;
	size_t n;
};

struct guests {
	struct guest_list now, next;
};

struct guests *
guests_new(void)
{
	return calloc(1, sizeof(struct guests));
}

void
guests_free(struct guests *g)
{
	if (g == NULL)
		return;
	free(g->now.guest);
	free(g->next.guest);
	free(g);
}

int
guests_gather(struct guests *g, const struct key *k, const char *name)
{
	struct guest_list *l = &g->next;
	struct guest *more = reallocarray(l->guest, l->n + 1, sizeof(*more));

	if (more == NULL)
		return -1;
	l->guest = more;
	more[l->n].key = *k;
	snprintf(more[l->n].name, GUEST_NAME_MAX, "%s", name);
	l->n++;
	return 0;
}

static int
compare(const void *a, const void *b)
{
	return memcmp(((const struct guest *)a)->key.b,
	    ((const struct guest *)b)->key.b, KEY_BYTES);
}

void
guests_replace(struct guests *g)
{
	free(g->now.guest);
	g->now = g->next;
	g->next = (struct guest_list){0};
	if (g->now.n > 0)
		qsort(g->now.guest, g->now.n, sizeof(*g->now.guest), compare);
}

const char *
guests_find(const struct guests *g, const struct key *k)
{
	struct guest wanted = {.key = *k};
	const struct guest *found;

	if (g->now.n == 0)
		return NULL;
	found =
	    bsearch(&wanted, g->now.guest, g->now.n, sizeof(wanted), compare);
	return found == NULL ? NULL : found->name;
}
