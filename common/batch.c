/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "common/batch.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

/*
 * A row's bytes on the wire, at worst, in the columns whose size hardly
 * varies: has 3, src 2, dst 2 (up to 16,383 addresses), ports 3 + 3, proto 2,
 * flags 2, ttl 2, window 3, seq 4, ack 4, hook 1.  row_bytes() adds the
 * others.  The usual row is 26.
 */
#define ROW_BYTES 31
#define ADDR_BYTES 16
#define NAMES_MAX 255
#define NAMES_PER_ROW 3 /* interfaces and prefix */

/* How a NULL-able column is kept: written always, shown when it says more
 * than its absent value. */
struct columns {
	int64_t *time;
#define COLUMN(name, type, absent)                                             \
	type *name;                                                            \
	bool name##_set;
#include "common/record_columns.def"
#undef COLUMN
};

struct builder {
	size_t n, max, bytes, max_bytes;
	struct columns c;
	struct addr *addr;
	size_t n_addr;
	uint32_t *slot; /* open addressing; index into addr plus 1 */
	size_t slots;	/* a power of two, at least 4 x max */
	uint64_t salt[2];
	char (*name)[NAME_TEXT_MAX];
	const char *name_at[NAMES_MAX];
	size_t n_name;
	struct batch view;
};

static size_t
slots_for(size_t max)
{
	size_t n = 16;

	while (n < 4 * max)
		n *= 2;
	return n;
}

static int
columns_alloc(struct columns *c, size_t max)
{
	bool ok = (c->time = calloc(max, sizeof(*c->time))) != NULL;

#define COLUMN(name, type, absent)                                             \
	ok = ok && (c->name = calloc(max, sizeof(type))) != NULL;
#include "common/record_columns.def"
#undef COLUMN
	return ok ? 0 : -1;
}

static void
columns_free(struct columns *c)
{
	free(c->time);
#define COLUMN(name, type, absent) free(c->name);
#include "common/record_columns.def"
#undef COLUMN
}

struct builder *
builder_new(size_t max_records, size_t max_bytes)
{
	struct builder *b = calloc(1, sizeof(*b));

	if (b == NULL)
		return NULL;
	b->max = max_records;
	b->max_bytes = max_bytes;
	b->slots = slots_for(max_records);
	b->addr = calloc(2 * max_records, sizeof(*b->addr));
	b->slot = calloc(b->slots, sizeof(*b->slot));
	b->name = calloc(NAMES_MAX, sizeof(*b->name));
	/* Addresses are chosen by strangers; where they land is not. */
	randombytes_buf(b->salt, sizeof(b->salt));
	if (b->addr == NULL || b->slot == NULL || b->name == NULL ||
	    columns_alloc(&b->c, max_records) == -1) {
		builder_free(b);
		return NULL;
	}
	for (size_t i = 0; i < NAMES_MAX; i++)
		b->name_at[i] = b->name[i];
	return b;
}

void
builder_free(struct builder *b)
{
	if (b == NULL)
		return;
	columns_free(&b->c);
	free(b->addr);
	free(b->slot);
	free(b->name);
	free(b);
}

/* Both halves of a product of 128 bits: every bit of the address reaches the
 * low ones, even where a network's addresses differ only in the highest. */
static uint64_t
hash_addr(const struct builder *b, const struct addr *a)
{
	unsigned __int128 product;
	uint64_t x[2];

	memcpy(x, a->b, 16);
	product = (unsigned __int128)(x[0] ^ b->salt[0]) * (x[1] ^ b->salt[1]);
	return (uint64_t)product ^ (uint64_t)(product >> 64);
}

/* The index of 'a' in the dictionary, which it joins if it is new. */
static uint32_t
index_addr(struct builder *b, const struct addr *a)
{
	size_t mask = b->slots - 1, at = hash_addr(b, a) & mask;

	for (; b->slot[at] != 0; at = (at + 1) & mask)
		if (addr_eq(&b->addr[b->slot[at] - 1], a))
			return b->slot[at] - 1;
	b->addr[b->n_addr] = *a;
	b->slot[at] = (uint32_t)++b->n_addr;
	b->bytes += ADDR_BYTES;
	return (uint32_t)b->n_addr - 1;
}

/* The index of 'name' plus 1; 0 for none.  fits() has seen to the room. */
static uint32_t
index_name(struct builder *b, const char *name)
{
	size_t len;

	if (name == NULL || *name == '\0')
		return 0;
	for (size_t i = 0; i < b->n_name; i++)
		if (b->name[i][0] == *name &&
		    strncmp(b->name[i], name, NAME_TEXT_MAX - 1) == 0)
			return (uint32_t)i + 1;
	len = strnlen(name, NAME_TEXT_MAX - 1);
	memcpy(b->name[b->n_name], name, len);
	b->name[b->n_name][len] = '\0';
	b->bytes += len + 3;
	return (uint32_t)++b->n_name;
}

static size_t
varint_bytes(uint64_t v)
{
	return v == 0 ? 1 : (size_t)(70 - __builtin_clzll(v)) / 7;
}

/* Bytes that depend on the values; see ROW_BYTES for the others. */
static size_t
row_bytes(const struct builder *b, const struct record *r)
{
	uint64_t before = b->n == 0 ? 0 : (uint64_t)b->c.time[b->n - 1];
	uint64_t step = (uint64_t)r->time_ns - before;
	uint64_t zigzag = step << 1 ^ (uint64_t)((int64_t)step >> 63);

	return ROW_BYTES + varint_bytes(zigzag) + varint_bytes(r->opts) +
	       varint_bytes(r->mark) + varint_bytes(r->uid) +
	       varint_bytes(r->packets) + varint_bytes(r->octets) +
	       3 * varint_bytes(b->n_name + 1);
}

static bool
fits(const struct builder *b, const struct record *r)
{
	size_t most;

	if (b->n == 0)
		return true;
	most = b->bytes + row_bytes(b, r) + 2 * ADDR_BYTES +
	       NAMES_PER_ROW * (NAME_TEXT_MAX + 3);
	return b->n < b->max && most <= b->max_bytes &&
	       b->n_name + NAMES_PER_ROW <= NAMES_MAX;
}

int
builder_put(struct builder *b, const struct record *r)
{
	struct columns *c = &b->c;
	size_t i = b->n;
	uint32_t src, dst, in_if, out_if, prefix;

	if (!fits(b, r))
		return -1;
	b->bytes += row_bytes(b, r);
	src = index_addr(b, &r->src);
	dst = index_addr(b, &r->dst);
	in_if = index_name(b, r->in_if);
	out_if = index_name(b, r->out_if);
	prefix = index_name(b, r->prefix);
	c->time[i] = r->time_ns;
#define SET(column, value, absent)                                             \
	c->column[i] = (value);                                                \
	c->column##_set |= c->column[i] != (absent);
	SET(src, src, 0)
	SET(dst, dst, 0)
	SET(in_if, in_if, 0)
	SET(out_if, out_if, 0)
	SET(prefix, prefix, 0)
	SET(has, r->has, 0)
	SET(sport, r->sport, 0)
	SET(dport, r->dport, 0)
	SET(proto, r->proto, 6)
	SET(flags, r->flags, 0)
	SET(ttl, r->ttl, 0)
	SET(window, r->window, 0)
	SET(seq, r->seq, 0)
	SET(ack, r->ack, 0)
	SET(opts, r->opts, 0)
	SET(hook, r->hook, 0)
	SET(mark, r->mark, 0)
	SET(uid, r->uid, 0)
	SET(packets, r->packets, 0)
	SET(octets, r->octets, 0)
#undef SET
	b->n++;
	return 0;
}

size_t
builder_count(const struct builder *b)
{
	return b->n;
}

const struct batch *
builder_view(struct builder *b)
{
	b->view = (struct batch){
	    .n = b->n,
	    .time = b->c.time,
	    .addr = b->addr,
	    .n_addr = b->n_addr,
	    .name = b->name_at,
	    .n_name = b->n_name,
#define COLUMN(name, type, absent) .name = b->c.name##_set ? b->c.name : NULL,
#include "common/record_columns.def"
#undef COLUMN
	};
	return &b->view;
}

void
builder_reset(struct builder *b)
{
	memset(b->slot, 0, b->slots * sizeof(*b->slot));
	b->n = b->n_addr = b->n_name = b->bytes = 0;
#define COLUMN(name, type, absent) b->c.name##_set = false;
#include "common/record_columns.def"
#undef COLUMN
}
