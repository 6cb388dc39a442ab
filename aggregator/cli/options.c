/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "aggregator/cli/options.h"
#include "aggregator/cli/cli.h"
#include "aggregator/cli/nfilters.h"
#include "aggregator/cli/option_set.h"
#include "aggregator/format/format.h"
#include "common/clock.h"
#include "common/err.h"
#include "common/nearest.h"

#include <string.h>
#include <sysexits.h>

typedef int option_fn(struct options *o, const char *value, struct err *e);

struct option {
	char letter;	   /* 0: none */
	const char *name;  /* without "--"; NULL: none */
	const char *value; /* what it is called; NULL: takes none */
	uint32_t groups;   /* 0: every verb has it */
	option_fn *set;	   /* NULL: 'at' is the string or the flag */
	size_t at;	   /* offset in struct options */
	const char *doc;
};

#define AT(field) NULL, offsetof(struct options, field)

static const struct option options[] = {
    {0, "store", "DIR", OPTIONS_STORE, AT(store),
	"the store; else the configuration's"},
    {'c', "config", "FILE", OPTIONS_STORE, AT(config),
	"the aggregator's configuration: store, home, classes"},
    {0, "home", "NET", OPTIONS_HOME, option_set_home, 0,
	"a network of the honeynet; may be given again"},
    {'o', "output", "FORMAT", OPTIONS_OUTPUT, option_set_format, 0,
	"table (default), json, csv; of records and connections also\n"
	"                             psad-csv, flow-print-3, flow-print-5"},
    {0, "since", "TIME", OPTIONS_TIME, option_set_since, 0,
	"from then on: 2026-11-21T10:00:00Z, @seconds, or 2h (ago)"},
    {0, "until", "TIME", OPTIONS_TIME, option_set_until, 0,
	"up to, without, TIME"},
    {0, "last", "DURATION", OPTIONS_TIME, option_set_last, 0,
	"since so long ago: 30s, 15m, 2h, 7d"},
    {0, "at", "TIME", OPTIONS_AT, option_set_at, 0,
	"as if it had fallen then, whether or not it did"},
    {0, "nfilter", "FILE", OPTIONS_NFILTER, nfilters_file, 0,
	"a filter file of flow-tools"},
    {'F', "definition", "NAME", OPTIONS_NFILTER, nfilters_definition, 0,
	"its filter-definition; given again, both must let it pass"},
    {'v', "variable", "VAR=VALUE", OPTIONS_NFILTER, nfilters_variable, 0,
	"a variable of it: behind an -F for that alone"},
    {'n', "number", "N", OPTIONS_TOP | OPTIONS_NUMBER, option_set_number, 0,
	"so many rows at most; 0: all"},
    {0, "by", "COUNT", OPTIONS_TOP, AT(by),
	"sort by records (default), connections, attempts, peers, packets or "
	"octets"},
    {0, "first", NULL, OPTIONS_TOP, AT(first), "sort by the first time"},
    {0, "reason", "TEXT", OPTIONS_CASE, AT(reason),
	"why the case, or this step of it"},
    {0, "steps", NULL, OPTIONS_CASE, AT(steps),
	"how many records each step leaves, instead of the records"},
    {0, "count", NULL, OPTIONS_COUNT, AT(count), "print the number only"},
    {'f', "follow", NULL, OPTIONS_ALERTS, AT(follow),
	"live, from the aggregator's feed, until interrupted"},
    {0, "all", NULL, OPTIONS_ALERTS, AT(all),
	"each update of an alert too, as they were published, and those of "
	"what is expected by now"},
    {0, "control", "PATH", OPTIONS_CONTROL, AT(control),
	"the aggregator's control socket; else the configuration's"},
    {0, "feed", "ENDPOINT", OPTIONS_ALERTS, AT(feed),
	"where the aggregator publishes: tcp://10.9.0.2:7762"},
    {0, "server-key", "HEX|FILE", OPTIONS_ALERTS, AT(server_key),
	"the aggregator's public key"},
    {0, "key", "FILE", OPTIONS_ALERTS, AT(key),
	"our own secret key, made by 'synhive key new'"},
    {0, "refused", NULL, OPTIONS_REFUSED, AT(refused),
	"who was refused, why and how often, instead"},
    {0, "aliases", "FILE", OPTIONS_ANALYSE, AT(aliases),
	"a honeypot a line: its addresses, the primary one first"},
    {0, "explain", "ADDR", OPTIONS_ANALYSE, option_set_explain, 0,
	"say why this address was not reported"},
    {0, "year", "YEAR", OPTIONS_FILES, option_set_year, 0,
	"of the first date that says none; else guessed"},
    {0, "tz", "ZONE", OPTIONS_FILES, AT(zone),
	"of times that say none: UTC (default), +02:00, Europe/Berlin"},
    {'O', "out", "FILE", OPTIONS_GRAPH, AT(out),
	"where the picture goes; '-' is standard output"},
    {'o', "output", "FORMAT", OPTIONS_GRAPH, AT(picture),
	"dot, svg, png, gnu; else what FILE ends in"},
    {0, "properties", "FILE", OPTIONS_GRAPH, AT(properties),
	"links: AfterGlow's colours, shapes, labels, clusters"},
    {0, "top", "N", OPTIONS_GRAPH, AT(top),
	"draw so many of a kind; more become networks and \"other\""},
    {0, "url", "TEMPLATE", OPTIONS_GRAPH, AT(url),
	"what links lead to; %s is the filter: https://soc.example/?q=%s"},
    {0, "axes", "X,Y[,Z]", OPTIONS_GRAPH, AT(axes),
	"points: src,dst,dport (default) or other columns"},
    {0, "no-color", NULL, 0, AT(no_color), "as NO_COLOR in the environment"},
    {'h', "help", NULL, 0, AT(help), "this"},
};

#define OPTIONS (sizeof(options) / sizeof(*options))

static bool
is_for(const struct option *o, uint32_t groups)
{
	return o->groups == 0 || (o->groups & groups) != 0;
}

static int
unknown(const struct cli *c, const char *word, size_t len, struct err *e)
{
	struct nearest near = nearest_to(word, len);
	char hint[NEAREST_HINT_MAX];

	for (size_t i = 0; i < OPTIONS; i++)
		if (is_for(&options[i], c->command->options))
			nearest_try(&near, options[i].name);
	if (near.found == NULL)
		return err_set(e, EX_USAGE,
		    "unknown option '--%.*s'; see 'synhive help %s'", (int)len,
		    word, c->command->name);
	return err_set(e, EX_USAGE, "unknown option '--%.*s'%s", (int)len, word,
	    nearest_hint(&near, hint));
}

static bool
is_called(const struct option *o, char letter, const char *name, size_t len)
{
	if (letter != 0)
		return o->letter == letter;
	return strlen(o->name) == len && strncmp(o->name, name, len) == 0;
}

/* The option of this letter, or else of this name; one of 'groups' if there
 * is, else any. */
static const struct option *
find(uint32_t groups, char letter, const char *name, size_t len)
{
	const struct option *found = NULL;

	for (size_t i = OPTIONS; i-- > 0;)
		if (is_called(&options[i], letter, name, len) &&
		    (found == NULL || is_for(&options[i], groups)))
			found = &options[i];
	return found;
}

static int
apply(struct cli *c, const struct option *o, const char *value, struct err *e)
{
	char *field = (char *)&c->opt + o->at;

	if (!is_for(o, c->command->options))
		return err_set(e, EX_USAGE,
		    "--%s means nothing here; see 'synhive help %s'", o->name,
		    c->command->name);
	if (o->set != NULL)
		return o->set(&c->opt, value, e);
	if (o->value == NULL)
		*(bool *)field = true;
	else
		memcpy(field, &value, sizeof(value));
	return 0;
}

size_t
options_length(char *const *argv)
{
	const char *word = argv[0] + 1;
	const struct option *o;
	bool has_value;

	if (*word == '-') {
		size_t len = strcspn(++word, "=");

		o = find(0, 0, word, len);
		has_value = word[len] == '=';
	} else {
		o = find(0, *word, NULL, 0);
		has_value = *word != '\0' && word[1] != '\0';
	}
	if (o == NULL)
		return 0;
	return o->value == NULL || has_value ? 1 : 2;
}

/*
 * The option at *argv, and its value: behind '=' (or the letter), or the
 * next word.  Returns how many words were used, or -1.
 */
static int
parse_one(struct cli *c, char **argv, struct err *e)
{
	const char *word = *argv + 1, *value = NULL;
	const struct option *o;
	size_t len;
	int used = 1;

	if (*word == '-') {
		word++;
		len = strcspn(word, "=");
		o = find(c->command->options, 0, word, len);
		if (word[len] == '=')
			value = word + len + 1;
	} else {
		len = 1;
		o = find(c->command->options, *word, NULL, 0);
		if (word[1] != '\0')
			value = word + 1;
		if (o == NULL)
			return err_set(e, EX_USAGE,
			    "unknown option -%s; see 'synhive help %s'", word,
			    c->command->name);
	}
	if (o == NULL)
		return unknown(c, word, len, e);
	if (o->value == NULL && value != NULL)
		return err_set(
		    e, EX_USAGE, "%s: --%s takes no value", *argv, o->name);
	if (o->value != NULL && value == NULL) {
		value = argv[1];
		used = 2;
	}
	if (o->value != NULL && value == NULL)
		return err_set(
		    e, EX_USAGE, "%s needs a value: %s", *argv, o->value);
	return apply(c, o, value, e) == -1 ? -1 : used;
}

static int
check(const struct cli *c, struct err *e)
{
	const struct options *o = &c->opt;

	if (o->since_ns != TIME_NONE && o->until_ns != TIME_NONE &&
	    o->since_ns >= o->until_ns)
		return err_set(e, EX_USAGE,
		    "--since is not before --until: nothing could match");
	if (c->n_word > c->command->max_words)
		return err_set(e, EX_USAGE,
		    "%s: one word too many; see "
		    "'synhive help %s'",
		    c->word[c->command->max_words], c->command->name);
	return 0;
}

int
options_parse(struct cli *c, int argc, char **argv, struct err *e)
{
	bool ended = false;
	int used;

	c->opt = (struct options){.format = format_find("table"),
	    .since_ns = TIME_NONE,
	    .until_ns = TIME_NONE,
	    .at_ns = TIME_NONE};
	c->word = argv;
	c->n_word = 0;
	for (int i = 0; i < argc; i += used) {
		used = 1;
		if (ended || argv[i][0] != '-' || argv[i][1] == '\0') {
			c->word[c->n_word++] = argv[i];
		} else if (strcmp(argv[i], "--") == 0) {
			ended = true;
		} else {
			used = parse_one(c, argv + i, e);
			if (used == -1)
				return -1;
		}
	}
	return c->opt.help ? 0 : check(c, e);
}

void
options_fini(struct options *o)
{
	nets_fini(&o->home);
}

void
options_print(FILE *to, uint32_t groups)
{
	char head[40];

	for (size_t i = 0; i < OPTIONS; i++) {
		const struct option *o = &options[i];

		if (!is_for(o, groups))
			continue;
		snprintf(head, sizeof(head), "%c%c%s--%s %s",
		    o->letter == 0 ? ' ' : '-',
		    o->letter == 0 ? ' ' : o->letter,
		    o->letter == 0 ? "  " : ", ", o->name,
		    o->value == NULL ? "" : o->value);
		fprintf(to, "  %-26s %s\n", head, o->doc);
	}
}

bool
options_in_time(const struct options *o, int64_t t)
{
	if (t == TIME_NONE)
		return o->since_ns == TIME_NONE && o->until_ns == TIME_NONE;
	return (o->since_ns == TIME_NONE || t >= o->since_ns) &&
	       (o->until_ns == TIME_NONE || t < o->until_ns);
}
