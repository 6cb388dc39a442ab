/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "aggregator/cli/honeypots.h"
#include "aggregator/cli/place.h"
#include "common/err.h"
#include "common/site.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

/* The one of that address, new if there is none.  NULL: no memory. */
static struct honeypot_state *
one(struct honeypots *h, const struct addr *address, const char *name,
    const char *honeynet)
{
	struct honeypot_state *x;

	for (size_t i = 0; i < h->n; i++)
		if (addr_eq(&h->list[i].address, address))
			return &h->list[i];
	if (h->n == h->room) {
		size_t room = h->room == 0 ? 64 : 2 * h->room;

		x = reallocarray(h->list, room, sizeof(*x));
		if (x == NULL)
			return NULL;
		h->list = x;
		h->room = room;
	}
	x = &h->list[h->n++];
	*x = (struct honeypot_state){
	    .address = *address, .onset_ns = TIME_NONE, .last_ns = TIME_NONE};
	snprintf(x->name, sizeof(x->name), "%s", name);
	snprintf(x->honeynet, sizeof(x->honeynet), "%s", honeynet);
	snprintf(x->state, sizeof(x->state), "quiet");
	return x;
}

static int
add_configured(struct honeypots *h, const struct site *site)
{
	for (size_t i = 0; i < site->n_honeypot; i++) {
		const struct honeypot *from = &site->honeypot[i];
		const char *net = from->honeynet < site->n_honeynet
				      ? site->honeynet[from->honeynet].name
				      : "";
		struct honeypot_state *x =
		    one(h, &from->primary, from->name, net);

		if (x == NULL)
			return -1;
		x->configured = true;
	}
	return 0;
}

static int
add_incident(void *arg, const struct incident *i)
{
	struct honeypot_state *x =
	    one(arg, &i->address, i->honeypot, i->honeynet);

	if (x == NULL)
		return 1;
	if (x->incident[0] != '\0' && i->last_ns < x->last_ns)
		return 0;
	memcpy(x->incident, i->id, sizeof(x->incident));
	memcpy(x->state, i->state, sizeof(x->state));
	x->severity = i->severity;
	x->onset_ns = i->onset_ns;
	x->last_ns = i->last_ns;
	x->evidence = i->n_evidence + i->evidence_left_out;
	x->episodes = i->n_episode + i->episodes_left_out;
	return 0;
}

/* Those of sensors are of no honeypot. */
static int
add_alert(void *arg, const struct alert *a)
{
	struct honeypot_state *x;

	if (a->severity > SEVERITY_COMPROMISED || a->honeypot[0] == '\0')
		return 0;
	x = one(arg, &a->address, a->honeypot, a->honeynet);
	if (x == NULL)
		return 1;
	x->alerts++;
	x->peers += a->peers;
	if (a->last_ns > x->last_ns)
		x->last_ns = a->last_ns;
	return 0;
}

static int
compare(const void *a, const void *b)
{
	const struct honeypot_state *x = a, *y = b;
	int order = strcmp(x->name, y->name);

	return order != 0 ? order : addr_cmp(&x->address, &y->address);
}

int
honeypots_read(
    struct honeypots *h, const struct place *p, struct state *s, struct err *e)
{
	int rc;

	*h = (struct honeypots){.list = NULL};
	rc = add_configured(h, p->site) == -1 ? 1 : 0;
	if (rc == 0)
		rc = state_incidents(s, add_incident, h, e);
	if (rc == 0)
		rc = state_alerts(s, add_alert, h, e);
	if (rc == 1)
		return err_set(e, EX_OSERR, "out of memory");
	if (h->n > 0)
		qsort(h->list, h->n, sizeof(*h->list), compare);
	return rc;
}

void
honeypots_fini(struct honeypots *h)
{
	free(h->list);
	*h = (struct honeypots){.list = NULL};
}

/* --- as a row --- */

static const struct column columns[HONEYPOT_COLUMNS] = {
    {"honeypot", COLUMN_BOTH, 10},
    {"address", COLUMN_BOTH, 15},
    {"severity", COLUMN_BOTH, 11},
    {"state", COLUMN_BOTH, 0},
    {"onset", COLUMN_BOTH, 20},
    {"last", COLUMN_BOTH, 20},
    {"evidence", COLUMN_BOTH | COLUMN_RIGHT, 0},
    {"episodes", COLUMN_CSV, 0},
    {"alerts", COLUMN_BOTH | COLUMN_RIGHT, 0},
    {"peers", COLUMN_CSV, 0},
    {"incident", COLUMN_BOTH | COLUMN_ID, 0},
    {"honeynet", COLUMN_CSV, 0},
    {"configured", COLUMN_CSV, 0},
};

const struct layout honeypot_layout = {
    .column = columns, .n = HONEYPOT_COLUMNS};

void
honeypot_row(struct cell *c, const struct honeypot_state *h)
{
	c[0] = cell_text(h->name);
	c[1] = cell_addr(&h->address);
	c[2] = h->severity == 0 ? cell_null() : cell_severity(h->severity);
	c[3] = cell_text(h->state);
	c[4] = cell_time(h->onset_ns);
	c[5] = cell_time(h->last_ns);
	c[6] = cell_uint(h->evidence);
	c[7] = cell_uint(h->episodes);
	c[8] = cell_uint(h->alerts);
	c[9] = cell_uint(h->peers);
	c[10] = cell_name(h->incident);
	c[11] = cell_name(h->honeynet);
	c[12] = cell_bool(h->configured);
}
