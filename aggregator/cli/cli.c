/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "aggregator/cli/cli.h"
#include "aggregator/format/format.h"
#include "common/err.h"
#include "common/log.h"
#include "common/nearest.h"

#include <locale.h>
#include <signal.h>
#include <string.h>
#include <sysexits.h>

#define COMMAND(n) extern const struct command command_##n;
#include "commands.h"
#undef COMMAND
static const struct command *const commands[] = {
#define COMMAND(n) &command_##n,
#include "commands.h"
#undef COMMAND
};

#define COMMANDS (sizeof(commands) / sizeof(*commands))

static void
print_usage(FILE *to)
{
	fprintf(to, "usage: synhive VERB [options] [FILTER]\n\n");
	for (size_t i = 0; i < COMMANDS; i++)
		fprintf(
		    to, "  %-12s %s\n", commands[i]->name, commands[i]->doc);
	fprintf(to,
	    "\n'synhive help VERB' has options and examples; synhive(1) has "
	    "the rest.\n");
}

static void
print_help(const struct command *c)
{
	printf("usage: synhive %s [options]%s%s\n\n%s.\n%s\n", c->name,
	    *c->args == '\0' ? "" : " ", c->args, c->doc, c->help);
	printf("Options:\n");
	options_print(stdout, c->options);
}

static const struct command *
find(const char *name)
{
	for (size_t i = 0; i < COMMANDS; i++)
		if (strcmp(commands[i]->name, name) == 0)
			return commands[i];
	return NULL;
}

static int
unknown(const char *name, struct err *e)
{
	struct nearest near = nearest_to(name, strlen(name));
	char hint[NEAREST_HINT_MAX];

	if (*name == '-')
		return err_set(e, EX_USAGE,
		    "'%s': no such option, or no verb behind it; see "
		    "'synhive --help'",
		    name);
	for (size_t i = 0; i < COMMANDS; i++)
		nearest_try(&near, commands[i]->name);
	if (near.found == NULL)
		return err_set(e, EX_USAGE,
		    "unknown verb '%s'; see 'synhive --help'", name);
	return err_set(e, EX_USAGE, "unknown verb '%s'%s", name,
	    nearest_hint(&near, hint));
}

static int
help(const char *verb, struct err *e)
{
	const struct command *c;

	if (verb == NULL) {
		print_usage(stdout);
		return 0;
	}
	c = find(verb);
	if (c == NULL)
		return unknown(verb, e);
	print_help(c);
	return 0;
}

static int
run(const struct command *command, int argc, char **argv, struct err *e)
{
	struct cli c = {.command = command};
	int rc = options_parse(&c, argc, argv, e);

	if (rc == 0 && c.opt.help)
		print_help(command);
	else if (rc == 0)
		rc = command->run(&c, e);
	options_fini(&c.opt);
	return rc;
}

/* Options may stand before the verb: put it first.  NULL words end argv. */
static void
verb_first(int argc, char **argv)
{
	size_t at = 1, n;
	char *verb;

	while (at < (size_t)argc && argv[at][0] == '-') {
		n = options_length(argv + at);
		if (n == 0)
			return;
		at += n;
	}
	if (at >= (size_t)argc)
		return;
	verb = argv[at];
	memmove(argv + 2, argv + 1, (at - 1) * sizeof(*argv));
	argv[1] = verb;
}

static int
dispatch(int argc, char **argv, struct err *e)
{
	const char *verb;
	const struct command *c;

	if (argc > 1 && strcmp(argv[1], "--help") != 0 &&
	    strcmp(argv[1], "-h") != 0)
		verb_first(argc, argv);
	verb = argc > 1 ? argv[1] : NULL;

	if (verb == NULL) {
		print_usage(stderr);
		return err_set(e, EX_USAGE, "which verb?");
	}
	if (strcmp(verb, "--version") == 0) {
		printf("synhive %s\n", VERSION);
		return 0;
	}
	if (strcmp(verb, "--help") == 0 || strcmp(verb, "-h") == 0 ||
	    strcmp(verb, "help") == 0)
		return help(argc > 2 ? argv[2] : NULL, e);
	c = find(verb);
	if (c == NULL)
		return unknown(verb, e);
	if (run(c, argc - 2, argv + 2, e) == -1)
		return e->code == EX_OK ? -1 : err_within(e, "%s", verb);
	return 0;
}

int
cli_main(int argc, char **argv)
{
	struct err e = {0};
	int rc;

	setlocale(LC_CTYPE, "");
	/* Whoever reads us may go away: that is EPIPE, see output_check(). */
	signal(SIGPIPE, SIG_IGN);
	log_program("synhive");
	rc = dispatch(argc, argv, &e);
	if (rc == 0) {
		fflush(stdout);
		rc = output_check(stdout, &e);
	}
	if (rc == 0 || e.code == EX_OK)
		return EX_OK;
	fprintf(stderr, "synhive: %s\n", e.text);
	return e.code;
}
