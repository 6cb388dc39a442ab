/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "aggregator/source/merge.h"
#include "common/err.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sysexits.h>

struct one {
	struct reader *reader;
	struct record record; /* the next one; with 'has' */
	bool has;
	int64_t time_ns; /* of it, or of the one before if it has none */
};

struct merge {
	struct one *file;
	size_t n;
	size_t current;	   /* whose record comes next */
	int64_t until_ns;  /* another file's turn comes behind that */
	size_t until_file; /* which */
	bool given;	   /* current's record was given */
};

static void
advance(struct one *f)
{
	f->has = reader_next(f->reader, &f->record);
	if (f->has && f->record.time_ns != TIME_NONE)
		f->time_ns = f->record.time_ns;
}

/* Whose turn it is, and when it ends. */
static void
choose(struct merge *m)
{
	size_t best = m->n, second = m->n;

	for (size_t i = 0; i < m->n; i++) {
		if (!m->file[i].has)
			continue;
		if (best == m->n ||
		    m->file[i].time_ns < m->file[best].time_ns) {
			second = best;
			best = i;
		} else if (second == m->n ||
			   m->file[i].time_ns < m->file[second].time_ns) {
			second = i;
		}
	}
	m->current = best;
	m->until_file = second;
	m->until_ns = second == m->n ? INT64_MAX : m->file[second].time_ns;
}

/* Is it still the turn of 'f', number 'i'? */
static bool
goes_on(const struct merge *m, const struct one *f, size_t i)
{
	return f->has && (f->time_ns < m->until_ns ||
			     (f->time_ns == m->until_ns && i < m->until_file));
}

const struct record *
merge_next(struct merge *m, size_t *file)
{
	struct one *f;

	if (m->current == m->n)
		return NULL;
	f = &m->file[m->current];
	if (m->given) {
		advance(f);
		if (!goes_on(m, f, m->current))
			choose(m);
		if (m->current == m->n)
			return NULL;
		f = &m->file[m->current];
	}
	m->given = true;
	*file = m->current;
	return &f->record;
}

static int
check(const char *const *path, size_t n, struct err *e)
{
	struct stat a, b;

	if (n > MERGE_FILES_MAX)
		return err_set(e, EX_USAGE,
		    "%zu files; at most %d can be read at once", n,
		    MERGE_FILES_MAX);
	for (size_t i = 0; i < n; i++) {
		bool is_file = stat(path[i], &a) == 0;

		for (size_t k = 0; k < i; k++)
			if (strcmp(path[k], path[i]) == 0 ||
			    (is_file && stat(path[k], &b) == 0 &&
				a.st_dev == b.st_dev && a.st_ino == b.st_ino))
				return err_set(
				    e, EX_USAGE, "%s is named twice", path[i]);
	}
	return 0;
}

struct merge *
merge_open(const char *const *path, size_t n, const struct source_options *o,
    struct err *e)
{
	struct merge *m = calloc(1, sizeof(*m));

	if (m == NULL || (m->file = calloc(n, sizeof(*m->file))) == NULL) {
		free(m);
		err_set(e, EX_OSERR, "out of memory");
		return NULL;
	}
	if (check(path, n, e) == -1) {
		merge_close(m);
		return NULL;
	}
	for (; m->n < n; m->n++) {
		struct one *f = &m->file[m->n];

		f->reader = reader_open(path[m->n], o, e);
		if (f->reader == NULL) {
			merge_close(m);
			return NULL;
		}
		f->time_ns = TIME_NONE;
		advance(f);
	}
	choose(m);
	return m;
}

void
merge_close(struct merge *m)
{
	if (m == NULL)
		return;
	for (size_t i = 0; i < m->n; i++)
		reader_close(m->file[i].reader);
	free(m->file);
	free(m);
}

size_t
merge_files(const struct merge *m)
{
	return m->n;
}

void
merge_about(struct merge *m, size_t file, struct source_about *out)
{
	reader_about(m->file[file].reader, out);
}

const char *
merge_sensor(const struct merge *m, size_t file)
{
	return reader_sensor(m->file[file].reader);
}
