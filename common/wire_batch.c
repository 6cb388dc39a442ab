/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "common/wire_internal.h"
#include "sensor.pb-c.h"

/* The dictionary's strings, for protobuf-c, which wants char **. */
#define NAMES_MAX 255

/*
 * Times as steps from row to row, from 'base'.  Unsigned, because TIME_NONE
 * is far from everything.
 */
static void
steps_from_times(const int64_t *time, size_t n, int64_t base, int64_t *step)
{
	uint64_t before = (uint64_t)base;

	for (size_t i = 0; i < n; i++) {
		step[i] = (int64_t)((uint64_t)time[i] - before);
		before = (uint64_t)time[i];
	}
}

static void
times_from_steps(int64_t *step, size_t n, int64_t base)
{
	uint64_t now = (uint64_t)base;

	for (size_t i = 0; i < n; i++) {
		now += (uint64_t)step[i];
		step[i] = (int64_t)now;
	}
}

size_t
wire_pack_batch(struct wire *w, const struct wire_message *m,
    const uint8_t **out, struct err *e)
{
	const struct wire_batch *b = &m->batch;
	const struct batch *r = &b->records;
	Synhive__Sensor__Batch pb = SYNHIVE__SENSOR__BATCH__INIT;
	int64_t *step;

	arena_reset(w->arena);
	step = arena_get(w->arena, r->n * sizeof(*step));
	if (r->n > WIRE_RECORDS_MAX || step == NULL) {
		err_set(e, EX_SOFTWARE, "a batch of %zu records", r->n);
		return 0;
	}
	pb.run = wire_run_data(&b->run);
	pb.sequence = b->sequence;
	pb.kernel_lost = b->kernel_lost;
	pb.dropped = b->dropped;
	pb.count = (uint32_t)r->n;
	pb.addresses = (ProtobufCBinaryData){
	    r->n_addr * sizeof(*r->addr), MUTABLE(r->addr)};
	pb.names = MUTABLE(r->name);
	pb.n_names = r->n_name;
	pb.time_base = r->n == 0 ? 0 : r->time[0];
	steps_from_times(r->time, r->n, pb.time_base, step);
	pb.time = step;
	pb.n_time = r->n;
#define COLUMN(name, type, absent)                                             \
	pb.name = MUTABLE(r->name);                                            \
	pb.n_##name = r->name == NULL ? 0 : r->n;
#include "common/record_columns.def"
#undef COLUMN
	return wire_put_message(w, &pb.base, 4, out, e);
}

static int
check_names(const Synhive__Sensor__Batch *pb, struct err *e)
{
	if (pb->n_names > NAMES_MAX)
		return err_set(e, EX_DATAERR, "batch: %zu names", pb->n_names);
	for (size_t i = 0; i < pb->n_names; i++)
		if (strlen(pb->names[i]) >= NAME_TEXT_MAX)
			return err_set(e, EX_DATAERR,
			    "batch: name %zu has %zu bytes", i,
			    strlen(pb->names[i]));
	return 0;
}

/* Every column present has a value for every row. */
static int
check_columns(const Synhive__Sensor__Batch *pb, struct err *e)
{
	if (pb->count > WIRE_RECORDS_MAX)
		return err_set(e, EX_DATAERR, "batch: %u records", pb->count);
	if (pb->n_time != pb->count)
		return err_set(e, EX_DATAERR, "batch: %u records, %zu times",
		    pb->count, pb->n_time);
#define COLUMN(name, type, absent)                                             \
	if (pb->n_##name != 0 && pb->n_##name != pb->count)                    \
		return err_set(e, EX_DATAERR,                                  \
		    "batch: %u records, %zu of column " #name, pb->count,      \
		    pb->n_##name);
#include "common/record_columns.def"
#undef COLUMN
	return 0;
}

int
wire_unpack_batch(struct wire *w, const void *buf, size_t len,
    struct wire_message *m, struct err *e)
{
	struct wire_batch *b = &m->batch;
	struct batch *r = &b->records;
	Synhive__Sensor__Batch *pb;

	pb = wire_get_message(
	    w, &synhive__sensor__batch__descriptor, buf, len, e);
	if (pb == NULL ||
	    wire_get_run(&pb->run, &b->run, "batch: run", e) == -1)
		return -1;
	/* First, so that what is refused below can be called by its number. */
	b->sequence = pb->sequence;
	if (check_names(pb, e) == -1 || check_columns(pb, e) == -1)
		return -1;
	b->kernel_lost = pb->kernel_lost;
	b->dropped = pb->dropped;
	if (wire_get_addrs(&pb->addresses, &r->addr, &r->n_addr, e) == -1)
		return -1;
	times_from_steps(pb->time, pb->count, pb->time_base);
	r->n = pb->count;
	r->time = pb->time;
	r->name = (const char *const *)pb->names;
	r->n_name = pb->n_names;
#define COLUMN(name, type, absent) r->name = pb->n_##name ? pb->name : NULL;
#include "common/record_columns.def"
#undef COLUMN
	if (!batch_is_sound(r))
		return err_set(e, EX_DATAERR, "batch: a value out of range");
	return 0;
}
