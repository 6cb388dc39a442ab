/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Files: what they are, what they are called, many as one stream. */
#include "tests/unit/cm.h"

#include "aggregator/source/merge.h"
#include "tests/unit/reading.h"

#include <sysexits.h>

#define BODY                                                                   \
	"SRC=192.0.2.1 DST=198.51.100.7 LEN=60 TTL=64 PROTO=TCP SPT=%u "       \
	"DPT=22 WINDOW=1 RES=0x00 SYN URGP=0\n"

static void
the_sensor_is_called_after_the_file(void **state)
{
	static const struct {
		const char *path, *sensor;
	} rows[] = {
	    {"kern.log", "kern.log"},
	    {"/var/log/kern.log", "kern.log"},
	    {"/var/log/kern.log.gz", "kern.log"},
	    {"/var/log/kern.log.2.gz", "kern.log"},
	    {"/var/log/kern.log.12", "kern.log"},
	    {"messages-20261121.zst", "messages"},
	    {"10.9.0.2", "10.9.0.2"},
	    {"scan34", "scan34"},
	    {"2", "2"},
	    {".gz", ".gz"},
	    {"a\x1b[2J", "a?[2J"},
	    {"-", "stdin"},
	};
	char sensor[SOURCE_SENSOR_MAX];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		source_sensor(rows[i].path, sensor);
		assert_string_equal(sensor, rows[i].sensor);
	}
}

static void
what_is_of_no_known_format_is_refused_with_its_beginning(void **state)
{
	const struct source_options o = {0};
	struct err e;

	(void)state;
	assert_null(reader_open(put_text("f", "hello \x1b world\n"), &o, &e));
	assert_int_equal(e.code, EX_DATAERR);
	assert_non_null(strstr(e.text, "hello ? world"));
	assert_null(reader_open(put_text("f", ""), &o, &e));
	assert_int_equal(e.code, EX_DATAERR);
	assert_non_null(strstr(e.text, "nothing in it"));
}

/* --- many as one --- */

#define FILES_MAX 4

struct paths {
	char room[FILES_MAX][FILE_PATH_MAX];
	const char *path[FILES_MAX];
	size_t n;
};

/* A log with a line for each of 'ports', "Mar  8 00:00:PORT". */
static void
add_log(struct paths *p, const char *ports)
{
	char name[16], text[8192];
	size_t n = 0;

	for (; *ports != '\0'; ports++)
		if (*ports == '?') /* without a time */
			n += (size_t)sprintf(
			    text + n, "IN=eth0 OUT= " BODY, 99U);
		else
			n += (size_t)sprintf(text + n,
			    "Mar  8 00:00:0%c b kernel: IN=eth0 OUT= " BODY,
			    *ports, (unsigned int)(*ports - '0'));
	snprintf(name, sizeof(name), "log%zu", p->n);
	strcpy(p->room[p->n], put_text(name, text));
	p->path[p->n] = p->room[p->n];
	p->n++;
}

static void
assert_merged(struct paths *p, const char *want)
{
	const struct source_options o = {.year = 2005};
	struct merge *m;
	const struct record *r;
	char got[256] = "";
	size_t file, n = 0;
	struct err e;

	m = merge_open(p->path, p->n, &o, &e);
	if (m == NULL)
		fail_msg("%s", e.text);
	while ((r = merge_next(m, &file)) != NULL)
		n += (size_t)sprintf(
		    got + n, "%c%u ", (int)('a' + file), r->sport);
	assert_null(merge_next(m, &file));
	assert_string_equal(got, want);
	merge_close(m);
}

static void
files_are_one_stream_in_order_of_time(void **state)
{
	struct paths p = {.n = 0};

	(void)state;
	add_log(&p, "567");
	add_log(&p, "123");
	add_log(&p, "2468");
	assert_merged(&p, "b1 b2 c2 b3 c4 a5 a6 c6 a7 c8 ");
}

static void
one_file_stays_as_it_is(void **state)
{
	struct paths p = {.n = 0};

	(void)state;
	add_log(&p, "3127");
	assert_merged(&p, "a3 a1 a2 a7 ");
}

static void
records_without_time_stay_where_they_are(void **state)
{
	struct paths p = {.n = 0};

	(void)state;
	add_log(&p, "1?3");
	add_log(&p, "24");
	assert_merged(&p, "a1 a99 b2 a3 b4 ");
}

static void
a_file_named_twice_is_refused(void **state)
{
	const struct source_options o = {0};
	struct paths p = {.n = 0};
	const char *twice[2];
	struct err e;

	(void)state;
	add_log(&p, "1");
	twice[0] = twice[1] = p.path[0];
	assert_null(merge_open(twice, 2, &o, &e));
	assert_int_equal(e.code, EX_USAGE);
	assert_non_null(strstr(e.text, "twice"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(the_sensor_is_called_after_the_file),
	    cmocka_unit_test(
		what_is_of_no_known_format_is_refused_with_its_beginning),
	    cmocka_unit_test(files_are_one_stream_in_order_of_time),
	    cmocka_unit_test(one_file_stays_as_it_is),
	    cmocka_unit_test(records_without_time_stay_where_they_are),
	    cmocka_unit_test(a_file_named_twice_is_refused),
	};

	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
