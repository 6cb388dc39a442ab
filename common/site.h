/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef COMMON_SITE_H
#define COMMON_SITE_H

#include "common/addr.h"
#include "common/alert.h"
#include "common/keys.h"
#include "common/ports.h"
#include "common/ranges.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct err;
struct filter;

/*
 * What the operator said about the net: the same words for the aggregator,
 * the detectors, filters and the offline tools.  Filled from a configuration
 * file (aggregator/config.h) or from options; read-only afterwards, but for
 * site_alias().
 */

struct honeynet {
	char name[SITE_NAME_MAX];
	struct nets home;
};

/* One machine, which may own many addresses. */
struct honeypot {
	char name[SITE_NAME_MAX];
	struct addr primary;
	struct nets addresses;
	uint32_t *relay_uid; /* who relay for visitors by design; owned */
	size_t n_relay_uid;
	size_t honeynet; /* index; the site fills it in */
	bool learned;	 /* by site_alias() */
};

struct sensor_entry {
	char name[SITE_NAME_MAX];
	struct key key; /* public */
	struct nets addresses;
};

struct subscriber_entry {
	char name[SITE_NAME_MAX];
	struct key key;
};

struct port_class {
	char name[SITE_NAME_MAX];
	struct ports ports;
};

struct named_filter {
	char name[SITE_NAME_MAX];
	char *text;
	struct filter *filter; /* compiled; owned */
};

/* An explained exception. */
struct expectation {
	struct named_filter match;
	char *owner, *reason;
	int64_t expires_ns; /* TIME_NONE: never */
	bool builtin;
};

/* "detector sweep { servers = 10 }": checked by the detector itself. */
struct detector_option {
	char detector[SITE_NAME_MAX];
	char name[SITE_NAME_MAX];
	char *value;
	char *place; /* "aggregator.conf:12" */
};

struct site {
	struct honeynet *honeynet;
	size_t n_honeynet;
	struct honeypot *honeypot;
	size_t n_honeypot;
	struct sensor_entry *sensor;
	size_t n_sensor;
	struct subscriber_entry *subscriber;
	size_t n_subscriber;
	struct port_class *class;
	size_t n_class;
	struct named_filter *filter;
	size_t n_filter;
	struct expectation *expected;
	size_t n_expected;
	struct detector_option *option;
	size_t n_option;
	struct ranges home;  /* owner: index of the honeynet */
	struct ranges owner; /* of the honeypots' addresses: index */
};

/* An empty site with the built-in classes ssh, irc, irc-weak and ident. */
struct site *site_new(void);
void site_free(struct site *s);

/*
 * Append one element, copied; the strings, nets and filters in it then belong
 * to the site, also on failure.  Returns 0; -1 with 'e' (EX_CONFIG) when the
 * name is taken, or the element contradicts what is there:
 *
 * honeynet:   a part of its home is home to another one.
 * honeypot:   an address lies in no home network (so honeynets come first) or
 *             belongs to another honeypot; or it has none.  No 'primary'
 *             (all zero): the first of its addresses.
 * sensor,
 * subscriber: another one has the same key; or a subscriber that of a sensor
 *             (so sensors come first).
 */
int site_add_honeynet(struct site *s, struct honeynet *h, struct err *e);
int site_add_honeypot(struct site *s, struct honeypot *h, struct err *e);
int site_add_sensor(struct site *s, struct sensor_entry *x, struct err *e);
int site_add_subscriber(
    struct site *s, struct subscriber_entry *x, struct err *e);
int site_add_filter(struct site *s, struct named_filter *f, struct err *e);
int site_add_expected(struct site *s, struct expectation *x, struct err *e);
int site_add_option(struct site *s, struct detector_option *o, struct err *e);
/* Makes the class or replaces its ports. */
int site_set_class(
    struct site *s, const char *name, const struct ports *p, struct err *e);

enum direction {
	DIRECTION_STRAY, /* neither end is home */
	DIRECTION_OUT,
	DIRECTION_IN,
	DIRECTION_WITHIN,
};

const char *direction_name(enum direction d);
/* Returns 0, or -1: none of "stray", "out", "in", "within". */
int direction_parse(const char *name, enum direction *out);

/* Of a connection from 'client' to 'server', or of a packet's two ends. */
enum direction site_direction(
    const struct site *s, const struct addr *client, const struct addr *server);

/* The honeynet that 'a' is home in, or NULL. */
const struct honeynet *site_honeynet(
    const struct site *s, const struct addr *a);

/* The honeypot that owns 'a', or NULL (then a home address is a honeypot of
 * its own, named by its address).  Borrowed until site_alias(). */
const struct honeypot *site_honeypot(
    const struct site *s, const struct addr *a);

/* Whether what 'uid' does on the honeypot that owns 'a' is its visitors' doing,
 * by design; and whether any uid's is. */
bool site_relays(const struct site *s, const struct addr *a, uint32_t uid);
bool site_has_relay(const struct site *s, const struct addr *a);

/* NULL: no such name. */
const struct port_class *site_class(const struct site *s, const char *name);
/* Asking one class for many ports: ports_have() of site_class() is faster. */
bool site_in_class(const struct site *s, const char *class, uint16_t port);
const struct sensor_entry *site_sensor(const struct site *s, const char *name);
const struct named_filter *site_filter(const struct site *s, const char *name);

/*
 * Which end of a flow serves when no SYN says it: the only one whose port is
 * of a class, else the one with the lower port.  A guess.
 */
bool site_dst_serves(const struct site *s, uint16_t sport, uint16_t dport);

/*
 * A sensor says that its host owns 'addr[0..n)'.  Those which lie in the
 * sensor's own addresses and in home become one honeypot when they are two
 * or more, unless the sensor is a gateway (it may report for networks) or a
 * configured honeypot has them.  The honeypot's primary address, and its
 * name, is the first of them in the sensor's configuration; later calls only
 * add addresses to it.  Returns whether anything changed.
 */
bool site_alias(
    struct site *s, const char *sensor, const struct addr *addr, size_t n);

#endif
