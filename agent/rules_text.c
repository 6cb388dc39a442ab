/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "agent/rules_text.h"

#include <inttypes.h>

#define PRIORITY_FIRST (-310) /* NF_IP_PRI_RAW is -300 */
#define PRIORITY_LAST 400     /* NF_IP_PRI_NAT_SRC is 100; ours is after all */

#define SYN "tcp flags syn / fin,syn,rst,ack"

/* What the outbound group gets is read at once; 1024 is more than fits into
 * a message of 128 KiB, so that the inbound group's timer decides. */
#define THRESHOLD_OUT 1
#define THRESHOLD_IN 1024

/* The three kinds of packets; an own word for a SYN, by direction. */
static const struct kind {
	const char *match, *word;
} kinds[] = {
    {SYN, NULL},
    {"tcp flags syn,ack / fin,syn,rst,ack", "ans"},
    {"tcp flags rst,ack / fin,syn,rst,ack tcp sequence 0", "ref"},
};
#define KINDS (sizeof(kinds) / sizeof(kinds[0]))

/* Where a packet is counted and logged. */
struct target {
	const char *word; /* of the counter, and of a SYN's prefix */
	uint16_t group;
	unsigned int threshold;
};

static struct target
outbound(const struct rules_plan *p, const char *word)
{
	return (struct target){word, p->group, THRESHOLD_OUT};
}

static struct target
inbound(const struct rules_plan *p)
{
	return (struct target){"in", p->group_in, THRESHOLD_IN};
}

static bool
is_gateway(const struct rules_plan *p)
{
	return p->home4.n + p->home6.n > 0;
}

static bool
has_devices(const struct rules_plan *p)
{
	return p->n_device > 0;
}

static bool
always(const struct rules_plan *p)
{
	(void)p;
	return true;
}

const struct rules_family rules_families[RULES_FAMILIES] = {
    {"inet", always},
    {"netdev", has_devices},
    {"bridge", is_gateway},
};

/* "counter name ... [log ...]" */
static void
print_count(
    FILE *f, enum rules_phase phase, const struct target *t, const char *word)
{
	if (phase == RULES_BLIND) {
		fprintf(f, " counter name \"blind_%s\"", t->word);
		return;
	}
	fprintf(f,
	    " counter name \"seen_%s\" log prefix \"synhive %s\""
	    " group %" PRIu16 " queue-threshold %u",
	    t->word, word, t->group, t->threshold);
}

static void
print_log_rules(FILE *f, enum rules_phase phase, struct target t)
{
	for (size_t i = 0; i < KINDS; i++) {
		const struct kind *k = &kinds[i];

		fprintf(f, "\t\t%s", k->match);
		print_count(f, phase, &t, k->word == NULL ? t.word : k->word);
		fputc('\n', f);
	}
}

static void
print_counters(FILE *f, const char *word)
{
	fprintf(f, "\tcounter seen_%s {\n\t}\n\n", word);
	fprintf(f, "\tcounter blind_%s {\n\t}\n\n", word);
}

/* No "policy" of ours: what these chains do not take is accepted. */
static void
print_hook(FILE *f, const char *chain, const char *hook, int priority)
{
	fprintf(f,
	    "\tchain %s {\n\t\ttype filter hook %s priority %d; "
	    "policy accept;\n",
	    chain, hook, priority);
}

static void
print_mark_chain(FILE *f, const char *hook, uint32_t mark)
{
	print_hook(f, "mark_syn", hook, PRIORITY_LAST);
	fprintf(f,
	    "\t\t" SYN " meta mark set meta mark | 0x%08" PRIx32 "\n\t}\n",
	    mark);
}

static void
print_element(FILE *f, const struct net *n)
{
	char text[NET_TEXT_MAX];

	/* nft lists a host without its length. */
	fputs(
	    net_is_host(n) ? addr_format(&n->a, text) : net_format(n, text), f);
}

static void
print_set(FILE *f, const char *name, const char *type, const struct nets *s)
{
	if (s->n == 0)
		return;
	fprintf(f,
	    "\tset %s {\n\t\ttype %s\n\t\tflags interval\n"
	    "\t\telements = { ",
	    name, type);
	for (size_t i = 0; i < s->n; i++) {
		fputs(i == 0 ? "" : ", ", f);
		print_element(f, &s->net[i]);
	}
	fputs(" }\n\t}\n\n", f);
}

static void
print_sets(FILE *f, const struct rules_plan *p)
{
	print_set(f, "home4", "ipv4_addr", &p->home4);
	print_set(f, "home6", "ipv6_addr", &p->home6);
}

/* What comes from home, and what does not. */
static void
print_sorting_rules(FILE *f, const struct rules_plan *p, enum rules_phase phase)
{
	if (p->home4.n > 0)
		fputs("\t\tip saddr @home4 goto from_home\n", f);
	if (p->home6.n > 0)
		fputs("\t\tip6 saddr @home6 goto from_home\n", f);
	print_log_rules(f, phase, inbound(p));
	fputs("\t}\n\n", f);
}

static void
print_from_home(FILE *f, const struct rules_plan *p, enum rules_phase phase)
{
	fputs("\tchain from_home {\n", f);
	print_log_rules(f, phase, outbound(p, "fwd"));
	fputs("\t}\n\n", f);
}

static void
print_gateway_chains(
    FILE *f, const struct rules_plan *p, enum rules_phase phase)
{
	print_hook(f, "prerouting", "prerouting", PRIORITY_FIRST);
	fputs("\t\tiif \"lo\" return\n", f);
	print_sorting_rules(f, p, phase);
	print_from_home(f, p, phase);
}

static void
print_host_chains(FILE *f, const struct rules_plan *p, enum rules_phase phase)
{
	print_hook(f, "prerouting", "prerouting", PRIORITY_FIRST);
	fputs("\t\tiif \"lo\" return\n", f);
	print_log_rules(f, phase, inbound(p));
	fputs("\t}\n\n", f);
	print_hook(f, "forward", "forward", PRIORITY_FIRST);
	print_log_rules(f, phase, outbound(p, "fwd"));
	fputs("\t}\n\n", f);
}

static void
print_inet(FILE *f, const struct rules_plan *p, enum rules_phase phase)
{
	print_counters(f, "out");
	print_counters(f, "in");
	print_counters(f, "fwd");
	print_sets(f, p);
	print_hook(f, "output", "output", PRIORITY_FIRST);
	fputs("\t\toif \"lo\" return\n", f);
	print_log_rules(f, phase, outbound(p, "out"));
	fputs("\t}\n\n", f);
	if (is_gateway(p))
		print_gateway_chains(f, p, phase);
	else
		print_host_chains(f, p, phase);
	print_mark_chain(f, "postrouting", p->mark);
}

static void
print_devices(FILE *f, const struct rules_plan *p)
{
	if (p->n_device == 1) {
		fprintf(f, "device \"%s\"", p->device[0]);
		return;
	}
	fputs("devices = { ", f);
	for (size_t i = 0; i < p->n_device; i++)
		fprintf(f, "%s\"%s\"", i == 0 ? "" : ", ", p->device[i]);
	fputs(" }", f);
}

static void
print_netdev(FILE *f, const struct rules_plan *p, enum rules_phase phase)
{
	struct target raw = outbound(p, "raw");

	print_counters(f, "raw");
	fputs("\tcounter egress_syn {\n\t}\n\n", f);
	fputs("\tchain egress {\n\t\ttype filter hook egress ", f);
	print_devices(f, p);
	fputs(" priority 0; policy accept;\n", f);
	fputs("\t\t" SYN " counter name \"egress_syn\"\n", f);
	fprintf(f, "\t\t" SYN " meta mark & 0x%08" PRIx32 " == 0x00000000",
	    p->mark);
	print_count(f, phase, &raw, raw.word);
	/* A device on top of another: the lower one need not say it again. */
	fprintf(
	    f, " meta mark set meta mark | 0x%08" PRIx32 "\n\t}\n", p->mark);
}

static void
print_bridge(FILE *f, const struct rules_plan *p, enum rules_phase phase)
{
	print_counters(f, "in");
	print_counters(f, "fwd");
	print_sets(f, p);
	print_hook(f, "forward", "forward", PRIORITY_FIRST);
	print_sorting_rules(f, p, phase);
	print_from_home(f, p, phase);
	print_mark_chain(f, "forward", p->mark);
}

/* Elements stay when a table is flushed. */
static void
print_flush_sets(FILE *f, const char *family, const struct rules_plan *p)
{
	static const char *const set[][2] = {
	    {"home4", "ipv4_addr"}, {"home6", "ipv6_addr"}};

	for (size_t i = 0; i < 2; i++) {
		if ((i == 0 ? p->home4.n : p->home6.n) == 0)
			continue;
		fprintf(f,
		    "add set %s " RULES_TABLE " %s "
		    "{ type %s; flags interval; }\n",
		    family, set[i][0], set[i][1]);
		fprintf(
		    f, "flush set %s " RULES_TABLE " %s\n", family, set[i][0]);
	}
}

void
rules_text_print(const struct rules_plan *p, enum rules_phase phase, FILE *out)
{
	static void (*const print[RULES_FAMILIES])(FILE *,
	    const struct rules_plan *,
	    enum rules_phase) = {print_inet, print_netdev, print_bridge};

	for (size_t i = 0; i < RULES_FAMILIES; i++) {
		const char *family = rules_families[i].name;

		if (!rules_families[i].needed(p))
			continue;
		fprintf(out,
		    "add table %s " RULES_TABLE "\n"
		    "flush table %s " RULES_TABLE "\n",
		    family, family);
		if (print[i] != print_netdev)
			print_flush_sets(out, family, p);
		fprintf(out, "table %s " RULES_TABLE " {\n", family);
		print[i](out, p, phase);
		fputs("}\n", out);
	}
}
