/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "aggregator/correlate/sensors.h"

#include "common/map.h"
#include "common/rd.h"
#include "common/wr.h"

#include <stdlib.h>
#include <string.h>

struct sensors {
	struct map *number; /* name, filled with zeroes -> uint16_t */
	const char *name[SENSORS_MAX + 1];
	size_t n;
};

struct sensors *
sensors_new(void)
{
	struct sensors *s = calloc(1, sizeof(*s));

	if (s == NULL)
		return NULL;
	s->number = map_new(SITE_NAME_MAX, sizeof(uint16_t), SENSORS_MAX);
	if (s->number == NULL) {
		sensors_free(s);
		return NULL;
	}
	return s;
}

void
sensors_free(struct sensors *s)
{
	if (s == NULL)
		return;
	map_free(s->number);
	free(s);
}

uint16_t
sensors_number(struct sensors *s, const char *name)
{
	char key[SITE_NAME_MAX] = {0};
	uint16_t *number;
	bool is_new;

	if (name == NULL)
		return 0;
	memcpy(key, name, strnlen(name, sizeof(key) - 1));
	if ((number = map_get(s->number, key)) != NULL)
		return *number;
	if (s->n == SENSORS_MAX)
		return 0;
	number = map_put(s->number, key, &is_new);
	*number = (uint16_t)++s->n;
	s->name[s->n] = map_key(s->number, number);
	return *number;
}

void
sensors_add_name(const struct sensors *s, uint16_t number, struct names *to)
{
	if (number != 0)
		names_add(to, s->name[number]);
}

void
sensors_save(const struct sensors *s, struct wr *w)
{
	wr_u32(w, (uint32_t)s->n);
	for (size_t i = 1; i <= s->n; i++)
		wr_text(w, s->name[i]);
}

int
sensors_load(struct sensors *s, struct rd *r)
{
	uint32_t n = rd_u32(r);
	char name[SITE_NAME_MAX];

	for (uint32_t i = 1; i <= n; i++) {
		rd_text(r, name, sizeof(name));
		if (r->bad || sensors_number(s, name) != i)
			return -1;
	}
	return 0;
}
