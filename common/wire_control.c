/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "common/wire_internal.h"
#include "sensor.pb-c.h"

#define HELLO_ADDRS_MAX 256 /* a host with more has its networks configured */

size_t
wire_pack_hello(struct wire *w, const struct wire_message *m,
    const uint8_t **out, struct err *e)
{
	const struct wire_hello *h = &m->hello;
	Synhive__Sensor__Hello pb = SYNHIVE__SENSOR__HELLO__INIT;

	pb.version_min = h->version_min;
	pb.version_max = h->version_max;
	pb.run = wire_run_data(&h->run);
	pb.boot_id = wire_run_data(&h->boot);
	pb.table = wire_run_data(&h->table);
	pb.sensor = MUTABLE(h->sensor);
	pb.software = MUTABLE(h->software);
	pb.rules = MUTABLE(h->rules);
	pb.addresses = (ProtobufCBinaryData){
	    h->n_addr * sizeof(*h->addr), MUTABLE(h->addr)};
	pb.wall_ns = h->wall_ns;
	pb.boottime_ns = h->boottime_ns;
	pb.counted_before = h->counted_before;
	return wire_put_message(w, &pb.base, 4, out, e);
}

static int
read_hello(
    const Synhive__Sensor__Hello *pb, struct wire_hello *h, struct err *e)
{
	if (wire_get_run(&pb->run, &h->run, "hello: run", e) == -1 ||
	    wire_get_run(&pb->boot_id, &h->boot, "hello: boot", e) == -1 ||
	    wire_get_run(&pb->table, &h->table, "hello: table", e) == -1 ||
	    wire_get_text(pb->sensor, h->sensor, sizeof(h->sensor),
		"hello: sensor", e) == -1 ||
	    wire_get_text(pb->software, h->software, sizeof(h->software),
		"hello: software", e) == -1 ||
	    wire_get_text(pb->rules, h->rules, sizeof(h->rules), "hello: rules",
		e) == -1 ||
	    wire_get_addrs(&pb->addresses, &h->addr, &h->n_addr, e) == -1)
		return -1;
	if (h->n_addr > HELLO_ADDRS_MAX)
		return err_set(
		    e, EX_DATAERR, "hello: %zu addresses", h->n_addr);
	h->wall_ns = pb->wall_ns;
	h->boottime_ns = pb->boottime_ns;
	h->counted_before = pb->counted_before;
	return 0;
}

int
wire_unpack_hello(struct wire *w, const void *buf, size_t len,
    struct wire_message *m, struct err *e)
{
	struct wire_hello *h = &m->hello;
	Synhive__Sensor__Hello *pb;

	pb = wire_get_message(
	    w, &synhive__sensor__hello__descriptor, buf, len, e);
	if (pb == NULL)
		return -1;
	*h = (struct wire_hello){
	    .version_min = pb->version_min, .version_max = pb->version_max};
	/* A stranger version may mean anything by the rest. */
	if (h->version_min > WIRE_VERSION_MAX ||
	    h->version_max < WIRE_VERSION_MIN)
		return 0;
	return read_hello(pb, h, e);
}

size_t
wire_pack_welcome(struct wire *w, const struct wire_message *m,
    const uint8_t **out, struct err *e)
{
	Synhive__Sensor__Welcome pb = SYNHIVE__SENSOR__WELCOME__INIT;

	pb.version = m->welcome.version;
	pb.window = m->welcome.window;
	pb.software = MUTABLE(m->welcome.software);
	return wire_put_message(w, &pb.base, 4, out, e);
}

int
wire_unpack_welcome(struct wire *w, const void *buf, size_t len,
    struct wire_message *m, struct err *e)
{
	Synhive__Sensor__Welcome *pb;

	pb = wire_get_message(
	    w, &synhive__sensor__welcome__descriptor, buf, len, e);
	if (pb == NULL)
		return -1;
	m->welcome.version = pb->version;
	m->welcome.window = pb->window;
	return wire_get_text(pb->software, m->welcome.software,
	    sizeof(m->welcome.software), "welcome: software", e);
}

size_t
wire_pack_refusal(struct wire *w, const struct wire_message *m,
    const uint8_t **out, struct err *e)
{
	Synhive__Sensor__Refusal pb = SYNHIVE__SENSOR__REFUSAL__INIT;

	pb.code = (Synhive__Sensor__Refusal__Code)m->refusal.code;
	pb.reason = MUTABLE(m->refusal.reason);
	return wire_put_message(w, &pb.base, 4, out, e);
}

int
wire_unpack_refusal(struct wire *w, const void *buf, size_t len,
    struct wire_message *m, struct err *e)
{
	Synhive__Sensor__Refusal *pb;

	pb = wire_get_message(
	    w, &synhive__sensor__refusal__descriptor, buf, len, e);
	if (pb == NULL)
		return -1;
	m->refusal.code = (int)pb->code >= REFUSAL_UNKNOWN &&
				  (int)pb->code <= REFUSAL_HELLO_FIRST
			      ? (enum wire_refusal_code)pb->code
			      : REFUSAL_UNKNOWN;
	return wire_get_text(pb->reason, m->refusal.reason,
	    sizeof(m->refusal.reason), "refusal: reason", e);
}

size_t
wire_pack_heartbeat(struct wire *w, const struct wire_message *m,
    const uint8_t **out, struct err *e)
{
	const struct wire_heartbeat *h = &m->heartbeat;
	Synhive__Sensor__Heartbeat pb = SYNHIVE__SENSOR__HEARTBEAT__INIT;

	pb.run = wire_run_data(&h->run);
	pb.sequence = h->sequence;
	pb.wall_ns = h->wall_ns;
	pb.boottime_ns = h->boottime_ns;
	pb.records = h->records;
	pb.kernel_lost = h->kernel_lost;
	pb.dropped = h->dropped;
	pb.undecoded = h->undecoded;
	pb.refused = h->refused;
	pb.pending = h->pending;
	pb.queued_bytes = h->queued_bytes;
	pb.queued_messages = h->queued_messages;
	pb.rules = MUTABLE(h->rules);
	return wire_put_message(w, &pb.base, 4, out, e);
}

int
wire_unpack_heartbeat(struct wire *w, const void *buf, size_t len,
    struct wire_message *m, struct err *e)
{
	struct wire_heartbeat *h = &m->heartbeat;
	Synhive__Sensor__Heartbeat *pb;

	pb = wire_get_message(
	    w, &synhive__sensor__heartbeat__descriptor, buf, len, e);
	if (pb == NULL)
		return -1;
	h->sequence = pb->sequence;
	h->wall_ns = pb->wall_ns;
	h->boottime_ns = pb->boottime_ns;
	h->records = pb->records;
	h->kernel_lost = pb->kernel_lost;
	h->dropped = pb->dropped;
	h->undecoded = pb->undecoded;
	h->refused = pb->refused;
	h->pending = pb->pending;
	h->queued_bytes = pb->queued_bytes;
	h->queued_messages = pb->queued_messages;
	if (wire_get_text(pb->rules, h->rules, sizeof(h->rules),
		"heartbeat: rules", e) == -1)
		return -1;
	return wire_get_run(&pb->run, &h->run, "heartbeat: run", e);
}

size_t
wire_pack_ack(struct wire *w, const struct wire_message *m, const uint8_t **out,
    struct err *e)
{
	const struct wire_ack *a = &m->ack;
	Synhive__Sensor__Ack pb = SYNHIVE__SENSOR__ACK__INIT;
	Synhive__Sensor__Ack__Refused *r;

	arena_reset(w->arena);
	r = arena_get(w->arena, a->n_refused * sizeof(*r));
	pb.refused = arena_get(w->arena, a->n_refused * sizeof(*pb.refused));
	if (a->n + a->n_refused > WIRE_ACKS_MAX || r == NULL ||
	    pb.refused == NULL) {
		err_set(e, EX_SOFTWARE, "an ack for %zu messages",
		    a->n + a->n_refused);
		return 0;
	}
	for (size_t i = 0; i < a->n_refused; i++) {
		synhive__sensor__ack__refused__init(&r[i]);
		r[i].sequence = a->refused[i].sequence;
		r[i].reason = MUTABLE(a->refused[i].reason);
		pb.refused[i] = &r[i];
	}
	pb.n_refused = a->n_refused;
	pb.run = wire_run_data(&a->run);
	pb.sequence = MUTABLE(a->sequence);
	pb.n_sequence = a->n;
	return wire_put_message(w, &pb.base, 4, out, e);
}

int
wire_unpack_ack(struct wire *w, const void *buf, size_t len,
    struct wire_message *m, struct err *e)
{
	struct wire_ack *a = &m->ack;
	struct wire_refused *r;
	Synhive__Sensor__Ack *pb;

	pb =
	    wire_get_message(w, &synhive__sensor__ack__descriptor, buf, len, e);
	if (pb == NULL || wire_get_run(&pb->run, &a->run, "ack: run", e) == -1)
		return -1;
	if (pb->n_sequence + pb->n_refused > WIRE_ACKS_MAX)
		return err_set(e, EX_DATAERR, "ack: for %zu messages",
		    pb->n_sequence + pb->n_refused);
	r = arena_get(w->arena, pb->n_refused * sizeof(*r));
	if (r == NULL)
		return err_set(e, EX_DATAERR, "ack: too large");
	for (size_t i = 0; i < pb->n_refused; i++) {
		r[i].sequence = pb->refused[i]->sequence;
		if (wire_get_text(pb->refused[i]->reason, r[i].reason,
			sizeof(r[i].reason), "ack: reason", e) == -1)
			return -1;
	}
	a->sequence = pb->sequence;
	a->n = pb->n_sequence;
	a->refused = r;
	a->n_refused = pb->n_refused;
	return 0;
}
