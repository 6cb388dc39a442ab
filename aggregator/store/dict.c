/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "aggregator/store/dict.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

int
dict_init(struct dict *d, size_t max)
{
	*d = (struct dict){.max = max, .slots = 16};
	while (d->slots < 2 * max)
		d->slots *= 2;
	d->text = calloc(max, sizeof(*d->text));
	d->store = calloc(max, sizeof(*d->store));
	d->slot = calloc(d->slots, sizeof(*d->slot));
	/* The texts may come from a stranger; where they land does not. */
	_Static_assert(sizeof(d->key) == crypto_shorthash_KEYBYTES, "key");
	randombytes_buf(d->key, sizeof(d->key));
	return d->text != NULL && d->store != NULL && d->slot != NULL ? 0 : -1;
}

void
dict_fini(struct dict *d)
{
	free(d->text);
	free(d->store);
	free(d->slot);
	*d = (struct dict){0};
}

void
dict_reset(struct dict *d)
{
	if (d->n > 0)
		memset(d->slot, 0, d->slots * sizeof(*d->slot));
	d->n = 0;
}

static size_t
slot_of(const struct dict *d, const char *text, size_t len)
{
	uint8_t out[crypto_shorthash_BYTES];
	uint64_t h;

	crypto_shorthash(out, (const uint8_t *)text, len, d->key);
	memcpy(&h, out, sizeof(h));
	return h & (d->slots - 1);
}

uint32_t
dict_index(struct dict *d, const char *text)
{
	size_t len = strnlen(text, NAME_TEXT_MAX - 1);
	size_t at = slot_of(d, text, len);

	for (; d->slot[at] != 0; at = (at + 1) & (d->slots - 1)) {
		const char *other = d->text[d->slot[at] - 1];

		if (strncmp(other, text, len) == 0 && other[len] == '\0')
			return d->slot[at] - 1;
	}
	if (d->n == d->max)
		return DICT_FULL;
	memcpy(d->store[d->n], text, len);
	d->store[d->n][len] = '\0';
	d->text[d->n] = d->store[d->n];
	d->slot[at] = (uint32_t)++d->n;
	return (uint32_t)d->n - 1;
}
