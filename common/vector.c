/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "common/vector.h"

#include "common/clock.h"

/*
 * A port that many try has somebody near at any time.  Near enough to mean
 * something is: so near that by the port's traffic somebody would be once in
 * eight times.  For 3 peers in 24 hours that is the hour before.
 */
#define CHANCE 8

/* --- what speaks for it --- */

int64_t
vector_gap(const struct vector *v, int64_t onset_ns)
{
	int64_t gap;

	if (v->last_ns == TIME_NONE || onset_ns == TIME_NONE ||
	    __builtin_sub_overflow(onset_ns, v->last_ns, &gap))
		return -1;
	return gap;
}

static bool
is_closed(const struct vector *v)
{
	return v->outcome == OUTCOME_REFUSED || v->outcome == OUTCOME_BLOCKED ||
	       v->outcome == OUTCOME_UNANSWERED;
}

static bool
is_sweep(const struct vector *v)
{
	return v->more || v->swept >= VECTOR_SWEPT;
}

bool
vector_is_rare(const struct vector *v, int64_t gap)
{
	return v->peers <= VECTOR_FEW_PEERS && gap <= VECTOR_SOON_NS;
}

bool
vector_is_beyond_chance(const struct vector *v, int64_t gap)
{
	return gap >= 0 && gap <= v->watched_ns / CHANCE / v->peers;
}

bool
vector_is_near(const struct vector *v, int64_t gap)
{
	return gap <= VECTOR_NEAR_NS && vector_is_beyond_chance(v, gap);
}

static bool
is_talkative(const struct vector *v)
{
	return v->packets > VECTOR_GUESSER_PACKETS;
}

/* --- rank --- */

/* In which of the pieces of time before the onset. */
static int
nearness(const struct vector *v, int64_t gap)
{
	static const int64_t edge[] = {
	    VECTOR_SOON_NS, 6 * NS_PER_HOUR, VECTOR_WINDOW_NS};
	int piece = 1;

	if (gap < 0 || vector_is_near(v, gap))
		return 0;
	for (size_t i = 0; i < sizeof(edge) / sizeof(*edge); i++)
		piece += gap > edge[i];
	return piece;
}

/* What counts, the first that differs decides; less is likelier. */
enum {
	STRONG,
	CLOSED,
	SWEEP,
	RARE,
	NEAR,
	ANSWERED,
	BACK,
	TALKATIVE,
	CRITERIA
};

static void
weigh(const struct vector *v, int64_t gap, int out[static CRITERIA])
{
	out[STRONG] = -(v->called_back + v->tried_odd);
	out[CLOSED] = is_closed(v);
	out[SWEEP] = is_sweep(v);
	out[RARE] = !vector_is_rare(v, gap);
	out[NEAR] = nearness(v, gap);
	out[ANSWERED] = v->outcome != OUTCOME_ANSWERED;
	out[BACK] = !v->back;
	out[TALKATIVE] = !is_talkative(v);
}

/* Of equals the nearer, then the less tried port, then any order that is not
 * that of their coming. */
static int
compare_rest(
    const struct vector *a, const struct vector *b, int64_t ga, int64_t gb)
{
	int order;

	if (ga != gb)
		return ga < gb ? -1 : 1;
	if (a->peers != b->peers)
		return a->peers < b->peers ? -1 : 1;
	order = addr_cmp(&a->peer, &b->peer);
	if (order == 0)
		order = addr_cmp(&a->address, &b->address);
	return order != 0 ? order : a->port - b->port;
}

int
vector_compare(const struct vector *a, const struct vector *b, int64_t onset_ns)
{
	int64_t ga = vector_gap(a, onset_ns), gb = vector_gap(b, onset_ns);
	int wa[CRITERIA], wb[CRITERIA];

	weigh(a, ga, wa);
	weigh(b, gb, wb);
	for (size_t i = 0; i < CRITERIA; i++)
		if (wa[i] != wb[i])
			return wa[i] < wb[i] ? -1 : 1;
	return compare_rest(a, b, ga, gb);
}

enum vector_strength
vector_strength(const struct vector *v, int64_t onset_ns)
{
	int64_t gap = vector_gap(v, onset_ns);
	bool more =
	    v->outcome == OUTCOME_ANSWERED || v->back || is_talkative(v);

	if (v->called_back || v->tried_odd)
		return is_closed(v) ? VECTOR_WEAK : VECTOR_STRONG;
	if (is_closed(v) || is_sweep(v))
		return VECTOR_NONE;
	if (vector_is_rare(v, gap) || vector_is_near(v, gap))
		return more ? VECTOR_FAIR : VECTOR_WEAK;
	return more && gap <= VECTOR_SOON_NS ? VECTOR_WEAK : VECTOR_NONE;
}

const char *
vector_strength_name(enum vector_strength s)
{
	switch (s) {
	case VECTOR_NONE:
		return "none";
	case VECTOR_WEAK:
		return "weak";
	case VECTOR_FAIR:
		return "fair";
	case VECTOR_STRONG:
		return "strong";
	}
	return "none";
}
