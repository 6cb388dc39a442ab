/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "common/wire_internal.h"

#include <sodium.h>
#include <stdlib.h>

#define HEAD_BYTES 4 /* 'S' 'H' format kind */

typedef size_t pack_fn(struct wire *w, const struct wire_message *m,
    const uint8_t **out, struct err *e);
typedef int unpack_fn(struct wire *w, const void *buf, size_t len,
    struct wire_message *m, struct err *e);

static const struct {
	pack_fn *pack;
	unpack_fn *unpack;
} kinds[] = {
    [WIRE_HELLO] = {wire_pack_hello, wire_unpack_hello},
    [WIRE_WELCOME] = {wire_pack_welcome, wire_unpack_welcome},
    [WIRE_REFUSAL] = {wire_pack_refusal, wire_unpack_refusal},
    [WIRE_BATCH] = {wire_pack_batch, wire_unpack_batch},
    [WIRE_HEARTBEAT] = {wire_pack_heartbeat, wire_unpack_heartbeat},
    [WIRE_ACK] = {wire_pack_ack, wire_unpack_ack},
};

#define KINDS (sizeof(kinds) / sizeof(*kinds))

static void *
take_from_arena(void *arg, size_t size)
{
	return arena_get(arg, size);
}

static void
leave_in_arena(void *arg, void *p)
{
	(void)arg;
	(void)p;
}

struct wire *
wire_new(void)
{
	struct wire *w = calloc(1, sizeof(*w));

	if (w == NULL)
		return NULL;
	w->arena = arena_new(WIRE_ARENA_BYTES);
	if (w->arena == NULL) {
		free(w);
		return NULL;
	}
	w->allocator = (ProtobufCAllocator){
	    .alloc = take_from_arena,
	    .free = leave_in_arena,
	    .allocator_data = w->arena,
	};
	return w;
}

void
wire_free(struct wire *w)
{
	if (w == NULL)
		return;
	arena_free(w->arena);
	free(w);
}

size_t
wire_put_message(struct wire *w, const ProtobufCMessage *m, size_t head,
    const uint8_t **out, struct err *e)
{
	size_t size = protobuf_c_message_get_packed_size(m);

	if (size > sizeof(w->out) - head) {
		err_set(e, EX_SOFTWARE, "a message of %zu bytes is too large",
		    size);
		return 0;
	}
	*out = w->out;
	return head + protobuf_c_message_pack(m, w->out + head);
}

size_t
wire_pack(struct wire *w, const struct wire_message *m, const uint8_t **out,
    struct err *e)
{
	w->out[0] = 'S';
	w->out[1] = 'H';
	w->out[2] = WIRE_FORMAT;
	w->out[3] = (uint8_t)m->kind;
	return kinds[m->kind].pack(w, m, out, e);
}

void *
wire_get_message(struct wire *w, const ProtobufCMessageDescriptor *d,
    const void *buf, size_t len, struct err *e)
{
	void *m;

	arena_reset(w->arena);
	m = protobuf_c_message_unpack(d, &w->allocator, len, buf);
	if (m == NULL)
		err_set(e, EX_DATAERR, "%s: not readable", d->short_name);
	return m;
}

int
wire_unpack(struct wire *w, const void *buf, size_t len, struct wire_message *m,
    struct err *e)
{
	const uint8_t *b = buf;

	if (len < HEAD_BYTES || b[0] != 'S' || b[1] != 'H')
		return err_set(e, EX_DATAERR, "not a Synhive message");
	if (len > WIRE_MESSAGE_MAX)
		return err_set(e, EX_DATAERR, "%zu bytes are too many", len);
	if (b[2] != WIRE_FORMAT)
		return err_set(e, EX_DATAERR,
		    "message format %u; only %u is known", b[2], WIRE_FORMAT);
	if (b[3] < WIRE_HELLO || b[3] >= KINDS)
		return err_set(
		    e, EX_DATAERR, "unknown kind of message %u", b[3]);
	m->kind = b[3];
	return kinds[m->kind].unpack(w, b + HEAD_BYTES, len - HEAD_BYTES, m, e);
}

int
wire_get_text(
    const char *from, char *to, size_t size, const char *what, struct err *e)
{
	size_t len = strlen(from);

	if (len >= size)
		return err_set(e, EX_DATAERR, "%s: %zu bytes, at most %zu fit",
		    what, len, size - 1);
	memcpy(to, from, len + 1);
	return 0;
}

int
wire_get_run(const ProtobufCBinaryData *from, struct run_id *to,
    const char *what, struct err *e)
{
	if (from->len != sizeof(to->b))
		return err_set(e, EX_DATAERR, "%s: %zu bytes instead of %zu",
		    what, from->len, sizeof(to->b));
	memcpy(to->b, from->data, sizeof(to->b));
	return 0;
}

int
wire_get_addrs(const ProtobufCBinaryData *from, const struct addr **to,
    size_t *n, struct err *e)
{
	if (from->len % sizeof(struct addr) != 0)
		return err_set(e, EX_DATAERR,
		    "addresses: %zu bytes are no multiple of 16", from->len);
	/* struct addr is 16 bytes without alignment. */
	*to = (const struct addr *)(const void *)from->data;
	*n = from->len / sizeof(struct addr);
	return 0;
}
