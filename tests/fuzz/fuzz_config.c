/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A configuration file; after it, whatever it was, a good one must load. */
#include "aggregator/config.h"
#include "common/err.h"

#include "tests/fuzz/file.h"

#include <stdlib.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct config *
load(const void *data, size_t size, struct err *e)
{
	char path[FUZZ_PATH_MAX];
	int fd = fuzz_file(data, size, path);
	struct config *c = config_load(path, e);

	close(fd);
	return c;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char good[] = "keep = 9d # days\n"
				   "honeynet lab { home = 10.0.0.0/8 }\n";
	struct err e = {0};
	struct config *c = load(data, size, &e);

	if (c == NULL && (e.code == 0 || e.text[0] == '\0'))
		abort();
	config_free(c);
	c = load(good, sizeof(good) - 1, &e);
	if (c == NULL)
		abort();
	config_free(c);
	return 0;
}
