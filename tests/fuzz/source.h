/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TESTS_FUZZ_SOURCE_H
#define TESTS_FUZZ_SOURCE_H

/* Any bytes as a file of one format, whatever it looks like. */
#include "aggregator/source/input.h"
#include "aggregator/source/source.h"
#include "common/err.h"

#include "tests/fuzz/file.h"

#include <stdlib.h>
#include <string.h>

static inline const struct source *
fuzz_find(const char *name)
{
	for (size_t i = 0; sources[i] != NULL; i++)
		if (strcmp(sources[i]->name, name) == 0)
			return sources[i];
	abort();
}

static inline void
fuzz_check_name(const char *name)
{
	if (name != NULL && strnlen(name, NAME_TEXT_MAX) == NAME_TEXT_MAX)
		abort();
}

static inline void
fuzz_check_record(const struct record *r)
{
	fuzz_check_name(r->prefix);
	fuzz_check_name(r->in_if);
	fuzz_check_name(r->out_if);
	if (r->proto != 6 || r->hook > HOOK_EGRESS)
		abort();
	if (!(r->has & HAS_TIME) != (r->time_ns == TIME_NONE))
		abort();
	if (!(r->has & (HAS_FLAGS | HAS_COUNTS)))
		abort();
}

/* What was counted must agree with what was given. */
static inline void
fuzz_check_tally(const struct tally *t, uint64_t records)
{
	uint64_t kinds = 0;

	for (int k = 0; k < TALLY_OTHER_TCP; k++)
		kinds += t->kind[k];
	if (t->records != records || kinds != records)
		abort();
	for (size_t i = 0; i < COMPLAINTS_MAX && i < t->unreadable; i++)
		if (t->complaint[i].text[0] == '\0')
			abort();
}

static inline void
fuzz_read(const struct source *s, const struct source_context *c)
{
	struct err e = {0};
	struct record r;
	char text[200];
	uint64_t records = 0;
	void *self = s->open(c, &e);

	if (self == NULL) {
		if (e.text[0] == '\0')
			abort();
		return;
	}
	for (; s->next(self, &r); records++)
		fuzz_check_record(&r);
	fuzz_check_tally(c->tally, records);
	if (s->remark != NULL)
		s->remark(self, text, sizeof(text));
	s->close(self);
}

static inline void
fuzz_source(const char *name, const uint8_t *data, size_t size)
{
	static const struct zone utc;
	const struct source *s = fuzz_find(name);
	char path[FUZZ_PATH_MAX];
	int fd = fuzz_file(data, size, path);
	struct input *in = input_open(path, NULL);
	struct tally tally;
	struct calendar calendar;
	const struct source_context c = {in, &tally, &calendar};
	const uint8_t *head;
	size_t len;

	if (in == NULL)
		abort();
	tally_init(&tally);
	calendar_init(&calendar, &utc, 0, INT64_C(1109444452000000000));
	len = input_head(in, &head);
	if (s->detect(head, len) > SOURCE_SURE)
		abort();
	fuzz_read(s, &c);
	input_close(in);
	close(fd);
}

#endif
