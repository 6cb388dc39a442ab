/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "agent/nflog_packet.h"
#include "common/decode.h"
#include "common/rd.h"

#include <arpa/inet.h>
#include <endian.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_log.h>
#include <linux/netlink.h>
#include <string.h>

/* A packet's message: COPY_RANGE of nflog.c and some 300 bytes more. */
#define PACKET_MAX UINT16_MAX

/*
 * The attributes that we know: where they stand in the message.  libmnl and
 * libnetfilter_log do the same with a few calls for each: 170 ns a packet
 * instead of 30.
 */
struct attributes {
	uint8_t family;
	const uint8_t *message;
	struct {
		uint16_t at, n; /* 0: not there */
	} a[NFULA_MAX + 1];
};

static void
collect(const struct nlmsghdr *h, struct attributes *out)
{
	struct rd r = rd_init(h, h->nlmsg_len);
	struct nfgenmsg nf;
	struct nlattr head;
	size_t n, padding;

	memset(out, 0, sizeof(*out));
	out->message = r.p;
	if (r.left > PACKET_MAX)
		return;
	rd_skip(&r, NLMSG_HDRLEN);
	rd_copy(&r, &nf, sizeof(nf));
	out->family = nf.nfgen_family;
	while (r.left >= sizeof(head)) {
		/* Lengths are in host order: it is this host's kernel. */
		rd_copy(&r, &head, sizeof(head));
		if (head.nla_len < sizeof(head))
			return;
		n = head.nla_len - sizeof(head);
		padding = NLA_ALIGN(head.nla_len) - head.nla_len;
		head.nla_type &= NLA_TYPE_MASK;
		if (head.nla_type <= NFULA_MAX && n <= r.left) {
			out->a[head.nla_type].at =
			    (uint16_t)(r.p - out->message);
			out->a[head.nla_type].n = (uint16_t)n;
		}
		rd_skip(&r, n);
		rd_skip(&r, padding < r.left ? padding : r.left);
	}
}

/* The attribute's bytes, if there are at least 'n' of them. */
static const uint8_t *
get(const struct attributes *in, int type, size_t n)
{
	return in->a[type].at != 0 && in->a[type].n >= n
		   ? in->message + in->a[type].at
		   : NULL;
}

static bool
get_u32(const struct attributes *in, int type, uint32_t *out)
{
	const uint8_t *p = get(in, type, sizeof(*out));

	if (p == NULL)
		return false;
	memcpy(out, p, sizeof(*out));
	*out = ntohl(*out);
	return true;
}

/* The kernel ends it with a zero. */
static const char *
get_text(const struct attributes *in, int type)
{
	const uint8_t *p = get(in, type, 1);

	return p != NULL && p[in->a[type].n - 1] == '\0' ? (const char *)p
							 : NULL;
}

/* Hooks are numbered anew in each family. */
static enum record_hook
hook_of(uint8_t family, uint8_t hook)
{
	static const uint8_t of_ip[] = {
	    [NF_INET_PRE_ROUTING] = HOOK_IN,
	    [NF_INET_LOCAL_IN] = HOOK_IN,
	    [NF_INET_FORWARD] = HOOK_FORWARD,
	    [NF_INET_LOCAL_OUT] = HOOK_OUT,
	    [NF_INET_POST_ROUTING] = HOOK_OUT,
	};

	if (family == NFPROTO_NETDEV)
		return hook == NF_NETDEV_EGRESS ? HOOK_EGRESS : HOOK_IN;
	/* The bridge's are NF_BR_*: the same numbers as the IP families'. */
	return hook < sizeof(of_ip) ? of_ip[hook] : HOOK_NONE;
}

/* A bridge's port tells more than the bridge. */
static const struct nflog_device *
find_device(const struct attributes *in, int port, int plain,
    struct nflog_devices *d, int fd, int64_t now_ns)
{
	uint32_t index = 0;

	if (!get_u32(in, port, &index) && !get_u32(in, plain, &index))
		return NULL;
	return nflog_device_get(d, fd, index, now_ns);
}

/*
 * What is sent may carry the time at which it is to leave, which the sender
 * chooses: only the time of what came in is believed.
 */
static int64_t
time_of(const struct attributes *in, enum record_hook hook, int64_t now_ns)
{
	const uint8_t *p;
	struct nfulnl_msg_packet_timestamp t;

	if (hook != HOOK_IN && hook != HOOK_FORWARD)
		return now_ns;
	if ((p = get(in, NFULA_TIMESTAMP, sizeof(t))) == NULL)
		return now_ns;
	memcpy(&t, p, sizeof(t));
	return (int64_t)be64toh(t.sec) * NS_PER_SEC +
	       (int64_t)be64toh(t.usec) * 1000;
}

static bool
decode(const struct attributes *in, enum decode_link link, struct record *out)
{
	const uint8_t *payload = get(in, NFULA_PAYLOAD, 0);

	return payload != NULL && decode_packet(link, payload,
				      in->a[NFULA_PAYLOAD].n, out) == DECODE_OK;
}

void
nflog_packet_parse(const struct nlmsghdr *h, struct nflog_ways *w, int fd,
    int64_t now_ns, struct nflog_packet *out)
{
	const uint8_t *head;
	const struct nflog_device *in_dev, *out_dev;
	enum decode_link link = DECODE_NETWORK;
	enum record_hook hook = HOOK_NONE;
	struct record *r = &out->record;
	struct attributes in;
	uint32_t number;

	collect(h, &in);
	out->sequence =
	    get_u32(&in, NFULA_SEQ, &number) ? number : NFLOG_NO_SEQUENCE;
	head = get(&in, NFULA_PACKET_HDR, sizeof(struct nfulnl_msg_packet_hdr));
	if (head != NULL)
		hook = hook_of(in.family,
		    head[offsetof(struct nfulnl_msg_packet_hdr, hook)]);
	in_dev = find_device(&in, NFULA_IFINDEX_PHYSINDEV, NFULA_IFINDEX_INDEV,
	    &w->in, fd, now_ns);
	out_dev = find_device(&in, NFULA_IFINDEX_PHYSOUTDEV,
	    NFULA_IFINDEX_OUTDEV, &w->out, fd, now_ns);
	if (in.family == NFPROTO_NETDEV && out_dev != NULL)
		link = out_dev->link;
	out->decoded = decode(&in, link, r);
	if (!out->decoded)
		return;
	r->has |= HAS_TIME | HAS_MARK;
	r->time_ns = time_of(&in, hook, now_ns);
	r->hook = (uint8_t)hook;
	r->in_if = in_dev == NULL ? NULL : in_dev->name;
	r->out_if = out_dev == NULL ? NULL : out_dev->name;
	r->prefix = get_text(&in, NFULA_PREFIX);
	/* The kernel leaves out a mark of zero. */
	if (!get_u32(&in, NFULA_MARK, &r->mark))
		r->mark = 0;
	if (get_u32(&in, NFULA_UID, &r->uid))
		r->has |= HAS_UID;
}
