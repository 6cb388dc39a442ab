/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "aggregator/store/store_internal.h"
#include "common/err.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

int
workshop_init(struct workshop *w)
{
	w->wire = wire_new();
	w->gather = gather_new();
	w->block = block_new();
	return w->wire != NULL && w->gather != NULL && w->block != NULL ? 0
									: -1;
}

void
workshop_fini(struct workshop *w)
{
	wire_free(w->wire);
	gather_free(w->gather);
	block_free(w->block);
	*w = (struct workshop){0};
}

int
store_unpack(struct wire *w, const void *data, size_t len,
    struct wire_message *m, struct err *e)
{
	if (wire_unpack(w, data, len, m, e) == -1)
		return -1;
	if (m->kind != WIRE_BATCH)
		return err_set(e, EX_DATAERR, "no batch");
	return 0;
}

int
store_pos_cmp(const struct store_pos *a, const struct store_pos *b)
{
	if (a->day != b->day)
		return a->day < b->day ? -1 : 1;
	return (a->id > b->id) - (a->id < b->id);
}

/* What one day knows, and whether it still has to be re-cut. */
static int
load_day(const char *dir, struct day_entry *entry, struct received *known,
    struct err *e)
{
	struct day *d = day_open(dir, entry->number, DB_READ, e);
	int finished;

	/* The day was made when the power went, and holds nothing. */
	if (d == NULL)
		return e->code == EX_NOINPUT ? 0 : -1;
	finished = db_is_finished(d->db, e);
	if (finished == -1 || day_load(d, known, e) == -1) {
		day_close(d);
		return -1;
	}
	entry->finished = finished;
	entry->last_id = d->last_id;
	day_close(d);
	return 0;
}

struct received *
store_load_received(const char *dir, struct days *days, struct err *e)
{
	struct received *known = received_new();
	struct err own;

	if (known == NULL) {
		err_set(e, EX_OSERR, "out of memory");
		return NULL;
	}
	for (size_t i = 0; i < days->n; i++)
		if (load_day(dir, &days->at[i], known, &own) == -1) {
			err_set(e, own.code, "%s", own.text);
			received_free(known);
			return NULL;
		}
	return known;
}

static int
open_writer(struct store *s, struct err *e)
{
	s->lock = dir_lock(s->dir, e);
	if (s->lock == -1 || dir_days(s->dir, &s->days, e) == -1)
		return -1;
	s->received = store_load_received(s->dir, &s->days, e);
	if (s->received == NULL)
		return -1;
	for (size_t i = 0; i < s->days.n; i++)
		if (s->days.at[i].last_id > 0)
			s->last = (struct store_pos){
			    s->days.at[i].number, s->days.at[i].last_id};
	return 0;
}

struct store *
store_open(const char *dir, enum store_mode mode, struct err *e)
{
	struct store *s = calloc(1, sizeof(*s));

	if (s == NULL || (s->dir = strdup(dir)) == NULL) {
		free(s);
		err_set(e, EX_OSERR, "out of memory");
		return NULL;
	}
	s->mode = mode;
	s->lock = -1;
	if (dir_check(dir, mode, e) == -1 ||
	    (mode == STORE_WRITE && open_writer(s, e) == -1)) {
		store_close(s);
		return NULL;
	}
	return s;
}

void
store_close(struct store *s)
{
	int saved = errno;

	if (s == NULL)
		return;
	if (s->open)
		day_undo(s->today);
	day_close(s->today);
	day_close(s->old);
	received_free(s->received);
	days_fini(&s->days);
	workshop_fini(&s->shop);
	if (s->lock != -1)
		close(s->lock);
	free(s->dir);
	free(s);
	errno = saved;
}

struct day *
store_day(struct store *s, int32_t number, struct err *e)
{
	struct day *d;

	if (s->today != NULL && s->today->number == number)
		return s->today;
	if (s->old != NULL && s->old->number == number)
		return s->old;
	if ((d = day_open(s->dir, number, DB_WRITE, e)) == NULL)
		return NULL;
	if (number == s->days.at[s->days.n - 1].number) {
		day_close(s->today);
		return s->today = d;
	}
	day_close(s->old);
	return s->old = d;
}

/*
 * The day that a message of 'received_ns' goes to.  Commit order is the order
 * of days, so a clock that went back does not go back to an earlier file.
 */
static struct day *
day_for(struct store *s, int64_t received_ns, struct err *e)
{
	int32_t day = day_of(received_ns);
	size_t n = s->days.n;

	if (n > 0 && s->days.at[n - 1].number >= day)
		return store_day(s, s->days.at[n - 1].number, e);
	if (days_add(&s->days, day) == NULL) {
		err_set(e, EX_OSERR, "out of memory");
		return NULL;
	}
	if (store_day(s, day, e) == NULL) {
		days_remove(&s->days, n);
		return NULL;
	}
	dir_sync(s->dir);
	return s->today;
}

static int
begin(struct store *s, int64_t received_ns, struct err *e)
{
	if (s->open)
		return 0;
	if (day_for(s, received_ns, e) == NULL || day_begin(s->today, e) == -1)
		return -1;
	s->open = true;
	return 0;
}

void
store_undo(struct store *s)
{
	if (s->open)
		day_undo(s->today);
	s->open = false;
	received_undo(s->received);
}

bool
store_has(const struct store *s, const char *sensor, const struct run_id *run,
    uint64_t sequence)
{
	const struct received_run *r =
	    s->received == NULL ? NULL : received_get(s->received, sensor, run);

	return r != NULL && received_has(r, sequence);
}

/* Counters of strangers are summed in SQLite's signed 64 bits: 2^31 messages
 * can lie as much as they want before that is full. */
static uint64_t
believable(uint64_t count)
{
	return count > UINT32_MAX ? UINT32_MAX : count;
}

static int
put(struct store *s, struct received_run *r, const struct store_item *it,
    struct err *e)
{
	struct received_sums sums = {.messages = 1,
	    .records = it->records->n,
	    .lost = it->kernel_lost,
	    .dropped = it->dropped,
	    .first_received_ns = it->received_ns,
	    .last_received_ns = it->received_ns};

	if (begin(s, it->received_ns, e) == -1)
		return -1;
	if (r->day < s->today->number &&
	    day_put_start(s->today, it->sensor, &it->run,
		sequences_highest(&r->done), e) == -1)
		return -1;
	if (day_put(s->today, it, e) == -1)
		return -1;
	if (received_put(s->received, r, it->sequence, it->sequence, &sums) ==
	    -1)
		return err_set(e, EX_OSERR, "out of memory");
	return 0;
}

int
store_put(struct store *s, const struct store_item *it, struct err *e)
{
	struct store_item own = *it;
	struct received_run *r =
	    received_make(s->received, it->sensor, &it->run);

	if (r != NULL && received_has(r, it->sequence))
		return 0;
	if (r == NULL)
		err_set(e, EX_OSERR, "out of memory");
	own.kernel_lost = believable(it->kernel_lost);
	own.dropped = believable(it->dropped);
	if (r == NULL || put(s, r, &own, e) == -1) {
		store_undo(s);
		return -1;
	}
	return 1;
}

int
store_commit(struct store *s, struct store_pos *pos, struct err *e)
{
	if (s->open && day_commit(s->today, e) == -1) {
		store_undo(s);
		return -1;
	}
	if (s->open) {
		received_commit(s->received, s->today->number);
		s->last =
		    (struct store_pos){s->today->number, s->today->last_id};
	}
	s->open = false;
	*pos = s->last;
	return 0;
}

/* No file of the day stays open. */
static void
let_go(struct store *s, int32_t number)
{
	if (s->today != NULL && s->today->number == number) {
		day_close(s->today);
		s->today = NULL;
	}
	if (s->old != NULL && s->old->number == number) {
		day_close(s->old);
		s->old = NULL;
	}
}

int
store_expire(struct store *s, int64_t now_ns, int keep_days, struct err *e)
{
	int removed = 0;
	struct received *known;

	if (s->open)
		return err_set(e, EX_SOFTWARE, "a transaction is open");
	while (s->days.n > 0) {
		int32_t number = s->days.at[0].number;
		int64_t last = (int64_t)number + 1 + keep_days;

		if (last * NS_PER_DAY >= now_ns)
			break;
		let_go(s, number);
		if (dir_unlink_day(s->dir, number, e) == -1)
			return -1;
		days_remove(&s->days, 0);
		removed++;
	}
	if (removed == 0)
		return 0;
	if ((known = store_load_received(s->dir, &s->days, e)) == NULL)
		return -1;
	received_free(s->received);
	s->received = known;
	return removed;
}
