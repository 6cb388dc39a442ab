/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "aggregator/cli/incident_row.h"

#include <string.h>

/* The order of the enum is the order of the columns. */
enum {
	INCIDENT,
	HONEYPOT,
	SEVERITY,
	STATE,
	ONSET,
	LAST,
	ADDRESS,
	ALIASES,
	HONEYNET,
	COUNT,
	EVIDENCE,
	EVIDENCE_LEFT_OUT,
	EPISODES,
	VECTORS,
	EPISODES_LEFT_OUT,
	ACKNOWLEDGED,
	ACKNOWLEDGED_BY,
	MUTED_UNTIL,
	VERDICT,
	CLOSED,
	REBUILT,
	PREVIOUS,
	COLUMNS
};

static const struct column columns[] = {
    [INCIDENT] = {"incident", COLUMN_BOTH | COLUMN_ID, 0},
    [HONEYPOT] = {"honeypot", COLUMN_BOTH, 0},
    [SEVERITY] = {"severity", COLUMN_BOTH, 11},
    [STATE] = {"state", COLUMN_BOTH, 0},
    [ONSET] = {"onset", COLUMN_BOTH, 0},
    [LAST] = {"last", COLUMN_BOTH, 0},
    [ADDRESS] = {"address", COLUMN_BOTH, 0},
    [ALIASES] = {"aliases", COLUMN_CSV, 0},
    [HONEYNET] = {"honeynet", COLUMN_CSV, 0},
    [COUNT] = {"evidence_count", COLUMN_BOTH | COLUMN_RIGHT, 0},
    [EVIDENCE] = {"evidence", 0, 0},
    [EVIDENCE_LEFT_OUT] = {"evidence_left_out", 0, 0},
    [EPISODES] = {"episodes", 0, 0},
    [VECTORS] = {"vectors", 0, 0},
    [EPISODES_LEFT_OUT] = {"episodes_left_out", 0, 0},
    [ACKNOWLEDGED] = {"acknowledged", COLUMN_CSV, 0},
    [ACKNOWLEDGED_BY] = {"acknowledged_by", COLUMN_CSV, 0},
    [MUTED_UNTIL] = {"muted_until", COLUMN_CSV, 0},
    [VERDICT] = {"verdict", COLUMN_CSV, 0},
    [CLOSED] = {"closed", COLUMN_CSV, 0},
    [REBUILT] = {"rebuilt", COLUMN_CSV, 0},
    [PREVIOUS] = {"previous", COLUMN_CSV, 0},
};

const struct layout incident_layout = {.column = columns, .n = COLUMNS};

static const struct column evidence_columns[EVIDENCE_COLUMNS] = {
    {"kind", 0, 0},
    {"time", 0, 0},
    {"peer", 0, 0},
    {"port", 0, 0},
    {"count", 0, 0},
    {"text", 0, 0},
    {"filter", 0, 0},
};

static const struct layout evidence_layout = {
    .column = evidence_columns, .n = EVIDENCE_COLUMNS};

static void
evidence_row(struct cell *c, const struct evidence *x, const char *filter)
{
	c[0] = cell_text(x->kind);
	c[1] = cell_time(x->time_ns);
	c[2] = cell_addr(x->has_peer ? &x->peer : NULL);
	c[3] = cell_port(x->port);
	c[4] = cell_uint(x->count);
	c[5] = cell_text(x->text);
	c[6] = cell_text(filter);
}

/* A time of 0: nobody did it. */
static struct cell
cell_done(int64_t ns)
{
	return ns == 0 ? cell_null() : cell_time(ns);
}

static void
handling_cells(struct cell *c, const struct handling *h)
{
	c[ACKNOWLEDGED] = cell_done(h->acknowledged_ns);
	c[ACKNOWLEDGED_BY] = cell_name(h->acknowledged_by);
	c[MUTED_UNTIL] = cell_done(h->muted_until_ns);
	c[VERDICT] = cell_name(h->verdict);
	c[CLOSED] = cell_done(h->closed_ns);
	c[REBUILT] = cell_done(h->rebuilt_ns);
	c[PREVIOUS] = cell_name(h->previous);
}

static const struct column episode_columns[EPISODE_COLUMNS] = {
    {"onset", 0, 0},
    {"last", 0, 0},
    {"may_be_older", 0, 0},
    {"since", 0, 0},
    {"vectors", 0, 0},
    {"vectors_left_out", 0, 0},
};

static const struct layout episode_layout = {
    .column = episode_columns, .n = EPISODE_COLUMNS};

static struct cell
vector_cells(struct episode_row *out, const struct episode *x)
{
	for (size_t i = 0; i < x->n_vector; i++) {
		struct vector_row *row = &out->vector[i];

		vector_row(row, &x->vector[i], i + 1, x->onset_ns);
		memcpy(&out->cell[i * VECTOR_COLUMNS], row->cell,
		    sizeof(row->cell));
	}
	return cell_rows(&vector_layout, out->cell, x->n_vector);
}

static void
episode_row(struct cell *c, struct episode_row *out, const struct episode *x)
{
	c[0] = cell_time(x->onset_ns);
	c[1] = cell_time(x->last_ns);
	c[2] = cell_bool(x->may_be_older);
	c[3] = cell_time(x->since_ns);
	c[4] = vector_cells(out, x);
	c[5] = cell_uint(x->vectors_left_out);
}

/* The vectors of the first are the incident's. */
static void
episode_cells(struct incident_row *out, const struct incident *i)
{
	struct cell *c = out->cell;
	size_t n = i->n_episode < EPISODES_MAX ? i->n_episode : EPISODES_MAX;

	for (size_t k = 0; k < n; k++)
		episode_row(&out->episodes[k * EPISODE_COLUMNS],
		    &out->episode[k], &i->episode[k]);
	c[EPISODES] = cell_rows(&episode_layout, out->episodes, n);
	c[VECTORS] = cell_rows(&vector_layout, out->episode[0].cell,
	    n == 0 ? 0 : i->episode[0].n_vector);
	c[EPISODES_LEFT_OUT] = cell_uint(i->episodes_left_out);
}

void
incident_row(struct incident_row *out, const struct incident *i)
{
	size_t n = i->n_evidence < EVIDENCE_MAX ? i->n_evidence : EVIDENCE_MAX;
	struct cell *c = out->cell;

	for (size_t k = 0; k < n; k++)
		evidence_row(&out->evidence[k * EVIDENCE_COLUMNS],
		    &i->evidence[k],
		    evidence_filter(i, &i->evidence[k], out->filter[k]));
	c[INCIDENT] = cell_text(i->id);
	c[HONEYPOT] = cell_text(i->honeypot);
	c[SEVERITY] = cell_severity(i->severity);
	c[STATE] = cell_text(i->state);
	c[ONSET] = cell_time(i->onset_ns);
	c[LAST] = cell_time(i->last_ns);
	c[ADDRESS] = cell_addr(&i->address);
	c[ALIASES] = cell_addrs(i->alias, i->n_alias);
	c[HONEYNET] = cell_name(i->honeynet);
	c[COUNT] = cell_uint(i->n_evidence + i->evidence_left_out);
	c[EVIDENCE] = cell_rows(&evidence_layout, out->evidence, n);
	c[EVIDENCE_LEFT_OUT] =
	    cell_uint(i->evidence_left_out + i->n_evidence - n);
	handling_cells(c, &i->handling);
	episode_cells(out, i);
}
