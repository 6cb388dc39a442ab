/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "aggregator/cli/incident_headline.h"

#include "common/clock.h"

#include <inttypes.h>
#include <string.h>

#define FIRST_DEEDS 4 /* that are told */
#define FIRST_PEERS 3 /* of each that are named */
#define FIRST_PORTS 3

/* --- what it did, to whom --- */

/* In words; the ports follow where there are any. */
static const struct {
	const char *kind, *did;
} deeds[] = {
    {"irc-confirmed", "talked to IRC servers on"},
    {"outbound-irc", "called IRC"},
    {"outbound-ssh", "called SSH"},
    {"sweep", "swept the net on"},
    {"port-scan", "scanned ports of a host"},
    {"call-back", "called a visitor back on"},
    {"pivot", "went on to other honeypots on"},
    {"shared-peer", "called the same host as other honeypots on"},
    {"beacon", "called the same host regularly on"},
    {"first-out", "used for the first time"},
    {"stray", "sent forged packets"},
    {"odd-port-in", "was tried by a visitor on odd"},
};

static bool
has_kind(const struct incident *i, const char *kind)
{
	for (size_t k = 0; k < i->n_evidence; k++)
		if (strcmp(i->evidence[k].kind, kind) == 0)
			return true;
	return false;
}

/* Of one kind, each once. */
static void
add_ports(struct words *w, const struct incident *i, const char *kind)
{
	uint16_t port[FIRST_PORTS];
	size_t n = 0;
	bool more = false;

	for (size_t k = 0; k < i->n_evidence; k++) {
		const struct evidence *x = &i->evidence[k];
		size_t p = 0;

		if (x->port == 0 || strcmp(x->kind, kind) != 0)
			continue;
		while (p < n && port[p] != x->port)
			p++;
		if (p == FIRST_PORTS)
			more = true;
		else if (p == n)
			port[n++] = x->port;
	}
	for (size_t p = 0; p < n; p++)
		words_add(w, "", "%s%u",
		    p == 0 ? n > 1 ? " ports " : " port " : ", ", port[p]);
	if (more)
		words_add(w, "", " and others");
}

/* Whether the i-th is the first of its kind that names its peer. */
static bool
is_first_of_peer(const struct incident *i, size_t n)
{
	const struct evidence *x = &i->evidence[n];

	for (size_t k = 0; k < n; k++)
		if (i->evidence[k].has_peer &&
		    strcmp(i->evidence[k].kind, x->kind) == 0 &&
		    addr_eq(&i->evidence[k].peer, &x->peer))
			return false;
	return true;
}

/* To whom: " (10.0.0.1, 10.0.0.2 and 3 more)". */
static void
add_peers(struct words *w, const struct incident *i, const char *kind)
{
	char text[ADDR_TEXT_MAX];
	bool many = false;
	size_t n = 0;

	for (size_t k = 0; k < i->n_evidence; k++) {
		const struct evidence *x = &i->evidence[k];

		if (strcmp(x->kind, kind) != 0)
			continue;
		many = many || !x->has_peer;
		if (!x->has_peer || !is_first_of_peer(i, k))
			continue;
		if (n++ < FIRST_PEERS)
			words_add(w, "", "%s%s", n == 1 ? " (" : ", ",
			    addr_format(&x->peer, text));
	}
	if (n == 0)
		words_add(w, "", many ? " (several hosts)" : "");
	else if (many)
		words_add(w, "", " and others)");
	else if (n > FIRST_PEERS)
		words_add(w, "", " and %zu more)", n - FIRST_PEERS);
	else
		words_add(w, "", ")");
}

static bool
is_listed(const char *kind)
{
	for (size_t k = 0; k < sizeof(deeds) / sizeof(*deeds); k++)
		if (strcmp(deeds[k].kind, kind) == 0)
			return true;
	return false;
}

/* Deeds that are not in the table are told by their names. */
static size_t
add_others(struct words *w, const struct incident *i, size_t n)
{
	for (size_t k = 0; k < i->n_evidence; k++) {
		const char *kind = i->evidence[k].kind;

		if (is_listed(kind) ||
		    (k > 0 && strcmp(i->evidence[k - 1].kind, kind) == 0))
			continue;
		if (n++ < FIRST_DEEDS)
			words_add(w, "", "%s%s", n == 1 ? " " : ", ", kind);
	}
	return n;
}

static void
add_deeds(struct words *w, const struct incident *i)
{
	bool confirmed = has_kind(i, "irc-confirmed");
	size_t n = 0;

	for (size_t k = 0; k < sizeof(deeds) / sizeof(*deeds); k++) {
		if (!has_kind(i, deeds[k].kind) ||
		    (confirmed && strcmp(deeds[k].kind, "outbound-irc") == 0))
			continue;
		if (n++ >= FIRST_DEEDS)
			continue;
		words_add(w, "", "%s%s", n == 1 ? " " : ", ", deeds[k].did);
		add_ports(w, i, deeds[k].kind);
		add_peers(w, i, deeds[k].kind);
	}
	n = add_others(w, i, n);
	if (n == 0)
		words_add(w, "", " no evidence was kept");
	if (n > FIRST_DEEDS)
		words_add(w, "", " and more");
}

/* --- the door --- */

static const struct vector *
door_of(const struct incident *i)
{
	const struct episode *e = i->episode;

	if (i->n_episode == 0 || e->n_vector == 0 ||
	    vector_strength(&e->vector[0], e->onset_ns) == VECTOR_NONE)
		return NULL;
	return &e->vector[0];
}

static void
add_door(struct words *w, const struct incident *i, const struct vector *v)
{
	char peer[ADDR_TEXT_MAX], address[ADDR_TEXT_MAX], span[SPAN_TEXT_MAX];
	struct reasons against;
	int64_t gap;

	if (v == NULL) {
		words_add(
		    w, "", "; no visitor with supporting evidence was seen");
		return;
	}
	gap = vector_gap(v, i->episode->onset_ns);
	words_add(w, "", "; likely door: port %u of %s, by %s", v->port,
	    addr_format(&v->address, address), addr_format(&v->peer, peer));
	if (gap >= 0)
		words_add(w, "", " %s before", span_format(gap, span));
	words_add(w, "", ", %s evidence",
	    vector_strength_name(vector_strength(v, i->episode->onset_ns)));
	vector_against(v, i->episode->onset_ns, &against);
	for (size_t k = 0; k < against.n; k++)
		words_add(
		    w, "", "%s%s", k == 0 ? " (but " : ", ", against.text[k]);
	if (against.n > 0)
		words_add(w, "", ")");
}

/* --- what nobody saw, what to type --- */

static void
add_unseen(struct words *w, const struct incident *i, const struct loss *loss,
    const struct vector *v)
{
	char since[TIME_TEXT_MAX];

	words_add(w, "", "; not visible: what was said");
	if (v == NULL || v->packets == 0)
		words_add(w, "", ", how much");
	if (i->onset_ns == TIME_NONE)
		words_add(w, "", ", when");
	if (i->n_episode > 0 && i->episode->may_be_older)
		words_add(w, "", ", anything before %s: it may be older",
		    time_format(i->episode->since_ns, since));
	if (loss->records > 0)
		words_add(w, "", ", %" PRIu64 " lost records", loss->records);
	if (loss->messages > 0)
		words_add(
		    w, "", ", %" PRIu64 " missing messages", loss->messages);
}

static void
add_next(struct words *w, const struct incident *i, const struct vector *v,
    const char *place)
{
	char filter[VECTOR_FILTER_MAX], address[ADDR_TEXT_MAX];

	if (v != NULL)
		words_add(w, "", "; next: synhive records%s '%s'", place,
		    vector_filter(v, filter));
	else
		words_add(w, "", "; next: synhive connections%s 'host %s'",
		    place, addr_format(&i->address, address));
}

void
incident_headline(const struct incident *i, const struct loss *loss,
    const char *place, struct words *w)
{
	const struct vector *v = door_of(i);
	char address[ADDR_TEXT_MAX];

	*w = (struct words){.n = 0};
	addr_format(&i->address, address);
	if (strcmp(i->honeypot, address) == 0)
		words_add(
		    w, "", "%s is %s:", address, severity_name(i->severity));
	else
		words_add(w, "", "%s (%s) is %s:", i->honeypot, address,
		    severity_name(i->severity));
	add_deeds(w, i);
	add_door(w, i, v);
	add_unseen(w, i, loss, v);
	add_next(w, i, v, place);
}
