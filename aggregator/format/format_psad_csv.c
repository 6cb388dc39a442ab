/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What psad prints with --CSV-fields "src dst dp". */
#include "aggregator/format/flow_columns.h"
#include "aggregator/format/format_impl.h"

#include <stdlib.h>

struct psad {
	FILE *to;
	struct flow_columns columns;
};

static void *
psad_new(FILE *to, const struct layout *l, bool color)
{
	struct psad *p = calloc(1, sizeof(*p));

	(void)color;
	if (p == NULL)
		return NULL;
	p->to = to;
	flow_columns_find(&p->columns, l);
	return p;
}

static int
psad_row(void *self, const struct cell *cell)
{
	static const enum flow_column which[] = {
	    FLOW_SRC, FLOW_DST, FLOW_DPORT};
	const struct psad *p = self;
	char text[FORMAT_TEXT_MAX];

	for (size_t i = 0; i < sizeof(which) / sizeof(*which); i++) {
		struct cell c = flow_columns_get(&p->columns, which[i], cell);

		fprintf(
		    p->to, "%s%s", i == 0 ? "" : ", ", cell_print(&c, text));
	}
	putc('\n', p->to);
	return 0;
}

static void
psad_flush(void *self)
{
	(void)self;
}

const struct format format_psad_csv = {
    .name = "psad-csv",
    .doc = "as psad prints source, destination, destination port",
    .takes = flow_columns_known,
    .new = psad_new,
    .row = psad_row,
    .flush = psad_flush,
    .free = free,
};
