/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TESTS_UNIT_RANDOM_RECORD_H
#define TESTS_UNIT_RANDOM_RECORD_H

/* Random records and the site they are of.  Include behind random_filter.h. */

#include "common/record.h"
#include "common/site.h"

static inline struct record
random_record(void)
{
	static const uint8_t flags[] = {TCP_SYN, TCP_SYN | TCP_ECE | TCP_CWR,
	    TCP_SYN | TCP_ACK, TCP_RST, TCP_RST | TCP_ACK, TCP_ACK,
	    TCP_SYN | TCP_FIN, TCP_SYN | TCP_ACK | TCP_FIN | TCP_PSH};
	static const uint8_t proto[] = {6, 6, 6, 17, 1, 47, 50};
	static const char *const names[] = {NULL, "eth0", "eth1", "br-lan"};
	struct record r = {
	    .sport = some_ports[below(COUNT(some_ports))],
	    .dport = some_ports[below(COUNT(some_ports))],
	    .flags = flags[below(COUNT(flags))],
	    .proto = proto[below(COUNT(proto))],
	    .hook = (uint8_t)below(5),
	    .has = (uint16_t)below(0x200),
	    .ttl = (uint8_t)below(4),
	    .window = (uint16_t)below(4),
	    .mark = (uint32_t)below(4),
	    .uid = (uint32_t)below(4),
	    .packets = below(4),
	    .octets = below(4),
	    .in_if = names[below(COUNT(names))],
	    .out_if = names[below(COUNT(names))],
	    .prefix = some_prefixes[below(COUNT(some_prefixes))],
	};

	assert_int_equal(addr_parse(hosts[below(COUNT(hosts))], &r.src), 0);
	assert_int_equal(addr_parse(hosts[below(COUNT(hosts))], &r.dst), 0);
	if (r.proto == 1)
		r.sport = r.dport = 0;
	r.time_ns = TIME_NONE;
	if (r.has & HAS_TIME)
		r.time_ns = some_time(below(TIMES));
	return r;
}

static inline struct site *
random_site(void)
{
	struct site *lab_site = site_new();
	struct honeynet lab = {.name = "lab"};
	struct net one;

	net_parse("11.11.0.0/16", &one);
	nets_add(&lab.home, &one);
	net_parse("2001:db8::/32", &one);
	nets_add(&lab.home, &one);
	if (site_add_honeynet(lab_site, &lab, NULL) == 0)
		return lab_site;
	site_free(lab_site);
	return NULL;
}

#endif
