/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "common/site.h"

#include "common/err.h"
#include "common/filter.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

/* find_name() below looks for the name at the start of an element. */
static_assert(offsetof(struct honeynet, name) == 0 &&
		  offsetof(struct honeypot, name) == 0 &&
		  offsetof(struct sensor_entry, name) == 0 &&
		  offsetof(struct subscriber_entry, name) == 0 &&
		  offsetof(struct port_class, name) == 0 &&
		  offsetof(struct named_filter, name) == 0 &&
		  offsetof(struct expectation, match.name) == 0,
    "names come first");

static const struct {
	const char *name, *ports;
} builtin_classes[] = {
    {"ssh", "22"},
    {"irc", "6660-6669, 6697, 7000, 194, 529, 994"},
    {"irc-weak", "6670-6999, 7777, 8067, 8888, 9999"},
    {"ident", "113"},
};

#define BUILTINS (sizeof(builtin_classes) / sizeof(*builtin_classes))

static const void *
find_name(const void *array, size_t n, size_t size, const char *name)
{
	const char *at = array;

	for (size_t i = 0; i < n; i++, at += size)
		if (strcmp(at, name) == 0)
			return at;
	return NULL;
}

#define FIND(s, what, name)                                                    \
	find_name(s->what, s->n_##what, sizeof(*s->what), name)

static int
no_memory(struct err *e)
{
	return err_set(e, EX_OSERR, "out of memory");
}

static int
taken(struct err *e, const char *what, const char *name)
{
	return err_set(e, EX_CONFIG, "there is a %s '%s' already", what, name);
}

/* Append '*one' to s->what; rc: 0, or -1 with 'e'. */
#define APPEND(s, what, one, rc, e)                                            \
	do {                                                                   \
		void *more_ =                                                  \
		    reallocarray(s->what, s->n_##what + 1, sizeof(*s->what));  \
		rc = more_ == NULL ? no_memory(e) : 0;                         \
		if (more_ != NULL) {                                           \
			s->what = more_;                                       \
			s->what[s->n_##what++] = *one;                         \
		}                                                              \
	} while (0)

struct site *
site_new(void)
{
	struct site *s = calloc(1, sizeof(*s));
	struct ports ports;

	for (size_t i = 0; s != NULL && i < BUILTINS; i++)
		if (ports_parse(builtin_classes[i].ports, &ports, NULL) == -1 ||
		    site_set_class(s, builtin_classes[i].name, &ports, NULL) ==
			-1) {
			site_free(s);
			s = NULL;
		}
	return s;
}

static void
named_filter_fini(struct named_filter *f)
{
	free(f->text);
	filter_free(f->filter);
}

static void
expectation_fini(struct expectation *x)
{
	named_filter_fini(&x->match);
	free(x->owner);
	free(x->reason);
}

static void
honeypot_fini(struct honeypot *h)
{
	nets_fini(&h->addresses);
	free(h->relay_uid);
	h->relay_uid = NULL;
}

static void
option_fini(struct detector_option *o)
{
	free(o->value);
	free(o->place);
}

void
site_free(struct site *s)
{
	if (s == NULL)
		return;
	for (size_t i = 0; i < s->n_honeynet; i++)
		nets_fini(&s->honeynet[i].home);
	for (size_t i = 0; i < s->n_honeypot; i++)
		honeypot_fini(&s->honeypot[i]);
	for (size_t i = 0; i < s->n_sensor; i++)
		nets_fini(&s->sensor[i].addresses);
	for (size_t i = 0; i < s->n_filter; i++)
		named_filter_fini(&s->filter[i]);
	for (size_t i = 0; i < s->n_expected; i++)
		expectation_fini(&s->expected[i]);
	for (size_t i = 0; i < s->n_option; i++)
		option_fini(&s->option[i]);
	free(s->honeynet);
	free(s->honeypot);
	free(s->sensor);
	free(s->subscriber);
	free(s->class);
	free(s->filter);
	free(s->expected);
	free(s->option);
	ranges_fini(&s->home);
	ranges_fini(&s->owner);
	free(s);
}

/* Make 'owner' the owner of all of 'nets', or of nothing.  TAKEN: '*at' is
 * the index of the net that is '*other''s. */
static enum ranges_added
own_all(struct ranges *r, const struct nets *nets, size_t owner, size_t *at,
    uint32_t *other)
{
	enum ranges_added added = RANGES_ADDED;

	for (*at = 0; *at < nets->n; ++*at) {
		added = ranges_add(r, &nets->net[*at], (uint32_t)owner, other);
		if (added != RANGES_ADDED) {
			ranges_drop(r, (uint32_t)owner);
			break;
		}
	}
	return added;
}

int
site_add_honeynet(struct site *s, struct honeynet *h, struct err *e)
{
	enum ranges_added added;
	char net[NET_TEXT_MAX];
	uint32_t other;
	size_t at;
	int rc;

	if (FIND(s, honeynet, h->name) != NULL) {
		taken(e, "honeynet", h->name);
		goto fail;
	}
	added = own_all(&s->home, &h->home, s->n_honeynet, &at, &other);
	if (added == RANGES_TAKEN)
		err_set(e, EX_CONFIG,
		    "home network %s of honeynet '%s' overlaps home of "
		    "honeynet '%s'",
		    net_format(&h->home.net[at], net), h->name,
		    s->honeynet[other].name);
	if (added == RANGES_NO_MEMORY)
		no_memory(e);
	if (added != RANGES_ADDED)
		goto fail;
	APPEND(s, honeynet, h, rc, e);
	if (rc == 0)
		return 0;
	ranges_drop(&s->home, (uint32_t)s->n_honeynet);
fail:
	nets_fini(&h->home);
	return -1;
}

/* Whether all addresses of 'h' are home; fills in what depends on that. */
static int
settle(const struct site *s, struct honeypot *h, struct err *e)
{
	static const struct addr zero;
	char net[NET_TEXT_MAX];

	if (h->addresses.n == 0)
		return err_set(
		    e, EX_CONFIG, "honeypot '%s' has no addresses", h->name);
	for (size_t i = 0; i < h->addresses.n; i++)
		if (ranges_find(&s->home, &h->addresses.net[i].a) == NULL)
			return err_set(e, EX_CONFIG,
			    "%s of honeypot '%s' lies in no honeynet's home",
			    net_format(&h->addresses.net[i], net), h->name);
	if (addr_eq(&h->primary, &zero))
		h->primary = h->addresses.net[0].a;
	h->honeynet = (size_t)(site_honeynet(s, &h->primary) - s->honeynet);
	return 0;
}

int
site_add_honeypot(struct site *s, struct honeypot *h, struct err *e)
{
	enum ranges_added added;
	char net[NET_TEXT_MAX];
	uint32_t other;
	size_t at;
	int rc;

	if (FIND(s, honeypot, h->name) != NULL) {
		taken(e, "honeypot", h->name);
		goto fail;
	}
	if (settle(s, h, e) == -1)
		goto fail;
	added = own_all(&s->owner, &h->addresses, s->n_honeypot, &at, &other);
	if (added == RANGES_TAKEN)
		err_set(e, EX_CONFIG,
		    "%s of honeypot '%s' belongs to honeypot '%s' already",
		    net_format(&h->addresses.net[at], net), h->name,
		    s->honeypot[other].name);
	if (added == RANGES_NO_MEMORY)
		no_memory(e);
	if (added != RANGES_ADDED)
		goto fail;
	APPEND(s, honeypot, h, rc, e);
	if (rc == 0)
		return 0;
	ranges_drop(&s->owner, (uint32_t)s->n_honeypot);
fail:
	honeypot_fini(h);
	return -1;
}

int
site_add_sensor(struct site *s, struct sensor_entry *x, struct err *e)
{
	int rc = 0;

	if (FIND(s, sensor, x->name) != NULL)
		rc = taken(e, "sensor", x->name);
	for (size_t i = 0; rc == 0 && i < s->n_sensor; i++)
		if (key_eq(&s->sensor[i].key, &x->key))
			rc = err_set(e, EX_CONFIG,
			    "sensor '%s' has the same key as sensor '%s'",
			    x->name, s->sensor[i].name);
	if (rc == 0)
		APPEND(s, sensor, x, rc, e);
	if (rc == -1)
		nets_fini(&x->addresses);
	return rc;
}

int
site_add_subscriber(struct site *s, struct subscriber_entry *x, struct err *e)
{
	int rc = 0;

	if (FIND(s, subscriber, x->name) != NULL)
		rc = taken(e, "subscriber", x->name);
	for (size_t i = 0; rc == 0 && i < s->n_subscriber; i++)
		if (key_eq(&s->subscriber[i].key, &x->key))
			rc = err_set(e, EX_CONFIG,
			    "subscriber '%s' has the same key as subscriber "
			    "'%s'",
			    x->name, s->subscriber[i].name);
	/* Else whoever takes over that honeypot reads the alerts. */
	for (size_t i = 0; rc == 0 && i < s->n_sensor; i++)
		if (key_eq(&s->sensor[i].key, &x->key))
			rc = err_set(e, EX_CONFIG,
			    "subscriber '%s' has the same key as sensor '%s'",
			    x->name, s->sensor[i].name);
	if (rc == 0)
		APPEND(s, subscriber, x, rc, e);
	return rc;
}

int
site_add_filter(struct site *s, struct named_filter *f, struct err *e)
{
	int rc = 0;

	if (FIND(s, filter, f->name) != NULL)
		rc = taken(e, "filter", f->name);
	else
		APPEND(s, filter, f, rc, e);
	if (rc == -1)
		named_filter_fini(f);
	return rc;
}

int
site_add_expected(struct site *s, struct expectation *x, struct err *e)
{
	int rc = 0;

	if (FIND(s, expected, x->match.name) != NULL)
		rc = taken(e, "expected", x->match.name);
	else
		APPEND(s, expected, x, rc, e);
	if (rc == -1)
		expectation_fini(x);
	return rc;
}

int
site_add_option(struct site *s, struct detector_option *o, struct err *e)
{
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < s->n_option; i++)
		if (strcmp(s->option[i].detector, o->detector) == 0 &&
		    strcmp(s->option[i].name, o->name) == 0)
			rc = err_set(e, EX_CONFIG,
			    "detector '%s' has '%s' already, in %s",
			    o->detector, o->name, s->option[i].place);
	if (rc == 0)
		APPEND(s, option, o, rc, e);
	if (rc == -1)
		option_fini(o);
	return rc;
}

int
site_set_class(
    struct site *s, const char *name, const struct ports *p, struct err *e)
{
	struct port_class fresh = {.ports = *p};
	int rc;

	for (size_t i = 0; i < s->n_class; i++)
		if (strcmp(s->class[i].name, name) == 0) {
			s->class[i].ports = *p;
			return 0;
		}
	snprintf(fresh.name, sizeof(fresh.name), "%s", name);
	APPEND(s, class, &fresh, rc, e);
	return rc;
}
