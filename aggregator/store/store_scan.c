/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "aggregator/store/store_scan_internal.h"
#include "common/err.h"
#include "common/log.h"

#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

_Static_assert((int)STORE_COLUMN_time == (int)BLOCK_BIT_TIME, "columns");
_Static_assert((int)STORE_COLUMN_time == (int)FILTER_COLUMN_time, "columns");

/* The newest day's last message. */
static int
find_newest(struct store_scan *sc, struct err *e)
{
	struct days *days = &sc->days;
	struct err own;

	while (days->n > 0) {
		int32_t newest = days->at[days->n - 1].number;
		struct day *d = day_open(sc->dir, newest, DB_READ, &own);

		if (d != NULL) {
			sc->end = (struct store_pos){newest, d->last_id};
			day_close(d);
			return 0;
		}
		/* Just made, or removed meanwhile. */
		if (own.code != EX_NOINPUT)
			return err_set(e, own.code, "%s", own.text);
		days_remove(days, days->n - 1);
	}
	return 0;
}

/* Where the scan ends: what was committed by now, or before that. */
static int
find_end(struct store_scan *sc, struct err *e)
{
	const struct store_pos *until = &sc->query.until;
	struct days *days = &sc->days;

	if (find_newest(sc, e) == -1)
		return -1;
	if (store_pos_cmp(until, &(struct store_pos){0}) > 0 &&
	    store_pos_cmp(until, &sc->end) < 0)
		sc->end = *until;
	while (days->n > 0 && days->at[days->n - 1].number > sc->end.day)
		days_remove(days, days->n - 1);
	return 0;
}

static int
copy_query(struct store_scan *sc, const struct store_query *q, struct err *e)
{
	sc->query = *q;
	if (q->n_host == 0)
		return 0;
	sc->host = calloc(q->n_host, sizeof(*sc->host));
	if (sc->host == NULL)
		return err_set(e, EX_OSERR, "out of memory");
	memcpy(sc->host, q->host, q->n_host * sizeof(*sc->host));
	sc->query.host = sc->host;
	return 0;
}

struct store_scan *
store_scan_open(struct store *s, const struct store_query *q, struct err *e)
{
	struct store_scan *sc = calloc(1, sizeof(*sc));

	if (sc == NULL || (sc->dir = strdup(s->dir)) == NULL ||
	    (sc->sensor = calloc(BLOCK_ROWS_MAX, sizeof(*sc->sensor))) ==
		NULL ||
	    (sc->match = calloc(BLOCK_ROWS_MAX, 1)) == NULL ||
	    workshop_init(&sc->shop) == -1) {
		err_set(e, EX_OSERR, "out of memory");
		goto fail;
	}
	if (q->filter != NULL &&
	    (sc->filter = filter_rows_new(q->filter, e)) == NULL)
		goto fail;
	if (copy_query(sc, q, e) == -1 ||
	    dir_days(sc->dir, &sc->days, e) == -1 || find_end(sc, e) == -1)
		goto fail;
	while (sc->next < sc->days.n &&
	       sc->days.at[sc->next].number < q->after.day)
		sc->next++;
	return sc;
fail:
	store_scan_close(sc);
	return NULL;
}

void
store_scan_close(struct store_scan *sc)
{
	if (sc == NULL)
		return;
	if (sc->damaged > 1)
		log_warn("store",
		    "%s: %llu damaged messages or blocks left out", sc->dir,
		    (unsigned long long)sc->damaged);
	day_close(sc->day);
	days_fini(&sc->days);
	workshop_fini(&sc->shop);
	filter_rows_free(sc->filter);
	free(sc->host);
	free(sc->sensor);
	free(sc->match);
	free(sc->dir);
	free(sc);
}

uint64_t
store_scan_damaged(const struct store_scan *sc)
{
	return sc->damaged;
}

/* Opens the next day; 0 when there is none. */
static int
next_day(struct store_scan *sc, struct err *e)
{
	struct err own;

	day_close(sc->day);
	sc->day = NULL;
	while (sc->next < sc->days.n) {
		int32_t number = sc->days.at[sc->next++].number;

		sc->day = day_open(sc->dir, number, DB_READ, &own);
		if (sc->day != NULL) {
			sc->at = number == sc->query.after.day
				     ? sc->query.after.id
				     : 0;
			return 1;
		}
		/* Removed since the scan began. */
		if (own.code != EX_NOINPUT)
			return err_set(e, own.code, "%s", own.text);
	}
	return 0;
}

/*
 * Blocks come before loose messages.  Both are looked for in one snapshot:
 * between two, the messages could have become a block that was not seen.
 */
static int
next_in_day(struct store_scan *sc, struct store_chunk *out, struct err *e)
{
	struct db *db = sc->day->db;
	int rc;

	do {
		if (db_begin(db, e) == -1)
			return -1;
		rc = scan_next_block(sc, out, e);
		if (rc == 0)
			rc = scan_next_loose(sc, out, e);
		db_undo(db);
		if (sc->taken >= SCAN_TAKEN_MAX) {
			db_let_go(db);
			sc->taken = 0;
		}
	} while (rc == 2);
	return rc;
}

int
store_scan_next(struct store_scan *sc, struct store_chunk *out, struct err *e)
{
	int rc;

	for (;;) {
		if (sc->day != NULL && (rc = next_in_day(sc, out, e)) != 0)
			return rc;
		if ((rc = next_day(sc, e)) != 1)
			return rc;
	}
}
