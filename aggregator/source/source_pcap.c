/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Packets in pcap and pcapng files, read by libpcap. */
#include "aggregator/source/input.h"
#include "aggregator/source/interned.h"
#include "aggregator/source/pcaplink.h"
#include "aggregator/source/source.h"
#include "common/decode.h"
#include "common/err.h"

#include <pcap/pcap.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

/* Blocks of pcapng that are passed over: each says at its end, too, how long
 * it is, so that what follows is seldom taken for what it is not. */
#define BAD_BLOCKS_MAX 1000

struct pcap_source {
	struct source_context c;
	pcap_t *pcap;
	const struct link *link;
	struct interned names;
	unsigned int bad_blocks; /* that may still come; 0: it is no pcapng */
};

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

/* Opened with nanoseconds in the place of microseconds. */
static bool
time_of(const struct pcap_pkthdr *h, int64_t *ns)
{
	return !__builtin_mul_overflow(h->ts.tv_sec, NS_PER_SEC, ns) &&
	       !__builtin_add_overflow(*ns, h->ts.tv_usec, ns) &&
	       *ns != TIME_NONE;
}

static bool
take(struct pcap_source *s, const struct pcap_pkthdr *h, const u_char *bytes,
    struct record *out)
{
	struct outside o = {.time_ns = TIME_NONE};
	struct rd r = rd_init(bytes, h->caplen);
	int64_t time_ns;

	if (!time_of(h, &time_ns)) {
		tally_complain(
		    s->c.tally, s->c.tally->lines, "its time is out of range");
		return false;
	}
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
			if (s->bad_blocks == 0)
				return false;
			s->bad_blocks--;
			break;
		default: /* PCAP_ERROR_BREAK: the end */
			return false;
		}
	}
}

/* --- source --- */

static const uint8_t pcapng_magic[4] = {0x0a, 0x0d, 0x0d, 0x0a};

static bool
is_pcapng(struct input *in)
{
	const uint8_t *head;

	return input_head(in, &head) >= sizeof(pcapng_magic) &&
	       memcmp(head, pcapng_magic, sizeof(pcapng_magic)) == 0;
}

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
	s->bad_blocks = is_pcapng(c->input) ? BAD_BLOCKS_MAX : 0;
	s->pcap = open_pcap(c->input, e);
	if (s->pcap != NULL) {
		dlt = pcap_datalink(s->pcap);
		s->link = pcaplink_find(dlt);
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
