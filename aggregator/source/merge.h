/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef AGGREGATOR_SOURCE_MERGE_H
#define AGGREGATOR_SOURCE_MERGE_H

#include "aggregator/source/source.h"

struct merge;

/* Files that may be read at once; each costs up to 1 MiB. */
#define MERGE_FILES_MAX 256

/*
 * The records of several files as one stream, in order of time: rotated logs
 * in whatever order they are named, captures of several hosts.  A record
 * without a time comes where its file is; equal times in the order of the
 * files.
 *
 * Returns NULL with 'e': as reader_open(); EX_USAGE when a file is named twice
 * or there are too many.
 */
struct merge *merge_open(const char *const *path, size_t n,
    const struct source_options *o, struct err *e);
void merge_close(struct merge *m);

/* The next record, borrowed until the next call, and the file that it is of;
 * NULL: the end. */
const struct record *merge_next(struct merge *m, size_t *file);

/* source_sensor() of a file; borrowed. */
const char *merge_sensor(const struct merge *m, size_t file);
size_t merge_files(const struct merge *m);
void merge_about(struct merge *m, size_t file, struct source_about *out);

#endif
