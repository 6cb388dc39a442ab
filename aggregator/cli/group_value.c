/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "aggregator/cli/group_field.h"
#include "aggregator/cli/record_row.h"
#include "common/clock.h"
#include "common/site.h"

#include <netinet/in.h>

/* What a row has in each field. */

static void
set_text(struct group_value *v, const char *text)
{
	if (text == NULL || *text == '\0')
		return;
	v->type = GROUP_TEXT;
	v->text = text;
}

static void
set_addr(struct group_value *v, const struct addr *a)
{
	v->type = GROUP_ADDR;
	v->addr = *a;
}

static void
set_number(struct group_value *v, bool known, uint64_t n)
{
	if (!known)
		return;
	v->type = GROUP_NUMBER;
	v->number = n;
}

/* The beginning of the hour, or of the day. */
static void
set_time(struct group_value *v, const struct grouped *x, int64_t every)
{
	int64_t t =
	    x->record == NULL ? x->connection->start_ns : x->record->time_ns;

	if (t == TIME_NONE)
		return;
	v->type = GROUP_TIME;
	v->number = (uint64_t)(t - (t % every + every) % every);
}

static uint8_t
proto_of(const struct grouped *x)
{
	return x->record == NULL ? x->connection->proto : x->record->proto;
}

static bool
has_ports(const struct grouped *x)
{
	return proto_of(x) != IPPROTO_ICMP && proto_of(x) != IPPROTO_ICMPV6;
}

static void
get_src(const struct grouped *x, struct group_value *v)
{
	set_addr(v, group_end(x, END_SRC));
}

static void
get_dst(const struct grouped *x, struct group_value *v)
{
	set_addr(v, group_end(x, END_DST));
}

static void
get_client(const struct grouped *x, struct group_value *v)
{
	set_addr(v, group_end(x, END_CLIENT));
}

static void
get_server(const struct grouped *x, struct group_value *v)
{
	set_addr(v, group_end(x, END_SERVER));
}

static void
get_peer(const struct grouped *x, struct group_value *v)
{
	set_addr(v, group_end(x, END_OUTSIDE));
}

static void
get_address(const struct grouped *x, struct group_value *v)
{
	if (group_direction(x) != DIRECTION_STRAY)
		set_addr(v, group_end(x, END_HOME));
}

static void
get_honeypot(const struct grouped *x, struct group_value *v)
{
	const struct addr *home = group_end(x, END_HOME);
	const struct honeypot *h = site_honeypot(x->site, home);

	if (group_direction(x) != DIRECTION_STRAY)
		set_text(v, h == NULL ? addr_format(home, v->room) : h->name);
}

static void
get_sport(const struct grouped *x, struct group_value *v)
{
	set_number(v, has_ports(x),
	    x->record == NULL ? group_client_port(x) : x->record->sport);
}

static void
get_dport(const struct grouped *x, struct group_value *v)
{
	set_number(v, has_ports(x),
	    x->record == NULL ? group_server_port(x) : x->record->dport);
}

static void
get_client_port(const struct grouped *x, struct group_value *v)
{
	set_number(v, has_ports(x), group_client_port(x));
}

static void
get_port(const struct grouped *x, struct group_value *v)
{
	set_number(v, has_ports(x), group_server_port(x));
}

static void
get_class(const struct grouped *x, struct group_value *v)
{
	const struct site *s = x->site;

	for (size_t i = 0; i < s->n_class && v->type == GROUP_NULL; i++)
		if (ports_have(&s->class[i].ports, group_server_port(x)))
			set_text(v, s->class[i].name);
}

static void
get_proto(const struct grouped *x, struct group_value *v)
{
	set_text(v, proto_text(proto_of(x), v->room));
}

static void
get_direction(const struct grouped *x, struct group_value *v)
{
	set_text(v, direction_name(group_direction(x)));
}

static void
get_sensor(const struct grouped *x, struct group_value *v)
{
	set_text(v, x->sensor);
}

static void
get_uid(const struct grouped *x, struct group_value *v)
{
	if (x->record != NULL)
		set_number(v, x->record->has & HAS_UID, x->record->uid);
	else
		set_number(v, x->connection->has_uid, x->connection->uid);
}

static void
get_hour(const struct grouped *x, struct group_value *v)
{
	set_time(v, x, NS_PER_HOUR);
}

static void
get_day(const struct grouped *x, struct group_value *v)
{
	set_time(v, x, NS_PER_DAY);
}

/* --- of records only, and of connections only --- */

static void
get_flags(const struct grouped *x, struct group_value *v)
{
	if (x->record->has & HAS_FLAGS)
		set_text(v, flags_text(x->record->flags, v->room));
}

static void
get_ttl(const struct grouped *x, struct group_value *v)
{
	set_number(v, x->record->has & HAS_TTL, x->record->ttl);
}

static void
get_window(const struct grouped *x, struct group_value *v)
{
	set_number(v, x->record->has & HAS_WINDOW, x->record->window);
}

static void
get_mark(const struct grouped *x, struct group_value *v)
{
	set_number(v, x->record->has & HAS_MARK, x->record->mark);
}

static void
get_hook(const struct grouped *x, struct group_value *v)
{
	set_text(v, hook_text(x->record->hook));
}

static void
get_in(const struct grouped *x, struct group_value *v)
{
	set_text(v, x->record->in_if);
}

static void
get_out(const struct grouped *x, struct group_value *v)
{
	set_text(v, x->record->out_if);
}

static void
get_prefix(const struct grouped *x, struct group_value *v)
{
	set_text(v, x->record->prefix);
}

static void
get_outcome(const struct grouped *x, struct group_value *v)
{
	set_text(v, outcome_name(x->connection->outcome));
}

static void
get_attempts(const struct grouped *x, struct group_value *v)
{
	set_number(v, true, x->connection->attempts);
}

static void
get_expected(const struct grouped *x, struct group_value *v)
{
	set_text(v, x->connection->expected ? "yes" : "no");
}

void
group_field_get(
    enum group_field f, const struct grouped *x, struct group_value *out)
{
	static void (*const get[])(
	    const struct grouped *x, struct group_value *v) = {
#define GROUP_FIELD(name, of, home) get_##name,
#include "aggregator/cli/group_fields.def"
#undef GROUP_FIELD
	};

	out->type = GROUP_NULL;
	if (x->record != NULL ? group_field_of_records(f)
			      : group_field_of_connections(f))
		get[f](x, out);
}
