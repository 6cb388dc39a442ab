/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef AGGREGATOR_CORRELATE_SHARING_H
#define AGGREGATOR_CORRELATE_SHARING_H

#include "aggregator/correlate/sighting.h"

#include <stdbool.h>
#include <stdint.h>

struct alert_sink;

/* A honeypot's connections to one (peer, port).  No holes, no pointers. */
struct sharer {
	struct addr honeypot; /* primary */
	/* Of those without a gap of a window, and of all their attempts. */
	int64_t first_ns, last_ns;
	struct sighting last;
	/* The last but one, which may turn out to be the last; start_ns
	 * TIME_NONE: none. */
	struct sighting before;
	uint64_t told; /* enum severity; 0: not yet */
};

#define SHARERS_MAX 16
/* Of one (peer, port), within half a second. */
#define SHARING_WAITING_MAX 8

/* Those of all honeypots; zeroed it is empty. */
struct sharing {
	struct sharer by[SHARERS_MAX];
	int64_t waiting_ns[SHARING_WAITING_MAX]; /* in order */
	uint32_t n, n_waiting;
};

void sharer_set(
    struct sharer *x, const struct connection *c, struct sensors *sensors);
void sharer_put(struct sharer *x, const struct connection *c, int64_t width_ns,
    struct sensors *sensors);

/* That it was there, first and last, as a finding. */
void sharer_raise(const struct sharer *x, const struct site *site,
    const struct sensors *sensors, enum severity severity,
    struct alert_sink *out);

/* Whether it was there within a window before or after 'time_ns'. */
bool sharing_is_near(const struct sharer *x, int64_t time_ns, int64_t width_ns);

/* How many of them were. */
uint32_t sharing_near(
    const struct sharing *k, int64_t time_ns, int64_t width_ns);

/* Returns false: there is no room for another honeypot. */
bool sharing_put(struct sharing *k, const struct connection *c,
    int64_t width_ns, struct sensors *sensors);

/* In the order in which they came. */
void sharing_sort(struct sharing *k);

/* Times that wait to be looked at: the earliest, if there is one. */
bool sharing_next(const struct sharing *k, int64_t *time_ns);
void sharing_take(struct sharing *k);
bool sharing_is_full(const struct sharing *k);
void sharing_wait(struct sharing *k, int64_t time_ns);

/* Who called whom, in which order. */
void sharing_text(const struct site *s, const struct alert *a,
    char out[static ALERT_TEXT_MAX]);

#endif
