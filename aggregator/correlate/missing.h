/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef AGGREGATOR_CORRELATE_MISSING_H
#define AGGREGATOR_CORRELATE_MISSING_H

#include "aggregator/correlate/alerts.h"
#include "aggregator/correlate/connection.h"
#include "common/expectation.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct missing;
struct rd;
struct wr;

/*
 * Expectations with a schedule: at least one connection must come in each
 * window, else the alert "expected-missing" says so; one alert for windows
 * missed in a row, counted, and one last update when it came again.
 *
 * A window is judged a minute after its end, because batches are late
 * sometimes, and not within a minute after the clock was first heard, because
 * agents bring what they kept after a restart.  A window that began before
 * anything was seen is not judged.
 */
#define MISSING_ALERT "expected-missing"
#define MISSING_GRACE_NS (60 * NS_PER_SEC)

/* site: borrowed.  NULL: no memory. */
struct missing *missing_new(
    const struct site *site, const struct alerts_sink *sink);
void missing_free(struct missing *m);

/* A new connection. */
void missing_connection(struct missing *m, const struct connection *c);

/* The clock.  It never goes back. */
void missing_advance(struct missing *m, int64_t now_ns);
/* The end of all: judge what ended before the last that was seen. */
void missing_finish(struct missing *m);

/* Continue an alert that was told before a restart; not one of ours: nothing
 * happens.  Before missing_restore(). */
void missing_restore_alert(struct missing *m, const struct alert *a);
void missing_restore(struct missing *m, const struct expectation_state *s);

/* What missing_restore() needs of the i-th; false past the last. */
bool missing_get(
    const struct missing *m, size_t i, struct expectation_state *out);

/* For snapshots, see snapshot.h.  Of what is not expected any more nothing is
 * loaded. */
#define MISSING_VERSION 1
void missing_save(const void *m, struct wr *w);
int missing_load(void *m, struct rd *r);

#endif
