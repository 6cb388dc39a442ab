/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "aggregator/cli/vector_row.h"
#include "aggregator/cli/output.h"
#include "common/clock.h"

/* The order of the enum is the order of the columns. */
enum {
	RANK,
	STRENGTH,
	PEER,
	ADDRESS,
	PORT,
	LAST,
	FOR,
	AGAINST,
	FILTER,
	FIRST,
	CONNECTIONS,
	PACKETS,
	OUTCOME,
	BY_SIZES,
	SWEPT,
};

static const struct column columns[VECTOR_COLUMNS] = {
    [RANK] = {"rank", COLUMN_BOTH | COLUMN_RIGHT, 0},
    [STRENGTH] = {"strength", COLUMN_BOTH, 6},
    [PEER] = {"peer", COLUMN_BOTH, 15},
    [ADDRESS] = {"address", COLUMN_BOTH, 15},
    [PORT] = {"port", COLUMN_BOTH | COLUMN_RIGHT, 5},
    [LAST] = {"last", COLUMN_BOTH, 20},
    [FOR] = {"for", COLUMN_CSV, 0},
    [AGAINST] = {"against", COLUMN_CSV, 0},
    [FILTER] = {"filter", COLUMN_CSV, 0},
    [FIRST] = {"first", COLUMN_CSV, 0},
    [CONNECTIONS] = {"connections", COLUMN_CSV, 0},
    [PACKETS] = {"packets", COLUMN_CSV, 0},
    [OUTCOME] = {"outcome", COLUMN_CSV, 0},
    [BY_SIZES] = {"outcome_by_sizes", COLUMN_CSV, 0},
    [SWEPT] = {"swept", COLUMN_CSV, 0},
};

const struct layout vector_layout = {.column = columns, .n = VECTOR_COLUMNS};

static struct cell
cell_reasons(const struct reasons *r)
{
	return cell_texts(r->text[0], sizeof(r->text[0]), r->n);
}

void
vector_row(struct vector_row *out, const struct vector *v, size_t rank,
    int64_t onset_ns)
{
	struct cell *c = out->cell;

	vector_for(v, onset_ns, &out->pro);
	vector_against(v, onset_ns, &out->contra);
	c[RANK] = cell_uint(rank);
	c[STRENGTH] =
	    cell_text(vector_strength_name(vector_strength(v, onset_ns)));
	c[PEER] = cell_addr(&v->peer);
	c[ADDRESS] = cell_addr(&v->address);
	c[PORT] = cell_uint(v->port);
	c[LAST] = cell_time(v->last_ns);
	c[FOR] = cell_reasons(&out->pro);
	c[AGAINST] = cell_reasons(&out->contra);
	c[FILTER] = cell_text(vector_filter(v, out->filter));
	c[FIRST] = cell_time(v->first_ns);
	c[CONNECTIONS] = cell_uint(v->connections);
	c[PACKETS] = v->packets == 0 ? cell_null() : cell_uint(v->packets);
	c[OUTCOME] = cell_text(outcome_name(v->outcome));
	c[BY_SIZES] = cell_bool(v->by_sizes);
	c[SWEPT] = cell_uint(v->swept);
}

void
vector_say(
    const struct vector *v, size_t rank, int64_t onset_ns, const char *place)
{
	char peer[ADDR_TEXT_MAX], address[ADDR_TEXT_MAX], when[TIME_TEXT_MAX];
	char filter[VECTOR_FILTER_MAX];
	struct reasons r;

	output_line("  %zu. %s to %s port %u%s%s; evidence: %s", rank,
	    addr_format(&v->peer, peer), addr_format(&v->address, address),
	    v->port, v->last_ns == TIME_NONE ? "" : ", last ",
	    v->last_ns == TIME_NONE ? "" : time_format(v->last_ns, when),
	    vector_strength_name(vector_strength(v, onset_ns)));
	vector_for(v, onset_ns, &r);
	for (size_t i = 0; i < r.n; i++)
		output_line("     for      %s", r.text[i]);
	vector_against(v, onset_ns, &r);
	for (size_t i = 0; i < r.n; i++)
		output_line("     against  %s", r.text[i]);
	output_line("     see      synhive records%s '%s'", place,
	    vector_filter(v, filter));
}
