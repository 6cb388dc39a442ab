/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "aggregator/correlate/alert_fields.h"
#include "aggregator/correlate/alerts.h"
#include "aggregator/correlate/detect.h"
#include "aggregator/correlate/known.h"
#include "aggregator/correlate/option.h"
#include "aggregator/correlate/party.h"
#include "aggregator/correlate/span.h"
#include "common/map.h"
#include "common/rd.h"
#include "common/wr.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

/*
 * How long a port that is used for the first time counts as new: longer than
 * an answer may take (SYNs are repeated for 127 s), so that whichever of the
 * first connections is answered first does not matter.
 */
#define NEW_NS (5 * 60 * NS_PER_SEC)

/* An answer that came later than this is none (see fold): by then it is known
 * whether there was one, whatever came first. */
#define ANSWERS_NS (60 * NS_PER_SEC)

/* 8 kB for each honeypot and each of its uids, used as far as they fill: 34
 * MB; 72 bytes a port that is new. */
#define USERS_MAX 4096
#define NEW_MAX (1 << 14)
/* Uids of one honeypot that are told apart; of others only the honeypot's use
 * as a whole counts. */
#define UIDS_MAX 16

/* Keys without holes. */
struct user {
	struct addr honeypot; /* primary */
	uint64_t uid;	      /* plus 1; 0: any */
};

struct use {
	struct user by;
	uint64_t port;
};

#define WORDS (65536 / 64)

struct used {
	uint64_t port[WORDS]; /* a bit each */
	uint64_t uids;	      /* of the honeypot that are told apart */
};

struct settings {
	int64_t coverage_ns;
};

static const struct option options[] = {
    {"coverage", OPTION_DURATION, 24 * NS_PER_HOUR, NS_PER_HOUR,
	30 * NS_PER_DAY, offsetof(struct settings, coverage_ns)},
    {0},
};

struct first_out {
	struct settings set;
	struct map *used;  /* struct user -> struct used */
	struct map *fresh; /* struct use -> int64_t, first used */
	uint64_t evicted;  /* users, before a restart */
};

/* --- memory --------------------------------------------------------------- */

static struct used *
used_by(struct first_out *s, const struct user *u)
{
	bool is_new;
	struct used *k = map_put(s->used, u, &is_new);

	map_touch(s->used, k);
	return k;
}

static void
is_old(struct first_out *s, const struct use *x)
{
	used_by(s, &x->by)->port[x->port / 64] |= UINT64_C(1) << x->port % 64;
}

static void
evicted_fresh(void *arg, const void *key, void *value)
{
	(void)value;
	is_old(arg, key);
}

static void
first_out_free(void *self)
{
	struct first_out *s = self;

	map_free(s->used);
	map_free(s->fresh);
	free(s);
}

static void *
first_out_new(const struct site *site, const void *set)
{
	struct first_out *s = calloc(1, sizeof(*s));

	(void)site;
	if (s == NULL)
		return NULL;
	s->set = *(const struct settings *)set;
	s->used = map_new(sizeof(struct user), sizeof(struct used), USERS_MAX);
	s->fresh = map_new(sizeof(struct use), sizeof(int64_t), NEW_MAX);
	if (s->used == NULL || s->fresh == NULL) {
		first_out_free(s);
		return NULL;
	}
	map_on_evict(s->fresh, evicted_fresh, s);
	return s;
}

/* --- judging -------------------------------------------------------------- */

/* Note the use.  Returns whether the port is new to 'by' at that time. */
static bool
use(struct first_out *s, const struct user *by, uint16_t port, int64_t time_ns)
{
	const struct use x = {*by, port};
	const struct used *old = used_by(s, by);
	bool is_new;
	int64_t *first;

	if (old->port[port / 64] & UINT64_C(1) << port % 64)
		return false;
	first = map_put(s->fresh, &x, &is_new);
	*first = is_new ? time_ns : span_earlier(*first, time_ns);
	if (span_ns(*first, time_ns) <= NEW_NS)
		return true;
	is_old(s, &x);
	map_remove(s->fresh, first);
	return false;
}

/* Whether the uid is told apart. */
static bool
knows(struct first_out *s, const struct user *any, const struct user *u)
{
	struct used *honeypot;

	if (map_get(s->used, u) != NULL)
		return true;
	honeypot = used_by(s, any);
	if (honeypot->uids == UIDS_MAX)
		return false;
	honeypot->uids++;
	return true;
}

static bool
is_first(struct first_out *s, const struct connection *c)
{
	const struct user any = {c->client.primary, 0};
	const struct user own = {c->client.primary, (uint64_t)c->uid + 1};
	bool first = use(s, &any, c->server_port, c->start_ns);

	if (c->has_uid && knows(s, &any, &own))
		first = use(s, &own, c->server_port, c->start_ns);
	return first;
}

static void
raise_one(const struct connection *c, struct alert_sink *out)
{
	const struct addr server = party_counted(&c->server.addr);
	const struct finding f = {
	    .suspect_ns = span_from(c->start_ns, ANSWERS_NS),
	    .severity = SEVERITY_SUSPECT,
	    .honeypot = &c->client,
	    .peer = &c->server.addr,
	    .port = c->server_port,
	    .connection = c,
	    .event = CONNECTION_NEW,
	    .once = &server,
	};

	alerts_raise(out, &f);
}

static void
connection(void *self, const struct connection *c, enum connection_event event,
    struct alert_sink *out)
{
	struct first_out *s = self;
	int64_t since;

	(void)event;
	if (c->outcome != OUTCOME_ANSWERED || c->start_ns == TIME_NONE)
		return;
	since = known_since(out->known, &c->client.primary);
	/* What is explained is a use all the same. */
	if (is_first(s, c) && !c->expected &&
	    span_ns(since, c->start_ns) >= s->set.coverage_ns)
		raise_one(c, out);
}

/* --- the rest ------------------------------------------------------------- */

static void
text(const void *self, const struct alert *a, char out[static ALERT_TEXT_MAX])
{
	const struct first_out *s = self;
	char who[ALERT_WHO_MAX], whom[ADDR_TEXT_MAX + 16];

	alert_who(a, who, sizeof(who));
	if (a->has_peer)
		addr_format(&a->peer, whom);
	else
		snprintf(whom, sizeof(whom), "%" PRIu64 " hosts", a->peers);
	snprintf(out, ALERT_TEXT_MAX,
	    "%s never used port %u outward in %" PRId64
	    " h or more, and now %s answered there.",
	    who, a->port, s->set.coverage_ns / NS_PER_HOUR, whom);
}

static void
save_ports(const struct used *k, struct wr *w)
{
	uint32_t n = 0;

	for (size_t i = 0; i < WORDS; i++)
		n += (uint32_t)__builtin_popcountll(k->port[i]);
	wr_u32(w, n);
	for (uint32_t port = 0; port < 65536; port++)
		if (k->port[port / 64] & UINT64_C(1) << port % 64)
			wr_u16(w, (uint16_t)port);
}

static void
save(const void *self, struct wr *w)
{
	const struct first_out *s = self;

	wr_u64(w, s->evicted + map_evicted(s->used));
	wr_u32(w, (uint32_t)map_count(s->used));
	for (const struct used *k = map_oldest(s->used); k != NULL;
	     k = map_younger(s->used, k)) {
		wr_bytes(w, map_key(s->used, k), sizeof(struct user));
		wr_u64(w, k->uids);
		save_ports(k, w);
	}
	map_save(s->fresh, SIZE_MAX, w);
}

static int
load(void *self, struct rd *r)
{
	struct first_out *s = self;
	uint32_t n;

	s->evicted = rd_u64(r);
	n = rd_u32(r);
	for (uint32_t i = 0; i < n && !r->bad; i++) {
		struct user u;
		struct used *k;

		rd_copy(r, &u, sizeof(u));
		k = used_by(s, &u);
		k->uids = rd_u64(r);
		for (uint32_t m = rd_u32(r); m > 0 && !r->bad; m--) {
			uint16_t port = rd_u16(r);

			k->port[port / 64] |= UINT64_C(1) << port % 64;
		}
	}
	return r->bad ? -1 : map_load(s->fresh, r);
}

/* A port that is no longer new before its time is no loss. */
static uint64_t
evicted(const void *self)
{
	const struct first_out *s = self;

	return s->evicted + map_evicted(s->used);
}

const struct detector detect_first_out = {
    .name = "first-out",
    .doc = "Somebody outside answered an unexplained connection to a port "
	   "that the honeypot, or that user of it, never used outward before.",
    .options = options,
    .events = 1U << CONNECTION_OUTCOME | 1U << CONNECTION_ATTEMPT |
	      1U << CONNECTION_WITNESS | 1U << CONNECTION_DETAIL,
    .directions = 1U << DIRECTION_OUT,
    .new = first_out_new,
    .free = first_out_free,
    .connection = connection,
    .text = text,
    .version = 1,
    .save = save,
    .load = load,
    .evicted = evicted,
};
