/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "aggregator/correlate/odd_port.h"

#include "aggregator/correlate/sizes.h"
#include "aggregator/correlate/span.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* A port that so many use is an ordinary one. */
#define ORDINARY_PEERS 5

/* Client ports go on one by one on many systems, here and there one goes
 * elsewhere.  Of 28,232 that Linux draws from, a higher one lies so near by
 * chance once in 110 times. */
#define CONTINUES_WITHIN 256

struct odd_ends
odd_ends(const struct connection *c)
{
	return (struct odd_ends){
	    c->client.addr, c->server.addr, c->client_port, c->server_port, 0};
}

/* --- ordinary --- */

/* Of the classes those are ordinary that visitors come for. */
static bool
has_class(const struct site *site, uint16_t port)
{
	for (size_t i = 0; i < site->n_class; i++) {
		const struct port_class *k = &site->class[i];

		if (ports_have(&k->ports, port) && strcmp(k->name, "irc") &&
		    strcmp(k->name, "irc-weak") && strcmp(k->name, "ident"))
			return true;
	}
	return false;
}

static bool
is_ordinary(const struct site *site, const struct history *h,
    const struct addr *honeypot, uint16_t port, const struct moment *at)
{
	return has_class(site, port) ||
	       history_peers_on(h, honeypot, port, at, NULL, ORDINARY_PEERS) ==
		   ORDINARY_PEERS;
}

bool
odd_may_be(const struct site *site, const struct odd_rules *rules,
    const struct history *h, const struct connection *c,
    const struct moment *at)
{
	const struct addr peer = history_peer(&c->client);

	return !has_class(site, c->server_port) &&
	       history_is_rare(h, &c->server.primary, c->server_port, at, &peer,
		   (uint32_t)rules->others);
}

/* --- the visit before --- */

struct looking {
	const struct site *site;
	const struct odd_rules *rules;
	const struct history *h;
	const struct waiting *w;
	struct visits best;
	bool found;
};

static bool
is_visit(const struct looking *l, const struct visits *v)
{
	const struct connection *c = &l->w->c;

	return addr_eq(&v->honeypot, &c->server.primary) &&
	       v->port != c->server_port &&
	       span_ns(v->last_ns, l->w->at.ns) <= l->rules->before_ns &&
	       (v->outcome == OUTCOME_ANSWERED ||
		   v->packets > (uint64_t)l->rules->packets);
}

/* The latest; of those of one time the lowest port, its highest client port,
 * so that their order does not matter. */
static bool
is_better(const struct visits *v, const struct visits *best)
{
	int64_t later = v->last_ns != TIME_NONE
			    ? span_ns(best->last_ns, v->last_ns)
			    : (int64_t)(v->last_order - best->last_order);

	if (later != 0)
		return later > 0;
	return v->port != best->port ? v->port < best->port
				     : v->client_port > best->client_port;
}

/* Whether a port is an ordinary one is the dearest question. */
static void
look(void *arg, const struct visits *v)
{
	struct looking *l = arg;

	if (!is_visit(l, v) || (l->found && !is_better(v, &l->best)) ||
	    !is_ordinary(l->site, l->h, &v->honeypot, v->port, &l->w->at))
		return;
	l->best = *v;
	l->found = true;
}

static bool
is_scanner(const struct odd_rules *rules, const struct reach *r)
{
	return r->more || r->honeypots > rules->honeypots ||
	       r->ports > rules->ports;
}

bool
odd_judge(const struct site *site, const struct odd_rules *rules,
    const struct history *h, const struct waiting *w, struct odd_before *out)
{
	const struct addr peer = history_peer(&w->c.client);
	struct looking l = {.site = site, .rules = rules, .h = h, .w = w};
	struct moment soon = w->at;
	struct reach reach;
	int ahead;

	/* Hardly any peer ever got in: this is the cheaper question. */
	history_of_guest(h, &peer, &w->c.server.primary,
	    (uint64_t)rules->packets, &w->at, look, &l);
	if (!l.found || !odd_may_be(site, rules, h, &w->c, &w->at))
		return false;
	soon.ns = span_from(soon.ns, ODD_AHEAD_NS);
	reach = history_reach(h, &peer, &soon);
	ahead = w->c.client_port - l.best.client_port;
	*out = (struct odd_before){
	    .time_ns = l.best.last_ns,
	    .port = l.best.port,
	    .scanner = is_scanner(rules, &reach),
	};
	if (ahead > 0 && ahead <= CONTINUES_WITHIN)
		out->client_port = l.best.client_port;
	return true;
}

/* --- in words --- */

static const char *
reading(enum outcome o)
{
	switch (o) {
	case OUTCOME_UNKNOWN:
		return "";
	case OUTCOME_ANSWERED:
		return "it looks answered";
	case OUTCOME_REFUSED:
	case OUTCOME_BLOCKED:
		return "it looks refused";
	case OUTCOME_UNANSWERED:
		return "it looks unanswered";
	}
	return "";
}

static void
say_sizes(const struct connection *c, char *out, size_t size)
{
	enum outcome o = sizes_outcome(c);

	if (o == OUTCOME_UNKNOWN)
		snprintf(out, size, "whether it was answered was not seen");
	else if (c->packets_in == 0)
		snprintf(out, size,
		    "%s, a reading of the sizes: %" PRIu64 " packets, none "
		    "back",
		    reading(o), c->packets_out);
	else
		snprintf(out, size,
		    "%s, a reading of the sizes: %" PRIu64
		    " packets of %" PRIu64 " octets, %" PRIu64 " of %" PRIu64
		    " back",
		    reading(o), c->packets_out, c->octets_out / c->packets_out,
		    c->packets_in, c->octets_in / c->packets_in);
}

/* What is put without looking whether it fits. */
static_assert(sizeof("after port 65535 at , client port 65535 continues 65535; "
		     "it was unanswered") +
		      TIME_TEXT_MAX <=
		  ALERT_NOTE_MAX,
    "there is room for a note");

static char *
put_number(char *to, unsigned int n)
{
	char digits[16];
	size_t i = sizeof(digits);

	for (digits[--i] = '\0'; n > 9; n /= 10)
		digits[--i] = (char)('0' + n % 10);
	digits[--i] = (char)('0' + n);
	return stpcpy(to, digits + i);
}

/* Without printf(): a scan makes a note for each of its ports. */
void
odd_note(const struct odd_before *b, const struct connection *c,
    char out[static ALERT_NOTE_MAX])
{
	char *to = put_number(stpcpy(out, "after port "), b->port);

	if (b->time_ns != TIME_NONE) {
		to = stpcpy(to, " at ");
		to += strlen(time_format(b->time_ns, to));
	}
	if (b->client_port != 0) {
		to = put_number(stpcpy(to, ", client port "), c->client_port);
		to = put_number(stpcpy(to, " continues "), b->client_port);
	}
	to = stpcpy(to, "; ");
	if (c->outcome == OUTCOME_UNKNOWN)
		say_sizes(c, to, ALERT_NOTE_MAX - (size_t)(to - out));
	else
		stpcpy(stpcpy(to, "it was "), outcome_name(c->outcome));
}
