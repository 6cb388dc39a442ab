/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * flood ENDPOINT SERVER-KEY RECORDS PER-BATCH KEY-FILE=ADDRESS...
 *
 * Speak as agents do, as fast as the aggregator acknowledges: one connection
 * per key file, whose sensor sees the traffic of ADDRESS.  All is packed
 * before the clock starts.  Prints: records acknowledged, bytes, seconds.
 */
#include "common/addr.h"
#include "common/batch.h"
#include "common/clock.h"
#include "common/err.h"
#include "common/keys.h"
#include "common/wire.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <zmq.h>

#define SENSORS_MAX 64
#define KNOCKS 8	  /* SYNs in a row from one worm */
#define PATIENCE_MS 20000 /* without an answer: something is broken */

struct packed {
	uint8_t *buf;
	size_t len, records;
};

struct sensor {
	void *sock;
	struct run_id run;
	struct addr addr;
	struct packed *batch;
	size_t n, next, acked, refused, window;
};

struct flood {
	void *ctx;
	struct wire *wire;
	struct sensor sensor[SENSORS_MAX];
	size_t n_sensor, per_batch;
	uint64_t acked_records, bytes;
};

static void
fail(int code, const char *what, const char *why)
{
	fprintf(stderr, "flood: %s: %s\n", what, why);
	exit(code);
}

/* Worms knock, each on a few ports; once per batch the honeypot goes out. */
static void
invent(struct record *r, const struct sensor *s, uint64_t i, bool out)
{
	static const uint16_t ports[] = {
	    22, 23, 80, 445, 1433, 3389, 5900, 8080};
	uint32_t worm = (uint32_t)(i / KNOCKS) * UINT32_C(2654435761);
	struct addr peer = addr_from_v4(
	    (uint8_t[4]){(uint8_t)(1 + worm % 99), (uint8_t)(worm >> 8),
		(uint8_t)(worm >> 16), (uint8_t)(worm >> 24)});

	*r = (struct record){
	    .time_ns = clock_wall_ns(),
	    .src = out ? s->addr : peer,
	    .dst = out ? peer : s->addr,
	    .sport = (uint16_t)(1024 + i % 64000),
	    .dport = ports[i % (sizeof(ports) / sizeof(ports[0]))],
	    .window = 64240,
	    .has = HAS_TIME | HAS_FLAGS | HAS_SEQ | HAS_TTL | HAS_WINDOW,
	    .proto = 6,
	    .flags = TCP_SYN,
	    .ttl = 52,
	    .hook = out ? HOOK_OUT : HOOK_IN,
	    .seq = worm ^ (uint32_t)i,
	};
}

static void
keep(struct flood *f, struct packed *p, const struct wire_message *m)
{
	const uint8_t *bytes;
	struct err e;

	p->len = wire_pack(f->wire, m, &bytes, &e);
	if (p->len == 0)
		fail(EX_SOFTWARE, "cannot pack", e.text);
	p->records = m->batch.records.n;
	p->buf = malloc(p->len);
	if (p->buf == NULL)
		fail(EX_OSERR, "cannot pack", "out of memory");
	memcpy(p->buf, bytes, p->len);
}

static void
pack_all(struct flood *f, struct sensor *s, uint64_t records)
{
	struct builder *b = builder_new(f->per_batch, WIRE_BATCH_MAX);
	struct wire_message m = {.kind = WIRE_BATCH, .batch = {.run = s->run}};
	struct record r;

	s->batch = calloc(records / 64 + 2, sizeof(*s->batch));
	if (b == NULL || s->batch == NULL)
		fail(EX_OSERR, "cannot pack", "out of memory");
	for (uint64_t i = 0; i < records;) {
		do {
			invent(&r, s, i, builder_count(b) == 7);
		} while (builder_put(b, &r) == 0 && ++i < records);
		m.batch.sequence = s->n + 1;
		m.batch.records = *builder_view(b);
		keep(f, &s->batch[s->n++], &m);
		builder_reset(b);
	}
	builder_free(b);
}

static void
send_hello(struct flood *f, struct sensor *s)
{
	struct wire_message m = {.kind = WIRE_HELLO,
	    .hello = {.version_min = WIRE_VERSION_MIN,
		.version_max = WIRE_VERSION_MAX,
		.run = s->run,
		.software = "flood",
		.rules = "off",
		.addr = &s->addr,
		.n_addr = 1,
		.wall_ns = clock_wall_ns(),
		.boottime_ns = clock_boot_ns()}};
	const uint8_t *bytes;
	struct err e;
	size_t len = wire_pack(f->wire, &m, &bytes, &e);

	if (len == 0)
		fail(EX_SOFTWARE, "cannot pack Hello", e.text);
	if (zmq_send(s->sock, bytes, len, 0) == -1)
		fail(EX_UNAVAILABLE, "cannot send", zmq_strerror(zmq_errno()));
}

/* KEY-FILE=ADDRESS */
static void
open_sensor(
    struct flood *f, char *arg, const char *endpoint, const struct key *server)
{
	struct sensor *s = &f->sensor[f->n_sensor++];
	char *addr = strchr(arg, '=');
	struct key_pair pair;
	struct err e;

	if (addr == NULL || addr_parse(addr + 1, &s->addr) == -1)
		fail(EX_USAGE, arg, "not KEY-FILE=ADDRESS");
	*addr = '\0';
	if (key_load(arg, &pair, &e) == -1)
		fail(e.code, arg, e.text);
	randombytes_buf(&s->run, sizeof(s->run));
	s->sock = zmq_socket(f->ctx, ZMQ_DEALER);
	zmq_setsockopt(s->sock, ZMQ_CURVE_SERVERKEY, server, KEY_BYTES);
	zmq_setsockopt(s->sock, ZMQ_CURVE_PUBLICKEY, &pair.public, KEY_BYTES);
	zmq_setsockopt(s->sock, ZMQ_CURVE_SECRETKEY, &pair.secret, KEY_BYTES);
	zmq_setsockopt(s->sock, ZMQ_LINGER, &(int){0}, sizeof(int));
	if (zmq_connect(s->sock, endpoint) == -1)
		fail(EX_USAGE, endpoint, zmq_strerror(zmq_errno()));
	send_hello(f, s);
}

static void
take_ack(struct flood *f, struct sensor *s, const struct wire_ack *a)
{
	for (size_t i = 0; i < a->n; i++) {
		if (a->sequence[i] == 0 || a->sequence[i] > s->n)
			fail(EX_PROTOCOL, "an ack", "of what was never sent");
		f->acked_records += s->batch[a->sequence[i] - 1].records;
		f->bytes += s->batch[a->sequence[i] - 1].len;
	}
	s->acked += a->n;
	s->refused += a->n_refused;
	if (a->n_refused > 0)
		fail(EX_PROTOCOL, "a batch was refused", a->refused[0].reason);
}

static void
take(struct flood *f, struct sensor *s)
{
	uint8_t buf[WIRE_MESSAGE_MAX];
	struct wire_message m;
	struct err e;
	int len;

	while ((len = zmq_recv(s->sock, buf, sizeof(buf), ZMQ_DONTWAIT)) > 0) {
		if (wire_unpack(f->wire, buf, (size_t)len, &m, &e) == -1)
			fail(EX_PROTOCOL, "cannot unpack", e.text);
		if (m.kind == WIRE_WELCOME)
			s->window = m.welcome.window;
		else if (m.kind == WIRE_REFUSAL)
			fail(EX_NOPERM, "refused", m.refusal.reason);
		else if (m.kind == WIRE_ACK)
			take_ack(f, s, &m.ack);
	}
}

static void
give(struct sensor *s)
{
	while (s->next < s->n && s->next - s->acked < s->window) {
		const struct packed *p = &s->batch[s->next];

		if (zmq_send(s->sock, p->buf, p->len, ZMQ_DONTWAIT) == -1)
			return;
		s->next++;
	}
}

/* One round.  Returns whether something is still to be acknowledged. */
static bool
turn(struct flood *f, bool sending)
{
	zmq_pollitem_t item[SENSORS_MAX];
	bool more = false;

	for (size_t i = 0; i < f->n_sensor; i++)
		item[i] = (zmq_pollitem_t){
		    .socket = f->sensor[i].sock, .events = ZMQ_POLLIN};
	if (zmq_poll(item, (int)f->n_sensor, PATIENCE_MS) <= 0)
		fail(EX_UNAVAILABLE, "the aggregator", "does not answer");
	for (size_t i = 0; i < f->n_sensor; i++) {
		struct sensor *s = &f->sensor[i];

		if (item[i].revents != 0)
			take(f, s);
		if (sending)
			give(s);
		more = more || (sending ? s->acked < s->n : s->window == 0);
	}
	return more;
}

int
main(int argc, char **argv)
{
	struct flood f = {.ctx = zmq_ctx_new(), .wire = wire_new()};
	struct key server;
	uint64_t records;

	if (argc < 6 || argc - 5 > SENSORS_MAX ||
	    key_parse(argv[2], &server) == -1)
		fail(EX_USAGE, "usage",
		    "flood ENDPOINT SERVER-KEY RECORDS PER-BATCH "
		    "KEY-FILE=ADDRESS...");
	records = strtoull(argv[3], NULL, 10);
	f.per_batch = strtoull(argv[4], NULL, 10);
	for (int i = 5; i < argc; i++)
		open_sensor(&f, argv[i], argv[1], &server);
	for (size_t i = 0; i < f.n_sensor; i++)
		pack_all(&f, &f.sensor[i], records / f.n_sensor);
	while (turn(&f, false))
		;

	int64_t start = clock_mono_ns();

	for (size_t i = 0; i < f.n_sensor; i++)
		give(&f.sensor[i]);
	while (turn(&f, true))
		;
	printf("%llu %llu %.6f\n", (unsigned long long)f.acked_records,
	    (unsigned long long)f.bytes,
	    (double)(clock_mono_ns() - start) / 1e9);
	return 0;
}
