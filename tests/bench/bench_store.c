/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the store costs a record: "name value unit" a line; of each the time
 * on the wall, on the disk of the folder given (else of the working one), and
 * that of the processor.
 */
#include "aggregator/store/store.h"
#include "common/batch.h"
#include "common/err.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <time.h>
#include <unistd.h>

/* 2 M records: 2,048 messages of 1,024, 16 a transaction. */
#define MESSAGES 2048
#define RECORDS 1024
#define A_COMMIT 16

static void
die(const struct err *e)
{
	fprintf(stderr, "%s\n", e->text);
	exit(e->code);
}

/* Nanoseconds on the wall and of the processor. */
struct watch {
	int64_t wall, cpu;
};

static struct watch
now(void)
{
	struct timespec cpu;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &cpu);
	return (struct watch){
	    clock_mono_ns(), cpu.tv_sec * NS_PER_SEC + cpu.tv_nsec};
}

/* A busy honeynet: 16 honeypots, peers all over, six ports, one in eight
 * peers comes often. */
static void
make_record(uint64_t n, int64_t base_ns, struct record *r)
{
	uint64_t x = (n ^ n >> 7) * UINT64_C(0x9e3779b97f4a7c15);
	const uint16_t ports[] = {22, 23, 80, 445, 6667, 22};
	uint8_t peer[4] = {(uint8_t)(x >> 56), (uint8_t)(x >> 48),
	    (uint8_t)(x >> 40), (uint8_t)(x >> 32)};
	uint8_t pot[4] = {11, 11, 79, (uint8_t)(64 + x % 16)};

	if (x % 8 != 0)
		memset(peer, (int)(1 + x % 200), 3);
	*r = (struct record){
	    .time_ns = base_ns + (int64_t)(n * 10000 + (x >> 50)),
	    .src = addr_from_v4(peer),
	    .dst = addr_from_v4(pot),
	    .sport = (uint16_t)(x >> 16),
	    .dport = ports[x / 16 % 6],
	    .window = x % 3 == 0 ? 64240 : 29200,
	    .has = HAS_TIME | HAS_FLAGS | HAS_SEQ | HAS_TTL | HAS_WINDOW |
		   HAS_OPTS,
	    .proto = 6,
	    .flags = TCP_SYN,
	    .ttl = (uint8_t)(40 + x % 24),
	    .hook = HOOK_IN,
	    .seq = (uint32_t)(x * 2654435761U >> 8),
	    .opts = 0x4321,
	    .in_if = "eth0",
	    .prefix = "synhive in "};
}

struct message {
	uint8_t *buf;
	size_t len;
	struct batch *records;
};

/* 64 different messages, used in turn. */
#define PREPARED 64

static struct message prepared[PREPARED];
static struct builder *builders[PREPARED];

static void
prepare(int64_t base_ns)
{
	struct wire *w = wire_new();
	struct err e;

	for (size_t i = 0; i < PREPARED; i++) {
		struct wire_message m = {.kind = WIRE_BATCH};
		const uint8_t *out;

		builders[i] = builder_new(RECORDS, 1024 * 1024);
		for (size_t k = 0; k < RECORDS; k++) {
			struct record r;

			make_record(i * RECORDS + k, base_ns, &r);
			if (builder_put(builders[i], &r) == -1)
				abort();
		}
		m.batch.records = *builder_view(builders[i]);
		prepared[i].records = malloc(sizeof(struct batch));
		*prepared[i].records = m.batch.records;
		prepared[i].len = wire_pack(w, &m, &out, &e);
		if (prepared[i].len == 0)
			die(&e);
		prepared[i].buf = malloc(prepared[i].len);
		memcpy(prepared[i].buf, out, prepared[i].len);
	}
	wire_free(w);
}

static void
put_all(struct store *s, int64_t day_ns)
{
	struct run_id run = {{1}};
	struct store_pos pos;
	struct err e;

	for (uint64_t i = 0; i < MESSAGES; i++) {
		const struct message *m = &prepared[i % PREPARED];
		struct store_item it = {.sensor = "pot1",
		    .run = run,
		    .sequence = i + 1,
		    .received_ns = day_ns + (int64_t)i,
		    .buf = m->buf,
		    .len = m->len,
		    .records = m->records};

		if (store_put(s, &it, &e) != 1)
			die(&e);
		if ((i + 1) % A_COMMIT == 0 && store_commit(s, &pos, &e) == -1)
			die(&e);
	}
}

static size_t
scan(struct store *s, const struct store_query *q)
{
	struct err e;
	struct store_scan *sc = store_scan_open(s, q, &e);
	struct store_chunk c;
	size_t n = 0;
	int rc;

	if (sc == NULL)
		die(&e);
	while ((rc = store_scan_next(sc, &c, &e)) == 1)
		n += c.records.n;
	if (rc == -1)
		die(&e);
	store_scan_close(sc);
	return n;
}

static void
report(const char *name, struct watch since)
{
	const double n = (double)MESSAGES * RECORDS;
	struct watch t = now();

	printf("%s %.1f ns/record\n", name, (double)(t.wall - since.wall) / n);
	printf(
	    "%s_cpu %.1f ns/record\n", name, (double)(t.cpu - since.cpu) / n);
}

/* The length of the only day's file, by record. */
static void
report_size(const char *dir)
{
	char path[512];
	FILE *f;

	snprintf(path, sizeof(path), "%s/day-2026-11-21.db", dir);
	if ((f = fopen(path, "rb")) == NULL)
		return;
	fseek(f, 0, SEEK_END);
	printf("store_size %.1f bytes/record\n",
	    (double)ftell(f) / (MESSAGES * RECORDS));
	fclose(f);
}

int
main(int argc, char **argv)
{
	char dir[256];
	struct err e;
	struct store *s;
	struct store_query q = {.since_ns = TIME_NONE, .until_ns = TIME_NONE};
	struct addr nobody = {{0x20, 1}};
	const int64_t day = INT64_C(20778) * NS_PER_DAY;
	struct watch t;

	snprintf(dir, sizeof(dir), "%s/bench-store-XXXXXX",
	    argc > 1 ? argv[1] : ".");
	if (mkdtemp(dir) == NULL) {
		perror(dir);
		return EX_CANTCREAT;
	}
	prepare(day);
	if ((s = store_open(dir, STORE_WRITE, &e)) == NULL)
		die(&e);
	t = now();
	put_all(s, day);
	report("store_put_commit", t);
	t = now();
	if (scan(s, &q) != (size_t)MESSAGES * RECORDS)
		abort();
	report("store_scan_loose", t);
	t = now();
	while (store_recut(s, day + NS_PER_DAY, 0, &e) == 1)
		;
	report("store_recut", t);
	t = now();
	if (scan(s, &q) != (size_t)MESSAGES * RECORDS)
		abort();
	report("store_scan_all_columns", t);
	q.columns = STORE_WANT(src) | STORE_WANT(dst) | STORE_WANT(dport);
	t = now();
	scan(s, &q);
	report("store_scan_three_columns", t);
	q.columns = 0;
	q.host = &nobody;
	q.n_host = 1;
	t = now();
	printf("store_host_false_rows %zu rows\n", scan(s, &q));
	report("store_scan_absent_host", t);
	store_close(s);
	report_size(dir);
	printf("store_loose_size %.1f bytes/record\n",
	    (double)prepared[0].len / RECORDS);
	return 0;
}
