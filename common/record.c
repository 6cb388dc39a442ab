/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "common/record.h"
#include "common/wide.h"

static const char *
name_at(const struct batch *b, uint32_t index_plus_1)
{
	return index_plus_1 == 0 ? NULL : b->name[index_plus_1 - 1];
}

void
batch_get(const struct batch *b, size_t i, struct record *out)
{
	*out = (struct record){
	    .time_ns = b->time[i],
	    .src = b->addr[batch_src(b, i)],
	    .dst = b->addr[batch_dst(b, i)],
	    .sport = (uint16_t)batch_sport(b, i),
	    .dport = (uint16_t)batch_dport(b, i),
	    .window = (uint16_t)batch_window(b, i),
	    .has = (uint16_t)batch_has(b, i),
	    .proto = (uint8_t)batch_proto(b, i),
	    .flags = (uint8_t)batch_flags(b, i),
	    .ttl = (uint8_t)batch_ttl(b, i),
	    .hook = (uint8_t)batch_hook(b, i),
	    .seq = batch_seq(b, i),
	    .ack = batch_ack(b, i),
	    .opts = batch_opts(b, i),
	    .mark = batch_mark(b, i),
	    .uid = batch_uid(b, i),
	    .packets = batch_packets(b, i),
	    .octets = batch_octets(b, i),
	    .in_if = name_at(b, batch_in_if(b, i)),
	    .out_if = name_at(b, batch_out_if(b, i)),
	    .prefix = name_at(b, batch_prefix(b, i)),
	};
}

/* No value of a column above 'most'; the loop vectorizes. */
WIDE static bool
below(const uint32_t *column, size_t n, uint32_t most)
{
	uint32_t bad = 0;

	if (column == NULL)
		return true;
	for (size_t i = 0; i < n; i++)
		bad |= column[i] > most;
	return bad == 0;
}

bool
batch_is_sound(const struct batch *b)
{
	uint32_t names = (uint32_t)b->n_name;

	if (b->n == 0)
		return true;
	if (b->n_addr == 0 || b->time == NULL)
		return false;
	return below(b->src, b->n, (uint32_t)b->n_addr - 1) &&
	       below(b->dst, b->n, (uint32_t)b->n_addr - 1) &&
	       below(b->in_if, b->n, names) && below(b->out_if, b->n, names) &&
	       below(b->prefix, b->n, names) && below(b->sport, b->n, 0xffff) &&
	       below(b->dport, b->n, 0xffff) &&
	       below(b->window, b->n, 0xffff) && below(b->has, b->n, 0xffff) &&
	       below(b->proto, b->n, 0xff) && below(b->flags, b->n, 0xff) &&
	       below(b->ttl, b->n, 0xff) && below(b->hook, b->n, HOOK_EGRESS);
}
