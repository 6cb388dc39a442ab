/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef AGGREGATOR_STORE_DIR_H
#define AGGREGATOR_STORE_DIR_H

#include "aggregator/store/store.h"

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct err;

/* The folder that a store lives in: its lock and the names of its files. */

/* "day-2026-11-21.db" */
#define DAY_NAME_MAX 32

/* The days that have a file, ascending.  Zeroed: none. */
struct days {
	struct day_entry {
		int32_t number;	 /* days since 1970 */
		bool finished;	 /* nothing will be written to it any more */
		int64_t last_id; /* of its messages, when it was opened */
	} * at;
	size_t n;
};

int32_t day_of(int64_t ns);
void day_path(const char *dir, int32_t day, char out[static PATH_MAX]);

/* Returns 0; -1 with 'e': EX_NOINPUT, EX_NOPERM. */
int dir_check(const char *dir, enum store_mode mode, struct err *e);

/* Returns an open file that holds the lock; -1 with 'e': EX_TEMPFAIL,
 * EX_NOPERM, EX_CANTCREAT. */
int dir_lock(const char *dir, struct err *e);

/* Returns 0 with 'out' to be given to days_fini(); -1 with 'e'. */
int dir_days(const char *dir, struct days *out, struct err *e);
void days_fini(struct days *d);
/* The entry of 'day', made when it is new; NULL when memory is out. */
struct day_entry *days_add(struct days *d, int32_t day);
void days_remove(struct days *d, size_t i);

/* Whether a store was ever made in it. */
bool dir_has_store(const char *dir);

/* Make new names in it survive a power cut. */
void dir_sync(const char *dir);

/* Unlink a day's files, the database last.  0, or -1 with 'e'. */
int dir_unlink_day(const char *dir, int32_t day, struct err *e);

#endif
