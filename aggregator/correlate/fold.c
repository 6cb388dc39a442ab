/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "aggregator/correlate/fold.h"

#include "aggregator/correlate/blocked.h"
#include "aggregator/correlate/early.h"
#include "aggregator/correlate/flow.h"
#include "aggregator/correlate/folded.h"
#include "aggregator/correlate/table.h"
#include "aggregator/correlate/tuple_row.h"
#include "common/rd.h"
#include "common/wr.h"

#include <stdlib.h>

#define ROWS_AHEAD 8

struct fold {
	struct table table;
	struct early *early;
	struct fold_counts n;
};

/* The records at hand. */
struct input {
	const struct batch *b;
	uint16_t sensor;
	struct blocked blocked;
};

/* --- both ends of a row --- */

/* Between two addresses of one honeypot: nobody's business, but counted. */
static bool
is_own(struct fold *f, const struct tuple *t)
{
	bool own = table_is_own(&f->table, t);

	f->n.own += own;
	return own;
}

/* --- opening and answering --- */

/* A connection that row 'i' is the first of. */
static struct folded *
open_connection(
    struct fold *f, const struct input *in, size_t i, const struct tuple *t)
{
	struct folded *c = table_open(&f->table, t, in->b->time[i]);

	c->start_ns = c->last_ns = in->b->time[i];
	c->expected = site_expected(f->table.site, &t->client, t->client_port,
			  &t->server, t->server_port, c->start_ns) != NULL;
	f->n.connections++;
	f->n.expected += c->expected;
	f->n.stray += c->direction == DIRECTION_STRAY;
	return c;
}

/* kinds: a set of enum reply. */
static void
note_reply(
    struct fold *f, const struct tuple *t, struct folded *c, unsigned int kinds)
{
	bool changed = false;

	if ((kinds & REPLY_REFUSAL) && !c->refusal) {
		c->refusal = true;
		f->n.refusals++;
		changed = folded_outcome(c, OUTCOME_REFUSED);
	}
	if ((kinds & REPLY_ANSWER) && !c->answer) {
		c->answer = true;
		f->n.answers++;
		changed = folded_outcome(c, OUTCOME_ANSWERED) || changed;
	}
	if (changed)
		table_tell(&f->table, t, c, CONNECTION_OUTCOME);
}

/* A reply to nothing shows no others: firewalls log backscatter, and let the
 * answers to what they know pass unseen. */
static void
note_packet(
    struct fold *f, const struct tuple *t, struct folded *c, unsigned int kinds)
{
	if (kinds == 0)
		return;
	replying_note(f->table.replying, f->table.site, &t->server, &t->client,
	    c->start_ns);
	note_reply(f, t, c, kinds);
}

/* --- SYNs --- */

/* Milliseconds for struct seen. */
static int32_t
seen_ms(const struct batch *b, size_t i)
{
	int32_t ms = (int32_t)(uint32_t)(b->time[i] / NS_PER_MS);

	/* Logs know no hook, and seconds only: two SYNs of a second are two
	 * attempts there (Windows tries again 500 ms after a refusal). */
	if (b->time[i] == TIME_NONE || batch_hook(b, i) == HOOK_NONE)
		return SEEN_NO_TIME;
	return ms == SEEN_NO_TIME ? ms + 1 : ms;
}

static enum seen_as
see(struct folded *c, const struct input *in, size_t i)
{
	return seen_put(&c->seen, in->sensor, (uint8_t)batch_hook(in->b, i),
	    seen_ms(in->b, i));
}

static void
put_first(struct fold *f, struct input *in, size_t i, const struct tuple *t)
{
	struct folded *c = open_connection(f, in, i, t);

	see(c, in, i);
	folded_uid(c, in->b, i);
	folded_count(c, in->b, i, true);
	if (blocked_row(&in->blocked, i))
		folded_outcome(c, OUTCOME_BLOCKED);
	table_tell(&f->table, t, c, CONNECTION_NEW);
	note_packet(f, t, c, early_take(f->early, t, c->start_ns));
}

static void
put_again(struct fold *f, struct input *in, size_t i, const struct tuple *t,
    struct folded *c)
{
	bool changed = folded_time(c, in->b->time[i]);

	changed = folded_uid(c, in->b, i) || changed;
	folded_count(c, in->b, i, true);
	switch (see(c, in, i)) {
	case SEEN_ATTEMPT:
		f->n.retransmissions++;
		table_tell(&f->table, t, c, CONNECTION_ATTEMPT);
		break;
	case SEEN_WITNESS:
		f->n.witnesses++;
		table_tell(&f->table, t, c, CONNECTION_WITNESS);
		break;
	case SEEN_AGAIN:
		f->n.same_packet++;
		if (changed)
			table_tell(&f->table, t, c, CONNECTION_DETAIL);
		break;
	}
	if (blocked_row(&in->blocked, i) && folded_outcome(c, OUTCOME_BLOCKED))
		table_tell(&f->table, t, c, CONNECTION_OUTCOME);
}

static void
put_syn(struct fold *f, struct input *in, size_t i)
{
	const struct batch *b = in->b;
	struct tuple t = tuple_from_client(b, i);
	struct folded *c;

	if (is_own(f, &t))
		return;
	tuple_set_seq(&t, b, i, batch_seq(b, i));
	c = table_find(&f->table, &t, b->time[i], ATTEMPT_GAP_NS);
	if (c == NULL)
		put_first(f, in, i, &t);
	else
		put_again(f, in, i, &t, c);
}

/* --- replies --- */

/* A RST that answers a SYN has number 0 and acknowledges the SYN (RFC 9293,
 * 3.10.7.1); others end connections that were open. */
static bool
may_answer_a_syn(const struct batch *b, size_t i, enum reply kind)
{
	if (kind == REPLY_ANSWER || !(batch_has(b, i) & HAS_SEQ))
		return true;
	return (batch_flags(b, i) & TCP_ACK) && batch_seq(b, i) == 0;
}

static void
put_reply(struct fold *f, struct input *in, size_t i, enum reply kind)
{
	const struct batch *b = in->b;
	struct tuple t = tuple_from_server(b, i);
	struct folded *c;

	if (is_own(f, &t))
		return;
	tuple_set_seq(&t, b, i, batch_ack(b, i) - 1);
	c = table_find(&f->table, &t, b->time[i], REPLY_WAIT_NS);
	if (c != NULL)
		note_packet(f, &t, c, kind);
	else if (may_answer_a_syn(b, i, kind))
		early_put(f->early, &t, kind, b->time[i], f->table.clock_ns);
}

/* --- flows of other tools --- */

static void
join_half(struct fold *f, const struct input *in, size_t i,
    const struct tuple *t, struct folded *c, bool is_client)
{
	bool moved = folded_time(c, in->b->time[i]);

	folded_count(c, in->b, i, is_client);
	if (moved)
		table_tell(&f->table, t, c, CONNECTION_DETAIL);
	table_tell(&f->table, t, c, CONNECTION_COUNTED);
	if (!is_client)
		note_reply(f, t, c, flow_reply(in->b, i));
}

static void
open_half(struct fold *f, const struct input *in, size_t i)
{
	enum flow_side side = flow_side(f->table.site, in->b, i);
	bool is_client = side == FLOW_GUESS_TO_SERVER;
	const struct tuple t = is_client ? tuple_from_client(in->b, i)
					 : tuple_from_server(in->b, i);
	struct folded *c = open_connection(f, in, i, &t);

	seen_put(&c->seen, in->sensor, HOOK_NONE, SEEN_NO_TIME);
	c->guessed = side != FLOW_FROM_SERVER;
	folded_count(c, in->b, i, is_client);
	table_tell(&f->table, &t, c, CONNECTION_NEW);
	if (!is_client)
		note_reply(f, &t, c, flow_reply(in->b, i));
}

static void
put_flow(struct fold *f, const struct input *in, size_t i)
{
	const int64_t time_ns = in->b->time[i];
	const struct tuple out = tuple_from_client(in->b, i);
	const struct tuple back = tuple_from_server(in->b, i);
	struct folded *c;

	if (is_own(f, &out))
		return;
	c = table_find(&f->table, &out, time_ns, ATTEMPT_GAP_NS);
	if (c != NULL) {
		join_half(f, in, i, &out, c, true);
		return;
	}
	c = table_find(&f->table, &back, time_ns, ATTEMPT_GAP_NS);
	if (c != NULL)
		join_half(f, in, i, &back, c, false);
	else
		open_half(f, in, i);
}

/* --- all of it --- */

/* The table is far larger than any cache: ask for memory before its turn. */
static void
look_ahead(const struct fold *f, const struct batch *b, size_t i)
{
	const struct fold_sink *sink = &f->table.sink;
	struct tuple t;

	if (flags_are_syn(batch_flags(b, i))) {
		t = tuple_from_client(b, i);
		tuple_set_seq(&t, b, i, batch_seq(b, i));
		if (sink->ahead != NULL)
			sink->ahead(sink->arg, &t);
	} else {
		t = tuple_from_server(b, i);
		tuple_set_seq(&t, b, i, batch_ack(b, i) - 1);
	}
	table_prefetch(&f->table, &t);
}

void
fold_put(struct fold *f, const char *sensor, const struct batch *b)
{
	struct input in = {
	    .b = b,
	    .sensor = sensors_number(f->table.sensors, sensor),
	    .blocked = {.batch = b},
	};

	f->table.sensor = sensor;
	f->n.records += b->n;
	for (size_t i = 0; i < b->n; i++) {
		if (i + ROWS_AHEAD < b->n)
			look_ahead(f, b, i + ROWS_AHEAD);
		f->table.hook = (uint8_t)batch_hook(b, i);
		switch (flow_kind(b, i)) {
		case KIND_SYN:
			put_syn(f, &in, i);
			break;
		case KIND_ANSWER:
			put_reply(f, &in, i, REPLY_ANSWER);
			break;
		case KIND_REFUSAL:
			put_reply(f, &in, i, REPLY_REFUSAL);
			break;
		case KIND_FLOW:
			put_flow(f, &in, i);
			break;
		case KIND_NONE:
			break;
		}
	}
}

void
fold_advance(struct fold *f, int64_t now_ns)
{
	if (now_ns <= f->table.clock_ns)
		return;
	early_advance(f->early, now_ns);
	table_advance(&f->table, now_ns);
}

void
fold_finish(struct fold *f)
{
	early_finish(f->early);
	table_finish(&f->table);
}

struct fold_counts
fold_counts(const struct fold *f)
{
	struct fold_counts n = f->n;

	n.backscatter = early_backscatter(f->early);
	n.evicted = table_evicted(&f->table) + early_evicted(f->early);
	return n;
}

struct fold *
fold_new(const struct site *site, const struct fold_sizes *sizes,
    const struct fold_sink *sink)
{
	struct fold *f = calloc(1, sizeof(*f));

	if (f == NULL)
		return NULL;
	f->early = early_new(sizes->early);
	if (table_init(&f->table, site, sizes, sink) == -1 ||
	    f->early == NULL) {
		fold_free(f);
		return NULL;
	}
	return f;
}

void
fold_free(struct fold *f)
{
	if (f == NULL)
		return;
	early_free(f->early);
	table_fini(&f->table);
	free(f);
}

void
fold_save(const void *fold, struct wr *w)
{
	const struct fold *f = fold;

	wr_bytes(w, &f->n, sizeof(f->n));
	early_save(f->early, w);
	table_save(&f->table, w);
}

int
fold_load(void *fold, struct rd *r)
{
	struct fold *f = fold;

	rd_copy(r, &f->n, sizeof(f->n));
	if (early_load(f->early, r) == -1)
		return -1;
	return table_load(&f->table, r);
}
