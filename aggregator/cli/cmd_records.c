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
	bool counts;		 /* nothing is asked but how many match */
	uint32_t columns;	 /* that are looked at; 0: all */
	uint64_t untimed;	 /* matched, but nobody knows when */
	struct hidden hidden;
	struct unanswered unanswered;
	struct output out;
};

/* Row 'i' of a piece. */
struct row {
	struct record record;
	struct filter_subject subject;
};

static void
get_row(struct row *out, const struct store_chunk *chunk, size_t i)
{
	batch_get(&chunk->records, i, &out->record);
	out->subject = (struct filter_subject){
	    .record = &out->record, .sensor = chunk_sensor(chunk, i)};
}

static bool
is_in_time(const struct query *q, int64_t t)
{
	return !q->timed || t == TIME_NONE || options_in_time(q->opt, t);
}

/* Whether a row that matches is an answer. */
static bool
is_answer(struct query *q, const struct row *row)
{
	if (!q->timed || row->record.time_ns != TIME_NONE)
		return true;
	q->untimed++;
	return false;
}

static int
print_chunk(void *arg, const struct store_chunk *chunk, struct err *e)
{
	struct query *q = arg;
	/* Rows that do not match are looked at for what they hide. */
	bool open = q->unanswered.filter != NULL && !chunk->known;
	struct record_row cells;
	struct row row;

	if (q->counts && !open) {
		q->out.rows += chunk->matched;
		return 0;
	}
	for (size_t i = 0; i < chunk->records.n; i++) {
		bool matched = chunk->match == NULL || chunk->match[i];

		if (!matched && !open && !q->hidden.leaves_out)
			continue;
		get_row(&row, chunk, i);
		if (!is_in_time(q, row.record.time_ns))
			continue;
		if (open)
			unanswered_row(&q->unanswered, &row.subject);
		hidden_record(&q->hidden, &row.subject, matched);
		if (!matched || !is_answer(q, &row))
			continue;
		if (q->opt->count) {
			q->out.rows++;
			continue;
		}
		record_row(&cells, &row.record, row.subject.sensor,
		    chunk->received_ns, q->site);
		if (output_row(&q->out, cells.cell, e) == -1)
			return -1;
	}
	return 0;
}

/* Whether a piece in which everything is known was about the same. */
static int
look_for_known(void *arg, const struct store_chunk *chunk, struct err *e)
{
	struct query *q = arg;
	struct row row;

	(void)e;
	for (size_t i = 0; i < chunk->records.n && chunk->known; i++) {
		get_row(&row, chunk, i);
		if (!is_in_time(q, row.record.time_ns))
			continue;
		unanswered_row(&q->unanswered, &row.subject);
		if (q->unanswered.known)
			return 1;
	}
	return 0;
}

/* Nothing matched, and some rows do not know: do any? */
static int
tell_unanswered(struct query *q, const struct place *p, struct err *e)
{
	struct unanswered *u = &q->unanswered;

	if (q->out.rows == 0 && u->open > 0 && !u->known &&
	    scan_matching(p, q->opt, q->filter, q->columns, true,
		look_for_known, q, e) == -1)
		return -1;
	return unanswered_tell(u, q->out.rows, e);
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

/* What rows are counted by. */
#define COUNTED_COLUMNS                                                        \
	(STORE_WANT(time) | STORE_WANT(src) | STORE_WANT(dst) |                \
	    STORE_WANT(sport) | STORE_WANT(dport) | STORE_WANT(has) |          \
	    STORE_WANT(flags))

static void
plan(struct query *q)
{
	q->unanswered = unanswered_init(q->filter, "records");
	q->counts = q->opt->count && !q->timed && q->hidden.site == NULL;
	if (q->counts && q->unanswered.filter == NULL)
		q->columns = STORE_WANT_NOTHING;
	else if (q->opt->count)
		q->columns = COUNTED_COLUMNS;
}

static int
answer(struct query *q, const struct place *p, struct err *e)
{
	int rc = hidden_open(&q->hidden, p->site, q->filter, e);

	plan(q);
	if (rc == 0)
		rc = output_open(&q->out, q->opt, &record_layout, e);
	if (rc == 0)
		rc = scan_matching(p, q->opt, q->filter, q->columns,
		    q->unanswered.filter != NULL || q->hidden.leaves_out,
		    print_chunk, q, e);
	if (rc == 0)
		rc = tell_untimed(q, e);
	if (rc == 0)
		rc = tell_unanswered(q, p, e);
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
