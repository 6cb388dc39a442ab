/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "aggregator/store/dir.h"
#include "aggregator/store/state_internal.h"
#include "common/err.h"

#include <errno.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <sysexits.h>

/* 1: there is one; 0: the file is new; -1 with 'e'. */
static int
read_run(struct state *s, struct err *e)
{
	struct query q = query_start(s->db, STATE_RUN);
	int rc = query_step(&q, e);

	if (rc != 1)
		return rc;
	query_get_bytes(&q, &s->run, sizeof(s->run));
	query_end(&q);
	return 1;
}

static int
make_run(struct state *s, struct err *e)
{
	struct query q = query_start(s->db, STATE_MAKE);

	randombytes_buf(&s->run, sizeof(s->run));
	query_blob(&q, &s->run, sizeof(s->run));
	return query_run(&q, e);
}

static int
read_last(struct state *s, uint64_t *last, struct err *e)
{
	struct query q = query_start(s->db, STATE_LOG_LAST);

	if (query_step(&q, e) != 1)
		return -1;
	*last = query_get_u64(&q);
	query_end(&q);
	return 0;
}

static int
begin_use(struct state *s, const char *dir, struct err *e)
{
	int rc = read_run(s, e);

	if (rc == 0 && s->mode == STORE_WRITE) {
		rc = make_run(s, e);
		dir_sync(dir);
	}
	if (rc == -1 || read_last(s, &s->last, e) == -1)
		return -1;
	s->last_committed = s->last;
	return 0;
}

struct state *
state_open(const char *dir, enum store_mode mode, struct err *e)
{
	struct state *s = calloc(1, sizeof(*s));
	char path[PATH_MAX];

	if (s == NULL) {
		err_set(e, EX_OSERR, "out of memory");
		return NULL;
	}
	s->mode = mode;
	s->refused_rows = -1;
	if (dir_check(dir, mode, e) == -1) {
		state_close(s);
		return NULL;
	}
	snprintf(path, sizeof(path), "%s/state.db", dir);
	s->db = db_open(
	    path, mode == STORE_WRITE ? DB_WRITE : DB_READ, &state_schema, e);
	if (s->db == NULL || begin_use(s, dir, e) == -1) {
		state_close(s);
		return NULL;
	}
	return s;
}

void
state_close(struct state *s)
{
	int saved = errno;

	if (s == NULL)
		return;
	db_close(s->db);
	free(s->snapshot);
	free(s);
	errno = saved;
}

void
state_run(struct state *s, struct run_id *out)
{
	*out = s->run;
}

int
state_begin(struct state *s, struct err *e)
{
	s->last = s->last_committed;
	s->open = db_begin(s->db, e) == 0;
	return s->open ? 0 : -1;
}

void
state_undo(struct state *s)
{
	s->open = false;
	s->last = s->last_committed;
	s->refused_rows = -1;
	db_undo(s->db);
}

int
state_commit(struct state *s, struct err *e)
{
	s->open = false;
	if (db_commit(s->db, e) == -1) {
		s->last = s->last_committed;
		s->refused_rows = -1;
		return -1;
	}
	s->last_committed = s->last;
	return 0;
}

int
state_set_position(struct state *s, const struct store_pos *pos, struct err *e)
{
	struct query q = query_start(s->db, STATE_SET_POSITION);

	query_i64(&q, pos->day);
	query_i64(&q, pos->id);
	return query_run(&q, e);
}

int
state_position(struct state *s, struct store_pos *pos, struct err *e)
{
	struct query q = query_start(s->db, STATE_POSITION);
	int rc = query_step(&q, e);

	*pos = (struct store_pos){0};
	if (rc != 1)
		return rc;
	pos->day = (int32_t)query_get_i64(&q);
	pos->id = query_get_i64(&q);
	query_end(&q);
	return 0;
}
