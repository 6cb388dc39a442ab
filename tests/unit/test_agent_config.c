/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "agent/config.h"
#include "common/clock.h"
#include "common/err.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <cmocka.h>

#include "tests/unit/files.h"

#define KEY "6d1c7a6f2b6c0d4b8d0c0d5b0f6a3f3c9b5e8d7c6b5a49382716051423324150"
#define REQUIRED                                                               \
	"aggregator = \"tcp://10.9.0.2:7761\"\n"                               \
	"aggregator-key = \"" KEY "\"\n"                                       \
	"key-file = \"/etc/synhive/pot1.key\"\n"

static struct err e;

static struct agent_config *
load(const char *text)
{
	char path[FILE_PATH_MAX];

	write_file("agent.conf", text);
	memset(&e, 0, sizeof(e));
	return agent_config_load(path_of("agent.conf", path), &e);
}

static void
the_example_loads(void **state)
{
	struct agent_config *c =
	    agent_config_load("docs/examples/agent.conf", &e);
	char hex[KEY_TEXT_MAX];

	(void)state;
	if (c == NULL)
		fail_msg("%s", e.text);
	assert_string_equal(c->aggregator, "tcp://10.9.0.2:7761");
	assert_string_equal(key_format(&c->aggregator_key, hex), KEY);
	assert_string_equal(c->key_file, "/etc/synhive/pot1.key");
	assert_string_equal(c->spool, "/var/lib/synhive-agent");
	assert_string_equal(c->user, "synhive-agent");
	assert_int_equal(c->group, 5);
	assert_int_equal(c->group_in, 6);
	assert_int_equal(c->rules, RULES_APPLY);
	agent_config_free(c);
}

static void
three_keys_are_enough(void **state)
{
	struct agent_config *c = load(REQUIRED);

	(void)state;
	if (c == NULL)
		fail_msg("%s", e.text);
	assert_string_equal(c->name, "");
	assert_string_equal(c->user, "nobody");
	assert_string_equal(c->spool, "/var/lib/synhive-agent");
	assert_int_equal(c->group, 5);
	assert_int_equal(c->group_in, 6);
	assert_int_equal(c->rules, RULES_APPLY);
	assert_int_equal(c->mark, 0x10000);
	assert_int_equal(c->home.n, 0);
	assert_int_equal(c->n_device, 0);
	assert_int_equal(c->receive_buffer, 64 * 1024 * 1024);
	assert_int_equal(c->queue_bytes, 64 * 1024 * 1024);
	assert_true(c->batch_age_ns == 100 * NS_PER_MS);
	agent_config_free(c);
}

static void
every_key_is_taken(void **state)
{
	struct agent_config *c = load(REQUIRED
	    "spool = /s\nuser = u\nname = pot1\ngroup = 7\ngroup-in = 9\n"
	    "nft-rules = check\nmark = 0x80000000\n"
	    "home = {11.11.0.0/16, \"2001:db8::/32\"}\n"
	    "devices = {eth0, \"br-lan.5\"}\n"
	    "receive-buffer = 1MiB\nqueue = 2MiB\nbatch-age = 1s\n");

	(void)state;
	if (c == NULL)
		fail_msg("%s", e.text);
	assert_string_equal(c->spool, "/s");
	assert_string_equal(c->user, "u");
	assert_string_equal(c->name, "pot1");
	assert_int_equal(c->group, 7);
	assert_int_equal(c->group_in, 9);
	assert_int_equal(c->rules, RULES_CHECK);
	assert_true(c->mark == 0x80000000);
	assert_int_equal(c->home.n, 2);
	assert_int_equal(c->n_device, 2);
	assert_string_equal(c->device[1], "br-lan.5");
	assert_int_equal(c->receive_buffer, 1024 * 1024);
	assert_int_equal(c->queue_bytes, 2 * 1024 * 1024);
	assert_true(c->batch_age_ns == NS_PER_SEC);
	agent_config_free(c);
}

static void
the_inbound_group_follows_the_other(void **state)
{
	struct agent_config *c = load(REQUIRED "group = 100\n");

	(void)state;
	assert_non_null(c);
	assert_int_equal(c->group_in, 101);
	agent_config_free(c);
}

static void
what_does_not_fit_is_refused_with_its_line(void **state)
{
	static const struct {
		const char *text, *says;
	} rows[] = {
	    {"", "'aggregator' is missing"},
	    {"aggregator = \"tcp://10.9.0.2:1\"",
		"'aggregator-key' is missing"},
	    {"aggregator = \"tcp://10.9.0.2:1\"\naggregator-key = " KEY,
		"'key-file' is missing"},
	    {REQUIRED "mark = 3", ":4: 'mark' must be one bit"},
	    {REQUIRED "mark = 0", ":4: 'mark' must be a number from 1"},
	    {REQUIRED "group = 5\ngroup-in = 5", ":5: 'group' and 'group-in'"},
	    {REQUIRED "group-in = 5", ":4: 'group' and 'group-in' are both 5"},
	    {REQUIRED "group = 65535", ":4: 'group' 65535 leaves no number"},
	    {REQUIRED "nft-rules = aply", "did you mean 'apply'?"},
	    {REQUIRED "agregator = x", "did you mean 'aggregator'?"},
	    {REQUIRED "devices = {eth0, \"a b\"}", ":4: 'a b' is no name of a "
						   "network device"},
	    {REQUIRED "devices = abcdefghijklmnop", "network device"},
	    {REQUIRED "devices = ..", "network device"},
	    {REQUIRED "devices = \"eth0\\\"\"", "network device"},
	    {REQUIRED "receive-buffer = 64", "with its unit"},
	    {REQUIRED "batch-age = 61s", "must be 1ms to 60s"},
	    {REQUIRED "sensor x { }", "unknown key 'sensor'"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		if (load(rows[i].text) != NULL)
			fail_msg("%s was accepted", rows[i].text);
		assert_int_equal(e.code, EX_CONFIG);
		if (strstr(e.text, rows[i].says) == NULL ||
		    strstr(e.text, "agent.conf") == NULL)
			fail_msg("%s: %s", rows[i].text, e.text);
	}
}

static void
devices_go_to_their_limit_and_no_further(void **state)
{
	char text[2048] = REQUIRED "devices = {d";
	struct agent_config *c;

	(void)state;
	for (int i = 1; i < AGENT_DEVICES_MAX; i++)
		sprintf(text + strlen(text), ", d%d", i);
	strcat(text, "}");
	c = load(text);
	assert_non_null(c);
	assert_int_equal(c->n_device, AGENT_DEVICES_MAX);
	agent_config_free(c);
	text[strlen(text) - 1] = '\0';
	strcat(text, ", more}");
	assert_null(load(text));
	assert_non_null(strstr(e.text, "more than 64 names"));
}

static void
a_missing_file_is_no_input(void **state)
{
	char path[FILE_PATH_MAX];

	(void)state;
	assert_null(agent_config_load(path_of("none.conf", path), &e));
	assert_int_equal(e.code, EX_NOINPUT);
	agent_config_free(NULL);
}

#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(name, make_folder, remove_folder)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(the_example_loads),
	    TEST(three_keys_are_enough),
	    TEST(every_key_is_taken),
	    TEST(the_inbound_group_follows_the_other),
	    TEST(what_does_not_fit_is_refused_with_its_line),
	    TEST(devices_go_to_their_limit_and_no_further),
	    TEST(a_missing_file_is_no_input),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
