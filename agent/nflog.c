/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "agent/nflog.h"
#include "agent/nflog_packet.h"
#include "agent/nflog_proc.h"
#include "common/clock.h"
#include "common/err.h"

#include <cap-ng.h>
#include <errno.h>
#include <fcntl.h>
#include <libnetfilter_log/libnetfilter_log.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netlink.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sysexits.h>

/* Ethernet with two tags 22, IPv6 40, TCP with options 60; 134 are left for
 * extension headers. */
#define COPY_RANGE 256

/* The kernel takes 131,073 without a word and goes on with its default. */
#define MESSAGE_MAX 131072
#define MS_PER_TICK 10 /* NFULA_CFG_TIMEOUT counts hundredths of a second */

struct nflog_group {
	struct nflog_handle *handle;
	struct nflog_g_handle *bound;
	int fd;
	uint32_t next;		  /* the number of the packet to come */
	uint32_t packets_max;	  /* in one message, so far */
	struct nflog_stats stats; /* 'pending' is computed when asked for */
	struct nflog_proc *proc;  /* NULL: no estimate */
	/* The last look at the socket that found it empty; and what had been
	 * dropped and lost when a packet came after such a look. */
	bool looked;
	uint64_t looked_drops, known_drops, known_lost;
	struct nflog_ways ways;
	/* Twice what may come; pages that stay untouched cost nothing. */
	_Alignas(struct nlmsghdr) char buffer[2 * MESSAGE_MAX];
};

static int
refuse(uint16_t group, struct err *e)
{
	char owner[NFLOG_OWNER_MAX];

	if (errno != EPERM)
		return err_sys(e, EX_UNAVAILABLE,
		    "cannot bind NFLOG group %u; does the kernel have NFLOG "
		    "(nfnetlink_log)?",
		    group);
	/* It stands for two things. */
	if (nflog_proc_owner(group, owner))
		return err_set(e, EX_UNAVAILABLE,
		    "NFLOG group %u is read by another program already: %s",
		    group, owner);
	capng_get_caps_process();
	if (capng_have_capability(CAPNG_EFFECTIVE, CAP_NET_ADMIN))
		return err_set(e, EX_UNAVAILABLE,
		    "NFLOG group %u is read by another program already", group);
	return err_set(e, EX_NOPERM,
	    "NFLOG group %u needs root, or CAP_NET_ADMIN in this network "
	    "namespace",
	    group);
}

/* Open a socket and prepare it: before the group is bound, so that nothing
 * is lost for want of room. */
static int
open_socket(struct nflog_group *g, uint64_t receive_buffer, struct err *e)
{
	int yes = 1, bytes = receive_buffer > INT32_MAX / 2
				 ? INT32_MAX / 2 /* the kernel doubles it */
				 : (int)receive_buffer;

	if ((g->handle = nflog_open()) == NULL)
		return err_sys(e, EX_UNAVAILABLE,
		    "cannot open a netfilter socket; does the kernel have "
		    "NFLOG (nfnetlink_log)?");
	g->fd = nflog_fd(g->handle);
	fcntl(g->fd, F_SETFD, FD_CLOEXEC);
	/* An error would tell of a loss, not of its size; and after one the
	 * kernel sends nothing more until all has been read. */
	if (setsockopt(g->fd, SOL_NETLINK, NETLINK_NO_ENOBUFS, &yes,
		sizeof(yes)) == -1)
		return err_sys(e, EX_OSERR, "cannot prepare the NFLOG socket");
	if (bytes > 0 &&
	    setsockopt(g->fd, SOL_SOCKET, SO_RCVBUFFORCE, &bytes,
		sizeof(bytes)) == -1 &&
	    setsockopt(g->fd, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof(bytes)) ==
		-1)
		return err_sys(e, EX_OSERR, "cannot prepare the NFLOG socket");
	return 0;
}

/* Numbers come last: what is logged before they do is nobody's, what is
 * logged after them shows, even if it is read away with the answer. */
static int
configure(struct nflog_group *g, const struct nflog_options *o, struct err *e)
{
	uint32_t ticks = (o->timeout_ms + MS_PER_TICK - 1) / MS_PER_TICK;

	/* Messages of one packet: the default, for each is charged to the
	 * socket with the bytes that could have been used. */
	if ((o->queue_threshold > 1 &&
		nflog_set_nlbufsiz(g->bound, MESSAGE_MAX) == -1) ||
	    nflog_set_timeout(g->bound, ticks == 0 ? 1 : ticks) == -1 ||
	    nflog_set_qthresh(g->bound, o->queue_threshold) == -1 ||
	    nflog_set_mode(g->bound, NFULNL_COPY_PACKET, COPY_RANGE) == -1 ||
	    nflog_set_flags(g->bound, NFULNL_CFG_F_SEQ) == -1)
		return err_sys(e, EX_OSERR, "cannot configure the NFLOG group");
	if (fcntl(g->fd, F_SETFL, O_NONBLOCK) == -1)
		return err_sys(e, EX_OSERR, "cannot prepare the NFLOG socket");
	return 0;
}

struct nflog_group *
nflog_group_open(uint16_t group, const struct nflog_options *o, struct err *e)
{
	struct nflog_group *g = calloc(1, sizeof(*g));

	if (g == NULL) {
		err_sys(e, EX_OSERR, "NFLOG group %u", group);
		return NULL;
	}
	if (open_socket(g, o->receive_buffer, e) == -1)
		goto fail;
	if ((g->bound = nflog_bind_group(g->handle, group)) == NULL) {
		refuse(group, e);
		goto fail;
	}
	if (configure(g, o, e) == -1)
		goto fail;
	g->proc = nflog_proc_open(g->fd);
	return g;
fail:
	nflog_group_close(g);
	return NULL;
}

int
nflog_group_try(uint16_t group, struct err *e)
{
	static const struct nflog_options least = {.queue_threshold = 1};
	struct nflog_group *g = nflog_group_open(group, &least, e);

	nflog_group_close(g);
	return g == NULL ? -1 : 0;
}

void
nflog_group_close(struct nflog_group *g)
{
	int saved = errno;

	if (g == NULL)
		return;
	nflog_proc_close(g->proc);
	/* Unbinding takes privileges that are gone by now, and without them
	 * the library keeps its handle; closing the socket does both. */
	if (g->handle != NULL)
		nflog_close(g->handle);
	free(g->bound);
	free(g);
	errno = saved;
}

int
nflog_group_fd(const struct nflog_group *g)
{
	return g->fd;
}

/* Returns the bytes of one message; 0: nothing there; -1 with 'e'. */
static ssize_t
receive(struct nflog_group *g, struct err *e)
{
	struct sockaddr_nl from = {.nl_pid = 0};
	socklen_t size;
	ssize_t n;

	for (;;) {
		size = sizeof(from);
		n = recvfrom(g->fd, g->buffer, sizeof(g->buffer), 0,
		    (struct sockaddr *)&from, &size);
		if (n == -1 && errno == EAGAIN)
			return 0;
		if (n == -1 && errno != EINTR && errno != ENOBUFS)
			return err_sys(
			    e, EX_OSERR, "cannot read the NFLOG socket");
		/* Only the kernel, port 0, has packets. */
		if (n > 0 && from.nl_pid == 0)
			return n;
	}
}

/* A packet came: whatever was dropped before the last look at an empty
 * socket is in the gaps by now. */
static void
settle(struct nflog_group *g)
{
	if (!g->looked)
		return;
	g->looked = false;
	g->known_drops = g->looked_drops;
	g->known_lost = g->stats.lost;
}

static void
take_packet(struct nflog_group *g, const struct nlmsghdr *h, int64_t now_ns,
    nflog_fn *fn, void *arg)
{
	struct nflog_packet p;

	nflog_packet_parse(h, &g->ways, g->fd, now_ns, &p);
	if (p.sequence != NFLOG_NO_SEQUENCE) {
		/* Modulo 2^32, as the kernel counts. */
		g->stats.lost += (uint32_t)p.sequence - g->next;
		g->next = (uint32_t)p.sequence + 1;
	}
	settle(g);
	if (!p.decoded) {
		g->stats.undecoded++;
		return;
	}
	g->stats.received++;
	fn(&p.record, arg);
}

static bool
is_packet(const struct nlmsghdr *h)
{
	return h->nlmsg_type == (NFNL_SUBSYS_ULOG << 8 | NFULNL_MSG_PACKET) &&
	       h->nlmsg_len >= NLMSG_LENGTH(sizeof(struct nfgenmsg));
}

/* Returns the packets in the 'n' bytes of the buffer. */
static uint32_t
take_message(struct nflog_group *g, size_t n, nflog_fn *fn, void *arg)
{
	struct nlmsghdr *h = (struct nlmsghdr *)g->buffer;
	int64_t now_ns = clock_wall_ns();
	ssize_t left = (ssize_t)n; /* signed: the last step may go below 0 */
	uint32_t count = 0;

	/* The macros of the kernel: inline, where libmnl's are calls. */
	for (; NLMSG_OK(h, left); h = NLMSG_NEXT(h, left))
		if (is_packet(h)) {
			take_packet(g, h, now_ns, fn, arg);
			count++;
		}
	return count;
}

long
nflog_group_read(struct nflog_group *g, nflog_fn *fn, void *arg, size_t budget,
    struct err *e)
{
	size_t total = 0;

	while (total < budget) {
		ssize_t n = receive(g, e);
		uint32_t count;

		if (n == -1)
			return -1;
		if (n == 0)
			break;
		count = take_message(g, (size_t)n, fn, arg);
		if (count > g->packets_max)
			g->packets_max = count;
		total += count;
	}
	return (long)total;
}

/* What was dropped since it was last known, less what gaps have shown. */
static uint64_t
estimate(struct nflog_group *g)
{
	struct nflog_socket now;
	uint64_t dropped, shown = g->stats.lost - g->known_lost;

	if (g->proc == NULL || !nflog_proc_read(g->proc, &now))
		return 0;
	dropped = (now.drops - g->known_drops) * g->packets_max;
	if (now.queued_bytes == 0) {
		g->looked = true;
		g->looked_drops = now.drops;
	}
	return dropped > shown ? dropped - shown : 0;
}

void
nflog_group_stats(struct nflog_group *g, struct nflog_stats *out)
{
	*out = g->stats;
	out->pending = estimate(g);
}

uint64_t
nflog_group_lost(const struct nflog_group *g)
{
	return g->stats.lost;
}
