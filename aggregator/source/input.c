/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "aggregator/source/input.h"
#include "aggregator/source/input_unpack.h"
#include "common/clock.h"
#include "common/err.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>

#define RAW_BYTES (256 * 1024) /* a read of the disk */
#define MAGIC_BYTES 4	       /* zstd's; gzip has three */
#define PROBLEM_MAX 160

struct input {
	int fd;
	uint64_t done, total;
	int64_t written_ns;
	uint8_t raw[RAW_BYTES];
	struct piece in;       /* of 'raw': not yet used */
	struct unpack *unpack; /* NULL: not packed */
	enum unpack_state state;
	bool at_end;
	uint8_t head[INPUT_HEAD_MAX];
	struct piece again; /* of 'head': not yet read again */
	char problem[PROBLEM_MAX];
};

static void
fail(struct input *in, const char *why)
{
	in->at_end = true;
	snprintf(in->problem, sizeof(in->problem), "%s after %llu bytes", why,
	    (unsigned long long)(in->done - in->in.left));
}

/* More of the file; 0: nothing more, and 'at_end' is set. */
static size_t
read_file(struct input *in, uint8_t *buf, size_t size)
{
	ssize_t n;

	do
		n = read(in->fd, buf, size);
	while (n == -1 && errno == EINTR);
	if (n > 0) {
		in->done += (uint64_t)n;
		return (size_t)n;
	}
	in->at_end = true;
	if (n == -1)
		fail(in, strerror(errno));
	else if (in->unpack != NULL && in->state == UNPACK_MORE)
		fail(in, "the compressed data are cut off");
	return 0;
}

/* ... into 'raw', behind what is not used up. */
static void
fill(struct input *in)
{
	memmove(in->raw, in->in.p, in->in.left);
	in->in.p = in->raw;
	in->in.left +=
	    read_file(in, in->raw + in->in.left, sizeof(in->raw) - in->in.left);
}

static size_t
read_plain(struct input *in, uint8_t *buf, size_t size)
{
	size_t n = in->in.left < size ? in->in.left : size;

	memcpy(buf, in->in.p, n);
	in->in.p += n;
	in->in.left -= n;
	return n;
}

static size_t
read_packed(struct input *in, uint8_t *buf, size_t size)
{
	in->state = unpack_step(in->unpack, &in->in, buf, &size);
	if (in->state == UNPACK_DAMAGED)
		fail(in, "the compressed data are damaged");
	return size;
}

/* Unpacked bytes; 0 only at the end. */
static size_t
produce(struct input *in, uint8_t *buf, size_t size)
{
	size_t n;

	for (;;) {
		/* A packed stream may hold bytes back without any input. */
		if (in->unpack != NULL && in->state != UNPACK_DAMAGED) {
			n = read_packed(in, buf, size);
			if (n > 0)
				return n;
		} else if (in->unpack == NULL && in->in.left > 0) {
			return read_plain(in, buf, size);
		}
		if (in->at_end)
			return 0;
		if (in->unpack == NULL)
			return read_file(in, buf, size);
		if (in->in.left == 0)
			fill(in);
	}
}

static int
look_at_head(struct input *in, struct err *e)
{
	bool out_of_memory;
	size_t n, have = 0;

	/* A pipe may give byte by byte. */
	while (in->in.left < MAGIC_BYTES && !in->at_end)
		fill(in);
	in->unpack = unpack_new(in->in.p, in->in.left, &out_of_memory);
	if (out_of_memory)
		return err_set(e, EX_OSERR, "out of memory");
	do {
		n = produce(in, in->head + have, sizeof(in->head) - have);
		have += n;
	} while (n > 0 && have < sizeof(in->head));
	in->again = (struct piece){in->head, have};
	return 0;
}

static int
describe(struct input *in, const char *path, struct err *e)
{
	struct stat st;

	if (fstat(in->fd, &st) == -1)
		return err_sys(e, EX_NOINPUT, "%s", path);
	if (S_ISDIR(st.st_mode))
		return err_set(e, EX_NOINPUT, "%s is a directory", path);
	in->written_ns = clock_wall_ns();
	if (S_ISREG(st.st_mode)) {
		in->total = (uint64_t)st.st_size;
		in->written_ns =
		    st.st_mtim.tv_sec * NS_PER_SEC + st.st_mtim.tv_nsec;
	}
	return 0;
}

struct input *
input_open(const char *path, struct err *e)
{
	struct input *in = calloc(1, sizeof(*in));

	if (in == NULL) {
		err_set(e, EX_OSERR, "out of memory");
		return NULL;
	}
	in->in.p = in->raw;
	in->fd = strcmp(path, "-") == 0
		     ? fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 0)
		     : open(path, O_RDONLY | O_CLOEXEC);
	if (in->fd == -1)
		err_sys(e, errno == EACCES ? EX_NOPERM : EX_NOINPUT,
		    "cannot open %s", path);
	else if (describe(in, path, e) == 0 && look_at_head(in, e) == 0)
		return in;
	input_close(in);
	return NULL;
}

void
input_close(struct input *in)
{
	int saved = errno;

	if (in == NULL)
		return;
	unpack_free(in->unpack);
	if (in->fd != -1)
		close(in->fd);
	free(in);
	errno = saved;
}

size_t
input_head(struct input *in, const uint8_t **head)
{
	*head = in->again.p;
	return in->again.left;
}

size_t
input_read(struct input *in, void *buf, size_t size)
{
	size_t n = in->again.left < size ? in->again.left : size;

	if (n == 0)
		return size == 0 ? 0 : produce(in, buf, size);
	memcpy(buf, in->again.p, n);
	in->again.p += n;
	in->again.left -= n;
	return n;
}

const char *
input_problem(const struct input *in)
{
	return in->problem[0] == '\0' ? NULL : in->problem;
}

struct input_progress
input_progress(const struct input *in)
{
	return (struct input_progress){in->done, in->total};
}

int64_t
input_written_ns(const struct input *in)
{
	return in->written_ns;
}
