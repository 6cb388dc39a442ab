/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "aggregator/cli/honeypot_find.h"
#include "aggregator/cli/place.h"
#include "common/err.h"
#include "common/site.h"

#include <stdio.h>
#include <string.h>
#include <sysexits.h>

struct looking {
	const char *which;
	bool is_addr;
	struct addr addr;
	struct honeypot_found *out;
	int64_t last_ns; /* of the incident that was found */
	bool found;
};

static bool
has_address(const struct incident *i, const struct addr *a)
{
	bool has = addr_eq(&i->address, a);

	for (size_t k = 0; !has && k < i->n_alias; k++)
		has = addr_eq(&i->alias[k], a);
	return has;
}

/* The latest counts. */
static int
look_at(void *arg, const struct incident *i)
{
	struct looking *l = arg;

	if (strcmp(l->which, i->honeypot) != 0 &&
	    !(l->is_addr && has_address(i, &l->addr)))
		return 0;
	if (l->out->incident[0] != '\0' && i->last_ns < l->last_ns)
		return 0;
	l->last_ns = i->last_ns;
	l->found = true;
	memcpy(l->out->incident, i->id, sizeof(i->id));
	memcpy(l->out->name, i->honeypot, sizeof(i->honeypot));
	l->out->address = i->address;
	return 0;
}

static void
look_in_site(struct looking *l, const struct site *site)
{
	const struct honeypot *h =
	    l->is_addr ? site_honeypot(site, &l->addr) : NULL;

	for (size_t i = 0; h == NULL && i < site->n_honeypot; i++)
		if (strcmp(site->honeypot[i].name, l->which) == 0)
			h = &site->honeypot[i];
	if (h != NULL) {
		memcpy(l->out->name, h->name, sizeof(h->name));
		l->out->address = h->primary;
		l->found = true;
	} else if (l->is_addr && !l->found &&
		   site_honeynet(site, &l->addr) != NULL) {
		addr_format(&l->addr, l->out->name);
		l->out->address = l->addr;
		l->found = true;
	}
}

int
honeypot_find(const struct place *p, struct state *s, const char *which,
    struct honeypot_found *out, struct err *e)
{
	struct looking l = {.which = which, .out = out};

	*out = (struct honeypot_found){.incident = ""};
	l.is_addr = addr_parse(which, &l.addr) == 0;
	if (state_incidents(s, look_at, &l, e) == -1)
		return -1;
	look_in_site(&l, p->site);
	if (l.found)
		return 0;
	return err_set(e, EX_NOINPUT,
	    "no honeypot '%s' is known; 'synhive honeypots' lists them", which);
}

struct telling {
	const char *id;
	state_incident_fn *fn;
	void *arg;
};

static int
tell(void *arg, const struct incident *i)
{
	const struct telling *t = arg;

	return strcmp(i->id, t->id) == 0 ? t->fn(t->arg, i) : 0;
}

int
honeypot_incident(struct state *s, const struct honeypot_found *h,
    state_incident_fn *fn, void *arg, struct err *e)
{
	struct telling t = {h->incident, fn, arg};

	return state_incidents(s, tell, &t, e);
}
