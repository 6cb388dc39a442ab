/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "common/wire_internal.h"
#include "alert.pb-c.h"

typedef Synhive__Feed__Alert pb_alert;

char *
wire_put_addr(struct wire *w, bool is_there, const struct addr *a)
{
	char *text = is_there ? arena_get(w->arena, ADDR_TEXT_MAX) : NULL;

	if (text == NULL)
		return MUTABLE("");
	return MUTABLE(addr_format(a, text));
}

static char **
put_names(struct wire *w, const struct names *s)
{
	char **list = arena_get(w->arena, s->n * sizeof(*list));

	for (size_t i = 0; list != NULL && i < s->n; i++)
		list[i] = MUTABLE(s->name[i]);
	return list;
}

size_t
wire_pack_alert(struct wire *w, const struct alert *a, bool update,
    const uint8_t **out, struct err *e)
{
	pb_alert pb = SYNHIVE__FEED__ALERT__INIT;

	arena_reset(w->arena);
	pb.id = MUTABLE(a->id);
	pb.detector = MUTABLE(a->detector);
	pb.severity = (Synhive__Feed__Severity)a->severity;
	pb.honeynet = MUTABLE(a->honeynet);
	pb.honeypot = MUTABLE(a->honeypot);
	pb.address = wire_put_addr(w, true, &a->address);
	pb.peer = wire_put_addr(w, a->has_peer, &a->peer);
	pb.port = a->port;
	pb.first_ns = a->first_ns;
	pb.last_ns = a->last_ns;
	pb.count = a->count;
	pb.peers = a->peers;
	pb.honeypots = put_names(w, &a->honeypots);
	pb.n_honeypots = pb.honeypots == NULL ? 0 : a->honeypots.n;
	pb.sensors = put_names(w, &a->sensors);
	pb.n_sensors = pb.sensors == NULL ? 0 : a->sensors.n;
	pb.text = MUTABLE(a->text);
	pb.update = update;
	pb.incident = MUTABLE(a->incident);
	pb.server = wire_put_addr(w, a->has_connection, &a->server);
	pb.client = wire_put_addr(w, a->has_connection, &a->client);
	pb.client_port = a->client_port;
	return wire_put_message(w, &pb.base, 0, out, e);
}

/* "" : none.  Returns 0, or -1 with 'e'. */
static int
get_addr(const char *text, bool *is_there, struct addr *a, struct err *e)
{
	*is_there = *text != '\0';
	if (*is_there && addr_parse(text, a) == -1)
		return err_set(e, EX_DATAERR, "alert: not an address");
	return 0;
}

static int
get_names(char **list, size_t n, struct names *s, struct err *e)
{
	*s = (struct names){0};
	if (n > ALERT_NAMES_MAX)
		return err_set(e, EX_DATAERR, "alert: %zu names", n);
	for (size_t i = 0; i < n; i++)
		if (wire_get_text(list[i], s->name[s->n++], SITE_NAME_MAX,
			"alert: name", e) == -1)
			return -1;
	return 0;
}

static int
get_alert_texts(const pb_alert *pb, struct alert *a, struct err *e)
{
#define TEXT(field)                                                            \
	if (wire_get_text(pb->field, a->field, sizeof(a->field),               \
		"alert: " #field, e) == -1)                                    \
		return -1;
	TEXT(id)
	TEXT(detector)
	TEXT(honeynet)
	TEXT(honeypot)
	TEXT(incident)
	TEXT(text)
#undef TEXT
	return 0;
}

int
wire_unpack_alert(struct wire *w, const void *buf, size_t len, struct alert *a,
    bool *update, struct err *e)
{
	pb_alert *pb =
	    wire_get_message(w, &synhive__feed__alert__descriptor, buf, len, e);
	bool has;

	if (pb == NULL)
		return -1;
	*a = (struct alert){
	    .severity = (enum severity)pb->severity,
	    .port = (uint16_t)pb->port,
	    .client_port = (uint16_t)pb->client_port,
	    .first_ns = pb->first_ns,
	    .last_ns = pb->last_ns,
	    .count = pb->count,
	    .peers = pb->peers,
	};
	*update = pb->update;
	if (get_alert_texts(pb, a, e) == -1 ||
	    get_addr(pb->address, &has, &a->address, e) == -1 ||
	    get_addr(pb->peer, &a->has_peer, &a->peer, e) == -1 ||
	    get_addr(pb->server, &has, &a->server, e) == -1 ||
	    get_addr(pb->client, &a->has_connection, &a->client, e) == -1)
		return -1;
	if (get_names(pb->honeypots, pb->n_honeypots, &a->honeypots, e) == -1)
		return -1;
	return get_names(pb->sensors, pb->n_sensors, &a->sensors, e);
}

size_t
wire_pack_feed_heartbeat(struct wire *w, const struct run_id *run,
    uint64_t sequence, int64_t wall_ns, const uint8_t **out, struct err *e)
{
	Synhive__Feed__FeedHeartbeat pb = SYNHIVE__FEED__FEED_HEARTBEAT__INIT;

	pb.run = wire_run_data(run);
	pb.sequence = sequence;
	pb.wall_ns = wall_ns;
	pb.schema = MUTABLE("1.0");
	return wire_put_message(w, &pb.base, 0, out, e);
}
