/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef AGGREGATOR_CORRELATE_SENSORS_H
#define AGGREGATOR_CORRELATE_SENSORS_H

#include "common/alert.h"

#include <stdint.h>

struct rd;
struct sensors;
struct wr;

/* Small numbers for the names of sensors.  Names are the configured ones: of
 * more than SENSORS_MAX the others have no name. */
#define SENSORS_MAX 16384

/* NULL: no memory. */
struct sensors *sensors_new(void);
void sensors_free(struct sensors *s);

/* NULL, a file: 0. */
uint16_t sensors_number(struct sensors *s, const char *name);
void sensors_add_name(
    const struct sensors *s, uint16_t number, struct names *to);

/* For snapshots: the numbers stay the same. */
void sensors_save(const struct sensors *s, struct wr *w);
int sensors_load(struct sensors *s, struct rd *r);

#endif
