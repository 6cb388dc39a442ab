/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "aggregator/cli/cli.h"
#include "aggregator/cli/group_store.h"
#include "aggregator/cli/place.h"
#include "common/err.h"
#include "common/filter.h"

#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#define SHOWN 10

/* "dst,dport".  Returns 0, or -1 with 'e'. */
static int
read_fields(const char *word, struct groups_about *a, struct err *e)
{
	for (;;) {
		size_t len = strcspn(word, ",");

		if (a->n_field == GROUP_KEY_MAX)
			return err_set(
			    e, EX_USAGE, "more than %d fields", GROUP_KEY_MAX);
		if (group_field_find(word, len, &a->field[a->n_field], e) == -1)
			return -1;
		for (size_t i = 0; i < a->n_field; i++)
			if (a->field[i] == a->field[a->n_field])
				return err_set(e, EX_USAGE,
				    "'%.*s' is there twice", (int)len, word);
		a->n_field++;
		if (word[len] == '\0')
			return 0;
		word += len + 1;
	}
}

static int
check_fields(const struct groups_about *a, struct err *e)
{
	const char *record = NULL, *connection = NULL;

	for (size_t i = 0; i < a->n_field; i++) {
		const char *name = group_field_name(a->field[i]);

		if (group_field_asks_home(a->field[i]) && !a->home_known)
			return err_set(e, EX_CONFIG,
			    "'%s' needs to know what is home: give --home "
			    "NET, or -c FILE with a honeynet section",
			    name);
		if (!group_field_of_connections(a->field[i]))
			record = name;
		if (!group_field_of_records(a->field[i]))
			connection = name;
	}
	if (record != NULL && connection != NULL)
		return err_set(e, EX_USAGE,
		    "only records have '%s', and only connections '%s'", record,
		    connection);
	return 0;
}

/* By what to sort.  Returns 0, or -1 with 'e'. */
static int
read_order(const struct options *o, struct group_query *q, struct err *e)
{
	bool records = groups_take_records(&q->about);

	q->by_first = o->first;
	q->by = records ? COUNT_RECORDS : COUNT_CONNECTIONS;
	if (o->by == NULL)
		return 0;
	if (o->first)
		return err_set(e, EX_USAGE, "--first and --by: either");
	if (group_count_find(o->by, &q->by) == -1 ||
	    !(q->about.counts & 1u << q->by))
		return err_set(e, EX_USAGE,
		    "--by %s: say records, connections, attempts, peers, "
		    "packets or octets",
		    o->by);
	return 0;
}

static int
answer(const struct cli *c, const struct place *p, struct err *e)
{
	struct group_query q = {
	    .about = {.counts = 1u << COUNT_RECORDS | 1u << COUNT_CONNECTIONS |
				1u << COUNT_ATTEMPTS | 1u << COUNT_PEERS |
				1u << COUNT_PACKETS | 1u << COUNT_OCTETS,
		.home_known = p->home_known},
	    .most = c->opt.has_number ? c->opt.number : SHOWN,
	};
	uint32_t scope = 0;
	struct filter *f = NULL;
	char *text;
	int rc;

	if (read_fields(c->word[0], &q.about, e) == -1 ||
	    check_fields(&q.about, e) == -1 || read_order(&c->opt, &q, e) == -1)
		return -1;
	if (!groups_take_connections(&q.about))
		scope = FILTER_RECORDS;
	if (!groups_take_records(&q.about))
		scope = FILTER_CONNECTIONS;
	text = place_filter_text(p, c, 1, scope, e);
	rc = text == NULL ? -1 : place_filter_parse(p, text, scope, &f, e);
	if (rc == 0)
		rc = group_store(p, c, f, &q, e);
	free(text);
	filter_free(f);
	return rc;
}

static int
run(const struct cli *c, struct err *e)
{
	struct place p;
	int rc;

	if (c->n_word == 0)
		return err_set(e, EX_USAGE,
		    "of what? Say a field, such as dst or src,dport");
	if (place_open(&p, &c->opt, e) == -1)
		return -1;
	rc = answer(c, &p, e);
	place_close(&p);
	return rc;
}

const struct command command_top = {
    .name = "top",
    .args = "FIELD[,FIELD] [FILTER]",
    .doc = "what is most frequent, or came first: counts by some fields",
    .help =
	"\n"
	"Fields, of packets: src, sport, dst, dport; of their connections:\n"
	"client, client_port, server, port, class; proto, sensor, uid, hour,\n"
	"day; where home is known: direction, honeypot, address (of it),\n"
	"peer.  Of records only: flags, ttl, window, hook, in, out, prefix,\n"
	"mark.  Of connections only: outcome, attempts, expected.\n"
	"Peers are the different addresses at the end that no field names.\n\n"
	"Examples:\n"
	"  synhive top dst 'src net 11.11.0.0/16 and flags syn'\n"
	"  synhive top honeypot,port --by peers 'direction in'\n"
	"  synhive top peer --first -n 3 'class irc'\n"
	"  synhive top day,outcome -n 0 -o csv\n",
    .options = OPTIONS_STORE | OPTIONS_HOME | OPTIONS_OUTPUT | OPTIONS_TIME |
	       OPTIONS_COUNT | OPTIONS_NFILTER | OPTIONS_TOP,
    .max_words = CLI_WORDS_ANY,
    .run = run,
};
