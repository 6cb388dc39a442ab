/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef AGGREGATOR_CORRELATE_SEEN_H
#define AGGREGATOR_CORRELATE_SEEN_H

#include <stdint.h>

/*
 * Who saw the SYNs of one connection.  A gateway logs each SYN in prerouting
 * and again in forward, and another sensor logs it too; a retransmission is
 * the same bytes a second later.  Each (sensor, hook) sees every attempt, so
 * the attempts are the most that one of them saw: whatever the order in which
 * their records come.
 *
 * Four observers: a host's output, a gateway's prerouting and forward, the
 * other host's prerouting.  Records of a fifth change nothing.
 */
#define OBSERVERS_MAX 4

/* One hook that logs a packet twice (bridge and inet family) does so at
 * once; Linux retransmits a SYN after 1 s, nobody before 200 ms. */
#define SAME_PACKET_MS 150

/* Attempts that one observer counts; a tenth of a day at one a second. */
#define OBSERVER_ATTEMPTS_MAX 8191

struct observer {
	uint16_t sensor;
	uint16_t hook : 3;
	uint16_t attempts : 13;
	int32_t last_ms;
};

struct seen {
	struct observer by[OBSERVERS_MAX];
	uint32_t n;
	uint32_t attempts; /* the most that one saw */
};

enum seen_as {
	SEEN_AGAIN,   /* a packet that is counted already */
	SEEN_ATTEMPT, /* the first, or a retransmission */
	SEEN_WITNESS, /* the first that this sensor says of it */
};

/* No time, or none that is exact: every record of an observer is an attempt. */
#define SEEN_NO_TIME INT32_MIN

/* 'ms': when, from any fixed point; it may wrap. */
enum seen_as seen_put(
    struct seen *s, uint16_t sensor, uint8_t hook, int32_t ms);

#endif
