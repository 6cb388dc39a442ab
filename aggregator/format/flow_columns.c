/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "aggregator/format/flow_columns.h"

#include <string.h>

static const struct {
	const char *of_record, *of_connection; /* NULL: it has none */
} names[FLOW_COLUMNS] = {
    [FLOW_SRC] = {"src", "client"},
    [FLOW_DST] = {"dst", "server"},
    [FLOW_SPORT] = {"sport", "client_port"},
    [FLOW_DPORT] = {"dport", "port"},
    [FLOW_PROTO] = {"proto", "proto"},
    [FLOW_FLAGS] = {"flags", NULL},
    [FLOW_START] = {"time", "start"},
    [FLOW_LAST] = {NULL, "last"},
    [FLOW_IN] = {"in", NULL},
    [FLOW_OUT] = {"out", NULL},
    [FLOW_PACKETS] = {"packets", "packets_out"},
    [FLOW_OCTETS] = {"octets", "octets_out"},
    [FLOW_BACK_PACKETS] = {NULL, "packets_in"},
    [FLOW_BACK_OCTETS] = {NULL, "octets_in"},
};

static bool
is_called(const char *column, const char *name)
{
	return name != NULL && strcmp(column, name) == 0;
}

void
flow_columns_find(struct flow_columns *out, const struct layout *l)
{
	for (size_t k = 0; k < FLOW_COLUMNS; k++)
		out->at[k] = COLUMN_NOWHERE;
	for (size_t i = 0; i < l->n; i++)
		for (size_t k = 0; k < FLOW_COLUMNS; k++)
			if (is_called(l->column[i].name, names[k].of_record) ||
			    is_called(
				l->column[i].name, names[k].of_connection))
				out->at[k] = i;
}

bool
flow_columns_known(const struct layout *l)
{
	static const enum flow_column needed[] = {
	    FLOW_SRC, FLOW_DST, FLOW_SPORT, FLOW_DPORT, FLOW_START};
	struct flow_columns k;

	flow_columns_find(&k, l);
	for (size_t i = 0; i < sizeof(needed) / sizeof(*needed); i++)
		if (k.at[needed[i]] == COLUMN_NOWHERE)
			return false;
	return true;
}

struct cell
flow_columns_get(const struct flow_columns *k, enum flow_column which,
    const struct cell *cell)
{
	return k->at[which] == COLUMN_NOWHERE ? cell_null()
					      : cell[k->at[which]];
}
