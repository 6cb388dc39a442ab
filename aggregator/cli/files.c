/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "aggregator/cli/files.h"
#include "aggregator/cli/files_hold.h"
#include "common/clock.h"
#include "common/err.h"

#include <stdio.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#define LOOK_EVERY 8192 /* records: a few milliseconds of work */
#define FIRST_AFTER_NS NS_PER_SEC
#define AGAIN_AFTER_NS (200 * NS_PER_MS)

int
files_open(struct files *f, const struct cli *c, struct err *e)
{
	struct source_options o = {.year = c->opt.year};

	*f = (struct files){.shows = isatty(STDERR_FILENO) == 1,
	    .until_look = LOOK_EVERY,
	    .begun_ns = clock_mono_ns()};
	f->next_ns = f->begun_ns + FIRST_AFTER_NS;
	if (c->n_word == 0)
		return err_set(
		    e, EX_USAGE, "which file? '-' is standard input");
	if (c->opt.zone != NULL && zone_parse(c->opt.zone, &o.zone, e) == -1)
		return -1;
	f->merge = merge_open((const char *const *)c->word, c->n_word, &o, e);
	return f->merge == NULL ? -1 : 0;
}

static void
clear_line(struct files *f)
{
	if (f->shown)
		fputs("\r\033[K", stderr);
	f->shown = false;
}

void
files_close(struct files *f)
{
	clear_line(f);
	held_free(f->held);
	merge_close(f->merge);
	f->held = NULL;
	f->merge = NULL;
}

/* Packed bytes: how large the rest is nobody knows before it is unpacked. */
static void
show(struct files *f)
{
	uint64_t done = 0, total = 0, lines = 0;
	bool known = true;

	for (size_t i = 0; i < merge_files(f->merge); i++) {
		struct source_about a;

		merge_about(f->merge, i, &a);
		done += a.done;
		total += a.total;
		known = known && a.total > 0;
		lines += a.tally->lines;
	}
	fprintf(stderr, "\r\033[K%llu lines, %.1f MB",
	    (unsigned long long)lines, (double)done / 1e6);
	if (known)
		fprintf(stderr, " of %.1f (%.0f %%)", (double)total / 1e6,
		    100.0 * (double)done / (double)total);
	fflush(stderr);
	f->shown = true;
}

static void
look(struct files *f)
{
	int64_t now = clock_mono_ns();

	f->until_look = LOOK_EVERY;
	if (!f->shows || now < f->next_ns)
		return;
	f->next_ns = now + AGAIN_AFTER_NS;
	show(f);
}

static const struct record *
next(struct files *f, size_t *file)
{
	const struct record *r;

	if (f->held != NULL) {
		r = held_next(f->held, file);
		if (r != NULL)
			return r;
		held_free(f->held);
		f->held = NULL;
	}
	return merge_next(f->merge, file);
}

int
files_look(struct files *f, files_fn *fn, void *arg, struct err *e)
{
	const struct record *r;
	size_t file;

	f->held = held_new();
	if (f->held == NULL)
		return err_set(e, EX_OSERR, "out of memory");
	for (size_t i = 0; i < HELD_MAX; i++) {
		r = merge_next(f->merge, &file);
		if (r == NULL)
			break;
		held_put(f->held, r, file);
		if (!fn(arg, r))
			break;
	}
	return 0;
}

const struct record *
files_next(struct files *f, size_t *file)
{
	const struct record *r = next(f, file);

	if (r == NULL)
		clear_line(f);
	else if (--f->until_look == 0)
		look(f);
	return r;
}
