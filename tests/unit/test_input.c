/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/unit/cm.h"

#include "aggregator/source/input.h"
#include "aggregator/source/lines.h"
#include "common/clock.h"
#include "tests/unit/reading.h"

#include <sys/time.h>
#include <sysexits.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

#define LARGE (3 * 1024 * 1024) /* more than any buffer on the way */

/* Numbered lines, in all 'size' bytes. */
static char *
make_text(size_t size)
{
	char *text = malloc(size + 32);
	size_t n = 0;

	assert_non_null(text);
	for (unsigned int i = 0; n < size; i++)
		n += (size_t)sprintf(text + n, "line %u of many\n", i);
	text[size] = '\0';
	return text;
}

static size_t
gzip(const char *text, size_t len, uint8_t *out, size_t size)
{
	z_stream z = {0};
	union {
		const char *from;
		Bytef *to;
	} in = {text};

	assert_int_equal(deflateInit2(&z, 6, Z_DEFLATED, 16 + MAX_WBITS, 8,
			     Z_DEFAULT_STRATEGY),
	    Z_OK);
	z.next_in = in.to;
	z.avail_in = (uInt)len;
	z.next_out = out;
	z.avail_out = (uInt)size;
	assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
	deflateEnd(&z);
	return size - z.avail_out;
}

static size_t
zstd(const char *text, size_t len, uint8_t *out, size_t size)
{
	size_t n = ZSTD_compress(out, size, text, len, 3);

	assert_false(ZSTD_isError(n));
	return n;
}

typedef size_t pack_fn(const char *text, size_t len, uint8_t *out, size_t size);

/* All that can be read of a file; to be freed. */
static char *
read_all(const char *path, size_t *len, const char **problem)
{
	static char why[200];
	struct err e;
	struct input *in = input_open(path, &e);
	char *all = NULL;
	size_t n;

	if (in == NULL)
		fail_msg("%s", e.text);
	*len = 0;
	do {
		all = realloc(all, *len + 65536 + 1);
		assert_non_null(all);
		n = input_read(in, all + *len, 65536);
		*len += n;
	} while (n > 0);
	all[*len] = '\0';
	*problem = input_problem(in);
	if (*problem != NULL) {
		snprintf(why, sizeof(why), "%s", *problem);
		*problem = why;
	}
	input_close(in);
	return all;
}

static void
assert_is(const uint8_t *bytes, size_t len, const char *want, size_t want_len)
{
	const char *problem;
	size_t got_len;
	char *got = read_all(put_file("in", bytes, len), &got_len, &problem);

	assert_null(problem);
	assert_int_equal(got_len, want_len);
	assert_memory_equal(got, want, want_len);
	free(got);
}

static void
files_are_unpacked_whatever_they_are_called(void **state)
{
	char *text = make_text(LARGE);
	uint8_t *packed = malloc(LARGE);

	(void)state;
	assert_is((const uint8_t *)text, LARGE, text, LARGE);
	assert_is(packed, gzip(text, LARGE, packed, LARGE), text, LARGE);
	assert_is(packed, zstd(text, LARGE, packed, LARGE), text, LARGE);
	assert_is(packed, gzip(text, 0, packed, LARGE), "", 0);
	assert_is(packed, 0, "", 0);
	assert_is((const uint8_t *)"\x1f", 1, "\x1f", 1);
	free(packed);
	free(text);
}

static void
pieces_that_were_joined_are_one(void **state)
{
	pack_fn *const packs[] = {gzip, zstd};
	char *text = make_text(LARGE);
	uint8_t *packed = malloc(LARGE);

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		size_t half = LARGE / 2, n;

		n = packs[i](text, half, packed, LARGE);
		n += packs[i](text + half, LARGE - half, packed + n, LARGE - n);
		assert_is(packed, n, text, LARGE);
	}
	free(packed);
	free(text);
}

static void
packed_data_may_end_anywhere(void **state)
{
	pack_fn *const packs[] = {gzip, zstd};
	char *text = make_text(200000);
	uint8_t *packed = malloc(LARGE);

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		size_t n = packs[i](text, 200000, packed, LARGE);

		for (size_t cut = 8; cut < n; cut += n / 37 + 1) {
			const char *why;
			size_t len;
			char *got =
			    read_all(put_file("in", packed, cut), &len, &why);

			assert_non_null(why);
			assert_non_null(strstr(why, "cut off"));
			assert_true(len <= 200000);
			assert_memory_equal(got, text, len);
			free(got);
		}
	}
	free(packed);
	free(text);
}

static void
damage_is_said_and_what_came_before_stays(void **state)
{
	char *text = make_text(LARGE);
	uint8_t *packed = malloc(LARGE);
	size_t n = gzip(text, LARGE, packed, LARGE), len;
	const char *why;
	char *got;

	(void)state;
	memset(packed + n / 2, 0xff, 40);
	got = read_all(put_file("in", packed, n), &len, &why);
	assert_non_null(why);
	assert_non_null(strstr(why, "damaged"));
	assert_true(len > LARGE / 4 && len < LARGE);
	assert_memory_equal(got, text, LARGE / 4);
	free(got);
	free(packed);
	free(text);
}

static void
the_head_is_read_again(void **state)
{
	char *text = make_text(LARGE);
	struct input *in = input_open(put_file("in", text, LARGE), NULL);
	const uint8_t *head;
	char first[10];

	(void)state;
	assert_int_equal(input_head(in, &head), INPUT_HEAD_MAX);
	assert_memory_equal(head, text, INPUT_HEAD_MAX);
	assert_int_equal(input_read(in, first, sizeof(first)), sizeof(first));
	assert_memory_equal(first, text, sizeof(first));
	assert_int_equal(input_progress(in).total, LARGE);
	input_close(in);
	free(text);
}

static void
a_pipe_is_read_as_a_file_is(void **state)
{
	char *text = make_text(1000);
	uint8_t packed[4096];
	size_t n = gzip(text, 1000, packed, sizeof(packed)), len;
	int fd[2], saved = dup(STDIN_FILENO);
	const char *why;
	char *got;

	(void)state;
	assert_int_equal(pipe(fd), 0);
	assert_int_equal(write(fd[1], packed, n), (ssize_t)n);
	close(fd[1]);
	dup2(fd[0], STDIN_FILENO);
	close(fd[0]);
	got = read_all("-", &len, &why);
	dup2(saved, STDIN_FILENO);
	close(saved);
	assert_int_equal(len, 1000);
	assert_memory_equal(got, text, 1000);
	assert_null(why);
	free(got);
	free(text);
}

static void
what_cannot_be_opened_is_named(void **state)
{
	struct err e;
	char path[FILE_PATH_MAX];

	(void)state;
	assert_null(input_open(path_of("nothing", path), &e));
	assert_int_equal(e.code, EX_NOINPUT);
	assert_non_null(strstr(e.text, "nothing"));
	assert_null(input_open(folder, &e));
	assert_int_equal(e.code, EX_NOINPUT);
	assert_non_null(strstr(e.text, "directory"));
}

static void
the_time_of_writing_is_the_files(void **state)
{
	const char *path = put_text("in", "x");
	const struct timeval when[2] = {{1109444452, 0}, {1109444452, 0}};
	struct input *in;

	(void)state;
	assert_int_equal(utimes(path, when), 0);
	in = input_open(path, NULL);
	assert_int_equal(input_written_ns(in), 1109444452 * NS_PER_SEC);
	input_close(in);
}

/* --- lines --- */

struct opened {
	struct input *in;
	struct lines *lines;
};

static struct opened
open_lines(const char *bytes, size_t len)
{
	struct opened o = {input_open(put_file("in", bytes, len), NULL), NULL};

	assert_non_null(o.in);
	o.lines = lines_new(o.in);
	assert_non_null(o.lines);
	return o;
}

static void
close_lines(struct opened *o)
{
	lines_free(o->lines);
	input_close(o->in);
}

static void
lines_end_in_lf_or_crlf_or_not_at_all(void **state)
{
	static const char bytes[] = "one\ntwo\r\n\n\r\nni\0ne\nlast";
	static const struct {
		const char *text;
		size_t len;
	} want[] = {{"one", 3}, {"two", 3}, {"", 0}, {"", 0}, {"ni\0ne", 5},
	    {"last", 4}};
	struct opened o = open_lines(bytes, sizeof(bytes) - 1);
	struct line line;

	(void)state;
	for (size_t i = 0; i < sizeof(want) / sizeof(*want); i++) {
		assert_int_equal(lines_next(o.lines, &line), LINES_ONE);
		assert_int_equal(line.number, i + 1);
		assert_int_equal(line.len, want[i].len);
		assert_memory_equal(line.text, want[i].text, line.len);
		assert_true(line.text[line.len] == '\n' ||
			    line.text[line.len] == '\r' ||
			    line.text[line.len] == '\0');
	}
	assert_int_equal(lines_next(o.lines, &line), LINES_END);
	assert_int_equal(lines_next(o.lines, &line), LINES_END);
	close_lines(&o);
}

static void
a_line_that_is_too_long_is_skipped_and_the_next_is_whole(void **state)
{
	static const size_t lens[] = {
	    LINE_BYTES_MAX + 1, LINE_BYTES_MAX * 2, LARGE};

	(void)state;
	for (size_t i = 0; i < sizeof(lens) / sizeof(*lens); i++) {
		size_t n = 0, all = lens[i] + LINE_BYTES_MAX + 100;
		char *bytes = malloc(all);
		struct opened o;
		struct line line;

		n += (size_t)sprintf(bytes, "before\n");
		memset(bytes + n, 'x', lens[i]);
		n += lens[i];
		bytes[n++] = '\n';
		memset(bytes + n, 'y', LINE_BYTES_MAX);
		n += LINE_BYTES_MAX;
		n += (size_t)sprintf(bytes + n, "\nafter\n");
		o = open_lines(bytes, n);
		assert_int_equal(lines_next(o.lines, &line), LINES_ONE);
		assert_int_equal(lines_next(o.lines, &line), LINES_TOO_LONG);
		assert_int_equal(line.number, 2);
		assert_int_equal(lines_next(o.lines, &line), LINES_ONE);
		assert_int_equal(line.len, LINE_BYTES_MAX);
		assert_int_equal(lines_next(o.lines, &line), LINES_ONE);
		assert_memory_equal(line.text, "after", 5);
		assert_int_equal(line.number, 4);
		assert_int_equal(lines_next(o.lines, &line), LINES_END);
		close_lines(&o);
		free(bytes);
	}
}

static void
every_line_of_a_large_file_comes_once(void **state)
{
	char *text = make_text(LARGE), want[40];
	struct opened o = open_lines(text, LARGE);
	struct line line;
	uint64_t n = 0;

	(void)state;
	while (lines_next(o.lines, &line) == LINES_ONE) {
		snprintf(
		    want, sizeof(want), "line %u of many", (unsigned int)n++);
		if (text[LARGE - 1] == '\n' || line.text[line.len] == '\n')
			assert_int_equal(line.len, strlen(want));
		assert_memory_equal(line.text, want, line.len);
	}
	assert_int_equal(line.number, n);
	close_lines(&o);
	free(text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(files_are_unpacked_whatever_they_are_called),
	    cmocka_unit_test(pieces_that_were_joined_are_one),
	    cmocka_unit_test(packed_data_may_end_anywhere),
	    cmocka_unit_test(damage_is_said_and_what_came_before_stays),
	    cmocka_unit_test(the_head_is_read_again),
	    cmocka_unit_test(a_pipe_is_read_as_a_file_is),
	    cmocka_unit_test(what_cannot_be_opened_is_named),
	    cmocka_unit_test(the_time_of_writing_is_the_files),
	    cmocka_unit_test(lines_end_in_lf_or_crlf_or_not_at_all),
	    cmocka_unit_test(
		a_line_that_is_too_long_is_skipped_and_the_next_is_whole),
	    cmocka_unit_test(every_line_of_a_large_file_comes_once),
	};

	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
