/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "aggregator/correlate/replying.h"

#include "aggregator/correlate/party.h"
#include "aggregator/correlate/span.h"
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
	struct map *set; /* struct replier -> int64_t, first seen */
};

struct replying *
replying_new(uint32_t max)
{
	struct replying *r = calloc(1, sizeof(*r));

	if (r == NULL)
		return NULL;
	r->set = map_new(sizeof(struct replier), sizeof(int64_t), max);
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
note(struct replying *r, const struct replier *key, int64_t time_ns)
{
	bool is_new;
	int64_t *first = map_put(r->set, key, &is_new);

	*first = is_new ? time_ns : span_earlier(*first, time_ns);
	map_touch(r->set, first);
}

static bool
is_seen(const struct replying *r, const struct replier *key, int64_t until_ns)
{
	const int64_t *first = map_get(r->set, key);

	return first != NULL && span_ns(*first, until_ns) >= 0;
}

void
replying_note(struct replying *r, const struct site *s,
    const struct addr *server, const struct addr *client, int64_t time_ns)
{
	struct replier key;

	if (replier_of(s, server, WAY_SENT, &key))
		note(r, &key, time_ns);
	if (replier_of(s, client, WAY_GOT, &key))
		note(r, &key, time_ns);
}

bool
replying_is_seen(const struct replying *r, const struct site *s,
    const struct addr *server, const struct addr *client, int64_t until_ns)
{
	struct replier key;

	return (replier_of(s, server, WAY_SENT, &key) &&
		   is_seen(r, &key, until_ns)) ||
	       (replier_of(s, client, WAY_GOT, &key) &&
		   is_seen(r, &key, until_ns));
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
