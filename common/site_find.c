/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "common/site.h"

#include <stdlib.h>
#include <string.h>

static const char *const direction_names[] = {
    [DIRECTION_STRAY] = "stray",
    [DIRECTION_OUT] = "out",
    [DIRECTION_IN] = "in",
    [DIRECTION_WITHIN] = "within",
};

#define DIRECTIONS (sizeof(direction_names) / sizeof(*direction_names))

const char *
direction_name(enum direction d)
{
	return direction_names[d];
}

int
direction_parse(const char *name, enum direction *out)
{
	for (size_t i = 0; i < DIRECTIONS; i++)
		if (strcmp(direction_names[i], name) == 0) {
			*out = (enum direction)i;
			return 0;
		}
	return -1;
}

enum direction
site_direction(
    const struct site *s, const struct addr *client, const struct addr *server)
{
	static const enum direction table[2][2] = {
	    {DIRECTION_STRAY, DIRECTION_IN},
	    {DIRECTION_OUT, DIRECTION_WITHIN},
	};

	return table[ranges_find(&s->home, client) != NULL]
		    [ranges_find(&s->home, server) != NULL];
}

const struct honeynet *
site_honeynet(const struct site *s, const struct addr *a)
{
	const struct range *r = ranges_find(&s->home, a);

	return r == NULL ? NULL : &s->honeynet[r->owner];
}

const struct honeypot *
site_honeypot(const struct site *s, const struct addr *a)
{
	const struct range *r = ranges_find(&s->owner, a);

	return r == NULL ? NULL : &s->honeypot[r->owner];
}

bool
site_relays(const struct site *s, const struct addr *a, uint32_t uid)
{
	const struct honeypot *h = site_honeypot(s, a);

	for (size_t i = 0; h != NULL && i < h->n_relay_uid; i++)
		if (h->relay_uid[i] == uid)
			return true;
	return false;
}

bool
site_has_relay(const struct site *s, const struct addr *a)
{
	const struct honeypot *h = site_honeypot(s, a);

	return h != NULL && h->n_relay_uid > 0;
}

/* By name: the first element of 'what' that has it. */
#define BY_NAME(s, what, wanted)                                               \
	do {                                                                   \
		for (size_t i = 0; i < s->n_##what; i++)                       \
			if (strcmp(s->what[i].name, wanted) == 0)              \
				return &s->what[i];                            \
		return NULL;                                                   \
	} while (0)

const struct port_class *
site_class(const struct site *s, const char *name)
{
	BY_NAME(s, class, name);
}

const struct sensor_entry *
site_sensor(const struct site *s, const char *name)
{
	BY_NAME(s, sensor, name);
}

const struct named_filter *
site_filter(const struct site *s, const char *name)
{
	BY_NAME(s, filter, name);
}

bool
site_in_class(const struct site *s, const char *class, uint16_t port)
{
	const struct port_class *c = site_class(s, class);

	return c != NULL && ports_have(&c->ports, port);
}

static bool
in_any_class(const struct site *s, uint16_t port)
{
	for (size_t i = 0; i < s->n_class; i++)
		if (ports_have(&s->class[i].ports, port))
			return true;
	return false;
}

bool
site_dst_serves(const struct site *s, uint16_t sport, uint16_t dport)
{
	bool src = in_any_class(s, sport), dst = in_any_class(s, dport);

	return src == dst ? dport <= sport : dst;
}

static bool
is_gateway(const struct sensor_entry *x)
{
	for (size_t i = 0; i < x->addresses.n; i++)
		if (!net_is_host(&x->addresses.net[i]))
			return true;
	return false;
}

static bool
listed(const struct addr *a, const struct addr *addr, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (addr_eq(a, &addr[i]))
			return true;
	return false;
}

/* Of the sensor's addresses those that its host owns, that are home, and
 * that no configured honeypot has.  Returns 0, or -1: out of memory. */
static int
claimed(const struct site *s, const struct sensor_entry *x,
    const struct addr *addr, size_t n, struct nets *out)
{
	for (size_t i = 0; i < x->addresses.n; i++) {
		const struct net *one = &x->addresses.net[i];
		const struct honeypot *h = site_honeypot(s, &one->a);

		if (!listed(&one->a, addr, n) ||
		    ranges_find(&s->home, &one->a) == NULL ||
		    (h != NULL && !h->learned))
			continue;
		if (nets_add(out, one) == -1)
			return -1;
	}
	return 0;
}

/* The learned honeypot that has one of 'nets' already, or NULL. */
static struct honeypot *
known(struct site *s, const struct nets *nets)
{
	for (size_t i = 0; i < nets->n; i++) {
		const struct range *r = ranges_find(&s->owner, &nets->net[i].a);

		if (r != NULL)
			return &s->honeypot[r->owner];
	}
	return NULL;
}

/* Give 'h' what it does not have of 'nets', unless another one has it. */
static bool
extend(struct site *s, struct honeypot *h, const struct nets *nets)
{
	uint32_t owner = (uint32_t)(h - s->honeypot), other;
	bool changed = false;

	for (size_t i = 0; i < nets->n; i++) {
		const struct net *one = &nets->net[i];

		if (ranges_find(&s->owner, &one->a) != NULL ||
		    nets_add(&h->addresses, one) == -1)
			continue;
		if (ranges_add(&s->owner, one, owner, &other) == RANGES_ADDED)
			changed = true;
		else
			h->addresses.n--;
	}
	return changed;
}

bool
site_alias(
    struct site *s, const char *sensor, const struct addr *addr, size_t n)
{
	const struct sensor_entry *x = site_sensor(s, sensor);
	struct honeypot fresh = {.learned = true}, *h;
	struct nets nets = {0};
	bool changed = false;

	if (x == NULL || is_gateway(x) || claimed(s, x, addr, n, &nets) == -1 ||
	    nets.n == 0) {
		nets_fini(&nets);
		return false;
	}
	h = known(s, &nets);
	if (h != NULL) {
		changed = extend(s, h, &nets);
	} else if (nets.n > 1) {
		addr_format(&nets.net[0].a, fresh.name);
		fresh.addresses = nets;
		return site_add_honeypot(s, &fresh, NULL) == 0;
	}
	nets_fini(&nets);
	return changed;
}
