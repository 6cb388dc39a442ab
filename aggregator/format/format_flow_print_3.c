/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "aggregator/format/flow_print.h"
#include "aggregator/format/format_impl.h"

#include <stdlib.h>

#define HEADER                                                                 \
	"srcIP            dstIP            prot  srcPort  dstPort  octets"     \
	"      packets\n"

/* flow-print cuts addresses to 15 bytes; IPv6 is longer, and is not cut. */
static void
print(FILE *to, const struct flow_row *r)
{
	fprintf(to, "%-15s  %-15s  %-4.4s  %-7.7s  %-7.7s  %-10s  %-10s\n",
	    r->src, r->dst, r->proto, r->sport, r->dport, r->octets,
	    r->packets);
}

static void *new (FILE *to, const struct layout *l, bool color)
{
	(void)color;
	return flow_print_new(to, l, HEADER, print);
}

const struct format format_flow_print_3 = {
    .name = "flow-print-3",
    .doc = "as flow-tools' flow-print -f 3",
    .takes = flow_columns_known,
    .new = new,
    .row = flow_print_row,
    .flush = flow_print_flush,
    .free = free,
};
