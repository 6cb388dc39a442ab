/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "aggregator/cli/cli.h"
#include "aggregator/cli/operate.h"

static int
run(const struct cli *c, struct err *e)
{
	struct operation o = {.verb = OPERATION_ACK};

	return operate(c, &o, 1, e);
}

const struct command command_ack = {
    .name = "ack",
    .args = "ID [REASON]",
    .doc = "say that you look after an incident",
    .help = "\n"
	    "Your name and the time are kept, and told to those who follow\n"
	    "the feed.  ID: see 'synhive help incident'.\n\n"
	    "Example:\n"
	    "  synhive ack combo I am on it\n",
    .options = OPERATE_OPTIONS,
    .max_words = CLI_WORDS_ANY,
    .run = run,
};
