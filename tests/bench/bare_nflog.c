/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * bare_nflog GROUP: the floor that the agent is measured against.  Receive,
 * parse with libnetfilter_log, count; nothing else.  Ends on SIGTERM and
 * prints: packets, gaps in the sequence numbers, batches.
 */
#include <errno.h>
#include <libnetfilter_log/libnetfilter_log.h>
#include <linux/netlink.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sysexits.h>
#include <time.h>

#define NLBUF 131072   /* the kernel takes no more */
#define THRESHOLD 1024 /* packets in a netlink message */
#define RECEIVE_BUFFER (64 << 20)
#define SNAP 128 /* IP and TCP headers with all their options */

struct count {
	uint64_t packets, lost, batches;
	uint32_t next;
};

/* SIGTERM is blocked, and looked at when no packet has come for a while. */
static bool
stopped(const sigset_t *term)
{
	return sigtimedwait(term, NULL, &(struct timespec){0}) == SIGTERM;
}

static int
packet(struct nflog_g_handle *g, struct nfgenmsg *m, struct nflog_data *d,
    void *arg)
{
	struct count *c = arg;
	char *payload;
	uint32_t seq;

	(void)g;
	(void)m;
	if (nflog_get_payload(d, &payload) < 20)
		return 0;
	if (nflog_get_seq(d, &seq) == 0) {
		c->lost += c->packets == 0 ? 0 : seq - c->next;
		c->next = seq + 1;
	}
	c->packets++;
	return 0;
}

static struct nflog_handle *
open_group(uint16_t group, struct count *c)
{
	struct nflog_handle *h = nflog_open();
	struct nflog_g_handle *g =
	    h == NULL ? NULL : nflog_bind_group(h, group);
	struct timeval idle = {.tv_usec = 100 * 1000};
	int on = 1, size = RECEIVE_BUFFER;

	if (g == NULL || nflog_set_mode(g, NFULNL_COPY_PACKET, SNAP) == -1 ||
	    nflog_set_nlbufsiz(g, NLBUF) == -1 ||
	    nflog_set_qthresh(g, THRESHOLD) == -1 ||
	    nflog_set_timeout(g, 2) == -1 ||
	    nflog_set_flags(g, NFULNL_CFG_F_SEQ) == -1 ||
	    setsockopt(nflog_fd(h), SOL_SOCKET, SO_RCVBUFFORCE, &size,
		sizeof(size)) == -1 ||
	    setsockopt(nflog_fd(h), SOL_NETLINK, NETLINK_NO_ENOBUFS, &on,
		sizeof(on)) == -1 ||
	    setsockopt(nflog_fd(h), SOL_SOCKET, SO_RCVTIMEO, &idle,
		sizeof(idle)) == -1) {
		perror("bare_nflog: cannot set up the group");
		exit(EX_OSERR);
	}
	nflog_callback_register(g, packet, c);
	return h;
}

int
main(int argc, char **argv)
{
	static char buf[2 * NLBUF]; /* the kernel rounds its room up */
	struct count c = {0};
	struct nflog_handle *h;
	sigset_t term;
	ssize_t n;

	if (argc != 2) {
		fprintf(stderr, "usage: bare_nflog GROUP\n");
		return EX_USAGE;
	}
	sigemptyset(&term);
	sigaddset(&term, SIGTERM);
	sigprocmask(SIG_BLOCK, &term, NULL);
	h = open_group((uint16_t)atoi(argv[1]), &c);
	fprintf(stderr, "ready\n");
	do {
		n = recv(nflog_fd(h), buf, sizeof(buf), 0);
		if (n > 0) {
			c.batches++;
			nflog_handle_packet(h, buf, (int)n);
		} else if (errno != EAGAIN && errno != EINTR) {
			perror("bare_nflog: recv");
			return EX_OSERR;
		}
	} while (n > 0 || !stopped(&term));
	printf("%llu %llu %llu\n", (unsigned long long)c.packets,
	    (unsigned long long)c.lost, (unsigned long long)c.batches);
	return 0;
}
