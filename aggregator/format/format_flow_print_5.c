/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "aggregator/format/flow_print.h"
#include "aggregator/format/format_impl.h"

#include <stdlib.h>

#define HEADER                                                                 \
	"Start             End               Sif   SrcIPaddress    SrcP  DIf"  \
	"   DstIPaddress    DstP    P Fl Pkts       Octets\n\n"

static void
print(FILE *to, const struct flow_row *r)
{
	fprintf(to,
	    "%-17s %-17s %-5s %-15s %-5s %-5s %-15s %-5s %-3s %-2s %-10s "
	    "%-10s\n",
	    r->start, r->end, r->in, r->src, r->sport, r->out, r->dst, r->dport,
	    r->proto, r->flags, r->packets, r->octets);
}

static void *new (FILE *to, const struct layout *l, bool color)
{
	(void)color;
	return flow_print_new(to, l, HEADER, print);
}

const struct format format_flow_print_5 = {
    .name = "flow-print-5",
    .doc = "as flow-tools' flow-print -f 5, in UTC",
    .takes = flow_columns_known,
    .new = new,
    .row = flow_print_row,
    .flush = flow_print_flush,
    .free = free,
};
