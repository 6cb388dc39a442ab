/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A configuration file; after it, whatever it was, a good one must load. */
#include "agent/config.h"
#include "common/err.h"

#include "tests/fuzz/file.h"

#include <stdlib.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct agent_config *
load(const void *data, size_t size, struct err *e)
{
	char path[FUZZ_PATH_MAX];
	int fd = fuzz_file(data, size, path);
	struct agent_config *c = agent_config_load(path, e);

	close(fd);
	return c;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char good[] =
	    "aggregator = \"tcp://10.9.0.2:7761\"\n"
	    "aggregator-key = 0123456789abcdef0123456789abcdef"
	    "0123456789abcdef0123456789abcdef\n"
	    "key-file = /k\n";
	struct err e = {0};
	struct agent_config *c = load(data, size, &e);

	if (c == NULL && (e.code == 0 || e.text[0] == '\0'))
		abort();
	agent_config_free(c);
	c = load(good, sizeof(good) - 1, &e);
	if (c == NULL)
		abort();
	agent_config_free(c);
	return 0;
}
