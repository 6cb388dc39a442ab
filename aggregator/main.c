/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "aggregator/aggregator.h"
#include "aggregator/config.h"
#include "common/log.h"

#include <getopt.h>
#include <stdbool.h>
#include <stdio.h>
#include <sodium.h>
#include <sysexits.h>

static const char usage[] =
    "Usage: synhive-aggregator [-c FILE] [--check-config] [-v]\n"
    "\n"
    "Receives what agents report, stores and correlates it, publishes "
    "alerts.\n"
    "Runs in the foreground, logs to stderr, and says \"ready\".\n"
    "\n"
    "  -c, --config FILE   configuration (" CONFIG_PATH ")\n"
    "      --check-config  check it and the key, and end\n"
    "  -v, --verbose       say more\n"
    "  -h, --help          this\n"
    "      --version       the version\n"
    "\n"
    "Examples:\n"
    "  synhive-aggregator --check-config -c ./aggregator.conf\n"
    "  synhive-aggregator -c ./aggregator.conf\n"
    "\n"
    "Manual: synhive-aggregator(8)\n";

enum {
	OPTION_CHECK = 256,
	OPTION_CHILD,
	OPTION_VERSION,
};

static const struct option options[] = {
    {"config", required_argument, NULL, 'c'},
    {"check-config", no_argument, NULL, OPTION_CHECK},
    {"child", required_argument, NULL, OPTION_CHILD},
    {"verbose", no_argument, NULL, 'v'},
    {"help", no_argument, NULL, 'h'},
    {"version", no_argument, NULL, OPTION_VERSION},
    {0},
};

int
main(int argc, char **argv)
{
	const char *conf = CONFIG_PATH, *child = NULL;
	bool check = false;
	int opt;

	log_program("synhive-aggregator");
	if (sodium_init() == -1)
		return EX_OSERR;
	while ((opt = getopt_long(argc, argv, "c:vh", options, NULL)) != -1)
		switch (opt) {
		case 'c':
			conf = optarg;
			break;
		case OPTION_CHECK:
			check = true;
			break;
		case OPTION_CHILD:
			child = optarg;
			break;
		case 'v':
			log_verbose(true);
			break;
		case 'h':
			fputs(usage, stdout);
			return EX_OK;
		case OPTION_VERSION:
			puts("synhive-aggregator " VERSION);
			return EX_OK;
		default:
			fputs("Try: synhive-aggregator --help\n", stderr);
			return EX_USAGE;
		}
	if (optind < argc) {
		fprintf(stderr,
		    "synhive-aggregator: \"%s\" is not an option\n"
		    "Try: synhive-aggregator --help\n",
		    argv[optind]);
		return EX_USAGE;
	}
	if (child != NULL)
		return aggregator_child(child);
	if (check)
		return aggregator_check(conf);
	return aggregator_run(conf, argv);
}
