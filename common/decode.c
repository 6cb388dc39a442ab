/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "common/decode.h"
#include "common/rd.h"

#define ETHER_IPV4 0x0800
#define ETHER_IPV6 0x86dd
#define ETHER_VLAN 0x8100    /* 802.1Q */
#define ETHER_SERVICE 0x88a8 /* 802.1ad */
#define ETHER_QINQ 0x9100    /* the same before there was a standard */

#define IPV4_HEADER 20 /* without options */
#define IPV6_HEADER 40
#define TCP_HEADER 20 /* without options */

/* IANA protocol numbers; those of IPv6 extension headers, RFC 8200. */
enum {
	NEXT_HOP_BY_HOP = 0,
	NEXT_TCP = 6,
	NEXT_ROUTING = 43,
	NEXT_FRAGMENT = 44,
	NEXT_AH = 51,
	NEXT_OPTIONS = 60,
	NEXT_MOBILITY = 135,
	NEXT_HIP = 139,
	NEXT_SHIM6 = 140,
};

static bool
is_vlan(uint16_t type)
{
	return type == ETHER_VLAN || type == ETHER_SERVICE ||
	       type == ETHER_QINQ;
}

/* Cut what a lower layer put behind the packet: Ethernet pads to 60 bytes. */
static void
cut(struct rd *r, size_t most)
{
	if (r->left > most)
		r->left = most;
}

static const uint8_t opt_of_kind[256] = {
    [1] = DECODE_OPT_NOP,
    [2] = DECODE_OPT_MSS,
    [3] = DECODE_OPT_WINDOW,
    [4] = DECODE_OPT_SACK,
    [8] = DECODE_OPT_TIMESTAMP,
    [34] = DECODE_OPT_FASTOPEN,
};

/* One option off 'r', whose first byte was 'kind'. */
static enum decode_opt
read_option(struct rd *r, uint8_t kind)
{
	enum decode_opt opt = opt_of_kind[kind];
	uint8_t len;

	if (opt == DECODE_OPT_NOP)
		return opt;
	len = rd_u8(r);
	if (len < 2) {
		/* Where the next option begins is anybody's guess. */
		r->left = 0;
		return DECODE_OPT_OTHER;
	}
	rd_skip(r, len - 2);
	return opt == DECODE_OPT_NONE ? DECODE_OPT_OTHER : opt;
}

/* 'len': what the header says; 'r' may hold less. */
static void
decode_options(struct rd *r, size_t len, struct record *out)
{
	bool whole = r->left >= len;
	uint32_t opts = 0;
	uint8_t kind;

	cut(r, len);
	for (size_t i = 0; i < DECODE_OPTS_MAX && r->left > 0; i++) {
		enum decode_opt opt;

		if ((kind = rd_u8(r)) == 0)
			break;
		opt = read_option(r, kind);
		if (r->bad) {
			/* Longer than the header, or than what we have. */
			if (!whole)
				break;
			opt = DECODE_OPT_OTHER;
			r->left = 0;
		}
		opts |= (uint32_t)opt << 3 * i;
	}
	out->opts = opts;
	out->has |= whole ? HAS_OPTS : 0;
}

static enum decode_result
decode_tcp(struct rd *r, struct record *out)
{
	uint16_t offset_flags;
	size_t header;

	out->sport = rd_u16(r);
	out->dport = rd_u16(r);
	out->seq = rd_u32(r);
	out->ack = rd_u32(r);
	offset_flags = rd_u16(r);
	out->window = rd_u16(r);
	rd_skip(r, 4); /* checksum, urgent pointer */
	if (r->bad)
		return DECODE_TRUNCATED;
	header = (size_t)(offset_flags >> 12) * 4;
	if (header < TCP_HEADER)
		return DECODE_BAD;
	out->proto = NEXT_TCP;
	out->flags = (uint8_t)offset_flags;
	out->has = HAS_FLAGS | HAS_SEQ | HAS_TTL | HAS_WINDOW;
	decode_options(r, header - TCP_HEADER, out);
	return DECODE_OK;
}

static enum decode_result
decode_ipv4(struct rd *r, struct record *out)
{
	size_t header = (size_t)(rd_u8(r) & 0x0f) * 4, total;
	uint16_t fragment;
	uint8_t protocol, src[4], dst[4];

	rd_skip(r, 1);
	total = rd_u16(r);
	rd_skip(r, 2);
	fragment = rd_u16(r);
	out->ttl = rd_u8(r);
	protocol = rd_u8(r);
	rd_skip(r, 2);
	rd_copy(r, src, 4);
	rd_copy(r, dst, 4);
	if (r->bad)
		return DECODE_TRUNCATED;
	if (header < IPV4_HEADER || total < header)
		return DECODE_BAD;
	out->proto = protocol;
	if (protocol != NEXT_TCP)
		return DECODE_NOT_TCP;
	if ((fragment & 0x1fff) != 0)
		return DECODE_FRAGMENT;
	out->src = addr_from_v4(src);
	out->dst = addr_from_v4(dst);
	cut(r, total - IPV4_HEADER);
	rd_skip(r, header - IPV4_HEADER);
	return decode_tcp(r, out);
}

/* The bytes of an extension header whose length field says 'units'. */
static size_t
extension_bytes(uint8_t type, uint8_t units)
{
	/* RFC 4302, 2.2: AH alone counts in fours, and from two. */
	return type == NEXT_AH ? ((size_t)units + 2) * 4
			       : ((size_t)units + 1) * 8;
}

static enum decode_result
decode_extensions(struct rd *r, uint8_t type, struct record *out)
{
	for (size_t i = 0; i <= DECODE_EXTENSIONS_MAX; i++) {
		uint8_t next, units;
		uint16_t offset;

		out->proto = type;
		switch (type) {
		case NEXT_TCP:
			return decode_tcp(r, out);
		case NEXT_FRAGMENT:
			next = out->proto = rd_u8(r);
			rd_skip(r, 1);
			offset = rd_u16(r);
			rd_skip(r, 4);
			if (!r->bad && (offset & 0xfff8) != 0)
				return DECODE_FRAGMENT;
			break;
		case NEXT_HOP_BY_HOP:
		case NEXT_ROUTING:
		case NEXT_AH:
		case NEXT_OPTIONS:
		case NEXT_MOBILITY:
		case NEXT_HIP:
		case NEXT_SHIM6:
			next = rd_u8(r);
			units = rd_u8(r);
			rd_skip(r, extension_bytes(type, units) - 2);
			break;
		default:
			return DECODE_NOT_TCP;
		}
		if (r->bad)
			return DECODE_TRUNCATED;
		type = next;
	}
	return DECODE_NOT_TCP;
}

static enum decode_result
decode_ipv6(struct rd *r, struct record *out)
{
	size_t payload;
	uint8_t next;

	rd_skip(r, 4);
	payload = rd_u16(r);
	next = rd_u8(r);
	out->ttl = rd_u8(r);
	rd_copy(r, out->src.b, 16);
	rd_copy(r, out->dst.b, 16);
	if (r->bad)
		return DECODE_TRUNCATED;
	/* 0: a jumbogram (RFC 2675), whose length is somewhere else. */
	if (payload != 0)
		cut(r, payload);
	return decode_extensions(r, next, out);
}

static enum decode_result
decode_network(struct rd *r, struct record *out)
{
	if (r->left == 0)
		return DECODE_TRUNCATED;
	switch (r->p[0] >> 4) {
	case 4:
		return decode_ipv4(r, out);
	case 6:
		return decode_ipv6(r, out);
	default:
		return DECODE_NOT_IP;
	}
}

static enum decode_result
decode_ethernet(struct rd *r, struct record *out)
{
	uint16_t type;

	rd_skip(r, 12);
	type = rd_u16(r);
	for (size_t i = 0; i < DECODE_VLAN_MAX && is_vlan(type); i++) {
		rd_skip(r, 2);
		type = rd_u16(r);
	}
	if (r->bad)
		return DECODE_TRUNCATED;
	if (type != ETHER_IPV4 && type != ETHER_IPV6)
		return DECODE_NOT_IP;
	return decode_network(r, out);
}

enum decode_result
decode_packet(
    enum decode_link link, const void *buf, size_t len, struct record *out)
{
	struct rd r = rd_init(buf, len);

	memset(out, 0, sizeof(*out));
	out->time_ns = TIME_NONE;
	switch (link) {
	case DECODE_NETWORK:
		return decode_network(&r, out);
	case DECODE_ETHERNET:
		return decode_ethernet(&r, out);
	}
	return DECODE_NOT_IP;
}

void
decode_tcp_options(const void *buf, size_t len, struct record *out)
{
	struct rd r = rd_init(buf, len);

	decode_options(&r, len, out);
}

const char *
decode_result_text(enum decode_result r)
{
	static const char *const text[] = {
	    [DECODE_OK] = "decoded",
	    [DECODE_TRUNCATED] = "truncated",
	    [DECODE_NOT_IP] = "not IP",
	    [DECODE_NOT_TCP] = "not TCP",
	    [DECODE_FRAGMENT] = "a later fragment",
	    [DECODE_BAD] = "a wrong length",
	};

	return text[r];
}
