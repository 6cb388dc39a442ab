/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "aggregator/cli/group_field.h"
#include "common/err.h"
#include "common/nearest.h"
#include "common/site.h"

#include <string.h>
#include <sysexits.h>

enum {
	R = 1,
	C = 2,
};

static const struct {
	const char *name;
	int of;
	bool home;
} fields[] = {
#define GROUP_FIELD(name, of, home) {#name, of, home},
#include "aggregator/cli/group_fields.def"
#undef GROUP_FIELD
};

int
group_field_find(
    const char *name, size_t len, enum group_field *out, struct err *e)
{
	struct nearest near = nearest_to(name, len);
	char hint[NEAREST_HINT_MAX];

	for (size_t i = 0; i < GROUP_FIELDS; i++) {
		if (strlen(fields[i].name) == len &&
		    strncmp(fields[i].name, name, len) == 0) {
			*out = (enum group_field)i;
			return 0;
		}
		nearest_try(&near, fields[i].name);
	}
	return err_set(e, EX_USAGE, "there is no field '%.*s'%s",
	    (int)(len < 40 ? len : 40), name,
	    near.found == NULL ? "; see 'synhive help top'"
			       : nearest_hint(&near, hint));
}

const char *
group_field_name(enum group_field f)
{
	return fields[f].name;
}

bool
group_field_of_records(enum group_field f)
{
	return fields[f].of & R;
}

bool
group_field_of_connections(enum group_field f)
{
	return fields[f].of & C;
}

bool
group_field_asks_home(enum group_field f)
{
	return fields[f].home;
}

static const struct addr *
client_of(const struct grouped *x)
{
	if (x->record == NULL)
		return &x->connection->client.addr;
	return x->client_is_src ? &x->record->src : &x->record->dst;
}

static const struct addr *
server_of(const struct grouped *x)
{
	if (x->record == NULL)
		return &x->connection->server.addr;
	return x->client_is_src ? &x->record->dst : &x->record->src;
}

uint16_t
group_client_port(const struct grouped *x)
{
	if (x->record == NULL)
		return x->connection->client_port;
	return x->client_is_src ? x->record->sport : x->record->dport;
}

uint16_t
group_server_port(const struct grouped *x)
{
	if (x->record == NULL)
		return x->connection->server_port;
	return x->client_is_src ? x->record->dport : x->record->sport;
}

enum direction
group_direction(const struct grouped *x)
{
	return site_direction(x->site, client_of(x), server_of(x));
}

const struct addr *
group_end(const struct grouped *x, enum group_end which)
{
	bool in;

	switch (which) {
	case END_SRC:
		return x->record == NULL ? client_of(x) : &x->record->src;
	case END_DST:
		return x->record == NULL ? server_of(x) : &x->record->dst;
	case END_CLIENT:
		return client_of(x);
	case END_SERVER:
		return server_of(x);
	case END_OUTSIDE:
	case END_HOME:
		break;
	}
	in = group_direction(x) == DIRECTION_IN;
	return in == (which == END_OUTSIDE) ? client_of(x) : server_of(x);
}

enum group_end
group_open_end(const enum group_field *field, size_t n, bool home_known)
{
	static const struct {
		enum group_field field;
		enum group_end other;
	} ends[] = {
	    {GROUP_src, END_DST},
	    {GROUP_dst, END_SRC},
	    {GROUP_client, END_SERVER},
	    {GROUP_server, END_CLIENT},
	    {GROUP_peer, END_HOME},
	};
	enum group_end open = home_known ? END_OUTSIDE : END_CLIENT;
	size_t found = 0;

	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < sizeof(ends) / sizeof(*ends); k++)
			if (field[i] == ends[k].field && found++ == 0)
				open = ends[k].other;
	return open;
}
