/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef COMMON_WIRE_H
#define COMMON_WIRE_H

#include "common/alert.h"
#include "common/record.h"

#include <stdint.h>

struct err;
struct wire;

/*
 * What agent and aggregator say, as bytes and as structs.  A message is
 * 'S' 'H' WIRE_FORMAT kind, then protobuf of proto/sensor.proto.
 *
 * WIRE_FORMAT changes only if those four bytes do; what the messages mean is
 * negotiated by Hello.  A newer Hello must stay readable for an old program
 * as far as its versions, or nobody could refuse it politely.
 */
#define WIRE_FORMAT 1
#define WIRE_VERSION_MIN 1
#define WIRE_VERSION_MAX 1
#define WIRE_RUN_BYTES 16
#define WIRE_MESSAGE_MAX (64 * 1024) /* ZMQ_MAXMSGSIZE on both ends */
#define WIRE_BATCH_MAX (48 * 1024)   /* columns and dictionaries, packed */
#define WIRE_HEAD_MAX 512	     /* run, sequence, counters, field tags */
#define WIRE_RECORDS_MAX 4096	     /* in one Batch */
#define WIRE_ACKS_MAX 1024	     /* sequences in one Ack */

enum wire_kind {
	WIRE_HELLO = 1,
	WIRE_WELCOME,
	WIRE_REFUSAL,
	WIRE_BATCH,
	WIRE_HEARTBEAT,
	WIRE_ACK,
};

struct run_id {
	uint8_t b[WIRE_RUN_BYTES];
};

struct wire_hello {
	uint32_t version_min, version_max;
	struct run_id run, boot, table;
	char sensor[64], software[64], rules[32];
	const struct addr *addr;
	size_t n_addr;
	int64_t wall_ns, boottime_ns;
	uint64_t counted_before;
};

struct wire_welcome {
	uint32_t version, window;
	char software[64];
};

enum wire_refusal_code {
	REFUSAL_UNKNOWN,
	REFUSAL_VERSION,
	REFUSAL_NAME,
	REFUSAL_MALFORMED,
	REFUSAL_HELLO_FIRST,
};

struct wire_refusal {
	enum wire_refusal_code code;
	char reason[256];
};

struct wire_batch {
	struct run_id run;
	uint64_t sequence, kernel_lost, dropped;
	struct batch records;
};

struct wire_heartbeat {
	struct run_id run;
	uint64_t sequence;
	int64_t wall_ns, boottime_ns;
	uint64_t records, kernel_lost, dropped, undecoded, refused, pending;
	uint64_t queued_bytes;
	uint32_t queued_messages;
	char rules[32];
};

struct wire_refused {
	uint64_t sequence;
	char reason[128];
};

struct wire_ack {
	struct run_id run;
	const uint64_t *sequence;
	size_t n;
	const struct wire_refused *refused;
	size_t n_refused;
};

struct wire_message {
	enum wire_kind kind;
	union {
		struct wire_hello hello;
		struct wire_welcome welcome;
		struct wire_refusal refusal;
		struct wire_batch batch;
		struct wire_heartbeat heartbeat;
		struct wire_ack ack;
	};
};

/* Working memory for one message at a time.  Returns NULL: out of memory. */
struct wire *wire_new(void);
void wire_free(struct wire *w);

/*
 * 'm' as bytes.  Returns their number, at most WIRE_MESSAGE_MAX, with '*out'
 * borrowed until the next call with 'w'; 0 with 'e' set when it is too large.
 */
size_t wire_pack(struct wire *w, const struct wire_message *m,
    const uint8_t **out, struct err *e);

/*
 * Bytes from outside as a message, all values in range (batch_is_sound()).
 * What 'm' points to is borrowed until the next call with 'w', and from
 * 'buf'.  Memory is bounded whatever the bytes say.  Returns 0, or -1 with
 * 'e' naming what is wrong; kind, and run and sequence of a Batch, are set
 * even then if they could be read.
 */
int wire_unpack(struct wire *w, const void *buf, size_t len,
    struct wire_message *m, struct err *e);

/* An alert or incident for the feed; returns as wire_pack() does. */
size_t wire_pack_alert(struct wire *w, const struct alert *a, bool update,
    const uint8_t **out, struct err *e);
size_t wire_pack_incident(struct wire *w, const struct incident *i,
    const char *op, const uint8_t **out, struct err *e);
int wire_unpack_alert(struct wire *w, const void *buf, size_t len,
    struct alert *a, bool *update, struct err *e);
size_t wire_pack_feed_heartbeat(struct wire *w, const struct run_id *run,
    uint64_t sequence, int64_t wall_ns, const uint8_t **out, struct err *e);

#endif
