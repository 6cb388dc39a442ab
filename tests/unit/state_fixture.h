/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TESTS_UNIT_STATE_FIXTURE_H
#define TESTS_UNIT_STATE_FIXTURE_H

#include "tests/unit/store_fixture.h"

#include "aggregator/store/state.h"

/* A state.db in a fresh folder. */
struct states {
	char dir[64];
	struct state *s;
	struct err e;
};

static inline struct state *
must_open(struct states *f, enum store_mode mode)
{
	struct state *s = state_open(f->dir, mode, &f->e);

	if (s == NULL)
		fail_msg("%s", f->e.text);
	return s;
}

static inline int
setup_state(void **state)
{
	struct states *f = calloc(1, sizeof(*f));

	strcpy(f->dir, "/tmp/synhive-state-XXXXXX");
	if (mkdtemp(f->dir) == NULL)
		return -1;
	f->s = must_open(f, STORE_WRITE);
	*state = f;
	return 0;
}

static inline int
teardown_state(void **state)
{
	struct states *f = *state;

	state_close(f->s);
	remove_folder(f->dir);
	free(f);
	return 0;
}

static inline void
reopen(struct states *f)
{
	state_close(f->s);
	f->s = must_open(f, STORE_WRITE);
}

#endif
