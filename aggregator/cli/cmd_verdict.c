/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "aggregator/cli/cli.h"
#include "aggregator/cli/operate.h"
#include "common/err.h"

#include <stdio.h>
#include <sysexits.h>

static int
run(const struct cli *c, struct err *e)
{
	struct operation o = {.verb = OPERATION_VERDICT};

	if (c->n_word < 2)
		return err_set(e, EX_USAGE,
		    "say the incident and the verdict: compromised, "
		    "false-alarm, expected or unclear");
	snprintf(o.verdict, sizeof(o.verdict), "%s", c->word[1]);
	return operate(c, &o, 2, e);
}

const struct command command_verdict = {
    .name = "verdict",
    .args = "ID VERDICT [REASON]",
    .doc = "say what an incident was",
    .help = "\n"
	    "VERDICT: compromised, false-alarm, expected or unclear.  Another\n"
	    "one replaces it, also when the incident is closed.\n\n"
	    "Example:\n"
	    "  synhive verdict combo compromised an IRC bot\n",
    .options = OPERATE_OPTIONS,
    .max_words = CLI_WORDS_ANY,
    .run = run,
};
