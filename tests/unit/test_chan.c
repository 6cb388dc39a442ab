/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/unit/cm.h"

#include "common/chan.h"
#include "common/clock.h"
#include "common/err.h"
#include "common/loop.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

struct seen {
	size_t frames, bytes;
	uint8_t kind, first;
	bool ended;
};

struct pair {
	struct loop *loop;
	int fd;
	struct chan *chan; /* the other end of fd */
	struct seen seen;
};

static void
on_frame(void *arg, uint8_t kind, const uint8_t *body, size_t len)
{
	struct seen *s = arg;

	s->frames++;
	s->bytes += len;
	s->kind = kind;
	s->first = len > 0 ? body[0] : 0;
}

static void
on_end(void *arg, const char *why)
{
	struct seen *s = arg;

	(void)why;
	s->ended = true;
}

static int
set_up(void **state)
{
	struct pair *p = calloc(1, sizeof(*p));
	int fd[2];

	p->loop = loop_new(NULL);
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, fd), 0);
	p->fd = fd[0];
	p->chan = chan_open(p->loop, fd[1], on_frame, on_end, &p->seen);
	*state = p;
	return 0;
}

static int
tear_down(void **state)
{
	struct pair *p = *state;

	chan_close(p->chan);
	if (p->fd != -1)
		close(p->fd);
	loop_free(p->loop);
	free(p);
	return 0;
}

static void
round_of(struct pair *p)
{
	assert_int_equal(loop_once(p->loop, 0, NULL), 0);
}

static void
a_frame_that_comes_byte_by_byte_is_told_once(void **state)
{
	static const uint8_t bytes[] = {4, 0, 0, 0, 9, 'a', 'b', 'c'};
	struct pair *p = *state;

	for (size_t i = 0; i < sizeof(bytes); i++) {
		assert_int_equal(p->seen.frames, 0);
		assert_int_equal(write(p->fd, bytes + i, 1), 1);
		round_of(p);
	}
	assert_int_equal(p->seen.frames, 1);
	assert_int_equal(p->seen.kind, 9);
	assert_int_equal(p->seen.bytes, 3);
	assert_int_equal(p->seen.first, 'a');
}

static void
many_frames_in_one_read_are_all_told(void **state)
{
	static const uint8_t two[] = {1, 0, 0, 0, 5, 2, 0, 0, 0, 6, 'x'};
	struct pair *p = *state;

	assert_int_equal(write(p->fd, two, sizeof(two)), sizeof(two));
	round_of(p);
	assert_int_equal(p->seen.frames, 2);
	assert_int_equal(p->seen.kind, 6);
}

static void
an_impossible_length_ends_the_channel(void **state)
{
	static const uint8_t none[] = {0, 0, 0, 0, 1};
	struct pair *p = *state;

	assert_int_equal(write(p->fd, none, sizeof(none)), sizeof(none));
	round_of(p);
	assert_true(p->seen.ended);
	assert_int_equal(p->seen.frames, 0);
	assert_int_equal(chan_send(p->chan, 1, NULL, 0), -1);
}

static void
a_closed_end_is_told(void **state)
{
	struct pair *p = *state;

	close(p->fd);
	p->fd = -1;
	round_of(p);
	assert_true(p->seen.ended);
}

static void
a_reader_that_does_not_read_bounds_what_is_queued(void **state)
{
	struct pair *p = *state;
	static uint8_t big[200000];
	struct iovec v = {big, sizeof(big)};
	size_t put = 0;

	while (chan_send(p->chan, 1, &v, 1) == 0) {
		put++;
		round_of(p);
		assert_in_range(put, 1, 1000);
	}
	assert_in_range(chan_queued(p->chan), 1, CHAN_QUEUE_MAX);
}

static void
what_is_sent_arrives_whole(void **state)
{
	struct pair *p = *state;
	struct iovec v[] = {{(char[]){"ab"}, 2}, {NULL, 0}, {(char[]){"c"}, 1}};
	uint8_t got[16];

	assert_int_equal(chan_send(p->chan, 7, v, 3), 0);
	round_of(p);
	assert_int_equal(read(p->fd, got, sizeof(got)), 8);
	assert_memory_equal(got, "\4\0\0\0\7abc", 8);
}

static void
count(void *arg)
{
	++*(int *)arg;
}

static void
timers_fire_when_their_time_has_come(void **state)
{
	struct pair *p = *state;
	int once = 0, often = 0;
	struct loop_timer *a, *b;

	clock_fake(NS_PER_SEC);
	a = loop_timer(p->loop, count, &once);
	b = loop_timer(p->loop, count, &often);
	loop_timer_in(a, 10, false);
	loop_timer_in(b, 10, true);
	round_of(p);
	assert_int_equal(once + often, 0);
	for (int i = 1; i <= 5; i++) {
		clock_fake(NS_PER_SEC + 10 * i);
		round_of(p);
	}
	assert_int_equal(once, 1);
	assert_int_equal(often, 5);
	/* What was missed is not made up for. */
	clock_fake(100 * NS_PER_SEC);
	round_of(p);
	round_of(p);
	assert_int_equal(often, 6);
	loop_timer_free(p->loop, a);
	loop_timer_free(p->loop, b);
	clock_real();
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(a_frame_that_comes_byte_by_byte_is_told_once),
	    TEST(many_frames_in_one_read_are_all_told),
	    TEST(an_impossible_length_ends_the_channel),
	    TEST(a_closed_end_is_told),
	    TEST(a_reader_that_does_not_read_bounds_what_is_queued),
	    TEST(what_is_sent_arrives_whole),
	    TEST(timers_fire_when_their_time_has_come),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
