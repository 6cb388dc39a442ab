/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TESTS_UNIT_STORE_FIXTURE_H
#define TESTS_UNIT_STORE_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "aggregator/store/store.h"
#include "common/batch.h"
#include "common/err.h"
#include "common/wire.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/*
 * A store in a fresh folder, and messages for it.  Every record made has its
 * own number, ascending, in 'seq': a scan must bring them back in that order.
 */

/* 2026-11-21 00:00:00 UTC */
#define DAY_1 (INT64_C(20778) * NS_PER_DAY)
#define DAY_2 (DAY_1 + NS_PER_DAY)

struct fixture {
	char dir[64];
	struct store *store;
	struct wire *wire;
	struct builder *builder;
	uint32_t made; /* records */
	uint64_t sequence;
	int64_t now_ns;
	struct err e;
};

/* A number that looks random, the same each time. */
static inline uint64_t
mixed(uint64_t x)
{
	x = (x ^ x >> 31) * UINT64_C(0x9e3779b97f4a7c15);
	return x ^ x >> 29;
}

static inline struct addr
v4(uint8_t a, uint8_t b, uint8_t c, uint8_t d)
{
	const uint8_t bytes[4] = {a, b, c, d};

	return addr_from_v4(bytes);
}

static inline struct run_id
run_of(uint8_t n)
{
	struct run_id run = {.b = {n, 1, 2, 3}};

	return run;
}

static inline void
remove_folder(const char *path)
{
	DIR *d = opendir(path);
	struct dirent *entry;
	char file[512];

	while (d != NULL && (entry = readdir(d)) != NULL) {
		snprintf(file, sizeof(file), "%s/%s", path, entry->d_name);
		unlink(file);
	}
	if (d != NULL)
		closedir(d);
	rmdir(path);
}

static inline bool
has_file(const struct fixture *f, const char *name)
{
	char path[256];

	snprintf(path, sizeof(path), "%s/%s", f->dir, name);
	return access(path, F_OK) == 0;
}

static inline void
open_store(struct fixture *f)
{
	f->store = store_open(f->dir, STORE_WRITE, &f->e);
	if (f->store == NULL)
		fail_msg("%s", f->e.text);
}

static inline void
reopen_store(struct fixture *f)
{
	store_close(f->store);
	open_store(f);
}

static inline int
setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	strcpy(f->dir, "/tmp/synhive-store-XXXXXX");
	if (mkdtemp(f->dir) == NULL)
		return -1;
	f->wire = wire_new();
	f->builder = builder_new(WIRE_RECORDS_MAX, WIRE_BATCH_MAX);
	f->now_ns = DAY_1 + NS_PER_HOUR;
	open_store(f);
	*state = f;
	return 0;
}

static inline int
teardown(void **state)
{
	struct fixture *f = *state;

	store_close(f->store);
	remove_folder(f->dir);
	wire_free(f->wire);
	builder_free(f->builder);
	free(f);
	return 0;
}

/* The next record: all columns vary, the client is 10.x.y.z. */
static inline struct record
make_record(struct fixture *f)
{
	uint32_t n = ++f->made;
	struct record r = {.time_ns = f->now_ns + n * 1000,
	    .src = v4(10, (uint8_t)(n >> 16), (uint8_t)(n >> 8), (uint8_t)n),
	    .dst = v4(11, 11, 79, (uint8_t)(n % 7)),
	    .sport = (uint16_t)(1024 + n % 60000),
	    .dport = n % 3 == 0 ? 22 : 6667,
	    .window = 64240,
	    .has = HAS_TIME | HAS_FLAGS | HAS_SEQ | HAS_UID,
	    .proto = 6,
	    .flags = TCP_SYN,
	    .ttl = 64,
	    .hook = HOOK_OUT,
	    .seq = n,
	    .uid = n % 5,
	    .in_if = n % 2 == 0 ? "eth0" : NULL,
	    .prefix = "synhive "};

	return r;
}

/* Put 'n' new records of 'sensor' as one message; 0 is a heartbeat. */
static inline int
put_message(struct fixture *f, const char *sensor, struct run_id run,
    uint64_t sequence, size_t n)
{
	struct wire_message m = {.kind = WIRE_BATCH};
	struct store_item it = {.sensor = sensor,
	    .run = run,
	    .sequence = sequence,
	    .received_ns = f->now_ns};

	builder_reset(f->builder);
	for (size_t i = 0; i < n; i++) {
		struct record r = make_record(f);

		assert_int_equal(builder_put(f->builder, &r), 0);
	}
	m.batch.run = run;
	m.batch.sequence = sequence;
	m.batch.records = *builder_view(f->builder);
	it.len = wire_pack(f->wire, &m, &it.buf, &f->e);
	it.records = &m.batch.records;
	return store_put(f->store, &it, &f->e);
}

static inline struct store_pos
commit(struct fixture *f)
{
	struct store_pos pos;

	if (store_commit(f->store, &pos, &f->e) == -1)
		fail_msg("%s", f->e.text);
	return pos;
}

/* 'messages' of 'n' records each, committed, as pot1's run 1. */
static inline struct store_pos
fill(struct fixture *f, size_t messages, size_t n)
{
	for (size_t i = 0; i < messages; i++) {
		if (put_message(f, "pot1", run_of(1), ++f->sequence, n) != 1)
			fail_msg("%s", f->e.text);
		f->now_ns += NS_PER_MS;
	}
	return commit(f);
}

static inline int
recut_all(struct fixture *f)
{
	int blocks = 0, rc;

	while ((rc = store_recut(f->store, f->now_ns, 0, &f->e)) == 1)
		blocks++;
	if (rc == -1)
		fail_msg("%s", f->e.text);
	return blocks;
}

static inline struct store_query
everything(void)
{
	return (struct store_query){
	    .since_ns = TIME_NONE, .until_ns = TIME_NONE};
}

/* Rows of 'c' must be numbered next, next + 1, ...  Returns the next. */
static inline uint32_t
check_chunk(const struct store_chunk *c, uint32_t next)
{
	struct record r;

	assert_true(c->records.n > 0);
	for (size_t i = 0; i < c->records.n; i++) {
		batch_get(&c->records, i, &r);
		assert_int_equal(r.seq, next);
		assert_int_equal(r.src.b[15], (uint8_t)next);
		assert_int_equal(r.uid, next % 5);
		assert_int_equal(r.dport, next % 3 == 0 ? 22 : 6667);
		assert_string_equal(r.prefix, "synhive ");
		next++;
	}
	return next;
}

/* Scan all that 'q' asks for: numbers first..last, in order, each once. */
static inline void
expect_scan(
    struct store *s, const struct store_query *q, uint32_t first, uint32_t last)
{
	struct err e = {0};
	struct store_scan *sc = store_scan_open(s, q, &e);
	struct store_chunk c;
	int rc;

	if (sc == NULL)
		fail_msg("%s", e.text);
	while ((rc = store_scan_next(sc, &c, &e)) == 1)
		first = check_chunk(&c, first);
	if (rc == -1)
		fail_msg("%s", e.text);
	assert_int_equal(first, last + 1);
	store_scan_close(sc);
}

static inline void
expect_all(struct fixture *f)
{
	struct store_query q = everything();

	expect_scan(f->store, &q, 1, f->made);
}

#endif
