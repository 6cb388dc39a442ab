/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef AGGREGATOR_SOURCE_INPUT_H
#define AGGREGATOR_SOURCE_INPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct err;
struct input;

/*
 * The bytes of a file or of standard input, unpacked if they are gzip or
 * zstd: whatever the file is called, its first bytes tell.  Memory is bounded.
 */

/* What is looked at to find out the format: 200 lines of a log. */
#define INPUT_HEAD_MAX (64 * 1024)

/* A zstd window: 8 MiB is what level 19 wants; --long asks for up to 128. */
#define INPUT_WINDOW_LOG_MAX 27

/*
 * path: "-": standard input.  Returns NULL with 'e': EX_NOINPUT, EX_NOPERM.
 */
struct input *input_open(const char *path, struct err *e);
void input_close(struct input *in);

/* The first bytes, up to INPUT_HEAD_MAX; they will be read again.  Borrowed
 * until the first input_read(). */
size_t input_head(struct input *in, const uint8_t **head);

/* The next bytes; 0: the end, or as far as can be read. */
size_t input_read(struct input *in, void *buf, size_t size);

/* Why nothing more can be read, "the compressed data are damaged"; NULL: it
 * was the end. */
const char *input_problem(const struct input *in);

/* Bytes of the file as it lies on the disk; 'total' 0: not known. */
struct input_progress {
	uint64_t done, total;
};
struct input_progress input_progress(const struct input *in);

/* When the file was last written; now, for what is no file. */
int64_t input_written_ns(const struct input *in);

#endif
