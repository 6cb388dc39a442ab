/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "aggregator/cli/cli.h"
#include "aggregator/cli/honeypot_find.h"
#include "aggregator/cli/output.h"
#include "aggregator/cli/place.h"
#include "aggregator/cli/typed.h"
#include "aggregator/cli/vector_find.h"
#include "aggregator/cli/vector_row.h"
#include "common/clock.h"
#include "common/err.h"

#include <inttypes.h>
#include <stdlib.h>
#include <sysexits.h>

#define SAID_MAX 10 /* for a person; rows have them all */

/* Vectors of one onset, as one answer has them. */
struct list {
	int64_t onset_ns, since_ns;
	bool may_be_older;
	const struct vector *vector;
	size_t n;
	uint64_t left_out;
};

struct query {
	const struct options *opt;
	struct output out;
	size_t found;
	struct err *err;
};

/* --- as text --- */

static void
say(const struct options *o, const char *honeypot, const struct list *l)
{
	size_t shown = l->n < SAID_MAX ? l->n : SAID_MAX;
	char when[TIME_TEXT_MAX], place[TYPED_MAX];

	output_line("Ways in to %s before %s", honeypot,
	    l->onset_ns == TIME_NONE ? "its first suspect evidence"
				     : time_format(l->onset_ns, when));
	if (l->may_be_older)
		output_line("  It may be older: nothing is known before %s.",
		    time_format(l->since_ns, when));
	if (shown == 0 ||
	    vector_strength(&l->vector[0], l->onset_ns) == VECTOR_NONE)
		output_line("  No visitor with supporting evidence was seen.");
	for (size_t i = 0; i < shown; i++)
		vector_say(
		    &l->vector[i], i + 1, l->onset_ns, typed_place(o, place));
	if (l->n + l->left_out > shown)
		output_line("  and %" PRIu64 " less likely ones",
		    l->n - shown + l->left_out);
}

/* --- as rows --- */

static int
print(struct query *q, const struct list *l)
{
	struct vector_row row;
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < l->n; i++) {
		vector_row(&row, &l->vector[i], i + 1, l->onset_ns);
		rc = output_row(&q->out, row.cell, q->err);
	}
	return rc;
}

static int
answer(struct query *q, const char *honeypot, const struct list *l)
{
	if (!output_is_table(q->opt))
		return print(q, l);
	if (q->found++ > 0)
		output_line("%s", "");
	say(q->opt, honeypot, l);
	return 0;
}

/* --- from an incident, or the store --- */

static int
answer_incident(void *arg, const struct incident *i)
{
	struct query *q = arg;
	int rc = 0;

	for (size_t k = 0; rc == 0 && k < i->n_episode; k++) {
		const struct episode *x = &i->episode[k];
		const struct list l = {
		    .onset_ns = x->onset_ns,
		    .since_ns = x->since_ns,
		    .may_be_older = x->may_be_older,
		    .vector = x->vector,
		    .n = x->n_vector,
		    .left_out = x->vectors_left_out,
		};

		rc = answer(q, i->honeypot, &l);
	}
	return rc;
}

static int
answer_at(struct query *q, const struct place *p,
    const struct honeypot_found *h, struct err *e)
{
	struct vector *list;
	struct list l = {.onset_ns = q->opt->at_ns, .since_ns = TIME_NONE};
	int rc;

	if (vector_find_in_store(p, &h->address, l.onset_ns, &list, &l.n, e) ==
	    -1)
		return -1;
	l.vector = list;
	rc = answer(q, h->name, &l);
	free(list);
	return rc;
}

static int
find(struct query *q, const struct place *p, struct state *s,
    const struct honeypot_found *h, struct err *e)
{
	int rc;

	if (q->opt->at_ns == TIME_NONE && h->incident[0] == '\0')
		return err_set(e, EX_NOINPUT,
		    "%s has no incident: say when it fell, with --at TIME",
		    h->name);
	if (q->opt->at_ns != TIME_NONE && !p->home_known)
		return err_set(e, EX_CONFIG,
		    "--at: what is home is not known; say it with -c FILE or "
		    "--home NET");
	rc = output_open(&q->out, q->opt, &vector_layout, e);
	if (rc == 0)
		rc = q->opt->at_ns != TIME_NONE
			 ? answer_at(q, p, h, e)
			 : honeypot_incident(s, h, answer_incident, q, e);
	if (rc == 0 && !output_is_table(q->opt))
		rc = output_finish(&q->out, e);
	output_close(&q->out);
	if (rc == 0 && output_is_table(q->opt))
		output_line("This is not proof, but a place to start.");
	return rc;
}

static int
run(const struct cli *c, struct err *e)
{
	struct query q = {.opt = &c->opt, .err = e};
	struct honeypot_found h;
	struct place p;
	struct state *s;
	int rc = -1;

	if (c->n_word == 0)
		return err_set(e, EX_USAGE,
		    "which honeypot? Say its name or one of its addresses");
	if (place_open(&p, &c->opt, e) == -1)
		return -1;
	s = place_state(&p, e);
	if (s != NULL && honeypot_find(&p, s, c->word[0], &h, e) == 0)
		rc = find(&q, &p, s, &h, e);
	state_close(s);
	place_close(&p);
	return rc;
}

const struct command command_vector = {
    .name = "vector",
    .args = "HONEYPOT",
    .doc = "who may have been the way in, with what speaks for and against",
    .help =
	"\n"
	"The likeliest first, for each time that the honeypot was used.  With\n"
	"--at: as if it had fallen then, from the stored records; the home\n"
	"networks are asked of -c FILE or --home NET.\n\n"
	"Examples:\n"
	"  synhive vector combo\n"
	"  synhive vector 11.11.79.67 --at 2005-02-26T19:00:52Z -o json\n",
    .options = OPTIONS_STORE | OPTIONS_HOME | OPTIONS_OUTPUT | OPTIONS_AT,
    .max_words = 1,
    .run = run,
};
