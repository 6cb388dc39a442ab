/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "aggregator/source/pcaplink.h"

#include <pcap/pcap.h>
#include <pcap/sll.h>

#define ETHER_IPV4 0x0800
#define ETHER_IPV6 0x86dd
#define ETHER_VLAN 0x8100

/* linux/netfilter/nfnetlink_log.h, as tcpdump.org's LINKTYPE_NFLOG has it. */
enum nflog_tlv {
	NFLOG_PACKET_HDR = 1,
	NFLOG_MARK = 2,
	NFLOG_TIMESTAMP = 3,
	NFLOG_PAYLOAD = 9,
	NFLOG_PREFIX = 10,
	NFLOG_UID = 11,
};
#define NFLOG_NETDEV 5	       /* NFPROTO_NETDEV */
#define NFLOG_TYPE_MASK 0x7fff /* without NLA_F_NESTED */

static bool
strip_nothing(struct rd *r, struct outside *out)
{
	(void)out;
	return !r->bad;
}

/* Of BSD's loopback: the address family, in somebody's byte order. */
static bool
strip_family(struct rd *r, struct outside *out)
{
	(void)out;
	rd_skip(r, 4);
	return !r->bad;
}

static bool
is_ip(struct rd *r, uint16_t type)
{
	if (type == ETHER_VLAN) {
		rd_skip(r, 2);
		type = rd_u16(r);
	}
	return r->bad || type == ETHER_IPV4 || type == ETHER_IPV6;
}

static uint8_t
cooked_hook(unsigned int type)
{
	return type == LINUX_SLL_OUTGOING ? HOOK_OUT
	       : type == LINUX_SLL_HOST	  ? HOOK_IN
					  : HOOK_NONE;
}

static bool
strip_cooked(struct rd *r, struct outside *out)
{
	out->hook = cooked_hook(rd_u16(r));
	rd_skip(r, 12); /* hardware type, address */
	return is_ip(r, rd_u16(r));
}

static bool
strip_cooked2(struct rd *r, struct outside *out)
{
	uint16_t type = rd_u16(r);

	rd_skip(r, 8); /* reserved, interface, hardware type */
	out->hook = cooked_hook(rd_u8(r));
	rd_skip(r, 9); /* address */
	return is_ip(r, type);
}

/* In the byte order of this host: libpcap has seen to it. */
static uint16_t
rd_host16(struct rd *r)
{
	uint16_t v;

	rd_copy(r, &v, sizeof(v));
	return v;
}

/* Hooks are numbered anew in each family: netdev has ingress and egress, the
 * others prerouting, input, forward, output, postrouting. */
static uint8_t
nflog_hook(uint8_t family, uint8_t number)
{
	static const uint8_t hooks[] = {
	    HOOK_IN, HOOK_IN, HOOK_FORWARD, HOOK_OUT, HOOK_OUT};

	if (family == NFLOG_NETDEV)
		return number == 1 ? HOOK_EGRESS : HOOK_IN;
	return number < sizeof(hooks) ? hooks[number] : HOOK_NONE;
}

/* Two numbers of 8 bytes, of which the higher halves are nothing. */
static int64_t
nflog_time(struct rd r)
{
	int64_t s, us;

	rd_skip(&r, 4);
	s = rd_u32(&r);
	rd_skip(&r, 4);
	us = rd_u32(&r);
	return r.bad || s == 0 ? TIME_NONE : s * NS_PER_SEC + us * 1000;
}

static void
nflog_value(uint8_t family, uint16_t type, struct rd v, struct outside *out,
    struct rd *packet)
{
	switch (type & NFLOG_TYPE_MASK) {
	case NFLOG_PACKET_HDR:
		rd_skip(&v, 2);
		out->hook = nflog_hook(family, rd_u8(&v));
		break;
	case NFLOG_MARK:
		out->mark = rd_u32(&v);
		break;
	case NFLOG_TIMESTAMP:
		out->time_ns = nflog_time(v);
		break;
	case NFLOG_PAYLOAD:
		*packet = v;
		break;
	case NFLOG_PREFIX:
		out->prefix = v;
		break;
	case NFLOG_UID:
		out->uid = rd_u32(&v);
		out->has |= v.bad ? 0 : HAS_UID;
		break;
	}
}

static bool
strip_nflog(struct rd *r, struct outside *out)
{
	struct rd packet = {.bad = true};
	uint8_t family = rd_u8(r);

	rd_skip(r, 3);	      /* version, group */
	out->has |= HAS_MARK; /* the kernel leaves out a mark of zero */
	while (r->left >= 4 && !r->bad) {
		uint16_t len = rd_host16(r), type = rd_host16(r);
		const uint8_t *value =
		    rd_bytes(r, len < 4 ? r->left + 1 : len - 4U);

		if (value == NULL)
			break;
		nflog_value(
		    family, type, rd_init(value, len - 4U), out, &packet);
		/* Values are padded to 4 bytes, but for the last one. */
		rd_skip(r, r->left < (-len & 3U) ? r->left : (-len & 3U));
	}
	*r = packet;
	return true;
}

static const struct link links[] = {
    {DLT_EN10MB, DECODE_ETHERNET, strip_nothing},
    {DLT_RAW, DECODE_NETWORK, strip_nothing},
    {DLT_IPV4, DECODE_NETWORK, strip_nothing},
    {DLT_IPV6, DECODE_NETWORK, strip_nothing},
    {DLT_LINUX_SLL, DECODE_NETWORK, strip_cooked},
    {DLT_LINUX_SLL2, DECODE_NETWORK, strip_cooked2},
    {DLT_NFLOG, DECODE_NETWORK, strip_nflog},
    {DLT_NULL, DECODE_NETWORK, strip_family},
    {DLT_LOOP, DECODE_NETWORK, strip_family},
};

const struct link *
pcaplink_find(int dlt)
{
	for (size_t i = 0; i < sizeof(links) / sizeof(*links); i++)
		if (links[i].dlt == dlt)
			return &links[i];
	return NULL;
}
