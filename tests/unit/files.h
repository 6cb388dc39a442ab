/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TESTS_UNIT_FILES_H
#define TESTS_UNIT_FILES_H

/* A folder for one test's files.  Include behind cmocka.h. */

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define FILE_PATH_MAX 256

static char folder[64];

static inline int
make_folder(void **state)
{
	(void)state;
	strcpy(folder, "/tmp/synhive-test-XXXXXX");
	return mkdtemp(folder) == NULL ? -1 : 0;
}

static inline int
remove_one(const char *path, const struct stat *st, int flag, struct FTW *ftw)
{
	(void)st;
	(void)flag;
	(void)ftw;
	return remove(path);
}

static inline int
remove_folder(void **state)
{
	(void)state;
	return nftw(folder, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

/* The path of 'name' in the folder. */
static inline const char *
path_of(const char *name, char out[static FILE_PATH_MAX])
{
	snprintf(out, FILE_PATH_MAX, "%s/%s", folder, name);
	return out;
}

static inline void
write_file(const char *name, const char *text)
{
	char path[FILE_PATH_MAX];
	FILE *f = fopen(path_of(name, path), "w");

	assert_non_null(f);
	assert_int_equal(fputs(text, f) >= 0, 1);
	assert_int_equal(fclose(f), 0);
}

#endif
