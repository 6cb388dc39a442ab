/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "common/zap_watch.h"

#include "common/clock.h"
#include "common/err.h"
#include "common/keys.h"
#include "common/loop.h"
#include "common/zap.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zmq.h>

#include <cmocka.h>

#define PATIENCE_NS (5 * NS_PER_SEC)

struct bed {
	struct loop *loop;
	void *ctx, *server, *client;
	struct zap *zap;
	struct zap_watch *watch;
	struct key_pair key;
	char endpoint[64];
	char why[32], address[64]; /* of the last failure */
	int failures, asked;
};

static void
on_failure(void *arg, const char *why, const char *address)
{
	struct bed *b = arg;

	snprintf(b->why, sizeof(b->why), "%s", why);
	snprintf(b->address, sizeof(b->address), "%s", address);
	b->failures++;
}

static enum zap_status
decide(void *arg, const struct zap_request *r, const char **user)
{
	struct bed *b = arg;

	(void)r;
	b->asked++;
	*user = "someone";
	return ZAP_OK;
}

static int
setup(void **state)
{
	struct bed *b = calloc(1, sizeof(*b));
	size_t size = sizeof(b->endpoint);
	struct err e;

	assert_non_null(b);
	key_make(&b->key);
	b->loop = loop_new(&e);
	b->ctx = zmq_ctx_new();
	b->zap = zap_open(b->ctx, b->loop, decide, b, &e);
	b->server = zmq_socket(b->ctx, ZMQ_ROUTER);
	assert_non_null(b->zap);
	assert_int_equal(zap_guard(b->server, &b->key, "test", &e), 0);
	b->watch =
	    zap_watch_open(b->ctx, b->loop, b->server, on_failure, b, &e);
	assert_non_null(b->watch);
	assert_int_equal(zmq_bind(b->server, "tcp://127.0.0.1:*"), 0);
	zmq_getsockopt(b->server, ZMQ_LAST_ENDPOINT, b->endpoint, &size);
	b->client = zmq_socket(b->ctx, ZMQ_DEALER);
	zmq_setsockopt(b->client, ZMQ_LINGER, &(int){0}, sizeof(int));
	*state = b;
	return 0;
}

static int
teardown(void **state)
{
	struct bed *b = *state;

	zmq_close(b->client);
	zap_watch_close(b->watch);
	zap_close(b->zap);
	zmq_close(b->server);
	loop_free(b->loop);
	zmq_ctx_term(b->ctx);
	free(b);
	return 0;
}

static void
encrypt_for(struct bed *b, const struct key *server)
{
	struct key_pair own;

	key_make(&own);
	zmq_setsockopt(b->client, ZMQ_CURVE_SERVERKEY, server->b, KEY_BYTES);
	zmq_setsockopt(b->client, ZMQ_CURVE_PUBLICKEY, own.public.b, KEY_BYTES);
	zmq_setsockopt(b->client, ZMQ_CURVE_SECRETKEY, own.secret.b, KEY_BYTES);
}

static void
connect_and_wait(struct bed *b, const int *until)
{
	int64_t end = clock_mono_ns() + PATIENCE_NS;
	struct err e;

	assert_int_equal(zmq_connect(b->client, b->endpoint), 0);
	while (*until == 0 && clock_mono_ns() < end)
		assert_int_equal(loop_once(b->loop, NS_PER_MS * 100, &e), 0);
	assert_int_not_equal(*until, 0);
}

static void
assert_from_here(const struct bed *b)
{
	/* "?" when it had gone before its event was read. */
	if (strcmp(b->address, "?") != 0)
		assert_string_equal(b->address, "127.0.0.1");
}

static void
a_client_without_curve_is_told_of(void **state)
{
	struct bed *b = *state;

	connect_and_wait(b, &b->failures);
	/* Both ends see it; who is first goes away. */
	if (strcmp(b->why, "handshake") != 0)
		assert_string_equal(b->why, "no-curve");
	assert_from_here(b);
	assert_int_equal(b->asked, 0);
}

static void
a_client_that_encrypts_for_another_server_is_told_of(void **state)
{
	struct bed *b = *state;
	struct key_pair other;

	key_make(&other);
	encrypt_for(b, &other.public);
	connect_and_wait(b, &b->failures);
	assert_string_equal(b->why, "wrong-server-key");
	assert_from_here(b);
	assert_int_equal(b->asked, 0);
}

static void
a_client_that_gets_as_far_as_its_key_is_not(void **state)
{
	struct bed *b = *state;

	encrypt_for(b, &b->key.public);
	connect_and_wait(b, &b->asked);
	assert_int_equal(b->failures, 0);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
	    TEST(a_client_without_curve_is_told_of),
	    TEST(a_client_that_encrypts_for_another_server_is_told_of),
	    TEST(a_client_that_gets_as_far_as_its_key_is_not),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
