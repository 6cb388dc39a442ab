/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef AGGREGATOR_CLI_OPTIONS_H
#define AGGREGATOR_CLI_OPTIONS_H

#include "common/addr.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

struct cli;
struct err;
struct format;

/* What a verb says it understands; --help and --no-color all do. */
enum option_group {
	OPTIONS_STORE = 1,   /* --store, -c */
	OPTIONS_HOME = 2,    /* --home */
	OPTIONS_OUTPUT = 4,  /* -o */
	OPTIONS_TIME = 8,    /* --since, --until, --last */
	OPTIONS_COUNT = 16,  /* --count */
	OPTIONS_ALERTS = 32, /* -f, --all, --feed, --server-key, --key */
	OPTIONS_REFUSED = 64,
	OPTIONS_FILES = 128,	 /* --year, --tz */
	OPTIONS_ANALYSE = 256,	 /* --aliases, --explain */
	OPTIONS_AT = 1024,	 /* --at */
	OPTIONS_CONTROL = 2048,	 /* --control */
	OPTIONS_NFILTER = 65536, /* --nfilter, -F, -v */
	OPTIONS_TOP = 131072,	 /* --by, --first, -n */
	OPTIONS_NUMBER = 262144, /* -n */
	OPTIONS_CASE = 524288,	 /* --reason, --steps */
	/* -O, -o, --properties, --top, --url, --axes */
	OPTIONS_GRAPH = 1 << 20,
};

/* One of --nfilter ('f'), -F and -v, whose order matters. */
#define NFILTER_OPTIONS_MAX 32
struct nfilter_option {
	char letter;
	const char *value;
};

/* Strings are borrowed from argv; NULL where not given. */
struct options {
	const char *store, *config, *feed, *server_key, *key, *control;
	const char *zone, *aliases, *by, *reason;
	const char *out, *picture, *properties, *top, *url, *axes;
	const struct format *format; /* never NULL */
	int64_t since_ns, until_ns;  /* [since, until); TIME_NONE: open */
	int64_t at_ns;		     /* TIME_NONE: not given */
	struct nets home;
	struct nfilter_option nfilter[NFILTER_OPTIONS_MAX];
	size_t n_nfilter;
	int year; /* 0: not given */
	bool has_explain;
	struct addr explain;
	size_t number; /* with has_number */
	bool has_number, first, steps;
	bool count, follow, all, refused, help, no_color;
};

/*
 * Read argv[0..argc) of 'c->command': options and words in any order; "--"
 * ends the options.  The words are moved to the front of argv and counted.
 * Returns 0, or -1 with 'e' (EX_USAGE) naming the offending word.
 */
int options_parse(struct cli *c, int argc, char **argv, struct err *e);
void options_fini(struct options *o);

/* How many words the option at argv[0], of whatever verb, takes with its value;
 * 0: there is none. */
size_t options_length(char *const *argv);

/* A line for each option of 'groups'. */
void options_print(FILE *to, uint32_t groups);

/* Is 't' inside --since and --until?  A record without a time is only when
 * neither was given. */
bool options_in_time(const struct options *o, int64_t t);

#endif
