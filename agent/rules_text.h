/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef AGENT_RULES_TEXT_H
#define AGENT_RULES_TEXT_H

#include "agent/config.h"

#include <net/if.h>
#include <stdio.h>

struct err;

/*
 * The tables as text, in the words and the order in which nft lists them.
 *
 * All log chains have priority -310: after defragmentation (-400), before
 * "raw" (-300), and so before any rule that drops, limits or translates.
 * Loopback is left out.  What is logged: SYNs; SYN+ACK; the refusal of a SYN,
 * RST|ACK with sequence number 0 (RFC 9293, 3.5.2).
 *
 * output      to 'group', "synhive out"
 * prerouting  to 'group_in', "synhive in"
 * forward     on a host: to 'group', "synhive fwd" (containers).  The packet
 *             was logged by prerouting too, perhaps with an address that NAT
 *             has changed since.
 *
 * With 'home' it is a gateway: prerouting logs what comes from home to
 * 'group' as "synhive fwd", the rest to 'group_in' as "synhive in"; there is
 * no forward chain, each packet is logged once.  The bridge table does the
 * same in its forward chain; frames with two VLAN tags pass unseen, and where
 * br_netfilter hands bridged frames to the IP hooks too
 * (net.bridge.bridge-nf-call-iptables), both log them.
 *
 * Answers and refusals say "synhive ans" and "synhive ref" everywhere.
 *
 * The last chain of each way out, priority 400, sets the mark bit on SYNs.
 * The netdev table logs SYNs that leave a device without it ("synhive raw"):
 * packet sockets, macvlan, and bridged frames on a host.
 *
 * A log rule counts into seen_*, the rule that stands for it in the blind
 * phase into blind_*; egress_syn counts every SYN at the devices.
 */
enum rules_phase {
	RULES_LOGGING,
	RULES_BLIND,
};

#define RULES_TABLE "synhive"
#define RULES_DEVICES_MAX 256 /* NFT_NETDEVICE_MAX of the kernel */

/* Everything that the text depends on. */
struct rules_plan {
	uint16_t group, group_in;
	uint32_t mark;
	struct nets home4, home6; /* sorted, none within another */
	char device[RULES_DEVICES_MAX][IF_NAMESIZE]; /* sorted, each once */
	size_t n_device;
};

/*
 * Returns 0; -1 with 'e': a device of the configuration does not exist
 * (EX_CONFIG), the mark is not one bit (EX_CONFIG), no memory.
 */
int rules_plan_init(
    struct rules_plan *p, const struct agent_config *c, struct err *e);
void rules_plan_fini(struct rules_plan *p);

/*
 * Print one script that nft loads as one transaction, whether or not the
 * tables stand: rules are replaced, counters go on.
 */
void rules_text_print(
    const struct rules_plan *p, enum rules_phase phase, FILE *out);

/* The families of our tables; 'n' of them. */
struct rules_family {
	const char *name;
	bool (*needed)(const struct rules_plan *p);
};
extern const struct rules_family rules_families[];
#define RULES_FAMILIES 3

#endif
