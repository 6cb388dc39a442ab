/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "aggregator/cli/cli.h"
#include "aggregator/cli/operate.h"
#include "common/clock.h"
#include "common/err.h"

#include <string.h>
#include <sysexits.h>

static int
run(const struct cli *c, struct err *e)
{
	struct operation o = {.verb = OPERATION_MUTE};

	if (c->n_word < 2)
		return err_set(e, EX_USAGE,
		    "say the incident, for how long, and why: mute combo 2h "
		    "we watch it live");
	if (strcmp(c->word[1], "off") != 0 &&
	    (duration_parse(c->word[1], &o.mute_ns) == -1 || o.mute_ns == 0))
		return err_set(e, EX_USAGE,
		    "'%s' is no duration such as 30m, 2h, 3d, nor 'off'",
		    c->word[1]);
	return operate(c, &o, 2, e);
}

const struct command command_mute = {
    .name = "mute",
    .args = "ID DURATION|off REASON",
    .doc = "hear nothing of an incident for a time",
    .help =
	"\n"
	"DURATION: 30m, 2h, 3d; at most 30d.  What it counts meanwhile is\n"
	"published once, as it is then; 'synhive alerts' has it at once.\n\n"
	"Examples:\n"
	"  synhive mute combo 2h we watch it live\n"
	"  synhive mute combo off\n",
    .options = OPERATE_OPTIONS,
    .max_words = CLI_WORDS_ANY,
    .run = run,
};
