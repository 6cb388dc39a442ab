/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef AGGREGATOR_CORRELATE_SIGHTING_H
#define AGGREGATOR_CORRELATE_SIGHTING_H

#include "aggregator/correlate/connection.h"
#include "aggregator/correlate/sensors.h"

#include <stdbool.h>
#include <stdint.h>

/* Of more sensors the others are not remembered. */
#define SIGHTING_SENSORS_MAX 4

/*
 * What a detector remembers of a connection for an alert that may come later:
 * a twentieth of it.  No pointers in it.
 */
struct sighting {
	int64_t start_ns;
	struct addr client, server;
	uint16_t client_port, server_port;
	uint16_t sensor[SIGHTING_SENSORS_MAX];
	uint16_t n_sensor;
	bool relay;
	uint8_t zero;
};

/* sensors: where the names get their numbers. */
void sighting_set(
    struct sighting *s, const struct connection *c, struct sensors *sensors);

/* Of the same connection: the earlier time, all sensors.  Returns whether the
 * time changed. */
bool sighting_refine(
    struct sighting *s, const struct connection *c, struct sensors *sensors);

bool sighting_is_of(const struct sighting *s, const struct connection *c);

/* The connection as far as it is remembered. */
void sighting_get(const struct sighting *s, const struct site *site,
    const struct sensors *sensors, struct connection *out);

#endif
