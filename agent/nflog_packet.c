/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "agent/nflog_packet.h"
#include "common/decode.h"

#include <arpa/inet.h>
#include <endian.h>
#include <libmnl/libmnl.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_log.h>
#include <string.h>

/* The attributes that we use, as they stand in the message. */
struct attributes {
	const struct nlattr *a[NFULA_MAX + 1];
};

static void
collect(const struct nlmsghdr *h, struct attributes *out)
{
	struct nlattr *a; /* the macro casts to char * */

	memset(out, 0, sizeof(*out));
	mnl_attr_for_each(a, h, sizeof(struct nfgenmsg))
	{
		uint16_t type = mnl_attr_get_type(a);

		if (type <= NFULA_MAX)
			out->a[type] = a;
	}
}

/* The attribute's bytes, if there are at least 'n' of them. */
static const void *
get(const struct attributes *in, int type, size_t n)
{
	const struct nlattr *a = in->a[type];

	return a != NULL && mnl_attr_get_payload_len(a) >= n
		   ? mnl_attr_get_payload(a)
		   : NULL;
}

static bool
get_u32(const struct attributes *in, int type, uint32_t *out)
{
	const void *p = get(in, type, sizeof(*out));

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
	const struct nlattr *a = in->a[type];
	size_t n;

	if (a == NULL || (n = mnl_attr_get_payload_len(a)) == 0)
		return NULL;
	return mnl_attr_get_str(a)[n - 1] == '\0' ? mnl_attr_get_str(a) : NULL;
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
	const struct nfulnl_msg_packet_timestamp *t;
	struct nfulnl_msg_packet_timestamp copy;

	if (hook != HOOK_IN && hook != HOOK_FORWARD)
		return now_ns;
	if ((t = get(in, NFULA_TIMESTAMP, sizeof(*t))) == NULL)
		return now_ns;
	memcpy(&copy, t, sizeof(copy));
	return (int64_t)be64toh(copy.sec) * NS_PER_SEC +
	       (int64_t)be64toh(copy.usec) * 1000;
}

static bool
decode(const struct attributes *in, enum decode_link link, struct record *out)
{
	const struct nlattr *a = in->a[NFULA_PAYLOAD];

	return a != NULL && decode_packet(link, mnl_attr_get_payload(a),
				mnl_attr_get_payload_len(a), out) == DECODE_OK;
}

void
nflog_packet_parse(const struct nlmsghdr *h, struct nflog_ways *w, int fd,
    int64_t now_ns, struct nflog_packet *out)
{
	const struct nfgenmsg *nf = mnl_nlmsg_get_payload(h);
	const struct nfulnl_msg_packet_hdr *head;
	const struct nflog_device *in_dev, *out_dev;
	enum decode_link link = DECODE_NETWORK;
	enum record_hook hook = HOOK_NONE;
	struct record *r = &out->record;
	struct attributes in;
	uint32_t number;

	collect(h, &in);
	out->sequence =
	    get_u32(&in, NFULA_SEQ, &number) ? number : NFLOG_NO_SEQUENCE;
	if ((head = get(&in, NFULA_PACKET_HDR, sizeof(*head))) != NULL)
		hook = hook_of(nf->nfgen_family, head->hook);
	in_dev = find_device(&in, NFULA_IFINDEX_PHYSINDEV, NFULA_IFINDEX_INDEV,
	    &w->in, fd, now_ns);
	out_dev = find_device(&in, NFULA_IFINDEX_PHYSOUTDEV,
	    NFULA_IFINDEX_OUTDEV, &w->out, fd, now_ns);
	if (nf->nfgen_family == NFPROTO_NETDEV && out_dev != NULL)
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
