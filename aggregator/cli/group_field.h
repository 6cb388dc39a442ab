/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef AGGREGATOR_CLI_GROUP_FIELD_H
#define AGGREGATOR_CLI_GROUP_FIELD_H

#include "aggregator/correlate/connection.h"
#include "common/record.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct cell;
struct err;
struct site;

/* What rows can be grouped by. */
enum group_field {
#define GROUP_FIELD(name, of, home) GROUP_##name,
#include "aggregator/cli/group_fields.def"
#undef GROUP_FIELD
	GROUP_FIELDS
};

/* What is grouped: a record, or a connection. */
struct grouped {
	const struct record *record;	     /* NULL: a connection */
	const struct connection *connection; /* NULL: a record */
	const char *sensor;
	bool client_is_src;	 /* of a record */
	const struct site *site; /* never NULL */
	bool home_known;
};

/* A value of any field; text: borrowed from what is grouped, or 'room'. */
struct group_value {
	enum {
		GROUP_NULL,
		GROUP_TEXT,
		GROUP_ADDR,
		GROUP_NUMBER,
		GROUP_TIME,
	} type;
	const char *text;
	struct addr addr;
	uint64_t number; /* or ns */
	char room[48];
};

/* Returns 0, or -1 with 'e' (EX_USAGE) and what there is. */
int group_field_find(
    const char *name, size_t len, enum group_field *out, struct err *e);
const char *group_field_name(enum group_field f);
/* Do records have it, and connections? */
bool group_field_of_records(enum group_field f);
bool group_field_of_connections(enum group_field f);
/* Does it need home networks? */
bool group_field_asks_home(enum group_field f);

void group_field_get(
    enum group_field f, const struct grouped *x, struct group_value *out);

/* An end, and what it is of. */
enum group_end {
	END_SRC,
	END_DST,
	END_CLIENT,
	END_SERVER,
	END_OUTSIDE, /* who is not home, or else is asked */
	END_HOME,
};
const struct addr *group_end(const struct grouped *x, enum group_end which);
uint16_t group_client_port(const struct grouped *x);
uint16_t group_server_port(const struct grouped *x);
enum direction group_direction(const struct grouped *x);

/* Which end a group by these fields leaves open. */
enum group_end group_open_end(
    const enum group_field *field, size_t n, bool home_known);

#endif
