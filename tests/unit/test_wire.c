/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/unit/cm.h"

#include "common/batch.h"
#include "common/err.h"
#include "common/wire.h"

#include <stdio.h>
#include <string.h>

static struct wire *one, *other;

static int
set_up(void **state)
{
	(void)state;
	one = wire_new();
	other = wire_new();
	return one == NULL || other == NULL;
}

static int
tear_down(void **state)
{
	(void)state;
	wire_free(one);
	wire_free(other);
	return 0;
}

static struct record
record_number(uint32_t i)
{
	struct record r = {
	    .time_ns = INT64_C(1700000000000000000) + i * 997,
	    .has = HAS_TIME | HAS_FLAGS | HAS_SEQ | HAS_TTL | HAS_WINDOW,
	    .sport = (uint16_t)(1024 + i),
	    .dport = 22,
	    .proto = 6,
	    .flags = TCP_SYN,
	    .ttl = 64,
	    .window = 65535,
	    .seq = i * 2654435761u,
	    .hook = HOOK_IN,
	    .in_if = "eth0",
	    .prefix = "synhive in",
	};
	char text[ADDR_TEXT_MAX];

	snprintf(text, sizeof(text), "198.51.100.%u", i % 250);
	addr_parse(text, &r.src);
	addr_parse("2001:db8::1", &r.dst);
	return r;
}

/* A packed Batch of 'n' records, borrowed from 'one'. */
static size_t
pack(struct builder *b, const uint8_t **buf)
{
	struct wire_message m = {.kind = WIRE_BATCH};
	struct err e;
	size_t len;

	m.batch.run.b[3] = 7;
	m.batch.sequence = 42;
	m.batch.kernel_lost = 5;
	m.batch.dropped = 6;
	m.batch.records = *builder_view(b);
	len = wire_pack(one, &m, buf, &e);
	assert_int_not_equal(len, 0);
	return len;
}

static void
same_record(const struct record *a, const struct record *b)
{
	assert_int_equal(a->time_ns, b->time_ns);
	assert_true(addr_eq(&a->src, &b->src));
	assert_true(addr_eq(&a->dst, &b->dst));
	assert_int_equal(a->sport, b->sport);
	assert_int_equal(a->dport, b->dport);
	assert_int_equal(a->proto, b->proto);
	assert_int_equal(a->flags, b->flags);
	assert_int_equal(a->seq, b->seq);
	assert_int_equal(a->has, b->has);
	assert_int_equal(a->hook, b->hook);
	assert_int_equal(a->packets, b->packets);
	assert_string_equal(a->in_if, b->in_if);
	assert_string_equal(a->prefix, b->prefix);
	assert_null(b->out_if);
}

static void
a_batch_comes_out_as_it_went_in(void **state)
{
	struct builder *b = builder_new(1024, WIRE_BATCH_MAX);
	struct wire_message m;
	const uint8_t *buf;
	struct err e;
	size_t len;

	(void)state;
	for (uint32_t i = 0; i < 1000; i++) {
		struct record r = record_number(i);

		assert_int_equal(builder_put(b, &r), 0);
	}
	len = pack(b, &buf);
	assert_int_equal(wire_unpack(other, buf, len, &m, &e), 0);
	assert_int_equal(m.kind, WIRE_BATCH);
	assert_int_equal(m.batch.sequence, 42);
	assert_int_equal(m.batch.kernel_lost, 5);
	assert_int_equal(m.batch.dropped, 6);
	assert_int_equal(m.batch.run.b[3], 7);
	assert_int_equal(m.batch.records.n, 1000);
	for (uint32_t i = 0; i < 1000; i++) {
		struct record want = record_number(i), got;

		batch_get(&m.batch.records, i, &got);
		same_record(&want, &got);
	}
	builder_free(b);
}

static void
times_before_1970_and_unknown_ones_survive(void **state)
{
	static const int64_t times[] = {
	    5, TIME_NONE, -1, INT64_MAX, INT64_MIN + 1, 0};
	struct builder *b = builder_new(16, WIRE_BATCH_MAX);
	struct wire_message m;
	const uint8_t *buf;
	struct err e;
	size_t len;

	(void)state;
	for (size_t i = 0; i < 6; i++) {
		struct record r = record_number(1);

		r.time_ns = times[i];
		builder_put(b, &r);
	}
	len = pack(b, &buf);
	assert_int_equal(wire_unpack(other, buf, len, &m, &e), 0);
	for (size_t i = 0; i < 6; i++)
		assert_int_equal(m.batch.records.time[i], times[i]);
	builder_free(b);
}

static void
a_full_builder_always_fits_into_a_message(void **state)
{
	struct builder *b = builder_new(WIRE_RECORDS_MAX, WIRE_BATCH_MAX);
	const uint8_t *buf;
	size_t len;

	(void)state;
	for (uint32_t i = 0;; i++) {
		struct record r = record_number(i);

		/* Everything as long as it gets. */
		memset(&r.src, (int)i, 8);
		memcpy(r.src.b + 8, &i, 4);
		memcpy(r.dst.b + 8, &i, 4);
		r.time_ns = i % 2 ? INT64_MAX : INT64_MIN;
		r.uid = r.mark = r.opts = UINT32_MAX;
		r.packets = r.octets = UINT64_MAX;
		r.has = 0xffff;
		r.sport = r.dport = r.window = 0xffff;
		r.proto = r.flags = r.ttl = 0xff;
		if (builder_put(b, &r) == -1)
			break;
	}
	len = pack(b, &buf);
	assert_in_range(len, 1, WIRE_BATCH_MAX + WIRE_HEAD_MAX);
	builder_free(b);
}

static void
every_control_message_comes_out_as_it_went_in(void **state)
{
	static const uint64_t sequences[] = {1, 2, UINT64_MAX};
	static const struct wire_refused refused[] = {{9, "no"}};
	struct wire_message m = {.kind = WIRE_ACK}, got;
	const uint8_t *buf;
	struct err e;
	size_t len;

	(void)state;
	m.ack.sequence = sequences;
	m.ack.n = 3;
	m.ack.refused = refused;
	m.ack.n_refused = 1;
	len = wire_pack(one, &m, &buf, &e);
	assert_int_equal(wire_unpack(other, buf, len, &got, &e), 0);
	assert_int_equal(got.ack.n, 3);
	assert_true(got.ack.sequence[2] == UINT64_MAX);
	assert_string_equal(got.ack.refused[0].reason, "no");

	m = (struct wire_message){.kind = WIRE_HEARTBEAT};
	m.heartbeat.records = 77;
	snprintf(m.heartbeat.rules, sizeof(m.heartbeat.rules), "applied");
	len = wire_pack(one, &m, &buf, &e);
	assert_int_equal(wire_unpack(other, buf, len, &got, &e), 0);
	assert_int_equal(got.heartbeat.records, 77);
	assert_string_equal(got.heartbeat.rules, "applied");

	m = (struct wire_message){.kind = WIRE_REFUSAL};
	m.refusal.code = REFUSAL_NAME;
	snprintf(m.refusal.reason, sizeof(m.refusal.reason), "why");
	len = wire_pack(one, &m, &buf, &e);
	assert_int_equal(wire_unpack(other, buf, len, &got, &e), 0);
	assert_int_equal(got.refusal.code, REFUSAL_NAME);
	assert_string_equal(got.refusal.reason, "why");
}

static void
a_newer_hello_can_be_read_as_far_as_its_versions(void **state)
{
	struct wire_message m = {.kind = WIRE_HELLO}, got;
	const uint8_t *buf;
	struct err e;
	size_t len;

	(void)state;
	m.hello.version_min = 2;
	m.hello.version_max = 9;
	len = wire_pack(one, &m, &buf, &e);
	assert_int_equal(wire_unpack(other, buf, len, &got, &e), 0);
	assert_int_equal(got.hello.version_min, 2);
	assert_int_equal(got.hello.version_max, 9);
}

static void
a_hello_that_promises_too_many_addresses_is_refused(void **state)
{
	static struct addr many[257];
	struct wire_message m = {.kind = WIRE_HELLO}, got;
	const uint8_t *buf;
	struct err e;
	size_t len;

	(void)state;
	m.hello.version_min = m.hello.version_max = 1;
	m.hello.addr = many;
	m.hello.n_addr = 257;
	len = wire_pack(one, &m, &buf, &e);
	assert_int_equal(wire_unpack(other, buf, len, &got, &e), -1);
	assert_non_null(strstr(e.text, "257 addresses"));
}

static void
bytes_that_are_no_message_are_refused_by_name(void **state)
{
	static const struct {
		const char *bytes, *says;
		size_t len;
	} row[] = {
	    {"", "not a Synhive message", 0},
	    {"SH\1", "not a Synhive message", 3},
	    {"XX\1\1", "not a Synhive message", 4},
	    {"SH\2\1", "message format 2", 4},
	    {"SH\1\0", "unknown kind of message 0", 4},
	    {"SH\1\377", "unknown kind of message 255", 4},
	    {"SH\1\4\377", "not readable", 5},
	    {"SH\1\4", "run: 0 bytes", 4},
	};
	struct wire_message m;
	struct err e;

	(void)state;
	for (size_t i = 0; i < sizeof(row) / sizeof(*row); i++) {
		assert_int_equal(
		    wire_unpack(one, row[i].bytes, row[i].len, &m, &e), -1);
		if (strstr(e.text, row[i].says) == NULL)
			fail_msg("row %zu: %s", i, e.text);
	}
}

/* 64 KiB of empty sub-messages, which cost 91 times their size unbounded. */
static void
a_message_of_empty_parts_cannot_cost_more_than_the_arena(void **state)
{
	static uint8_t bomb[WIRE_MESSAGE_MAX] = {'S', 'H', 1, WIRE_ACK};
	struct wire_message m;
	struct err e;

	(void)state;
	for (size_t i = 4; i + 1 < sizeof(bomb); i += 2)
		bomb[i] = 0x1a; /* field 3, a sub-message of no bytes */
	assert_int_equal(wire_unpack(one, bomb, sizeof(bomb), &m, &e), -1);
}

static void
columns_of_different_lengths_are_refused_but_keep_their_number(void **state)
{
	/* run (16 x 0), sequence 9, count 2, one time */
	static const uint8_t bytes[] = {'S', 'H', 1, WIRE_BATCH, 0x0a, 16, 0, 0,
	    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10, 9, 0x18, 2, 0x82,
	    0x01, 1, 2};
	struct wire_message m = {0};
	struct err e;

	(void)state;
	assert_int_equal(wire_unpack(one, bytes, sizeof(bytes), &m, &e), -1);
	assert_string_equal(e.text, "batch: 2 records, 1 times");
	assert_int_equal(m.kind, WIRE_BATCH);
	assert_int_equal(m.batch.sequence, 9);
}

static void
every_truncation_of_a_batch_is_refused_or_sound(void **state)
{
	struct builder *b = builder_new(8, WIRE_BATCH_MAX);
	uint8_t copy[4096];
	const uint8_t *buf;
	struct wire_message m;
	struct err e;
	size_t len;

	(void)state;
	for (uint32_t i = 0; i < 8; i++) {
		struct record r = record_number(i);

		builder_put(b, &r);
	}
	len = pack(b, &buf);
	assert_in_range(len, 8, sizeof(copy));
	memcpy(copy, buf, len);
	for (size_t n = 0; n < len; n++)
		if (wire_unpack(other, copy, n, &m, &e) == 0)
			assert_true(batch_is_sound(&m.batch.records));
	builder_free(b);
}

static void
an_alert_comes_out_as_it_went_in(void **state)
{
	struct alert a = {.severity = SEVERITY_SUSPECT,
			 .port = 22,
			 .first_ns = 1,
			 .last_ns = 2,
			 .count = 3,
			 .has_peer = true},
		     got;
	const uint8_t *buf;
	bool update;
	struct err e;
	size_t len;

	(void)state;
	snprintf(a.id, sizeof(a.id), "%032d", 5);
	snprintf(a.detector, sizeof(a.detector), "outbound-ssh");
	snprintf(a.text, sizeof(a.text), "it did");
	addr_parse("10.0.0.1", &a.address);
	addr_parse("2001:db8::9", &a.peer);
	names_add(&a.honeypots, "pot1");
	names_add(&a.sensors, "gate");
	len = wire_pack_alert(one, &a, true, &buf, &e);
	assert_int_equal(
	    wire_unpack_alert(other, buf, len, &got, &update, &e), 0);
	assert_true(update);
	assert_string_equal(got.id, a.id);
	assert_string_equal(got.text, a.text);
	assert_true(addr_eq(&got.peer, &a.peer));
	assert_true(got.has_peer);
	assert_false(got.has_connection);
	assert_int_equal(got.sensors.n, 1);
	assert_string_equal(got.honeypots.name[0], "pot1");
	assert_int_equal(got.count, 3);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_batch_comes_out_as_it_went_in),
	    cmocka_unit_test(times_before_1970_and_unknown_ones_survive),
	    cmocka_unit_test(a_full_builder_always_fits_into_a_message),
	    cmocka_unit_test(every_control_message_comes_out_as_it_went_in),
	    cmocka_unit_test(a_newer_hello_can_be_read_as_far_as_its_versions),
	    cmocka_unit_test(
		a_hello_that_promises_too_many_addresses_is_refused),
	    cmocka_unit_test(bytes_that_are_no_message_are_refused_by_name),
	    cmocka_unit_test(
		a_message_of_empty_parts_cannot_cost_more_than_the_arena),
	    cmocka_unit_test(
		columns_of_different_lengths_are_refused_but_keep_their_number),
	    cmocka_unit_test(every_truncation_of_a_batch_is_refused_or_sound),
	    cmocka_unit_test(an_alert_comes_out_as_it_went_in),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
