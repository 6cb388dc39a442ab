/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "aggregator/cli/keep.h"
#include "aggregator/store/state.h"
#include "aggregator/store/store.h"
#include "common/batch.h"
#include "common/err.h"
#include "common/wire.h"

#include <errno.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sysexits.h>

/* 48 KiB of WIRE_BATCH_MAX are 1,900 rows of 26 bytes. */
#define KEEP_RECORDS_MAX 2048
#define KEEP_COMMIT_BATCHES 64 /* 3 MiB a transaction */

/* What is kept of one file while it is read. */
struct kept {
	struct builder *builder; /* NULL: nothing came of it yet */
	char sensor[SITE_NAME_MAX];
	struct run_id chain; /* hash of all batches before */
	struct keep_counts n;
	uint64_t batches;
};

struct keep {
	struct store *store;
	struct state *state;
	struct wire *wire;
	struct kept *file;
	size_t n;
	size_t uncommitted; /* batches */
	int64_t now_ns;
};

/* --- identity --- */

static void
hash_column(crypto_generichash_state *h, const void *column, size_t bytes)
{
	if (column != NULL)
		crypto_generichash_update(h, column, bytes);
}

/* Of the values, not of how they are packed: that may change. */
static void
hash_batch(crypto_generichash_state *h, const struct batch *b)
{
	char name[NAME_TEXT_MAX];

	hash_column(h, b->time, b->n * sizeof(*b->time));
#define COLUMN(column, type, absent)                                           \
	hash_column(h, b->column, b->n * sizeof(type));
#include "common/record_columns.def"
#undef COLUMN
	hash_column(h, b->addr, b->n_addr * sizeof(*b->addr));
	for (size_t i = 0; i < b->n_name; i++) {
		memset(name, 0, sizeof(name));
		memcpy(name, b->name[i], strnlen(b->name[i], sizeof(name)));
		hash_column(h, name, sizeof(name));
	}
}

static void
extend_chain(struct run_id *chain, const struct batch *b)
{
	crypto_generichash_state h;

	crypto_generichash_init(&h, NULL, 0, sizeof(chain->b));
	hash_column(&h, chain->b, sizeof(chain->b));
	hash_batch(&h, b);
	crypto_generichash_final(&h, chain->b, sizeof(chain->b));
}

/* --- putting --- */

/* Into blocks what makes full ones (a moment later: what was received now is
 * old enough); with 'all' (as if tomorrow: then today's
 * file is finished, and nothing waits for more) the rest, too. */
static int
compact(struct keep *k, bool all, struct err *e)
{
	int rc;

	do
		rc = store_recut(
		    k->store, k->now_ns + (all ? NS_PER_DAY : 1), 0, e);
	while (rc == 1);
	return rc;
}

static int
commit(struct keep *k, bool all, struct err *e)
{
	struct store_pos pos;

	k->uncommitted = 0;
	if (store_commit(k->store, &pos, e) == -1)
		return -1;
	/* Now, so that the next ones find the room of those that went. */
	return compact(k, all, e);
}

/* The batch that was gathered of 'f'. */
static int
put_batch(struct keep *k, struct kept *f, struct err *e)
{
	const struct batch *b = builder_view(f->builder);
	struct wire_message w = {.kind = WIRE_BATCH};
	struct store_item it = {.sensor = f->sensor,
	    .sequence = 1,
	    .received_ns = k->now_ns,
	    .records = b};
	int rc;

	extend_chain(&f->chain, b);
	it.run = w.batch.run = f->chain;
	w.batch.sequence = it.sequence;
	w.batch.records = *b;
	it.len = wire_pack(k->wire, &w, &it.buf, e);
	if (it.len == 0)
		return -1;
	rc = store_put(k->store, &it, e);
	if (rc == -1)
		return -1;
	*(rc == 1 ? &f->n.added : &f->n.known) += b->n;
	builder_reset(f->builder);
	if (++k->uncommitted < KEEP_COMMIT_BATCHES)
		return 0;
	return commit(k, false, e);
}

static int
begin(struct kept *f, const char *sensor, struct err *e)
{
	snprintf(f->sensor, sizeof(f->sensor), "%s", sensor);
	f->builder = builder_new(KEEP_RECORDS_MAX, WIRE_BATCH_MAX);
	return f->builder != NULL ? 0 : err_set(e, EX_OSERR, "out of memory");
}

int
keep_put(struct keep *k, size_t file, const char *sensor,
    const struct record *r, struct err *e)
{
	struct kept *f = &k->file[file];

	if (f->builder == NULL && begin(f, sensor, e) == -1)
		return -1;
	if (builder_put(f->builder, r) == 0)
		return 0;
	if (put_batch(k, f, e) == -1)
		return -1;
	builder_put(f->builder, r); /* one always fits */
	return 0;
}

/* 'synhive sensors' knows files, too. */
static int
put_sensor(struct keep *k, const struct kept *f, struct err *e)
{
	struct sensor_state x = {
	    .last_seen_ns = k->now_ns, .records = f->n.added + f->n.known};

	memcpy(x.sensor, f->sensor, sizeof(x.sensor));
	strcpy(x.state, "file");
	snprintf(x.software, sizeof(x.software), "synhive %s", VERSION);
	return state_put_sensor(k->state, &x, e);
}

int
keep_finish(struct keep *k, struct err *e)
{
	for (size_t i = 0; i < k->n; i++)
		if (k->file[i].builder != NULL &&
		    builder_count(k->file[i].builder) > 0 &&
		    put_batch(k, &k->file[i], e) == -1)
			return -1;
	if (commit(k, true, e) == -1 || state_begin(k->state, e) == -1)
		return -1;
	for (size_t i = 0; i < k->n; i++)
		if (k->file[i].builder != NULL &&
		    put_sensor(k, &k->file[i], e) == -1)
			return -1;
	return state_commit(k->state, e);
}

struct keep_counts
keep_counts(const struct keep *k, size_t file)
{
	return k->file[file].n;
}

struct state *
keep_state(struct keep *k)
{
	return k->state;
}

/* --- opening --- */

struct keep *
keep_open(const char *dir, size_t files, struct err *e)
{
	struct keep *k;

	if (mkdir(dir, 0750) == -1 && errno != EEXIST) {
		err_sys(e, EX_CANTCREAT, "cannot make %s", dir);
		return NULL;
	}
	k = calloc(1, sizeof(*k));
	if (k == NULL || (k->file = calloc(files, sizeof(*k->file))) == NULL ||
	    (k->wire = wire_new()) == NULL) {
		err_set(e, EX_OSERR, "out of memory");
		keep_close(k);
		return NULL;
	}
	k->n = files;
	k->now_ns = clock_wall_ns();
	k->store = store_open(dir, STORE_WRITE, e);
	if (k->store != NULL)
		k->state = state_open(dir, STORE_WRITE, e);
	if (k->state != NULL)
		return k;
	keep_close(k);
	return NULL;
}

void
keep_close(struct keep *k)
{
	if (k == NULL)
		return;
	for (size_t i = 0; i < k->n; i++)
		builder_free(k->file[i].builder);
	free(k->file);
	wire_free(k->wire);
	state_close(k->state);
	store_close(k->store);
	free(k);
}
