/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "aggregator/cli/connection_row.h"
#include "aggregator/cli/record_row.h"

/* The order of the enum is the order of the columns. */
enum {
	START,
	LAST,
	DIRECTION,
	CLIENT,
	CLIENT_PORT,
	SERVER,
	PORT,
	PROTO,
	OUTCOME,
	ATTEMPTS,
	CLIENT_HONEYPOT,
	SERVER_HONEYPOT,
	WITNESSES,
	UID,
	EXPECTED,
	GUESSED,
	PACKETS_OUT,
	OCTETS_OUT,
	PACKETS_IN,
	OCTETS_IN,
	COLUMNS
};

static const struct column columns[] = {
    [START] = {"start", COLUMN_BOTH, 20},
    [LAST] = {"last", COLUMN_CSV, 0},
    [DIRECTION] = {"direction", COLUMN_BOTH, 0},
    [CLIENT] = {"client", COLUMN_BOTH, 15},
    [CLIENT_PORT] = {"client_port", COLUMN_CSV, 0},
    [SERVER] = {"server", COLUMN_BOTH, 15},
    [PORT] = {"port", COLUMN_BOTH | COLUMN_RIGHT, 5},
    [PROTO] = {"proto", COLUMN_CSV, 0},
    [OUTCOME] = {"outcome", COLUMN_BOTH, 10},
    [ATTEMPTS] = {"attempts", COLUMN_BOTH | COLUMN_RIGHT, 0},
    [CLIENT_HONEYPOT] = {"client_honeypot", COLUMN_CSV, 0},
    [SERVER_HONEYPOT] = {"server_honeypot", COLUMN_CSV, 0},
    [WITNESSES] = {"witnesses", COLUMN_BOTH, 0},
    [UID] = {"uid", COLUMN_BOTH | COLUMN_RIGHT, 0},
    [EXPECTED] = {"expected", COLUMN_BOTH, 0},
    [GUESSED] = {"guessed", COLUMN_CSV, 0},
    [PACKETS_OUT] = {"packets_out", COLUMN_CSV, 0},
    [OCTETS_OUT] = {"octets_out", COLUMN_CSV, 0},
    [PACKETS_IN] = {"packets_in", COLUMN_CSV, 0},
    [OCTETS_IN] = {"octets_in", COLUMN_CSV, 0},
};

const struct layout connection_layout = {.column = columns, .n = COLUMNS};

static struct cell
counted(const struct connection *c, uint64_t n)
{
	return c->has_counts ? cell_uint(n) : cell_null();
}

void
connection_row(
    struct connection_row *out, const struct connection *x, bool home_known)
{
	struct cell *c = out->cell;

	c[START] = cell_time(x->start_ns);
	c[LAST] = cell_time(x->last_ns);
	c[DIRECTION] =
	    home_known ? cell_text(direction_name(x->direction)) : cell_null();
	c[CLIENT] = cell_addr(&x->client.addr);
	c[CLIENT_PORT] = cell_uint(x->client_port);
	c[SERVER] = cell_addr(&x->server.addr);
	c[PORT] = cell_uint(x->server_port);
	c[PROTO] = cell_text(proto_text(x->proto, out->proto));
	c[OUTCOME] = cell_text(outcome_name(x->outcome));
	c[ATTEMPTS] = cell_uint(x->attempts);
	c[CLIENT_HONEYPOT] = cell_name(x->client.name);
	c[SERVER_HONEYPOT] = cell_name(x->server.name);
	c[WITNESSES] = cell_names(&x->witnesses);
	c[UID] = x->has_uid ? cell_uint(x->uid) : cell_null();
	c[EXPECTED] = cell_bool(x->expected);
	c[GUESSED] = cell_bool(x->guessed);
	c[PACKETS_OUT] = counted(x, x->packets_out);
	c[OCTETS_OUT] = counted(x, x->octets_out);
	c[PACKETS_IN] = counted(x, x->packets_in);
	c[OCTETS_IN] = counted(x, x->octets_in);
}
