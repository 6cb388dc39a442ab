/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "aggregator/cli/cli.h"
#include "aggregator/cli/operate.h"

static int
run(const struct cli *c, struct err *e)
{
	struct operation o = {.verb = OPERATION_CLOSE};

	return operate(c, &o, 1, e);
}

const struct command command_close = {
    .name = "close",
    .args = "ID [REASON]",
    .doc = "end an incident; it has a verdict, or give a reason",
    .help =
	"\n"
	"What comes after it, of the same honeypot, is another incident.\n\n"
	"Example:\n"
	"  synhive close combo the scanner of our own students\n",
    .options = OPERATE_OPTIONS,
    .max_words = CLI_WORDS_ANY,
    .run = run,
};
