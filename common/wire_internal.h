/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef COMMON_WIRE_INTERNAL_H
#define COMMON_WIRE_INTERNAL_H

#include "common/arena.h"
#include "common/err.h"
#include "common/wire.h"

#include <protobuf-c/protobuf-c.h>
#include <string.h>
#include <sysexits.h>

/*
 * What unpacking 64 KiB may cost: 4,096 rows x (17 x 4 + 4 x 8) bytes are
 * 400 KiB; the rest is for dictionaries and protobuf-c's own lists.  Without
 * a bound 64 KiB of empty sub-messages take 5.9 MB.
 */
#define WIRE_ARENA_BYTES (1024 * 1024)

struct wire {
	struct arena *arena;
	ProtobufCAllocator allocator; /* takes from the arena */
	uint8_t out[WIRE_MESSAGE_MAX];
};

/* The initializers that protoc-c writes cast const away. */
#pragma GCC diagnostic ignored "-Wcast-qual"

/* protobuf-c's structs want what they only read to be writable. */
#define MUTABLE(p) ((void *)(uintptr_t)(p))

/* Pack 'm' behind 'head' bytes of w->out; returns as wire_pack() does. */
size_t wire_put_message(struct wire *w, const ProtobufCMessage *m, size_t head,
    const uint8_t **out, struct err *e);

/* Unpack into the arena, which is emptied first.  NULL with 'e'. */
void *wire_get_message(struct wire *w, const ProtobufCMessageDescriptor *d,
    const void *buf, size_t len, struct err *e);

/* Copy a string or an id that must fit; -1 with 'e' naming 'what'. */
int wire_get_text(
    const char *from, char *to, size_t size, const char *what, struct err *e);
int wire_get_run(const ProtobufCBinaryData *from, struct run_id *to,
    const char *what, struct err *e);
int wire_get_addrs(const ProtobufCBinaryData *from, const struct addr **to,
    size_t *n, struct err *e);

/* Address as text, in the arena; "" when there is none or no room. */
char *wire_put_addr(struct wire *w, bool is_there, const struct addr *a);

static inline ProtobufCBinaryData
wire_run_data(const struct run_id *r)
{
	return (ProtobufCBinaryData){sizeof(r->b), MUTABLE(r->b)};
}

/* One pair for each kind of message. */
#define PACK(name)                                                             \
	size_t wire_pack_##name(struct wire *w, const struct wire_message *m,  \
	    const uint8_t **out, struct err *e);                               \
	int wire_unpack_##name(struct wire *w, const void *buf, size_t len,    \
	    struct wire_message *m, struct err *e)
PACK(hello);
PACK(welcome);
PACK(refusal);
PACK(batch);
PACK(heartbeat);
PACK(ack);
#undef PACK

#endif
