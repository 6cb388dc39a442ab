/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "aggregator/cli/unanswered.h"
#include "aggregator/cli/output.h"
#include "common/err.h"

#include <inttypes.h>
#include <sysexits.h>

struct unanswered
unanswered_init(const struct filter *f, const char *rows)
{
	return (struct unanswered){
	    .filter = filter_may_lack(f) ? f : NULL, .rows = rows};
}

void
unanswered_row(struct unanswered *u, const struct filter_subject *s)
{
	struct filter_gap gap;

	if (u->filter == NULL)
		return;
	if (!filter_lacks(u->filter, s, &gap))
		u->known = u->known || filter_depends(u->filter, s);
	else if (u->open++ == 0)
		u->gap = gap;
}

int
unanswered_tell(const struct unanswered *u, uint64_t matched, struct err *e)
{
	if (u->open == 0)
		return 0;
	if (matched == 0 && !u->known)
		return err_set(e, EX_DATAERR,
		    "filter: %s: the data cannot answer it: none of the "
		    "%" PRIu64 " %s that it is about knows its '%s'",
		    u->gap.place, u->open, u->rows, u->gap.field);
	remark("filter: %s: %" PRIu64 " %s do not know their '%s'",
	    u->gap.place, u->open, u->rows, u->gap.field);
	return 0;
}
