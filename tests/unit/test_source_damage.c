/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A file may be cut anywhere, and any byte of it may be any other: nothing
 * crashes or hangs, and all lines but the damaged one are read.
 */
#include "tests/unit/cm.h"

#include "tests/unit/damage.h"

/* The row whose lines have byte 'at'; -1: the header. */
static int
row_at(const struct text *t, const struct format *f, size_t at)
{
	size_t lines = 0, header = 0;

	for (size_t i = 0; i < t->n; i++)
		header += t->b[i] == '\n';
	header -= ROWS * f->lines_per_row;
	for (size_t i = 0; i < at; i++)
		lines += t->b[i] == '\n';
	return lines < header ? -1 : (int)((lines - header) / f->lines_per_row);
}

/* The rows that need not be read when byte 'at' is another. */
static unsigned int
spoilt_by(const struct text *t, const struct format *f, size_t at)
{
	int row = row_at(t, f, at);
	unsigned int bits = row >= 0 ? 1U << row : 0;

	if (t->b[at] == '\n' && !f->joins && row + 1 < ROWS)
		bits |= 1U << (row + 1);
	return bits;
}

static void
good_lines_survive_any_byte(void **state)
{
	static const char values[] = {'\n', '\0', ' ', '7', '"', '=', '\xff'};
	const struct format *f = *state;
	struct text t = {.n = 0};
	unsigned int all = (1U << ROWS) - 1;
	char *want;

	f->make(&t);
	want = undamaged(&t);
	assert_int_equal(rows_of(t.b, t.n, want), all);
	for (size_t at = 0; at < t.n; at++) {
		char good = t.b[at];
		unsigned int need = all & ~spoilt_by(&t, f, at);

		for (size_t v = 0; v < sizeof(values); v++) {
			unsigned int got;

			if (values[v] == good)
				continue;
			t.b[at] = values[v];
			got = rows_of(t.b, t.n, want);
			if ((got & need) != need)
				fail_msg("%s: byte %zu as %02x loses rows "
					 "%x",
				    f->name, at, (unsigned char)values[v],
				    need & ~got);
			t.b[at] = good;
		}
	}
	free(want);
}

static void
good_lines_survive_any_cut(void **state)
{
	const struct format *f = *state;
	struct text t = {.n = 0};
	char *want;

	f->make(&t);
	want = undamaged(&t);
	for (size_t cut = 0; cut <= t.n; cut++) {
		int row = cut == t.n ? ROWS : row_at(&t, f, cut);
		unsigned int need = row <= 0 ? 0 : (1U << row) - 1;

		assert_int_equal(rows_of(t.b, cut, want) & need, need);
	}
	free(want);
}

int
main(void)
{
	struct CMUnitTest tests[2 * FORMATS];

	for (size_t i = 0; i < FORMATS; i++) {
		tests[2 * i] = format_test("good_lines_survive_any_byte",
		    good_lines_survive_any_byte, &formats[i]);
		tests[2 * i + 1] = format_test("good_lines_survive_any_cut",
		    good_lines_survive_any_cut, &formats[i]);
	}
	return _cmocka_run_group_tests(
	    "source_damage", tests, 2 * FORMATS, make_folder, remove_folder);
}
