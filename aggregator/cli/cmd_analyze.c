/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "aggregator/cli/cmd_analyse.h"

const struct command command_analyze = {
    .name = "analyze",
    .args = "FILE...",
    .doc = "the same as analyse",
    .help = "\n"
	    "See 'synhive help analyse'.\n\n"
	    "Example:\n"
	    "  synhive analyze kern.log.gz\n",
    .options = OPTIONS_STORE | OPTIONS_HOME | OPTIONS_OUTPUT | OPTIONS_FILES |
	       OPTIONS_ANALYSE,
    .max_words = CLI_WORDS_ANY,
    .run = analyse,
};
