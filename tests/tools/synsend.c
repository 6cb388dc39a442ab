/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Send TCP packets that open, answer or refuse connections, each another, as
 * fast as asked for; print how many the device took.
 *
 *     synsend --dev IF --src A[/len] --dst A[/len] --dport P --count N
 *         [--rate PPS] [--dst-mac M] [--flags syn|synack|rst] [--unique] [-6]
 *
 * Packet i comes from the i-th address of the source network (beginning again
 * after the last one, with the next port from 1024 on), and goes to the i-th
 * of the destination's; its sequence number is i + 1 (0 for a refusal).
 *
 * --rate     0, the default: as fast as it goes
 * --dst-mac  default: broadcast, which each host's hooks see and none routes
 * --unique   fail when two packets would have the same addresses and ports
 * -6         fail when the addresses are not IPv6
 */
#include "common/addr.h"

#include <arpa/inet.h>
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sysexits.h>
#include <time.h>
#include <unistd.h>

#define BURST 64		      /* packets for one system call */
#define COUNT_MAX UINT64_C(100000000) /* sequence numbers are 32 bits */
#define PORT_FIRST 1024
#define PORTS (65536 - PORT_FIRST)
#define HOSTS_MAX UINT64_C(16777216) /* a /8 */
#define OPTIONS 20		     /* as Linux sends them */
#define FRAME_MAX (14 + 40 + 20 + OPTIONS)

struct range {
	struct addr first;
	uint64_t n;
};

struct send {
	const char *device;
	struct range src, dst;
	uint16_t dport;
	uint8_t flags, mac[6], own_mac[6];
	uint64_t count, rate;
	bool unique, want_v6, v6;
	int fd;
	uint8_t frame[BURST][FRAME_MAX];
	struct iovec iov[BURST];
	struct mmsghdr msg[BURST];
};

static const uint8_t syn_options[OPTIONS] = {
    2, 4, 5, 0xb4, 4, 2, 8, 10, 0, 0, 0, 1, 0, 0, 0, 0, 1, 3, 3, 7};

static int
fail(int code, const char *what, const char *word)
{
	fprintf(stderr, "synsend: %s: %s\n", word, what);
	return code;
}

static void
put16(uint8_t *p, uint32_t v)
{
	p[0] = (uint8_t)(v >> 8);
	p[1] = (uint8_t)v;
}

static void
put32(uint8_t *p, uint32_t v)
{
	put16(p, v >> 16);
	put16(p + 2, v & 0xffff);
}

/* RFC 1071 */
static uint32_t
sum(const uint8_t *p, size_t n, uint32_t start)
{
	for (size_t i = 0; i + 1 < n; i += 2)
		start += (uint32_t)(p[i] << 8 | p[i + 1]);
	return start;
}

static uint16_t
fold(uint32_t s)
{
	while (s >> 16 != 0)
		s = (s & 0xffff) + (s >> 16);
	return (uint16_t)~s;
}

static struct addr
nth(const struct range *r, uint64_t i)
{
	struct addr a = r->first;

	i %= r->n;
	for (int at = 15; at >= 0 && i > 0; at--) {
		i += a.b[at];
		a.b[at] = (uint8_t)i;
		i >>= 8;
	}
	return a;
}

/* What does not change from packet to packet. */
static size_t
prepare(struct send *s, uint8_t *p)
{
	size_t ip = s->v6 ? 40 : 20, tcp = 20;

	tcp += s->flags == 0x14 ? 0 : OPTIONS;
	memset(p, 0, FRAME_MAX);
	memcpy(p, s->mac, 6);
	memcpy(p + 6, s->own_mac, 6);
	put16(p + 12, s->v6 ? 0x86dd : 0x0800);
	if (s->v6) {
		p[14] = 0x60;
		put16(p + 18, (uint32_t)tcp);
		p[20] = 6;
		p[21] = 64;
	} else {
		p[14] = 0x45;
		put16(p + 16, (uint32_t)(ip + tcp));
		p[20] = 0x40; /* don't fragment */
		p[22] = 64;
		p[23] = 6;
	}
	p += 14 + ip;
	put16(p + 2, s->dport);
	p[12] = (uint8_t)(tcp / 4 << 4);
	p[13] = s->flags;
	put16(p + 14, 64240);
	memcpy(p + 20, syn_options, tcp - 20);
	return 14 + ip + tcp;
}

static void
fill(const struct send *s, uint8_t *p, size_t n, uint64_t i)
{
	struct addr src = nth(&s->src, i), dst = nth(&s->dst, i);
	size_t ip = s->v6 ? 40 : 20, width = s->v6 ? 16 : 4;
	size_t at = s->v6 ? 22 : 26, tcp = 14 + ip;

	memcpy(p + at, src.b + 16 - width, width);
	memcpy(p + at + width, dst.b + 16 - width, width);
	if (!s->v6) {
		put16(p + 18, (uint32_t)i & 0xffff);
		put16(p + 24, 0);
		put16(p + 24, fold(sum(p + 14, 20, 0)));
	}
	put16(p + tcp, (uint32_t)(PORT_FIRST + i / s->src.n % PORTS));
	put32(p + tcp + 4, s->flags == 0x14 ? 0 : (uint32_t)i + 1);
	put32(p + tcp + 8, s->flags == 0x02 ? 0 : (uint32_t)i + 1);
	put16(p + tcp + 16, 0);
	/* The pseudo header: addresses, protocol, length. */
	put16(p + tcp + 16,
	    fold(sum(p + tcp, n - tcp,
		sum(p + at, 2 * width, 6 + (uint32_t)(n - tcp)))));
}

static int
open_socket(struct send *s)
{
	struct ifreq r = {.ifr_ifindex = 0};
	struct sockaddr_ll to = {.sll_family = AF_PACKET};

	if (strlen(s->device) >= sizeof(r.ifr_name))
		return fail(EX_USAGE, "no such device", s->device);
	strcpy(r.ifr_name, s->device);
	/* No protocol: what comes in does not interest us. */
	if ((s->fd = socket(AF_PACKET, SOCK_RAW, 0)) == -1)
		return fail(EX_NOPERM, strerror(errno), "packet socket");
	if (ioctl(s->fd, SIOCGIFHWADDR, &r) == -1)
		return fail(EX_NOINPUT, strerror(errno), s->device);
	memcpy(s->own_mac, r.ifr_hwaddr.sa_data, 6);
	to.sll_ifindex = (int)if_nametoindex(s->device);
	if (bind(s->fd, (struct sockaddr *)&to, sizeof(to)) == -1)
		return fail(EX_OSERR, strerror(errno), s->device);
	return 0;
}

static void
wait_until(const struct timespec *start, uint64_t after_ns)
{
	struct timespec at = *start;

	after_ns += (uint64_t)at.tv_nsec;
	at.tv_sec += (time_t)(after_ns / 1000000000);
	at.tv_nsec = (long)(after_ns % 1000000000);
	while (
	    clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &at, NULL) == EINTR)
		;
}

/* Returns how many of the 'n' packets the device took; less on an error. */
static uint64_t
send_burst(struct send *s, unsigned int n)
{
	unsigned int sent = 0;

	while (sent < n) {
		int rc = sendmmsg(s->fd, s->msg + sent, n - sent, 0);

		if (rc > 0)
			sent += (unsigned int)rc;
		else if (errno != ENOBUFS && errno != EINTR)
			break;
	}
	return sent;
}

/* A millisecond's packets, or as many as a call takes. */
static unsigned int
burst(const struct send *s, uint64_t left)
{
	uint64_t n = s->rate == 0 ? BURST : s->rate / 1000 + 1;

	n = n > BURST ? BURST : n;
	return (unsigned int)(n > left ? left : n);
}

static uint64_t
send_all(struct send *s)
{
	struct timespec start;
	uint64_t i = 0;
	size_t bytes = 0;

	for (size_t k = 0; k < BURST; k++) {
		bytes = prepare(s, s->frame[k]);
		s->iov[k] = (struct iovec){s->frame[k], bytes};
		s->msg[k].msg_hdr =
		    (struct msghdr){.msg_iov = &s->iov[k], .msg_iovlen = 1};
	}
	clock_gettime(CLOCK_MONOTONIC, &start);
	while (i < s->count) {
		unsigned int n = burst(s, s->count - i);
		uint64_t sent;

		for (unsigned int k = 0; k < n; k++)
			fill(s, s->frame[k], bytes, i + k);
		if (s->rate > 0)
			wait_until(&start, i * 1000000000 / s->rate);
		sent = send_burst(s, n);
		i += sent;
		if (sent < n)
			break;
	}
	return i;
}

static int
parse_range(const char *text, struct range *out)
{
	struct net net;
	unsigned int bits;

	if (net_parse(text, &net) != 0)
		return -1;
	bits = 128U - net.len;
	out->first = net.a;
	out->n = bits > 24 ? HOSTS_MAX : UINT64_C(1) << bits;
	return 0;
}

static int
parse_mac(const char *text, uint8_t mac[static 6])
{
	return sscanf(text, "%hhx:%hhx:%hhx:%hhx:%hhx:%hhx", &mac[0], &mac[1],
		   &mac[2], &mac[3], &mac[4], &mac[5]) == 6
		   ? 0
		   : -1;
}

static int
parse_flags(const char *text, uint8_t *flags)
{
	static const struct {
		const char *name;
		uint8_t flags;
	} known[] = {{"syn", 0x02}, {"synack", 0x12}, {"rst", 0x14}};

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (strcmp(known[i].name, text) == 0) {
			*flags = known[i].flags;
			return 0;
		}
	return -1;
}

static int
parse_number(const char *text, uint64_t most, uint64_t *out)
{
	char *end;

	errno = 0;
	*out = strtoull(text, &end, 10);
	return *text == '\0' || *end != '\0' || errno != 0 || *out > most ? -1
									  : 0;
}

static int
set_option(struct send *s, int option, uint64_t *n)
{
	switch (option) {
	case 'i':
		s->device = optarg;
		return 0;
	case 's':
		return parse_range(optarg, &s->src);
	case 'd':
		return parse_range(optarg, &s->dst);
	case 'p':
		if (parse_number(optarg, UINT16_MAX, n) == -1)
			return -1;
		s->dport = (uint16_t)*n;
		return 0;
	case 'n':
		return parse_number(optarg, COUNT_MAX, &s->count);
	case 'r':
		return parse_number(optarg, COUNT_MAX, &s->rate);
	case 'm':
		return parse_mac(optarg, s->mac);
	case 'f':
		return parse_flags(optarg, &s->flags);
	case 'u':
		s->unique = true;
		return 0;
	case '6':
		s->want_v6 = true;
		return 0;
	default:
		return -1;
	}
}

static int
check(struct send *s)
{
	if (s->device == NULL || s->src.n == 0 || s->dst.n == 0 ||
	    s->dport == 0 || s->count == 0)
		return fail(EX_USAGE,
		    "--dev, --src, --dst, --dport and --count are needed",
		    "usage");
	s->v6 = !addr_is_v4(&s->src.first);
	if (s->v6 == addr_is_v4(&s->dst.first) || (s->want_v6 && !s->v6))
		return fail(EX_USAGE, "addresses of two families", "usage");
	if (s->unique && s->count > s->src.n * PORTS)
		return fail(EX_USAGE,
		    "more packets than sources have ports: widen --src",
		    "--unique");
	return 0;
}

int
main(int argc, char **argv)
{
	static const struct option options[] = {
	    {"dev", required_argument, NULL, 'i'},
	    {"src", required_argument, NULL, 's'},
	    {"dst", required_argument, NULL, 'd'},
	    {"dport", required_argument, NULL, 'p'},
	    {"count", required_argument, NULL, 'n'},
	    {"rate", required_argument, NULL, 'r'},
	    {"dst-mac", required_argument, NULL, 'm'},
	    {"flags", required_argument, NULL, 'f'},
	    {"unique", no_argument, NULL, 'u'},
	    {0},
	};
	static struct send s = {
	    .flags = 0x02, .mac = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff}};
	uint64_t n, sent;
	int option, rc;

	while ((option = getopt_long(argc, argv, "6", options, NULL)) != -1)
		if (set_option(&s, option, &n) == -1)
			return fail(EX_USAGE, "not understood",
			    optarg == NULL ? "usage" : optarg);
	if ((rc = check(&s)) != 0 || (rc = open_socket(&s)) != 0)
		return rc;
	sent = send_all(&s);
	printf("%" PRIu64 "\n", sent);
	close(s.fd);
	return sent == s.count ? EX_OK
			       : fail(EX_IOERR, strerror(errno), "send");
}
