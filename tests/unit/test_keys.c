/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "common/err.h"
#include "common/keys.h"

#include <dirent.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>
#include <zmq.h>
#include <cmocka.h>

static char folder[64], path[128], pub[160];

static int
make_folder(void **state)
{
	(void)state;
	strcpy(folder, "/tmp/synhive-test-keys-XXXXXX");
	if (mkdtemp(folder) == NULL)
		return -1;
	snprintf(path, sizeof(path), "%s/pot1.key", folder);
	snprintf(pub, sizeof(pub), "%s.pub", path);
	return 0;
}

static int
remove_folder(void **state)
{
	(void)state;
	unlink(path);
	unlink(pub);
	return rmdir(folder);
}

static size_t
files_in_folder(void)
{
	DIR *d = opendir(folder);
	struct dirent *entry;
	size_t n = 0;

	assert_non_null(d);
	while ((entry = readdir(d)) != NULL)
		n += entry->d_name[0] != '.';
	closedir(d);
	return n;
}

static void
write_file(const char *at, const char *text, mode_t mode)
{
	FILE *f = fopen(at, "w");

	assert_non_null(f);
	fputs(text, f);
	fclose(f);
	assert_int_equal(chmod(at, mode), 0);
}

static void
read_file(const char *at, char text[static 256])
{
	FILE *f = fopen(at, "r");

	assert_non_null(f);
	text[fread(text, 1, 255, f)] = '\0';
	fclose(f);
}

static void
keys_are_those_of_zeromq(void **state)
{
	char z85_public[41], z85_secret[41];
	struct key_pair pair;
	struct key derived;
	uint8_t raw[KEY_BYTES];

	(void)state;
	/* ZeroMQ's pair, our derivation. */
	assert_int_equal(zmq_curve_keypair(z85_public, z85_secret), 0);
	assert_non_null(zmq_z85_decode(pair.secret.b, z85_secret));
	assert_non_null(zmq_z85_decode(raw, z85_public));
	key_public(&pair.secret, &derived);
	assert_memory_equal(derived.b, raw, KEY_BYTES);
	/* Our pair, ZeroMQ's derivation. */
	key_make(&pair);
	assert_non_null(zmq_z85_encode(z85_secret, pair.secret.b, KEY_BYTES));
	assert_int_equal(zmq_curve_public(z85_public, z85_secret), 0);
	assert_non_null(zmq_z85_decode(raw, z85_public));
	assert_memory_equal(pair.public.b, raw, KEY_BYTES);
}

static void
each_pair_is_another_one(void **state)
{
	struct key_pair a, b;

	(void)state;
	key_make(&a);
	key_make(&b);
	assert_false(key_eq(&a.secret, &b.secret));
	assert_false(key_eq(&a.public, &b.public));
	assert_false(key_is_zero(&a.secret));
}

static void
hex_survives_a_round_trip_in_either_case(void **state)
{
	static const char text[] = "00112233445566778899aabbccddeeff"
				   "0123456789abcdef0123456789ABCDEF";
	char out[KEY_TEXT_MAX];
	struct key k;

	(void)state;
	assert_int_equal(key_parse(text, &k), 0);
	assert_int_equal(k.b[1], 0x11);
	assert_int_equal(k.b[31], 0xef);
	assert_int_equal(strcasecmp(key_format(&k, out), text), 0);
}

static void
what_is_not_64_hex_digits_is_no_key(void **state)
{
	static const char *const bad[] = {
	    "",
	    "00112233445566778899aabbccddeeff0123456789abcdef0123456789abcde",
	    "00112233445566778899aabbccddeeff0123456789abcdef0123456789abcdef0",
	    "00112233445566778899aabbccddeeff0123456789abcdef0123456789abcdeg",
	    "0011223344556677 899aabbccddeeff0123456789abcdef0123456789abcdef0",
	    "rq:rM>}U?@Lns47E1%kR.o@n%FcmmsL/@{H8]yf7",
	};
	struct key k;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		assert_int_equal(key_parse(bad[i], &k), -1);
}

static void
a_created_pair_loads_and_its_secret_is_closed(void **state)
{
	char text[256], hex[KEY_TEXT_MAX];
	struct key_pair pair;
	struct key public;
	struct stat st;
	struct err e;

	(void)state;
	assert_int_equal(key_create(path, &public, &e), 0);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	assert_int_equal(st.st_nlink, 1);
	assert_int_equal(files_in_folder(), 2);
	assert_int_equal(key_load(path, &pair, &e), 0);
	assert_true(key_eq(&pair.public, &public));
	read_file(pub, text);
	assert_int_equal(strlen(text), 65);
	assert_int_equal(strncmp(text, key_format(&public, hex), 64), 0);
	assert_int_equal(text[64], '\n');
}

static void
an_existing_file_is_never_replaced(void **state)
{
	char text[256];
	struct key public;
	struct err e;

	(void)state;
	write_file(path, "mine", 0600);
	assert_int_equal(key_create(path, &public, &e), -1);
	assert_int_equal(e.code, EX_CANTCREAT);
	assert_non_null(strstr(e.text, path));
	read_file(path, text);
	assert_string_equal(text, "mine");
	assert_int_equal(files_in_folder(), 1);
}

static void
a_lone_public_file_is_left_alone_too(void **state)
{
	char text[256];
	struct key public;
	struct err e;

	(void)state;
	write_file(pub, "mine", 0644);
	assert_int_equal(key_create(path, &public, &e), -1);
	assert_int_equal(e.code, EX_CANTCREAT);
	assert_non_null(strstr(e.text, pub));
	read_file(pub, text);
	assert_string_equal(text, "mine");
	assert_int_equal(files_in_folder(), 1);
}

static void
nothing_is_left_where_nothing_can_be_made(void **state)
{
	char nowhere[160];
	struct key public;
	struct err e;

	(void)state;
	snprintf(nowhere, sizeof(nowhere), "%s/none/pot1.key", folder);
	assert_int_equal(key_create(nowhere, &public, &e), -1);
	assert_int_equal(e.code, EX_CANTCREAT);
	assert_non_null(strstr(e.text, nowhere));
	assert_int_equal(files_in_folder(), 0);
}

static void
a_key_that_others_may_touch_is_refused_with_the_remedy(void **state)
{
	static const mode_t modes[] = {
	    0604, 0640, 0602, 0620, 0660, 0666, 0610};
	struct key_pair pair;
	struct key public;
	struct err e;

	(void)state;
	assert_int_equal(key_create(path, &public, &e), 0);
	for (size_t i = 0; i < sizeof(modes) / sizeof(*modes); i++) {
		assert_int_equal(chmod(path, modes[i]), 0);
		assert_int_equal(key_load(path, &pair, &e), -1);
		assert_int_equal(e.code, EX_NOPERM);
		assert_non_null(strstr(e.text, "chmod 600"));
		assert_non_null(strstr(e.text, path));
	}
	assert_int_equal(chmod(path, 0400), 0);
	assert_int_equal(key_load(path, &pair, &e), 0);
}

static void
a_key_of_another_user_is_refused(void **state)
{
	struct key_pair pair;
	struct key public;
	struct err e;

	(void)state;
	if (geteuid() != 0)
		skip();
	assert_int_equal(key_create(path, &public, &e), 0);
	assert_int_equal(chown(path, 12345, 12345), 0);
	assert_int_equal(key_load(path, &pair, &e), -1);
	assert_int_equal(e.code, EX_NOPERM);
	assert_non_null(strstr(e.text, "12345"));
}

static void
what_is_no_regular_file_is_refused_without_waiting(void **state)
{
	struct key_pair pair;
	struct err e;

	(void)state;
	assert_int_equal(key_load(folder, &pair, &e), -1);
	assert_int_equal(e.code, EX_CONFIG);
	assert_int_equal(mkfifo(path, 0600), 0);
	assert_int_equal(key_load(path, &pair, &e), -1);
	assert_int_equal(e.code, EX_CONFIG);
	assert_non_null(strstr(e.text, "regular"));
}

static void
a_missing_key_says_so(void **state)
{
	struct key_pair pair;
	struct err e;

	(void)state;
	assert_int_equal(key_load(path, &pair, &e), -1);
	assert_int_equal(e.code, EX_NOINPUT);
	assert_non_null(strstr(e.text, path));
}

static void
a_file_without_a_key_is_refused(void **state)
{
	static const char *const bad[] = {
	    "",
	    "\n",
	    "secret\n",
	    "0000000000000000000000000000000000000000000000000000000000000000",
	    " 00112233445566778899aabbccddeeff0123456789abcdef0123456789abcdef",
	    "00112233445566778899aabbccddeeff0123456789abcdef0123456789abcdef0",
	};
	struct key_pair pair;
	struct err e;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		write_file(path, bad[i], 0600);
		assert_int_equal(key_load(path, &pair, &e), -1);
		assert_int_equal(e.code, EX_CONFIG);
		/* Not the content: it may be a mistyped secret. */
		assert_null(strstr(e.text, "secret\n"));
	}
}

static void
blanks_behind_the_key_do_not_matter(void **state)
{
	static const char *const ends[] = {"", "\n", "\r\n", "  \n\n"};
	char text[128];
	struct key_pair pair;
	struct err e;

	(void)state;
	for (size_t i = 0; i < sizeof(ends) / sizeof(*ends); i++) {
		snprintf(text, sizeof(text), "%064d%s", 7, ends[i]);
		write_file(path, text, 0600);
		assert_int_equal(key_load(path, &pair, &e), 0);
		assert_int_equal(pair.secret.b[31], 7);
	}
}

static void
a_wiped_pair_is_zero(void **state)
{
	struct key_pair pair;

	(void)state;
	key_make(&pair);
	key_wipe(&pair);
	assert_true(key_is_zero(&pair.secret));
}

#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(name, make_folder, remove_folder)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(keys_are_those_of_zeromq),
	    TEST(each_pair_is_another_one),
	    TEST(hex_survives_a_round_trip_in_either_case),
	    TEST(what_is_not_64_hex_digits_is_no_key),
	    TEST(a_created_pair_loads_and_its_secret_is_closed),
	    TEST(an_existing_file_is_never_replaced),
	    TEST(a_lone_public_file_is_left_alone_too),
	    TEST(nothing_is_left_where_nothing_can_be_made),
	    TEST(a_key_that_others_may_touch_is_refused_with_the_remedy),
	    TEST(a_key_of_another_user_is_refused),
	    TEST(what_is_no_regular_file_is_refused_without_waiting),
	    TEST(a_missing_key_says_so),
	    TEST(a_file_without_a_key_is_refused),
	    TEST(blanks_behind_the_key_do_not_matter),
	    TEST(a_wiped_pair_is_zero),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
