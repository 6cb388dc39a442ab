/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "aggregator/cli/alert_row.h"

/* The order of the enum is the order of the columns. */
enum {
	LAST,
	SEVERITY,
	DETECTOR,
	HONEYPOT,
	PEER,
	PORT,
	COUNT,
	TEXT,
	ID,
	FIRST,
	HONEYPOTS,
	SENSORS,
	HONEYNET,
	ADDRESS,
	PEERS,
	INCIDENT,
	CLIENT,
	CLIENT_PORT,
	SERVER,
	UPDATE,
	COLUMNS
};

static const struct column columns[] = {
    [LAST] = {"last", COLUMN_BOTH, 20},
    [SEVERITY] = {"severity", COLUMN_BOTH, 11},
    [DETECTOR] = {"detector", COLUMN_BOTH, 12},
    [HONEYPOT] = {"honeypot", COLUMN_BOTH, 10},
    [PEER] = {"peer", COLUMN_BOTH, 15},
    [PORT] = {"port", COLUMN_BOTH | COLUMN_RIGHT, 5},
    [COUNT] = {"count", COLUMN_BOTH | COLUMN_RIGHT, 0},
    [TEXT] = {"text", COLUMN_BOTH, 0},
    [ID] = {"id", COLUMN_CSV, 0},
    [FIRST] = {"first", COLUMN_CSV, 0},
    [HONEYPOTS] = {"honeypots", COLUMN_CSV, 0},
    [SENSORS] = {"sensors", COLUMN_CSV, 0},
    [HONEYNET] = {"honeynet", COLUMN_CSV, 0},
    [ADDRESS] = {"address", COLUMN_CSV, 0},
    [PEERS] = {"peers", COLUMN_CSV, 0},
    [INCIDENT] = {"incident", COLUMN_CSV, 0},
    [CLIENT] = {"client", COLUMN_CSV, 0},
    [CLIENT_PORT] = {"client_port", COLUMN_CSV, 0},
    [SERVER] = {"server", COLUMN_CSV, 0},
    [UPDATE] = {"update", COLUMN_CSV, 0},
};

const struct layout alert_layout = {.column = columns, .n = COLUMNS};

void
alert_row(struct alert_row *out, const struct alert *a, bool update)
{
	struct cell *c = out->cell;

	c[LAST] = cell_time(a->last_ns);
	c[SEVERITY] = cell_severity(a->severity);
	c[DETECTOR] = cell_text(a->detector);
	c[HONEYPOT] = cell_name(a->honeypot);
	c[PEER] = cell_addr(a->has_peer ? &a->peer : NULL);
	c[PORT] = cell_port(a->port);
	c[COUNT] = cell_uint(a->count);
	c[TEXT] = cell_text(a->text);
	c[ID] = cell_text(a->id);
	c[FIRST] = cell_time(a->first_ns);
	c[HONEYPOTS] = cell_names(&a->honeypots);
	c[SENSORS] = cell_names(&a->sensors);
	c[HONEYNET] = cell_name(a->honeynet);
	c[ADDRESS] = cell_addr(addr_is_zero(&a->address) ? NULL : &a->address);
	c[PEERS] = cell_uint(a->peers);
	c[INCIDENT] = cell_name(a->incident);
	c[CLIENT] = cell_addr(a->has_connection ? &a->client : NULL);
	c[CLIENT_PORT] =
	    a->has_connection ? cell_uint(a->client_port) : cell_null();
	c[SERVER] = cell_addr(a->has_connection ? &a->server : NULL);
	c[UPDATE] = cell_bool(update);
}
