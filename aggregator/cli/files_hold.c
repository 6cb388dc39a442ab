/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "aggregator/cli/files_hold.h"

#include <stdlib.h>
#include <string.h>

#define HELD_NAMES_MAX 256 /* prefixes and devices; others are left out */

struct held {
	struct {
		struct record record;
		size_t file;
	} * row;
	size_t n, next;
	char *name[HELD_NAMES_MAX];
	size_t n_name;
};

struct held *
held_new(void)
{
	struct held *h = calloc(1, sizeof(*h));

	if (h == NULL)
		return NULL;
	h->row = malloc(HELD_MAX * sizeof(*h->row));
	if (h->row == NULL) {
		free(h);
		return NULL;
	}
	return h;
}

void
held_free(struct held *h)
{
	if (h == NULL)
		return;
	for (size_t i = 0; i < h->n_name; i++)
		free(h->name[i]);
	free(h->row);
	free(h);
}

static const char *
keep_name(struct held *h, const char *name)
{
	char *copy;

	if (name == NULL)
		return NULL;
	for (size_t i = 0; i < h->n_name; i++)
		if (strcmp(h->name[i], name) == 0)
			return h->name[i];
	if (h->n_name == HELD_NAMES_MAX || (copy = strdup(name)) == NULL)
		return NULL;
	return h->name[h->n_name++] = copy;
}

bool
held_put(struct held *h, const struct record *r, size_t file)
{
	struct record *to;

	if (h->n == HELD_MAX)
		return false;
	h->row[h->n].file = file;
	to = &h->row[h->n++].record;
	*to = *r;
	to->in_if = keep_name(h, r->in_if);
	to->out_if = keep_name(h, r->out_if);
	to->prefix = keep_name(h, r->prefix);
	return true;
}

const struct record *
held_next(struct held *h, size_t *file)
{
	if (h->next == h->n)
		return NULL;
	*file = h->row[h->next].file;
	return &h->row[h->next++].record;
}
