/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef AGGREGATOR_CORRELATE_REPLYING_H
#define AGGREGATOR_CORRELATE_REPLYING_H

#include "common/site.h"

#include <stdbool.h>
#include <stdint.h>

struct rd;
struct replying;
struct wr;

/*
 * Of which honeypots replies are seen, sent and got: only there does silence
 * mean "unanswered".
 *
 * max: honeypots, each way counted alone; the longest silent one is forgotten
 *      first.  NULL: no memory.
 */
struct replying *replying_new(uint32_t max);
void replying_free(struct replying *r);

/* A reply from 'server' to a SYN of 'client' was seen; whoever is home is
 * noted. */
void replying_note(struct replying *r, const struct site *s,
    const struct addr *server, const struct addr *client, int64_t time_ns);

/*
 * Whether a reply to a connection from 'client' would have been seen: there
 * was one to somebody, up to 'until_ns'.  So what comes between that and the
 * question, when nobody waits for an answer any more, says nothing.
 */
bool replying_is_seen(const struct replying *r, const struct site *s,
    const struct addr *server, const struct addr *client, int64_t until_ns);

uint64_t replying_evicted(const struct replying *r);

/* For snapshots. */
void replying_save(const struct replying *r, struct wr *w);
int replying_load(struct replying *r, struct rd *in);

#endif
