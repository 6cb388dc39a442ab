/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef AGGREGATOR_CLI_CLI_H
#define AGGREGATOR_CLI_CLI_H

#include "aggregator/cli/options.h"

#include <stddef.h>
#include <stdint.h>

struct err;

/*
 * A verb: one file cmd_<name>.c with "const struct command command_<name>";
 * the build lists the files.
 */
struct command {
	const char *name;
	const char *args; /* "[FILTER]", or "" */
	const char *doc;  /* what it answers: one line */
	const char *help; /* more lines, examples last */
	uint32_t options; /* enum option_group */
	size_t max_words; /* after the options; CLI_WORDS_ANY */
	int (*run)(const struct cli *c, struct err *e);
};

#define CLI_WORDS_ANY SIZE_MAX

/* One call of the program, as typed. */
struct cli {
	const struct command *command;
	struct options opt;
	char **word; /* what is no option */
	size_t n_word;
};

/*
 * The whole program.  Returns the exit status of sysexits(3); whatever went
 * wrong was said on stderr.
 */
int cli_main(int argc, char **argv);

#endif
