/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "aggregator/cli/ordered_records.h"
#include "aggregator/cli/in_order.h"
#include "aggregator/cli/output.h"
#include "aggregator/cli/place.h"
#include "aggregator/cli/record_row.h"
#include "aggregator/cli/wanted.h"

struct query {
	const struct site *site; /* NULL: home is not known */
	struct wanted wanted;
	struct output out;
};

static int
print(void *arg, const struct record *r, const char *sensor,
    int64_t received_ns, struct err *e)
{
	struct query *q = arg;
	struct record_row row;

	record_row(&row, r, sensor, received_ns, q->site);
	return output_row(&q->out, row.cell, e);
}

int
ordered_records(const struct place *p, const struct options *o,
    const struct filter *f, struct err *e)
{
	struct query q = {.site = p->home_known ? p->site : NULL};
	int rc = wanted_open(&q.wanted, o, p->site, f, e);

	if (rc == 0)
		rc = output_open(&q.out, o, &record_layout, e);
	if (rc == 0)
		rc = in_order(p, &q.wanted, IN_ORDER_MAX, print, &q, e);
	if (rc == 0)
		rc = wanted_check(&q.wanted, q.out.rows, e);
	if (rc == 0)
		rc = output_finish(&q.out, e);
	if (rc == 0)
		wanted_say(&q.wanted);
	output_close(&q.out);
	wanted_close(&q.wanted);
	return rc;
}
