/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "aggregator/cli/incident_find.h"
#include "aggregator/store/state.h"
#include "common/err.h"

#include <string.h>
#include <strings.h>
#include <sysexits.h>

struct search {
	const char *which;
	struct incident_name *out;
	size_t by_id;
	bool by_honeypot;
};

static void
take(struct search *s, const struct incident *i)
{
	memcpy(s->out->id, i->id, sizeof(s->out->id));
	memcpy(s->out->honeypot, i->honeypot, sizeof(s->out->honeypot));
}

/* They come by their onset: the last one of a honeypot is its latest. */
static int
look_at(void *arg, const struct incident *i)
{
	struct search *s = arg;
	struct addr a;

	if (strcmp(s->which, i->honeypot) == 0 ||
	    (addr_parse(s->which, &a) == 0 && addr_eq(&a, &i->address))) {
		s->by_honeypot = true;
		take(s, i);
	} else if (strncasecmp(s->which, i->id, strlen(s->which)) == 0) {
		s->by_id++;
		if (!s->by_honeypot)
			take(s, i);
	}
	return 0;
}

int
incident_find(struct state *s, const char *which, struct incident_name *out,
    struct err *e)
{
	struct search search = {.which = which, .out = out};

	if (*which != '\0' && state_incidents(s, look_at, &search, e) == -1)
		return -1;
	if (!search.by_honeypot && search.by_id == 0)
		return err_set(e, EX_NOINPUT,
		    "no incident '%s'; 'synhive incidents' lists them", which);
	if (!search.by_honeypot && search.by_id > 1)
		return err_set(e, EX_USAGE,
		    "%zu incidents begin with '%s': give more of the id",
		    search.by_id, which);
	return 0;
}
