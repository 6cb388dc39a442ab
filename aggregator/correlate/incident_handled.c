/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "aggregator/correlate/incident_internal.h"
#include "common/map.h"

#include <string.h>

/* A key without holes. */
struct handled_key {
	char id[(ID_TEXT_MAX + 7) / 8 * 8];
};

struct handled {
	char state[sizeof(((struct incident *)0)->state)];
	struct handling handling;
};

static struct handled_key
key_of(const char *id)
{
	struct handled_key key = {{0}};

	memcpy(key.id, id, strnlen(id, ID_TEXT_MAX - 1));
	return key;
}

struct map *
incident_handled_new(uint32_t max)
{
	return map_new(sizeof(struct handled_key), sizeof(struct handled), max);
}

void
incident_take_handling(struct incidents *s, struct open_incident *o)
{
	const struct handled_key key = key_of(o->i.id);
	const struct handled *h = map_get(s->handled, &key);

	if (h == NULL)
		return;
	memcpy(o->i.state, h->state, sizeof(o->i.state));
	o->i.handling = h->handling;
}

void
incidents_handle(struct incidents *s, const struct incident *i)
{
	const struct handled_key key = key_of(i->id);
	struct open_incident *o = map_get(s->open, &i->address);
	bool is_new;
	struct handled *h = map_put(s->handled, &key, &is_new);

	memcpy(h->state, i->state, sizeof(h->state));
	h->handling = i->handling;
	map_touch(s->handled, h);
	if (o != NULL && strcmp(o->i.id, i->id) == 0)
		incident_take_handling(s, o);
}
