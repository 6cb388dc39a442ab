/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "agent/window.h"

#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

/* What an item costs besides its bytes: struct and malloc's head. */
#define ITEM_BYTES 96

struct item {
	TAILQ_ENTRY(item) link;
	struct window_item is;
	bool sent, sent_once;
	uint8_t buf[];
};

struct window {
	TAILQ_HEAD(items, item) items;
	struct item *unsent; /* the first one; all behind it are unsent too */
	size_t messages, bytes, max_bytes, sent;
	uint64_t dropped, untold_dropped, untold_lost;
};

struct window *
window_new(size_t max_bytes)
{
	struct window *w = calloc(1, sizeof(*w));

	if (w == NULL)
		return NULL;
	TAILQ_INIT(&w->items);
	w->max_bytes = max_bytes;
	return w;
}

static void
forget(struct window *w, struct item *i)
{
	if (w->unsent == i)
		w->unsent = TAILQ_NEXT(i, link);
	TAILQ_REMOVE(&w->items, i, link);
	w->messages--;
	w->bytes -= i->is.len + ITEM_BYTES;
	w->sent -= i->sent;
	free(i);
}

void
window_free(struct window *w)
{
	if (w == NULL)
		return;
	while (!TAILQ_EMPTY(&w->items))
		forget(w, TAILQ_FIRST(&w->items));
	free(w);
}

static void
count_dropped(struct window *w, const struct window_item *i)
{
	w->dropped += i->records;
	w->untold_dropped += i->dropped;
	w->untold_lost += i->lost;
}

/* The oldest that was never sent; NULL: none. */
static struct item *
victim(const struct window *w)
{
	struct item *i = w->unsent;

	while (i != NULL && i->sent_once)
		i = TAILQ_NEXT(i, link);
	return i;
}

static void
make_room(struct window *w, size_t need)
{
	struct item *i;

	while (w->bytes + need > w->max_bytes && (i = victim(w)) != NULL) {
		count_dropped(w, &i->is);
		forget(w, i);
	}
}

int
window_put(struct window *w, const struct window_item *item)
{
	struct item *i = malloc(sizeof(*i) + item->len);

	if (i == NULL) {
		count_dropped(w, item);
		return -1;
	}
	make_room(w, item->len + ITEM_BYTES);
	memcpy(i->buf, item->buf, item->len);
	i->is = *item;
	i->is.buf = i->buf;
	i->sent = i->sent_once = false;
	TAILQ_INSERT_TAIL(&w->items, i, link);
	if (w->unsent == NULL)
		w->unsent = i;
	w->messages++;
	w->bytes += item->len + ITEM_BYTES;
	return 0;
}

const struct window_item *
window_next(const struct window *w, size_t most)
{
	if (w->unsent == NULL || w->sent >= most)
		return NULL;
	return &w->unsent->is;
}

void
window_sent(struct window *w, uint64_t sequence)
{
	struct item *i = w->unsent;

	if (i == NULL || i->is.sequence != sequence)
		return;
	i->sent = i->sent_once = true;
	w->sent++;
	w->unsent = TAILQ_NEXT(i, link);
}

void
window_unsend(struct window *w)
{
	struct item *i;

	TAILQ_FOREACH (i, &w->items, link)
		i->sent = false;
	w->sent = 0;
	w->unsent = TAILQ_FIRST(&w->items);
}

bool
window_ack(struct window *w, uint64_t sequence)
{
	struct item *i;

	TAILQ_FOREACH (i, &w->items, link) {
		if (i->is.sequence > sequence)
			return false;
		if (i->is.sequence == sequence) {
			forget(w, i);
			return true;
		}
	}
	return false;
}

size_t
window_messages(const struct window *w)
{
	return w->messages;
}

size_t
window_bytes(const struct window *w)
{
	return w->bytes;
}

uint64_t
window_dropped(const struct window *w)
{
	return w->dropped;
}

uint64_t
window_untold_dropped(const struct window *w)
{
	return w->untold_dropped;
}

uint64_t
window_untold_lost(const struct window *w)
{
	return w->untold_lost;
}

uint64_t
window_oldest(const struct window *w)
{
	const struct item *i = TAILQ_FIRST(&w->items);

	return i == NULL ? 0 : i->is.sequence;
}
