/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "aggregator/correlate/replying.h"

#include "aggregator/correlate/party.h"
#include "common/map.h"

#include <stdlib.h>

enum way {
	WAY_SENT,
	WAY_GOT,
};

struct replier {
	struct addr honeypot; /* primary address */
	uint64_t way;
};

struct replying {
	struct map *set; /* struct replier */
};

struct replying *
replying_new(uint32_t max)
{
	struct replying *r = calloc(1, sizeof(*r));

	if (r == NULL)
		return NULL;
	r->set = map_new(sizeof(struct replier), 0, max);
	if (r->set == NULL) {
		replying_free(r);
		return NULL;
	}
	return r;
}

void
replying_free(struct replying *r)
{
	if (r == NULL)
		return;
	map_free(r->set);
	free(r);
}

static bool
replier_of(const struct site *s, const struct addr *a, enum way way,
    struct replier *out)
{
	*out = (struct replier){party_primary(s, a), way};
	return site_honeynet(s, a) != NULL;
}

static void
note(struct replying *r, const struct replier *key)
{
	bool is_new;

	map_touch(r->set, map_put(r->set, key, &is_new));
}

void
replying_note(struct replying *r, const struct site *s,
    const struct addr *server, const struct addr *client)
{
	struct replier key;

	if (replier_of(s, server, WAY_SENT, &key))
		note(r, &key);
	if (replier_of(s, client, WAY_GOT, &key))
		note(r, &key);
}

bool
replying_is_seen(const struct replying *r, const struct site *s,
    const struct addr *server, const struct addr *client)
{
	struct replier key;

	return (replier_of(s, server, WAY_SENT, &key) &&
		   map_get(r->set, &key) != NULL) ||
	       (replier_of(s, client, WAY_GOT, &key) &&
		   map_get(r->set, &key) != NULL);
}

uint64_t
replying_evicted(const struct replying *r)
{
	return map_evicted(r->set);
}

void
replying_save(const struct replying *r, struct wr *w)
{
	map_save(r->set, SIZE_MAX, w);
}

int
replying_load(struct replying *r, struct rd *in)
{
	return map_load(r->set, in);
}
