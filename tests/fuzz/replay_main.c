/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Feed each named file, and each file in each named folder, to the target. */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
replay(const char *path)
{
	FILE *f = fopen(path, "rb");
	uint8_t *buf = NULL;
	size_t size = 0, n;

	if (f == NULL) {
		perror(path);
		exit(1);
	}
	do {
		uint8_t *more = realloc(buf, size + 65536);

		if (more == NULL)
			abort();
		buf = more;
		n = fread(buf + size, 1, 65536, f);
		size += n;
	} while (n > 0);
	fclose(f);
	/* An exact copy, so that a sanitizer sees a read past its end. */
	uint8_t *exact = malloc(size == 0 ? 1 : size);

	if (exact == NULL)
		abort();
	memcpy(exact, buf, size);
	LLVMFuzzerTestOneInput(exact, size);
	free(exact);
	free(buf);
}

static int
replay_folder(const char *path)
{
	struct dirent **entry;
	int n = scandir(path, &entry, NULL, alphasort), count = 0;
	char file[4096];

	if (n == -1) {
		replay(path);
		return 1;
	}
	for (int i = 0; i < n; i++) {
		if (entry[i]->d_name[0] != '.') {
			snprintf(file, sizeof(file), "%s/%s", path,
			    entry[i]->d_name);
			replay(file);
			count++;
		}
		free(entry[i]);
	}
	free(entry);
	return count;
}

int
main(int argc, char **argv)
{
	int count = 0;

	for (int i = 1; i < argc; i++)
		count += replay_folder(argv[i]);
	printf("%d inputs\n", count);
	return count > 0 ? 0 : 1;
}
