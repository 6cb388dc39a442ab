/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef AGGREGATOR_CORRELATE_MISSING_ALERT_H
#define AGGREGATOR_CORRELATE_MISSING_ALERT_H

#include "common/alert.h"
#include "common/site.h"

/* What the alert about missing traffic says: for missing.c. */

/* Whom it is about, as far as the filter names one honeypot, one peer, one
 * port. */
void missing_alert_parties(
    struct alert *a, const struct site *site, const struct filter_bounds *b);

/* The sentence, from the times and the count.  again: the window in which it
 * came again, or NULL. */
void missing_alert_text(
    struct alert *a, const struct expectation *x, const struct due *again);

#endif
