/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "agent/agent.h"
#include "agent/config.h"
#include "common/log.h"

#include <getopt.h>
#include <sodium.h>
#include <stdio.h>
#include <sysexits.h>

static const char usage[] =
    "Usage: synhive-agent [-c FILE] [-v]\n"
    "       synhive-agent [-c FILE] --check-config | --print-rules\n"
    "       synhive-agent --remove-rules\n"
    "\n"
    "Reports TCP connections that the kernel sees to the aggregator.  Runs in "
    "the\nforeground, logs to stderr, and says \"ready\" when its rules and "
    "groups stand.\n"
    "\n"
    "  -c, --config FILE   configuration (" AGENT_CONFIG_PATH ")\n"
    "      --check-config  check it and the key, and end\n"
    "      --print-rules   print the nft tables, for nft -f, and end\n"
    "      --remove-rules  remove our nft tables, and end\n"
    "  -v, --verbose       say more\n"
    "  -h, --help          this\n"
    "      --version       the version\n"
    "\n"
    "Examples:\n"
    "  synhive-agent --check-config -c ./agent.conf\n"
    "  synhive-agent --print-rules -c ./agent.conf\n"
    "\n"
    "Manual: synhive-agent(8)\n";

enum {
	OPTION_CHECK = 256,
	OPTION_PRINT,
	OPTION_REMOVE,
	OPTION_VERSION,
};

static const struct option options[] = {
    {"config", required_argument, NULL, 'c'},
    {"check-config", no_argument, NULL, OPTION_CHECK},
    {"print-rules", no_argument, NULL, OPTION_PRINT},
    {"remove-rules", no_argument, NULL, OPTION_REMOVE},
    {"verbose", no_argument, NULL, 'v'},
    {"help", no_argument, NULL, 'h'},
    {"version", no_argument, NULL, OPTION_VERSION},
    {0},
};

static int
act(int what, const char *conf)
{
	switch (what) {
	case OPTION_CHECK:
		return agent_check(conf);
	case OPTION_PRINT:
		return agent_print_rules(conf);
	case OPTION_REMOVE:
		return agent_remove_rules();
	default:
		return agent_run(conf);
	}
}

int
main(int argc, char **argv)
{
	const char *conf = AGENT_CONFIG_PATH;
	int opt, what = 0;

	log_program("synhive-agent");
	if (sodium_init() == -1)
		return EX_OSERR;
	while ((opt = getopt_long(argc, argv, "c:vh", options, NULL)) != -1)
		switch (opt) {
		case 'c':
			conf = optarg;
			break;
		case OPTION_CHECK:
		case OPTION_PRINT:
		case OPTION_REMOVE:
			what = opt;
			break;
		case 'v':
			log_verbose(true);
			break;
		case 'h':
			fputs(usage, stdout);
			return EX_OK;
		case OPTION_VERSION:
			puts("synhive-agent " VERSION);
			return EX_OK;
		default:
			fputs("Try: synhive-agent --help\n", stderr);
			return EX_USAGE;
		}
	if (optind < argc) {
		fprintf(stderr,
		    "synhive-agent: \"%s\" is not an option\n"
		    "Try: synhive-agent --help\n",
		    argv[optind]);
		return EX_USAGE;
	}
	return act(what, conf);
}
