/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "aggregator/cli/cli.h"
#include "aggregator/cli/output.h"
#include "aggregator/cli/place.h"
#include "common/clock.h"
#include "common/err.h"

#include <inttypes.h>
#include <string.h>

/* Heartbeats come every second; so long without one is silence. */
#define SILENT_NS (5 * NS_PER_SEC)

struct query {
	struct output out;
	int64_t now_ns;
	uint64_t refused;
	struct err *err;
};

/* The order of the enum is the order of the columns. */
enum {
	SENSOR,
	STATE,
	LAST_SEEN,
	RECORDS,
	KERNEL_LOST,
	SPOOL_DROPPED,
	GAPS,
	DUPLICATES,
	REFUSED,
	UNDECODED,
	QUEUED_MESSAGES,
	QUEUED_BYTES,
	CLOCK,
	RULES,
	ADDRESS,
	VERSION_OF, /* VERSION is this program's */
	COLUMNS
};

static const struct column columns[] = {
    [SENSOR] = {"sensor", COLUMN_BOTH, 0},
    [STATE] = {"state", COLUMN_BOTH, 6},
    [LAST_SEEN] = {"last_seen", COLUMN_BOTH, 0},
    [RECORDS] = {"records", COLUMN_BOTH | COLUMN_RIGHT, 0},
    [KERNEL_LOST] = {"kernel_lost", COLUMN_BOTH | COLUMN_RIGHT, 0},
    [SPOOL_DROPPED] = {"spool_dropped", COLUMN_BOTH | COLUMN_RIGHT, 0},
    [GAPS] = {"gaps", COLUMN_BOTH | COLUMN_RIGHT, 0},
    [DUPLICATES] = {"duplicates", COLUMN_CSV, 0},
    [REFUSED] = {"refused", COLUMN_CSV, 0},
    [UNDECODED] = {"undecoded", COLUMN_CSV, 0},
    [QUEUED_MESSAGES] = {"queued_messages", COLUMN_CSV, 0},
    [QUEUED_BYTES] = {"queued_bytes", COLUMN_CSV, 0},
    [CLOCK] = {"clock", COLUMN_CSV, 0},
    [RULES] = {"rules", COLUMN_CSV, 0},
    [ADDRESS] = {"address", COLUMN_CSV, 0},
    [VERSION_OF] = {"version", COLUMN_BOTH, 0},
};

static const struct layout layout = {.column = columns, .n = COLUMNS};

static struct cell
state_of(const struct sensor_state *x, int64_t now_ns)
{
	bool up = strcmp(x->state, "up") == 0;
	bool late = x->last_seen_ns == TIME_NONE ||
		    now_ns - x->last_seen_ns > SILENT_NS;
	struct cell c = cell_text(up && late ? "silent" : x->state);

	c.tone = up && !late ? TONE_GOOD : TONE_BAD;
	return c;
}

/* A counter of what should not happen. */
static struct cell
trouble(uint64_t n)
{
	struct cell c = cell_uint(n);

	c.tone = n > 0 ? TONE_BAD : TONE_PLAIN;
	return c;
}

static int
print_sensor(void *arg, const struct sensor_state *x)
{
	struct query *q = arg;
	struct cell c[COLUMNS];

	c[SENSOR] = cell_text(x->sensor);
	c[STATE] = state_of(x, q->now_ns);
	c[LAST_SEEN] = cell_time(x->last_seen_ns);
	c[RECORDS] = cell_uint(x->records);
	c[KERNEL_LOST] = trouble(x->kernel_lost);
	c[SPOOL_DROPPED] = trouble(x->spool_dropped);
	c[GAPS] = trouble(x->gaps);
	c[DUPLICATES] = cell_uint(x->duplicates);
	c[REFUSED] = cell_uint(x->refused);
	c[UNDECODED] = cell_uint(x->undecoded);
	c[QUEUED_MESSAGES] = cell_uint(x->queued_messages);
	c[QUEUED_BYTES] = cell_uint(x->queued_bytes);
	c[CLOCK] = x->last_seen_ns == TIME_NONE
		       ? cell_null()
		       : cell_real((double)x->clock_ahead_ns / NS_PER_SEC);
	c[RULES] = cell_name(x->rules);
	c[ADDRESS] = cell_name(x->address);
	c[VERSION_OF] = cell_name(x->software);
	return output_row(&q->out, c, q->err);
}

enum {
	WHY,
	WHO,
	COUNT,
	LAST,
	REFUSED_COLUMNS
};

static const struct column refused_columns[] = {
    [WHY] = {"why", COLUMN_BOTH, 0},
    [WHO] = {"who", COLUMN_BOTH, 0},
    [COUNT] = {"count", COLUMN_BOTH | COLUMN_RIGHT, 0},
    [LAST] = {"last", COLUMN_BOTH, 0},
};

static const struct layout refused_layout = {
    .column = refused_columns, .n = REFUSED_COLUMNS};

static int
print_refused(void *arg, const struct refused_state *x)
{
	struct query *q = arg;
	struct cell c[REFUSED_COLUMNS];

	c[WHY] = cell_text(x->why);
	c[WHO] = cell_name(x->who);
	c[COUNT] = cell_uint(x->count);
	c[LAST] = cell_time(x->last_ns);
	return output_row(&q->out, c, q->err);
}

static int
add_refused(void *arg, const struct refused_state *x)
{
	struct query *q = arg;

	q->refused += x->count;
	return 0;
}

static int
list(struct query *q, const struct options *o, struct state *s, struct err *e)
{
	int rc =
	    output_open(&q->out, o, o->refused ? &refused_layout : &layout, e);

	if (rc == 0)
		rc = o->refused ? state_refused(s, print_refused, q, e)
				: state_sensors(s, print_sensor, q, e);
	if (rc == 0)
		rc = output_finish(&q->out, e);
	output_close(&q->out);
	return rc;
}

static int
run(const struct cli *c, struct err *e)
{
	struct query q = {.now_ns = clock_wall_ns(), .err = e};
	struct state *s = NULL;
	struct place p;
	int rc = -1;

	if (place_open(&p, &c->opt, e) == -1)
		return -1;
	s = place_state(&p, e);
	if (s != NULL)
		rc = list(&q, &c->opt, s, e);
	if (rc == 0 && !c->opt.refused && output_is_table(&c->opt))
		rc = state_refused(s, add_refused, &q, e);
	if (q.refused > 0)
		remark("%" PRIu64 " connections or messages were refused: "
		       "see 'synhive sensors --refused'",
		    q.refused);
	state_close(s);
	place_close(&p);
	return rc;
}

const struct command command_sensors = {
    .name = "sensors",
    .args = "",
    .doc = "who reports, since when not, and what was lost on the way",
    .help =
	"\n"
	"state: up; silent (nothing for 5 s); never.  kernel_lost: records\n"
	"that the kernel or the agent lost; gaps: messages that never came.\n\n"
	"Examples:\n"
	"  synhive sensors\n"
	"  synhive sensors --refused\n",
    .options = OPTIONS_STORE | OPTIONS_OUTPUT | OPTIONS_REFUSED,
    .max_words = 0,
    .run = run,
};
