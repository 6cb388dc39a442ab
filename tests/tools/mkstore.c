/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * mkstore DIR <TEXT: a store with what the text says, a thing a line:
 *
 *   record sensor=pot1 time=... src=... sport=... dst=... dport=... flags=SYN
 *   recut                           what is there becomes blocks
 *   sensor sensor=pot1 state=up last_seen=... records=...
 *   refused why=... who=... count=... last=...
 *   alert id=... detector=... severity=... publish=new
 *   incident id=... honeypot=...    and behind it its
 *   evidence kind=... text=...
 *
 * A value with blanks stands in "quotes", where \xNN is a byte.  "now" is a
 * time.  A word that is not known ends it.
 */
#include "aggregator/store/state.h"
#include "aggregator/store/store.h"
#include "common/batch.h"
#include "common/err.h"
#include "tests/tools/line.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LINE_MAX_BYTES 8192

struct maker {
	struct store *store;
	struct state *state;
	struct wire *wire;
	struct builder *builder;
	char sensor[SITE_NAME_MAX]; /* of what is in the builder */
	uint64_t sequence;
	struct incident incident; /* id "": none */
	int number;
};

static void
must(const struct maker *m, bool good, const char *what, const struct err *e)
{
	if (!good)
		die(m->number, what, e->text);
}

/* --- records --- */

static void
flush_records(struct maker *m)
{
	struct wire_message w = {.kind = WIRE_BATCH};
	struct store_item it = {.sensor = m->sensor,
	    .run = {{7}},
	    .sequence = ++m->sequence,
	    .received_ns = clock_wall_ns()};
	struct store_pos pos;
	struct err e;

	if (builder_count(m->builder) == 0)
		return;
	w.batch.run = it.run;
	w.batch.sequence = it.sequence;
	w.batch.records = *builder_view(m->builder);
	it.len = wire_pack(m->wire, &w, &it.buf, &e);
	must(m, it.len > 0, "pack", &e);
	it.records = &w.batch.records;
	must(m, store_put(m->store, &it, &e) == 1, "put", &e);
	must(m, store_commit(m->store, &pos, &e) == 0, "commit", &e);
	builder_reset(m->builder);
}

static uint8_t
flags(struct line *l, struct record *r)
{
	static const char *const names[] = {
	    "FIN", "SYN", "RST", "PSH", "ACK", "URG", "ECE", "CWR"};
	const char *s = text(l, "flags");
	uint8_t out = 0;

	if (s == NULL)
		return 0;
	r->has |= HAS_FLAGS;
	for (size_t i = 0; i < 8; i++)
		if (strstr(s, names[i]) != NULL)
			out |= (uint8_t)(1 << i);
	return out;
}

static uint64_t
optional(struct line *l, struct record *r, const char *key, uint16_t bit)
{
	if (text(l, key) == NULL)
		return 0;
	r->has |= bit;
	return number(l, key);
}

static uint8_t
hook(struct line *l)
{
	static const char *const names[] = {
	    "none", "in", "out", "forward", "egress"};
	const char *s = text(l, "hook");

	for (uint8_t i = 0; s != NULL && i < 5; i++)
		if (strcmp(s, names[i]) == 0)
			return i;
	return HOOK_NONE;
}

static void
make_record(struct maker *m, struct line *l)
{
	struct record r = {.proto = 6};
	const char *sensor = text(l, "sensor");

	if (sensor == NULL)
		die(l->number, "record", "no sensor");
	if (strcmp(sensor, m->sensor) != 0)
		flush_records(m);
	snprintf(m->sensor, sizeof(m->sensor), "%s", sensor);
	r.time_ns = when(l, "time");
	r.has = r.time_ns == TIME_NONE ? 0 : HAS_TIME;
	address(l, "src", &r.src);
	address(l, "dst", &r.dst);
	r.sport = (uint16_t)number(l, "sport");
	r.dport = (uint16_t)number(l, "dport");
	if (text(l, "proto") != NULL)
		r.proto = (uint8_t)number(l, "proto");
	r.flags = flags(l, &r);
	r.hook = hook(l);
	r.seq = (uint32_t)optional(l, &r, "seq", HAS_SEQ);
	r.ack = (uint32_t)optional(l, &r, "ack", HAS_SEQ);
	r.ttl = (uint8_t)optional(l, &r, "ttl", HAS_TTL);
	r.window = (uint16_t)optional(l, &r, "window", HAS_WINDOW);
	r.mark = (uint32_t)optional(l, &r, "mark", HAS_MARK);
	r.uid = (uint32_t)optional(l, &r, "uid", HAS_UID);
	r.packets = optional(l, &r, "packets", HAS_COUNTS);
	r.octets = optional(l, &r, "octets", HAS_COUNTS);
	r.in_if = text(l, "in");
	r.out_if = text(l, "out");
	r.prefix = text(l, "prefix");
	if (builder_put(m->builder, &r) == -1) {
		flush_records(m);
		builder_put(m->builder, &r);
	}
}

static void
make_recut(struct maker *m, struct line *l)
{
	struct err e;
	int rc;

	(void)l;
	flush_records(m);
	do {
		/* As of tomorrow: then this day is finished. */
		rc = store_recut(m->store, clock_wall_ns() + NS_PER_DAY, 0, &e);
		must(m, rc != -1, "recut", &e);
	} while (rc == 1);
}

/* --- state --- */

static void
make_sensor(struct maker *m, struct line *l)
{
	struct sensor_state x = {0};
	struct err e;

	COPY(l, "sensor", x.sensor);
	COPY(l, "state", x.state);
	COPY(l, "software", x.software);
	COPY(l, "rules", x.rules);
	COPY(l, "address", x.address);
	x.last_seen_ns = when(l, "last_seen");
	x.clock_ahead_ns = (int64_t)number(l, "clock_ahead_ns");
	x.records = number(l, "records");
	x.kernel_lost = number(l, "kernel_lost");
	x.spool_dropped = number(l, "spool_dropped");
	x.gaps = number(l, "gaps");
	x.refused = number(l, "refused");
	x.undecoded = number(l, "undecoded");
	x.duplicates = number(l, "duplicates");
	must(m, state_put_sensor(m->state, &x, &e) == 0, "sensor", &e);
}

static void
make_refused(struct maker *m, struct line *l)
{
	struct err e;
	int rc = state_count_refused(m->state, text(l, "why"), text(l, "who"),
	    when(l, "last"), number(l, "count"), &e);

	must(m, rc == 0, "refused", &e);
}

static void
publish(struct maker *m, const struct alert *a, bool update)
{
	char topic[200];
	const uint8_t *pb;
	struct err e;
	size_t len = wire_pack_alert(m->wire, a, update, &pb, &e);

	must(m, len > 0, "alert", &e);
	snprintf(
	    topic, sizeof(topic), "alert/%s/%s/", a->honeynet, a->detector);
	must(m,
	    state_log(m->state, topic, "{}", pb, len, clock_wall_ns(), &e) > 0,
	    "log", &e);
}

static void
make_alert(struct maker *m, struct line *l)
{
	struct alert a = {0};
	const char *how = text(l, "publish");
	struct err e;

	COPY(l, "id", a.id);
	COPY(l, "detector", a.detector);
	COPY(l, "honeynet", a.honeynet);
	COPY(l, "honeypot", a.honeypot);
	COPY(l, "incident", a.incident);
	COPY(l, "text", a.text);
	a.severity = severity_parse(text(l, "severity"));
	address(l, "address", &a.address);
	a.has_peer = address(l, "peer", &a.peer);
	a.port = (uint16_t)number(l, "port");
	a.first_ns = when(l, "first");
	a.last_ns = when(l, "last");
	a.count = number(l, "count");
	a.peers = number(l, "peers");
	names_add(&a.honeypots, a.honeypot);
	if (text(l, "sensor") != NULL)
		names_add(&a.sensors, text(l, "sensor"));
	must(m, state_put_alert(m->state, &a, &e) == 0, "alert", &e);
	if (how != NULL)
		publish(m, &a, strcmp(how, "update") == 0);
}

static void
flush_incident(struct maker *m)
{
	struct err e;

	if (m->incident.id[0] == '\0')
		return;
	must(m, state_put_incident(m->state, &m->incident, &e) == 0, "incident",
	    &e);
	incident_fini(&m->incident);
	m->incident = (struct incident){0};
}

static void
make_incident(struct maker *m, struct line *l)
{
	struct incident *i = &m->incident;

	flush_incident(m);
	COPY(l, "id", i->id);
	COPY(l, "honeynet", i->honeynet);
	COPY(l, "honeypot", i->honeypot);
	COPY(l, "state", i->state);
	i->severity = severity_parse(text(l, "severity"));
	address(l, "address", &i->address);
	i->n_alias = address(l, "alias", &i->alias[0]) ? 1 : 0;
	i->onset_ns = when(l, "onset");
	i->last_ns = when(l, "last");
	i->evidence = calloc(EVIDENCE_MAX, sizeof(*i->evidence));
	i->episode = calloc(EPISODES_MAX, sizeof(*i->episode));
}

static void
make_evidence(struct maker *m, struct line *l)
{
	struct incident *i = &m->incident;
	struct evidence *x = &i->evidence[i->n_evidence++];

	if (i->n_evidence == EVIDENCE_MAX)
		die(l->number, "evidence", "too many");
	COPY(l, "kind", x->kind);
	COPY(l, "text", x->text);
	x->time_ns = when(l, "time");
	x->has_peer = address(l, "peer", &x->peer);
	x->port = (uint16_t)number(l, "port");
	x->count = number(l, "count");
}

static void
make_episode(struct maker *m, struct line *l)
{
	struct incident *i = &m->incident;
	struct episode *x = &i->episode[i->n_episode++];

	if (i->n_episode == EPISODES_MAX)
		die(l->number, "episode", "too many");
	x->onset_ns = when(l, "onset");
	x->last_ns = when(l, "last");
	x->since_ns = when(l, "since");
	x->may_be_older = x->since_ns != TIME_NONE;
	x->vectors_left_out = number(l, "left_out");
}

static void
make_vector(struct maker *m, struct line *l)
{
	struct incident *i = &m->incident;
	struct episode *x = &i->episode[i->n_episode - 1];
	struct vector *v = &x->vector[x->n_vector++];

	if (i->n_episode == 0 || x->n_vector == VECTORS_MAX)
		die(l->number, "vector", "without an episode, or too many");
	address(l, "peer", &v->peer);
	address(l, "address", &v->address);
	v->port = (uint16_t)number(l, "port");
	v->first_ns = v->before_ns = when(l, "first");
	v->last_ns = when(l, "last");
	v->connections = number(l, "connections");
	v->back = v->connections > 1;
	v->peers = (uint32_t)number(l, "peers");
	v->watched_ns = VECTOR_WINDOW_NS;
	v->outcome = (enum outcome)number(l, "outcome");
	v->called_back = number(l, "called_back") != 0;
	v->within = number(l, "within") != 0;
}

static const struct {
	const char *kind;
	void (*make)(struct maker *m, struct line *l);
} kinds[] = {
    {"record", make_record},
    {"recut", make_recut},
    {"sensor", make_sensor},
    {"refused", make_refused},
    {"alert", make_alert},
    {"incident", make_incident},
    {"evidence", make_evidence},
    {"episode", make_episode},
    {"vector", make_vector},
};

static void
make(struct maker *m, char *s)
{
	struct line l = {.number = ++m->number};

	if (*s == '#' || *s == '\n')
		return;
	split(&l, s);
	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++)
		if (strcmp(l.kind, kinds[i].kind) == 0) {
			kinds[i].make(m, &l);
			all_used(&l);
			return;
		}
	die(l.number, l.kind, "what is that?");
}

int
main(int argc, char **argv)
{
	struct maker m = {.wire = wire_new(),
	    .builder = builder_new(WIRE_RECORDS_MAX, WIRE_BATCH_MAX)};
	char line[LINE_MAX_BYTES];
	struct err e;

	if (argc != 2)
		die(0, "usage", "mkstore DIR <TEXT");
	m.store = store_open(argv[1], STORE_WRITE, &e);
	must(&m, m.store != NULL, "store", &e);
	m.state = state_open(argv[1], STORE_WRITE, &e);
	must(&m, m.state != NULL, "state", &e);
	must(&m, state_begin(m.state, &e) == 0, "begin", &e);
	while (fgets(line, sizeof(line), stdin) != NULL)
		make(&m, line);
	flush_records(&m);
	flush_incident(&m);
	must(&m, state_commit(m.state, &e) == 0, "commit", &e);
	builder_free(m.builder);
	wire_free(m.wire);
	state_close(m.state);
	store_close(m.store);
	return 0;
}
