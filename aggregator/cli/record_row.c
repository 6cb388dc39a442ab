/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "aggregator/cli/record_row.h"
#include "common/site.h"

#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

/* The order of the enum is the order of the columns. */
enum {
	TIME,
	SENSOR,
	DIRECTION,
	SRC,
	SPORT,
	DST,
	DPORT,
	PROTO,
	FLAGS,
	TTL,
	WINDOW,
	SEQ,
	ACK,
	HOOK,
	IN,
	OUT,
	PREFIX,
	MARK,
	UID,
	PACKETS,
	OCTETS,
	RECEIVED,
	COLUMNS
};

static const struct column columns[] = {
    [TIME] = {"time", COLUMN_BOTH, 20},
    [SENSOR] = {"sensor", COLUMN_BOTH, 0},
    [DIRECTION] = {"direction", COLUMN_BOTH, 0},
    [SRC] = {"src", COLUMN_BOTH, 15},
    [SPORT] = {"sport", COLUMN_BOTH | COLUMN_RIGHT, 5},
    [DST] = {"dst", COLUMN_BOTH, 15},
    [DPORT] = {"dport", COLUMN_BOTH | COLUMN_RIGHT, 5},
    [PROTO] = {"proto", COLUMN_BOTH, 0},
    [FLAGS] = {"flags", COLUMN_BOTH, 7},
    [TTL] = {"ttl", COLUMN_CSV, 0},
    [WINDOW] = {"window", COLUMN_CSV, 0},
    [SEQ] = {"seq", COLUMN_CSV, 0},
    [ACK] = {"ack", COLUMN_CSV, 0},
    [HOOK] = {"hook", COLUMN_BOTH, 7},
    [IN] = {"in", COLUMN_CSV, 0},
    [OUT] = {"out", COLUMN_CSV, 0},
    [PREFIX] = {"prefix", COLUMN_BOTH, 0},
    [MARK] = {"mark", COLUMN_CSV, 0},
    [UID] = {"uid", COLUMN_BOTH | COLUMN_RIGHT, 0},
    [PACKETS] = {"packets", COLUMN_CSV, 0},
    [OCTETS] = {"octets", COLUMN_CSV, 0},
    [RECEIVED] = {"received", COLUMN_CSV, 0},
};

const struct layout record_layout = {.column = columns, .n = COLUMNS};

const char *
flags_text(uint8_t flags, char out[static FLAGS_TEXT_MAX])
{
	static const struct {
		uint8_t bit;
		const char *name;
	} names[] = {
	    {TCP_FIN, "FIN"},
	    {TCP_SYN, "SYN"},
	    {TCP_RST, "RST"},
	    {TCP_PSH, "PSH"},
	    {TCP_ACK, "ACK"},
	    {TCP_URG, "URG"},
	    {TCP_ECE, "ECE"},
	    {TCP_CWR, "CWR"},
	};
	size_t at = 0;

	out[0] = '\0';
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (flags & names[i].bit)
			at += (size_t)snprintf(out + at, FLAGS_TEXT_MAX - at,
			    "%s%s", at == 0 ? "" : "|", names[i].name);
	return out;
}

const char *
proto_text(uint8_t proto, char out[static 8])
{
	switch (proto) {
	case IPPROTO_TCP:
		return "tcp";
	case IPPROTO_UDP:
		return "udp";
	case IPPROTO_ICMP:
		return "icmp";
	default:
		snprintf(out, 8, "%u", proto);
		return out;
	}
}

const char *
hook_text(uint8_t hook)
{
	static const char *const names[] = {
	    [HOOK_IN] = "in",
	    [HOOK_OUT] = "out",
	    [HOOK_FORWARD] = "forward",
	    [HOOK_EGRESS] = "egress",
	};

	return hook < sizeof(names) / sizeof(*names) ? names[hook] : NULL;
}

/* As filters see it: the client of an answer is whom it goes to. */
static bool
client_is_src(const struct record *r, const struct site *site)
{
	bool known = r->has & HAS_FLAGS;

	if (known && flags_are_syn(r->flags))
		return true;
	if (known && (flags_are_synack(r->flags) || flags_are_rst(r->flags)))
		return false;
	return site_dst_serves(site, r->sport, r->dport);
}

static struct cell
direction_of(const struct record *r, const struct site *site)
{
	bool forth;

	if (site == NULL)
		return cell_null();
	forth = client_is_src(r, site);
	return cell_text(direction_name(site_direction(
	    site, forth ? &r->src : &r->dst, forth ? &r->dst : &r->src)));
}

static struct cell
optional(const struct record *r, enum record_has bit, uint64_t value)
{
	return r->has & bit ? cell_uint(value) : cell_null();
}

static void
fill_tcp(struct record_row *out, const struct record *r)
{
	struct cell *c = out->cell;

	c[FLAGS] = r->has & HAS_FLAGS
		       ? cell_text(flags_text(r->flags, out->flags))
		       : cell_null();
	c[TTL] = optional(r, HAS_TTL, r->ttl);
	c[WINDOW] = optional(r, HAS_WINDOW, r->window);
	c[SEQ] = optional(r, HAS_SEQ, r->seq);
	c[ACK] = optional(r, HAS_SEQ, r->ack);
}

void
record_row(struct record_row *out, const struct record *r, const char *sensor,
    int64_t received_ns, const struct site *site)
{
	bool ports = r->proto != IPPROTO_ICMP && r->proto != IPPROTO_ICMPV6;
	struct cell *c = out->cell;

	c[TIME] = cell_time(r->has & HAS_TIME ? r->time_ns : TIME_NONE);
	c[SENSOR] = cell_name(sensor);
	c[DIRECTION] = direction_of(r, site);
	c[SRC] = cell_addr(&r->src);
	c[SPORT] = ports ? cell_uint(r->sport) : cell_null();
	c[DST] = cell_addr(&r->dst);
	c[DPORT] = ports ? cell_uint(r->dport) : cell_null();
	c[PROTO] = cell_text(proto_text(r->proto, out->proto));
	fill_tcp(out, r);
	c[HOOK] = cell_name(hook_text(r->hook));
	c[IN] = cell_name(r->in_if);
	c[OUT] = cell_name(r->out_if);
	c[PREFIX] = cell_name(r->prefix);
	c[MARK] = optional(r, HAS_MARK, r->mark);
	c[UID] = optional(r, HAS_UID, r->uid);
	c[PACKETS] = optional(r, HAS_COUNTS, r->packets);
	c[OCTETS] = optional(r, HAS_COUNTS, r->octets);
	c[RECEIVED] = cell_time(received_ns);
}
