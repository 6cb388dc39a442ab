/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef AGGREGATOR_CORRELATE_PARTY_H
#define AGGREGATOR_CORRELATE_PARTY_H

#include "aggregator/correlate/connection.h"

/* Who is behind 'a': a configured honeypot, a home address that is a honeypot
 * of its own, or somebody outside. */
void party_resolve(
    const struct site *s, const struct addr *a, struct party *out);

/* Of the honeypot that owns 'a'; 'a' itself when none does. */
struct addr party_primary(const struct site *s, const struct addr *a);

/* Whether two home addresses belong to one honeypot. */
bool party_same(
    const struct site *s, const struct addr *a, const struct addr *b);

/* The address by which a peer is counted: IPv6 peers own a /64 each. */
struct addr party_counted(const struct addr *a);

#endif
