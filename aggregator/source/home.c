/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "aggregator/source/home.h"
#include "common/map.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ENOUGH_PERCENT 95 /* of the records; then no more networks */
#define SHARE_PERCENT 5	  /* a network with less is a stranger's */
#define NARROW_PERCENT 60 /* with less than that, wider ones are tried */
#define HOOKS_PERCENT 50  /* of records whose hook says it */

struct seen {
	struct addr
	    end[2]; /* the server's, or the packet's receiver's, first */
	bool known; /* by its hook: end[0] is inside */
	bool covered;
};

struct home {
	struct seen seen[HOME_RECORDS_MAX];
	size_t n, known;
};

/* How good a network is: compared from top to bottom. */
struct score {
	uint64_t records;
	uint64_t is_private;
	uint64_t received; /* as the receiver */
	struct addr only;  /* the one address, while there is one */
	bool several;
};

struct width {
	uint8_t v4, v6;
};
static const struct width widths[] = {{24, 64}, {16, 48}, {8, 32}};

struct home *
home_new(void)
{
	return calloc(1, sizeof(struct home));
}

void
home_free(struct home *h)
{
	free(h);
}

/* The hook, or what the devices tell of it. */
static uint8_t
hook_of(const struct record *r)
{
	if (r->hook != HOOK_NONE || (r->in_if == NULL) == (r->out_if == NULL))
		return r->hook;
	return r->in_if != NULL ? HOOK_IN : HOOK_OUT;
}

bool
home_put(struct home *h, const struct record *r)
{
	/* Who answers was called. */
	bool back = (r->has & HAS_FLAGS) && (r->flags & TCP_ACK) &&
		    (r->flags & (TCP_SYN | TCP_RST));
	uint8_t hook = hook_of(r);
	struct seen *s;

	if (h->n == HOME_RECORDS_MAX)
		return false;
	s = &h->seen[h->n++];
	s->end[0] = back ? r->src : r->dst;
	s->end[1] = back ? r->dst : r->src;
	if (hook == HOOK_IN || hook == HOOK_OUT) {
		s->known = true;
		s->end[0] = hook == HOOK_IN ? r->dst : r->src;
		s->end[1] = hook == HOOK_IN ? r->src : r->dst;
		h->known++;
	}
	return h->n < HOME_RECORDS_MAX;
}

static struct net
net_around(const struct addr *a, const struct width *w)
{
	struct net n = {*a, addr_is_v4(a) ? (uint8_t)(96 + w->v4) : w->v6};

	net_clear(&n);
	return n;
}

/* RFC 1918, RFC 4193. */
static bool
is_private(const struct addr *a)
{
	static const char *const text[] = {
	    "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7"};
	struct net n;

	for (size_t i = 0; i < sizeof(text) / sizeof(*text); i++)
		if (net_parse(text[i], &n) == 0 && net_has(&n, a))
			return true;
	return false;
}

static void
count_end(struct map *m, const struct addr *a, const struct width *w,
    bool receives, const struct net *other)
{
	struct net n = net_around(a, w);
	struct score *s;
	bool is_new;

	s = map_put(m, &n.a, &is_new);
	if (is_new) {
		s->only = *a;
		s->is_private = is_private(a);
	}
	s->several = s->several || !addr_eq(&s->only, a);
	s->received += receives;
	/* Both ends in one network are one record. */
	s->records += other == NULL || !addr_eq(&other->a, &n.a);
}

static bool
is_better(const struct score *a, const struct score *b)
{
	if (a->records != b->records)
		return a->records > b->records;
	if (a->is_private != b->is_private)
		return a->is_private > b->is_private;
	return a->received > b->received;
}

/* The network with most of what is not covered; its score. */
static struct score
best_net(
    const struct home *h, const struct width *w, bool by_hook, struct net *out)
{
	struct map *m = map_new(
	    sizeof(struct addr), sizeof(struct score), 2 * HOME_RECORDS_MAX);
	struct score best = {0};

	if (m == NULL)
		return best;
	for (size_t i = 0; i < h->n; i++) {
		const struct seen *s = &h->seen[i];
		struct net first = net_around(&s->end[0], w);

		if (s->covered || (by_hook && !s->known))
			continue;
		count_end(m, &s->end[0], w, true, NULL);
		if (!s->known)
			count_end(m, &s->end[1], w, false, &first);
	}
	for (const struct score *s = map_oldest(m); s != NULL;
	     s = map_younger(m, s))
		if (is_better(s, &best)) {
			best = *s;
			*out = net_around(&s->only, w);
		}
	if (best.records > 0 && !best.several)
		*out = (struct net){best.only, 128};
	map_free(m);
	return best;
}

static uint64_t
cover(struct home *h, const struct net *n)
{
	uint64_t covered = 0;

	for (size_t i = 0; i < h->n; i++) {
		struct seen *s = &h->seen[i];

		s->covered = s->covered || net_has(n, &s->end[0]) ||
			     (!s->known && net_has(n, &s->end[1]));
		covered += s->covered;
	}
	return covered;
}

static size_t
guess_of_width(struct home *h, const struct width *w, bool by_hook,
    struct net *out, uint64_t *covered)
{
	size_t n = 0;

	for (size_t i = 0; i < h->n; i++)
		h->seen[i].covered = false;
	*covered = 0;
	while (n < HOME_NETS_MAX && *covered * 100 < h->n * ENOUGH_PERCENT) {
		struct score s = best_net(h, w, by_hook, &out[n]);

		if (s.records == 0 ||
		    (n > 0 && s.records * 100 < h->n * SHARE_PERCENT))
			break;
		*covered = cover(h, &out[n++]);
	}
	return n;
}

size_t
home_guess(struct home *h, struct net out[static HOME_NETS_MAX],
    char why[static HOME_WHY_MAX])
{
	bool by_hook = h->known * 100 > h->n * HOOKS_PERCENT;
	uint64_t covered = 0;
	size_t n = 0;

	for (size_t i = 0; i < sizeof(widths) / sizeof(*widths); i++) {
		n = guess_of_width(h, &widths[i], by_hook, out, &covered);
		if (covered * 100 >= h->n * NARROW_PERCENT)
			break;
	}
	snprintf(why, HOME_WHY_MAX, "%s %llu of %zu packets or flows%s",
	    by_hook ? "the kernel's hooks say so for" : "one end lies there of",
	    (unsigned long long)covered, h->n,
	    h->n == HOME_RECORDS_MAX ? " at the beginning" : "");
	return n;
}
