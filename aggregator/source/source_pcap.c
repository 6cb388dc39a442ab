/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Packets in pcap and pcapng files, read by libpcap. */
#include "aggregator/source/input.h"
#include "aggregator/source/interned.h"
#include "aggregator/source/source.h"
#include "common/decode.h"
#include "common/err.h"
#include "common/rd.h"

#include <pcap/pcap.h>
#include <pcap/sll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

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

struct link;

struct pcap_source {
	struct source_context c;
	pcap_t *pcap;
	const struct link *link;
	struct interned names;
};

/* What a packet's beginning said, beside the packet. */
struct outside {
	uint8_t hook;
	uint16_t has;
	uint32_t mark, uid;
	int64_t time_ns; /* TIME_NONE: the file's is good */
	struct rd prefix;
};

/* --- what packets begin with --- */

/* Each moves 'r' to what decode_packet() wants; false: it is not IP. */
typedef bool strip_fn(struct rd *r, struct outside *out);

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

static const struct link {
	int dlt;
	enum decode_link decode;
	strip_fn *strip;
} links[] = {
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

static const struct link *
find_link(int dlt)
{
	for (size_t i = 0; i < sizeof(links) / sizeof(*links); i++)
		if (links[i].dlt == dlt)
			return &links[i];
	return NULL;
}

/* --- one packet --- */

static void
add_outside(struct pcap_source *s, const struct outside *o, struct record *r)
{
	r->hook = o->hook;
	r->has |= o->has;
	r->mark = o->mark;
	r->uid = o->uid;
	/* A string, with its end. */
	r->prefix =
	    interned_get(&s->names, (const char *)o->prefix.p, o->prefix.left);
	/* What is sent may carry the time at which it is to leave, which the
	 * sender chooses: only the time of what came in is believed. */
	if (o->time_ns != TIME_NONE &&
	    (o->hook == HOOK_IN || o->hook == HOOK_FORWARD))
		r->time_ns = o->time_ns;
	r->has |= HAS_TIME;
}

static bool
decode(struct pcap_source *s, struct rd r, const struct outside *o,
    int64_t time_ns, struct record *out)
{
	struct tally *t = s->c.tally;
	enum decode_result result =
	    r.bad ? DECODE_TRUNCATED
		  : decode_packet(s->link->decode, r.p, r.left, out);

	switch (result) {
	case DECODE_OK:
		break;
	case DECODE_NOT_TCP:
		tally_packet(t, out->proto, time_ns);
		return false;
	case DECODE_FRAGMENT:
		tally_packet(t, out->proto, time_ns);
		t->kind[TALLY_OTHER_TCP] += out->proto == 6;
		return false;
	case DECODE_NOT_IP:
		t->foreign++;
		return false;
	case DECODE_TRUNCATED:
	case DECODE_BAD:
		tally_complain(t, t->lines, "%s", decode_result_text(result));
		return false;
	}
	tally_packet(t, out->proto, time_ns);
	out->time_ns = time_ns;
	add_outside(s, o, out);
	return tally_tcp(t, out);
}

static bool
take(struct pcap_source *s, const struct pcap_pkthdr *h, const u_char *bytes,
    struct record *out)
{
	struct outside o = {.time_ns = TIME_NONE};
	struct rd r = rd_init(bytes, h->caplen);
	/* Opened with nanoseconds in the place of microseconds. */
	int64_t time_ns = (int64_t)h->ts.tv_sec * NS_PER_SEC + h->ts.tv_usec;

	if (!s->link->strip(&r, &o)) {
		s->c.tally->foreign++;
		return false;
	}
	return decode(s, r, &o, time_ns, out);
}

static bool
next(void *self, struct record *out)
{
	struct pcap_source *s = self;
	struct pcap_pkthdr *h;
	const u_char *bytes;

	for (;;) {
		switch (pcap_next_ex(s->pcap, &h, &bytes)) {
		case 1:
			s->c.tally->lines++;
			if (take(s, h, bytes, out))
				return true;
			break;
		case PCAP_ERROR:
			tally_complain(s->c.tally, s->c.tally->lines + 1, "%s",
			    pcap_geterr(s->pcap));
			return false;
		default: /* PCAP_ERROR_BREAK: the end */
			return false;
		}
	}
}

/* --- source --- */

static unsigned int
detect(const uint8_t *head, size_t len)
{
	static const uint8_t magic[][4] = {
	    {0xa1, 0xb2, 0xc3, 0xd4}, {0xd4, 0xc3, 0xb2, 0xa1},
	    {0xa1, 0xb2, 0x3c, 0x4d}, {0x4d, 0x3c, 0xb2, 0xa1}, /* ns */
	    {0xa1, 0xb2, 0xcd, 0x34},
	    {0x34, 0xcd, 0xb2, 0xa1}, /* Kuznetzov's */
	    {0x0a, 0x0d, 0x0d, 0x0a}, /* pcapng */
	};

	for (size_t i = 0; i < sizeof(magic) / sizeof(*magic); i++)
		if (len >= 4 && memcmp(head, magic[i], 4) == 0)
			return SOURCE_SURE;
	return 0;
}

static ssize_t
read_input(void *cookie, char *buf, size_t size)
{
	return (ssize_t)input_read(cookie, buf, size);
}

static pcap_t *
open_pcap(struct input *in, struct err *e)
{
	const cookie_io_functions_t io = {.read = read_input};
	char why[PCAP_ERRBUF_SIZE];
	FILE *f = fopencookie(in, "rb", io);
	pcap_t *p;

	if (f == NULL) {
		err_set(e, EX_OSERR, "out of memory");
		return NULL;
	}
	p = pcap_fopen_offline_with_tstamp_precision(
	    f, PCAP_TSTAMP_PRECISION_NANO, why);
	if (p == NULL) {
		err_set(e, EX_DATAERR, "%s", why);
		fclose(f);
	}
	return p;
}

static void
close_pcap(void *self)
{
	struct pcap_source *s = self;

	if (s->pcap != NULL)
		pcap_close(s->pcap);
	free(s);
}

static void *
open_source(const struct source_context *c, struct err *e)
{
	struct pcap_source *s = calloc(1, sizeof(*s));
	int dlt;

	if (s == NULL) {
		err_set(e, EX_OSERR, "out of memory");
		return NULL;
	}
	s->c = *c;
	s->pcap = open_pcap(c->input, e);
	if (s->pcap != NULL) {
		dlt = pcap_datalink(s->pcap);
		s->link = find_link(dlt);
		if (s->link != NULL)
			return s;
		err_set(e, EX_DATAERR,
		    "packets of link type %d (%s), which is not read", dlt,
		    pcap_datalink_val_to_name(dlt) == NULL
			? "unknown"
			: pcap_datalink_val_to_name(dlt));
	}
	close_pcap(s);
	return NULL;
}

const struct source source_pcap = {
    .name = "pcap",
    .doc = "packets in pcap or pcapng",
    .unit = "packet",
    .detect = detect,
    .open = open_source,
    .next = next,
    .close = close_pcap,
};
