/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "aggregator/cli/cli.h"
#include "aggregator/cli/operate.h"

static int
run(const struct cli *c, struct err *e)
{
	struct operation o = {.verb = OPERATION_REBUILD};

	return operate(c, &o, 1, e);
}

const struct command command_rebuild = {
    .name = "rebuild",
    .args = "ID [REASON]",
    .doc = "say that the honeypot was set up anew; ends the incident",
    .help =
	"\n"
	"What comes after it, of the same honeypot, is another incident.\n\n"
	"Example:\n"
	"  synhive rebuild combo from image 2026-11\n",
    .options = OPERATE_OPTIONS,
    .max_words = CLI_WORDS_ANY,
    .run = run,
};
