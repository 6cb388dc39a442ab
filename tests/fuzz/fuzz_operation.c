/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A request at the control socket, which comes back the same if it is one;
 * and a reply. */
#include "common/operation.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check_round_trip(const struct operation *o)
{
	char *line = operation_format(o);
	struct operation back;
	struct err e;

	if (line == NULL || strlen(line) > OPERATION_LINE_MAX ||
	    operation_parse(line, strlen(line) - 1, &back, &e) == -1 ||
	    memcmp(&back, o, sizeof(back)) != 0)
		abort();
	free(line);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = (const char *)data;
	struct operation o;
	struct err e = {0}, reply;

	if (size > OPERATION_LINE_MAX)
		return 0;
	if (operation_parse(text, size, &o, &e) == -1) {
		if (e.code == 0 || e.text[0] == '\0')
			abort();
	} else if (o.verb == OPERATION_VERDICT || o.verdict[0] == '\0') {
		/* A verdict beside another verb is not said again. */
		if (o.verb == OPERATION_MUTE || o.mute_ns == 0)
			check_round_trip(&o);
	}
	(void)operation_parse_reply(text, size, &reply, &e);
	return 0;
}
