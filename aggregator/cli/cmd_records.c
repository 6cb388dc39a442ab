/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "aggregator/cli/cli.h"
#include "aggregator/cli/hidden.h"
#include "aggregator/cli/output.h"
#include "aggregator/cli/place.h"
#include "aggregator/cli/record_row.h"
#include "aggregator/cli/scan.h"
#include "aggregator/cli/unanswered.h"
#include "common/err.h"
#include "common/filter.h"

#include <inttypes.h>
#include <sysexits.h>

struct query {
	const struct options *opt;
	const struct filter *filter;
	const struct site *site; /* NULL: home is not known */
	bool timed;		 /* --since or --until */
	uint64_t untimed;	 /* matched, but nobody knows when */
	struct hidden hidden;
	struct unanswered unanswered;
	struct output out;
};

static bool
is_wanted(struct query *q, const struct filter_subject *s)
{
	int64_t t = s->record->time_ns;
	bool matched;

	if (q->timed && t != TIME_NONE && !options_in_time(q->opt, t))
		return false;
	matched = filter_match(q->filter, s);
	unanswered_row(&q->unanswered, s);
	hidden_record(&q->hidden, s, matched);
	if (!matched)
		return false;
	if (q->timed && t == TIME_NONE) {
		q->untimed++;
		return false;
	}
	return true;
}

static int
print_chunk(void *arg, const struct store_chunk *chunk, struct err *e)
{
	struct query *q = arg;
	struct record_row row;
	struct record r;

	if (q->opt->count && q->filter == NULL && !q->timed) {
		q->out.rows += chunk->records.n;
		return 0;
	}
	for (size_t i = 0; i < chunk->records.n; i++) {
		struct filter_subject s = {
		    .record = &r, .sensor = chunk_sensor(chunk, i)};

		batch_get(&chunk->records, i, &r);
		if (!is_wanted(q, &s))
			continue;
		if (q->opt->count) {
			q->out.rows++;
			continue;
		}
		record_row(&row, &r, s.sensor, chunk->received_ns, q->site);
		if (output_row(&q->out, row.cell, e) == -1)
			return -1;
	}
	return 0;
}

/* --since cannot be answered where the records have no times. */
static int
tell_untimed(const struct query *q, struct err *e)
{
	if (q->untimed == 0)
		return 0;
	if (q->out.rows == 0)
		return err_set(e, EX_DATAERR,
		    "the %" PRIu64 " records that match have no time: "
		    "--since and --until cannot be answered",
		    q->untimed);
	remark("%" PRIu64 " more match but have no time", q->untimed);
	return 0;
}

static int
answer(struct query *q, const struct place *p, struct err *e)
{
	int rc = hidden_open(&q->hidden, p->site, q->filter, e);

	q->unanswered = unanswered_init(q->filter, "records");
	if (rc == 0)
		rc = output_open(&q->out, q->opt, &record_layout, e);
	if (rc == 0)
		rc = scan(p, q->opt, q->filter, 0, print_chunk, q, e);
	if (rc == 0)
		rc = tell_untimed(q, e);
	if (rc == 0)
		rc = unanswered_tell(&q->unanswered, q->out.rows, e);
	if (rc == 0)
		rc = output_finish(&q->out, e);
	if (rc == 0)
		hidden_say(&q->hidden);
	hidden_close(&q->hidden);
	output_close(&q->out);
	return rc;
}

static int
run(const struct cli *c, struct err *e)
{
	struct query q = {.opt = &c->opt};
	struct filter *f = NULL;
	struct place p;
	int rc;

	if (place_open(&p, &c->opt, e) == -1)
		return -1;
	rc = place_filter_of(&p, c, FILTER_RECORDS, &f, e);
	if (rc == 0) {
		q.filter = f;
		q.site = p.home_known ? p.site : NULL;
		q.timed = c->opt.since_ns != TIME_NONE ||
			  c->opt.until_ns != TIME_NONE;
		rc = answer(&q, &p, e);
	}
	filter_free(f);
	place_close(&p);
	return rc;
}

const struct command command_records = {
    .name = "records",
    .args = "[FILTER]",
    .doc = "observed packets, in the order in which they were stored",
    .help = "\n"
	    "Examples:\n"
	    "  synhive records --last 15m 'host 79.115.103.225'\n"
	    "  synhive records --count 'direction out and class irc'\n"
	    "  synhive records -o json 'src net 11.11.0.0/16 and dst port "
	    "in [22, 6660-6669]'\n",
    .options = OPTIONS_STORE | OPTIONS_HOME | OPTIONS_OUTPUT | OPTIONS_TIME |
	       OPTIONS_COUNT | OPTIONS_NFILTER,
    .max_words = CLI_WORDS_ANY,
    .run = run,
};
