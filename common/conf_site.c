/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "common/conf_site.h"

#include "common/clock.h"
#include "common/conf.h"
#include "common/err.h"
#include "common/filter.h"
#include "common/log.h"
#include "common/site.h"
#include "common/user.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

_Static_assert(CONF_TITLE_MAX < SITE_NAME_MAX, "a title is a name of the site");

/* What the tables fill, for all kinds of sections. */
struct raw {
	struct nets nets;
	struct key key;
	struct ports ports;
	char *match, *owner, *reason;
	int64_t expires_ns;
	struct conf_strings relay;
};

static const struct conf_option honeynet_options[] = {
    {"home", CONF_NETS, CONF_MEMBER(struct raw, nets), .required = true},
    {0},
};
static const struct conf_option sensor_options[] = {
    {"key", CONF_KEY, CONF_MEMBER(struct raw, key), .required = true},
    {"addresses", CONF_NETS, CONF_MEMBER(struct raw, nets), .required = true},
    {0},
};
static const struct conf_option subscriber_options[] = {
    {"key", CONF_KEY, CONF_MEMBER(struct raw, key), .required = true},
    {0},
};
static const struct conf_option honeypot_options[] = {
    {"addresses", CONF_NETS, CONF_MEMBER(struct raw, nets), .required = true},
    {"relay-uid", CONF_STRINGS, CONF_MEMBER(struct raw, relay)},
    {0},
};
static const struct conf_option class_options[] = {
    {"ports", CONF_PORTS, CONF_MEMBER(struct raw, ports), .required = true},
    {0},
};
static const struct conf_option filter_options[] = {
    {"match", CONF_STRING, CONF_MEMBER(struct raw, match), .required = true},
    {0},
};
static const struct conf_option expected_options[] = {
    {"match", CONF_STRING, CONF_MEMBER(struct raw, match), .required = true},
    {"owner", CONF_STRING, CONF_MEMBER(struct raw, owner), .required = true},
    {"reason", CONF_STRING, CONF_MEMBER(struct raw, reason), .required = true},
    {"expires", CONF_TIME, CONF_MEMBER(struct raw, expires_ns)},
    {0},
};

/* Add one section, whose values are in 'r'; what is taken is zeroed there. */
typedef int add_fn(struct site *s, const struct conf_section *section,
    struct raw *r, struct err *e);

static void
name_of(const struct conf_section *section, char out[static SITE_NAME_MAX])
{
	snprintf(out, SITE_NAME_MAX, "%s", conf_title(section));
}

static struct nets
take_nets(struct raw *r)
{
	struct nets taken = r->nets;

	r->nets = (struct nets){0};
	return taken;
}

static char *
take_text(char **text)
{
	char *taken = *text;

	*text = NULL;
	return taken;
}

static int
add_honeynet(struct site *s, const struct conf_section *section, struct raw *r,
    struct err *e)
{
	struct honeynet h = {.home = take_nets(r)};

	name_of(section, h.name);
	return site_add_honeynet(s, &h, e) == 0
		   ? 0
		   : conf_within(section, "home", e);
}

/* Whose packets would be strays is no sensor of this site. */
static int
check_home(const struct site *s, const struct conf_section *section,
    const struct nets *nets, struct err *e)
{
	char text[NET_TEXT_MAX];

	for (size_t i = 0; i < nets->n; i++)
		if (ranges_find(&s->home, &nets->net[i].a) == NULL)
			return conf_fail(section, "addresses", e,
			    "%s of sensor '%s' lies in no honeynet's home",
			    net_format(&nets->net[i], text),
			    conf_title(section));
	return 0;
}

static int
add_sensor(struct site *s, const struct conf_section *section, struct raw *r,
    struct err *e)
{
	struct sensor_entry x = {.key = r->key};

	if (check_home(s, section, &r->nets, e) == -1)
		return -1;
	x.addresses = take_nets(r);
	name_of(section, x.name);
	return site_add_sensor(s, &x, e) == 0 ? 0
					      : conf_within(section, "key", e);
}

static int
add_subscriber(struct site *s, const struct conf_section *section,
    struct raw *r, struct err *e)
{
	struct subscriber_entry x = {.key = r->key};

	name_of(section, x.name);
	return site_add_subscriber(s, &x, e) == 0
		   ? 0
		   : conf_within(section, "key", e);
}

/*
 * Honeypots have users of their own.  Of a name that this host does not know
 * nobody here can say the number: such a honeypot relays for nobody, which
 * alarms too much and not too little.
 */
static int
add_relay(const struct conf_section *section, const char *who, uint32_t *uid,
    struct err *e)
{
	char place[CONF_PLACE_MAX];

	switch (user_uid(who, uid)) {
	case USER_FOUND:
		return 1;
	case USER_UNKNOWN:
		log_warn("config",
		    "%s: no user '%s' on this host; give the number that "
		    "'id -u %s' prints on honeypot '%s'",
		    conf_place(section, "relay-uid", place), who, who,
		    conf_title(section));
		return 0;
	case USER_BAD:
		break;
	}
	return conf_fail(section, "relay-uid", e,
	    "'%s' is neither a user's name nor its number", who);
}

static int
add_relays(struct honeypot *h, const struct conf_section *section,
    const struct conf_strings *who, struct err *e)
{
	if (who->n == 0)
		return 0;
	h->relay_uid = calloc(who->n, sizeof(*h->relay_uid));
	if (h->relay_uid == NULL)
		return err_set(e, EX_OSERR, "out of memory");
	for (size_t i = 0; i < who->n; i++) {
		int found = add_relay(
		    section, who->text[i], &h->relay_uid[h->n_relay_uid], e);

		if (found == -1) {
			free(h->relay_uid);
			return -1;
		}
		h->n_relay_uid += (size_t)found;
	}
	return 0;
}

static int
add_honeypot(struct site *s, const struct conf_section *section, struct raw *r,
    struct err *e)
{
	struct honeypot h = {.name = ""};

	if (add_relays(&h, section, &r->relay, e) == -1)
		return -1;
	h.addresses = take_nets(r);
	name_of(section, h.name);
	return site_add_honeypot(s, &h, e) == 0
		   ? 0
		   : conf_within(section, "addresses", e);
}

static int
add_class(struct site *s, const struct conf_section *section, struct raw *r,
    struct err *e)
{
	return site_set_class(s, conf_title(section), &r->ports, e) == 0
		   ? 0
		   : conf_within(section, NULL, e);
}

static int
add_filter(struct site *s, const struct conf_section *section, struct raw *r,
    struct err *e)
{
	struct named_filter f = {.text = take_text(&r->match)};

	name_of(section, f.name);
	return site_add_filter(s, &f, e) == 0 ? 0
					      : conf_within(section, NULL, e);
}

static int
add_expected(struct site *s, const struct conf_section *section, struct raw *r,
    struct err *e)
{
	struct expectation x = {
	    .match.text = take_text(&r->match),
	    .owner = take_text(&r->owner),
	    .reason = take_text(&r->reason),
	    .expires_ns = r->expires_ns,
	};

	name_of(section, x.match.name);
	return site_add_expected(s, &x, e) == 0 ? 0
						: conf_within(section, NULL, e);
}

/* In the order in which one needs what another said. */
const struct conf_kind conf_site_kinds[] = {
    {"honeynet", honeynet_options},
    {"sensor", sensor_options},
    {"subscriber", subscriber_options},
    {"honeypot", honeypot_options},
    {"class", class_options},
    {"filter", filter_options},
    {"expected", expected_options},
    {"detector", NULL},
    {0},
};

/* Of the kinds that have a table. */
static add_fn *const add[] = {
    add_honeynet,
    add_sensor,
    add_subscriber,
    add_honeypot,
    add_class,
    add_filter,
    add_expected,
};

static int
add_kind(const struct conf *c, size_t kind, struct site *s, struct err *e)
{
	const struct conf_option *options = conf_site_kinds[kind].option;
	const struct conf_section *at = NULL;

	while ((at = conf_next(c, conf_site_kinds[kind].name, at)) != NULL) {
		struct raw r = {.expires_ns = TIME_NONE};
		int rc = conf_fill(at, options, &r, e);

		if (rc == 0)
			rc = add[kind](s, at, &r, e);
		conf_release(options, &r);
		if (rc == -1)
			return -1;
	}
	return 0;
}

static int
add_option(struct site *s, const struct conf_section *section, const char *key,
    const char *value, struct err *e)
{
	char place[CONF_PLACE_MAX];
	struct detector_option o = {
	    .value = strdup(value),
	    .place = strdup(conf_place(section, key, place)),
	};

	if (o.value == NULL || o.place == NULL) {
		free(o.value);
		free(o.place);
		return err_set(e, EX_OSERR, "out of memory");
	}
	name_of(section, o.detector);
	if (strlen(key) >= sizeof(o.name)) {
		free(o.value);
		free(o.place);
		return conf_fail(
		    section, key, e, "unknown key '%.40s...'", key);
	}
	snprintf(o.name, sizeof(o.name), "%s", key);
	return site_add_option(s, &o, e) == 0 ? 0
					      : conf_within(section, key, e);
}

static int
add_detectors(const struct conf *c, struct site *s, struct err *e)
{
	const struct conf_section *at = NULL;
	const char *key, *value;

	while ((at = conf_next(c, "detector", at)) != NULL)
		for (size_t i = 0; conf_pair(at, i, &key, &value); i++)
			if (add_option(s, at, key, value, e) == -1)
				return -1;
	return 0;
}

static int
compile(const struct conf_section *section, struct site *s,
    struct named_filter *f, struct err *e)
{
	f->filter = filter_parse(f->text, s, e);
	if (f->filter != NULL)
		return 0;
	e->code = EX_CONFIG;
	err_within(e, "'match'");
	return conf_within(section, "match", e);
}

/* Last: a filter may use any class and any other filter. */
static int
compile_all(const struct conf *c, struct site *s, struct err *e)
{
	const struct conf_section *at = NULL;

	for (size_t i = 0; (at = conf_next(c, "filter", at)) != NULL; i++)
		if (compile(at, s, &s->filter[i], e) == -1)
			return -1;
	for (size_t i = 0; (at = conf_next(c, "expected", at)) != NULL; i++)
		if (compile(at, s, &s->expected[i].match, e) == -1)
			return -1;
	return 0;
}

int
conf_site_fill(const struct conf *c, struct site *s, struct err *e)
{
	for (size_t i = 0; i < sizeof(add) / sizeof(*add); i++)
		if (add_kind(c, i, s, e) == -1)
			return -1;
	if (add_detectors(c, s, e) == -1)
		return -1;
	return compile_all(c, s, e);
}
