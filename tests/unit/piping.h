/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TESTS_UNIT_PIPING_H
#define TESTS_UNIT_PIPING_H

/* What tests of the whole pipeline share: lines in; what was told, by its
 * latest version, out. */

#include "aggregator/pipeline.h"
#include "tests/unit/lines.h"

#include <inttypes.h>

#define TOLD_MAX 512
#define EXPECTATIONS_MAX 8

struct told_alert {
	struct alert a;
	unsigned int updates; /* beside the first */
};

struct piping {
	struct site *site;
	struct pipeline *p;
	struct told_alert alert[TOLD_MAX];
	size_t n_alert;
	struct incident incident[TOLD_MAX];
	size_t n_incident;
	char *lines; /* all that was put, for piping_restart() */
};

static inline void
piping_alert(void *arg, const struct alert *a, bool update)
{
	struct piping *x = arg;
	size_t i = 0;

	while (i < x->n_alert && strcmp(x->alert[i].a.id, a->id) != 0)
		i++;
	line_must(update == (i < x->n_alert), "update", a->id);
	line_must(i < TOLD_MAX, "too many alerts", a->id);
	x->alert[i].a = *a;
	x->alert[i].updates += update;
	x->n_alert += i == x->n_alert;
}

static inline void
piping_incident(void *arg, const struct incident *in, const char *op)
{
	struct piping *x = arg;
	size_t i = 0;

	while (i < x->n_incident && strcmp(x->incident[i].id, in->id) != 0)
		i++;
	line_must(
	    (strcmp(op, "open") == 0) == (i == x->n_incident), op, in->id);
	line_must(i < TOLD_MAX, "too many incidents", in->id);
	incident_fini(&x->incident[i]);
	line_must(incident_copy(&x->incident[i], in) == 0, "no memory", in->id);
	x->n_incident += i == x->n_incident;
}

static inline void
piping_open_pipeline(struct piping *x)
{
	const struct pipeline_sink sink = {
	    .arg = x, .alert = piping_alert, .incident = piping_incident};
	struct err e;

	x->p = pipeline_new(x->site, &sink, &e);
	line_must(x->p != NULL, e.text, "");
}

static inline struct piping *
piping_open(const char *site)
{
	struct piping *x = calloc(1, sizeof(*x));

	line_must(x != NULL, "no memory", "");
	x->site = site_of(site);
	x->lines = strdup("");
	piping_open_pipeline(x);
	return x;
}

static inline void
piping_batch(void *arg, const char *sensor, const struct batch *b)
{
	struct piping *x = arg;

	pipeline_put(x->p, sensor, b);
}

static inline void
piping_put(struct piping *x, const char *lines)
{
	size_t n = strlen(x->lines), more = strlen(lines);

	put_lines(lines, piping_batch, x);
	x->lines = realloc(x->lines, n + more + 2);
	line_must(x->lines != NULL, "no memory", "");
	memcpy(x->lines + n, lines, more);
	memcpy(x->lines + n + more, "\n", 2);
}

/* As the aggregator does it: records that were correlated before only warm
 * the new pipeline up, then it goes on from what was told. */
static inline void
piping_restart(struct piping *x)
{
	struct expectation_state expected[EXPECTATIONS_MAX];
	size_t n = 0;

	while (
	    n < EXPECTATIONS_MAX && pipeline_expectation(x->p, n, &expected[n]))
		n++;
	pipeline_free(x->p);
	piping_open_pipeline(x);
	for (size_t i = 0; i < x->n_incident; i++)
		pipeline_handle(x->p, &x->incident[i]);
	pipeline_mute(x->p, true);
	put_lines(x->lines, piping_batch, x);
	for (size_t i = 0; i < x->n_alert; i++)
		pipeline_restore_alert(x->p, &x->alert[i].a);
	for (size_t i = 0; i < x->n_incident; i++)
		pipeline_restore_incident(x->p, &x->incident[i]);
	for (size_t i = 0; i < n; i++)
		pipeline_restore_expectation(x->p, &expected[i]);
	pipeline_mute(x->p, false);
}

/* --- snapshots --- */

#define PIPING_PARTS_MAX 64

struct piping_part {
	char name[64];
	void *bytes;
	size_t n;
};

struct piping_kept {
	struct piping_part part[PIPING_PARTS_MAX];
	size_t n;
};

static inline int
piping_keep(
    void *arg, const char *name, const void *bytes, size_t n, struct err *e)
{
	struct piping_kept *k = arg;
	struct piping_part *p = &k->part[k->n++];

	(void)e;
	line_must(k->n <= PIPING_PARTS_MAX, "too many parts", name);
	snprintf(p->name, sizeof(p->name), "%s", name);
	p->bytes = malloc(n);
	line_must(p->bytes != NULL, "no memory", name);
	memcpy(p->bytes, bytes, n);
	p->n = n;
	return 0;
}

static inline int
piping_kept(
    void *arg, const char *name, const void **bytes, size_t *n, struct err *e)
{
	struct piping_kept *k = arg;

	(void)e;
	for (size_t i = 0; i < k->n; i++)
		if (strcmp(k->part[i].name, name) == 0) {
			*bytes = k->part[i].bytes;
			*n = k->part[i].n;
			return 1;
		}
	return 0;
}

static inline void
piping_kept_fini(struct piping_kept *k)
{
	for (size_t i = 0; i < k->n; i++)
		free(k->part[i].bytes);
	k->n = 0;
}

/* Stop, and go on from a snapshot. */
static inline void
piping_resume(struct piping *x)
{
	struct piping_kept kept = {.n = 0};
	struct err e;

	line_must(pipeline_snapshot(x->p, piping_keep, &kept, &e) == 0, e.text,
	    "snapshot");
	pipeline_free(x->p);
	piping_open_pipeline(x);
	line_must(pipeline_resume(x->p, piping_kept, &kept, &e) == 0, e.text,
	    "resume");
	piping_kept_fini(&kept);
}

static inline void
piping_close(struct piping *x)
{
	pipeline_free(x->p);
	for (size_t i = 0; i < x->n_incident; i++)
		incident_fini(&x->incident[i]);
	site_free(x->site);
	free(x->lines);
	free(x);
}

static inline const struct alert *
piping_find(const struct piping *x, const char *detector, uint16_t port)
{
	for (size_t i = 0; i < x->n_alert; i++)
		if (strcmp(x->alert[i].a.detector, detector) == 0 &&
		    x->alert[i].a.port == port)
			return &x->alert[i].a;
	return NULL;
}

/* --- as text --- */

static inline int
piping_compare(const void *a, const void *b)
{
	const struct told_alert *x = a, *y = b;

	if (x->a.first_ns != y->a.first_ns)
		return x->a.first_ns < y->a.first_ns ? -1 : 1;
	return strcmp(x->a.id, y->a.id);
}

static inline int
piping_compare_incident(const void *a, const void *b)
{
	const struct incident *x = a, *y = b;

	return strcmp(x->id, y->id);
}

static inline void
piping_print_names(FILE *f, const char *what, const struct names *n)
{
	fprintf(f, "    %s:", what);
	for (size_t i = 0; i < n->n; i++)
		fprintf(f, " %s", n->name[i]);
	fprintf(f, "\n");
}

static inline void
piping_print_alert(FILE *f, const struct alert *a)
{
	char first[TIME_TEXT_MAX], last[TIME_TEXT_MAX];
	char peer[ADDR_TEXT_MAX] = "-", client[ADDR_TEXT_MAX];
	char server[ADDR_TEXT_MAX];

	if (a->has_peer)
		addr_format(&a->peer, peer);
	fprintf(f, "alert %s\n    %s %s of %s %s\n", a->id,
	    severity_name(a->severity), a->detector, a->honeynet, a->honeypot);
	fprintf(f,
	    "    peer %s of %" PRIu64 ", port %u, count %" PRIu64
	    "\n    %s to %s\n",
	    peer, a->peers, a->port, a->count, time_format(a->first_ns, first),
	    time_format(a->last_ns, last));
	if (a->has_connection)
		fprintf(f, "    latest %s port %u > %s\n",
		    addr_format(&a->client, client), a->client_port,
		    addr_format(&a->server, server));
	piping_print_names(f, "sensors", &a->sensors);
	if (*a->incident != '\0')
		fprintf(f, "    incident %s\n", a->incident);
	fprintf(f, "    %s\n", a->text);
}

static inline void
piping_print_reasons(FILE *f, char sign, const struct reasons *r)
{
	for (size_t i = 0; i < r->n; i++)
		fprintf(f, "            %c %s\n", sign, r->text[i]);
}

/* The vectors that somebody will look at. */
#define PIPING_VECTORS 3

static inline void
piping_print_vector(FILE *f, const struct episode *e, size_t i)
{
	const struct vector *v = &e->vector[i];
	char peer[ADDR_TEXT_MAX], address[ADDR_TEXT_MAX], last[TIME_TEXT_MAX];
	struct reasons r;

	fprintf(f, "        %zu. %s > %s port %u at %s, %s\n", i + 1,
	    addr_format(&v->peer, peer), addr_format(&v->address, address),
	    v->port, time_format(v->last_ns, last),
	    vector_strength_name(vector_strength(v, e->onset_ns)));
	vector_for(v, e->onset_ns, &r);
	piping_print_reasons(f, '+', &r);
	vector_against(v, e->onset_ns, &r);
	piping_print_reasons(f, '-', &r);
}

static inline void
piping_print_episode(FILE *f, const struct episode *e)
{
	char onset[TIME_TEXT_MAX], last[TIME_TEXT_MAX];

	fprintf(f, "    episode %s to %s%s, %" PRIu64 " vectors\n",
	    time_format(e->onset_ns, onset), time_format(e->last_ns, last),
	    e->may_be_older ? ", may be older" : "",
	    e->n_vector + e->vectors_left_out);
	for (size_t i = 0; i < e->n_vector && i < PIPING_VECTORS; i++)
		piping_print_vector(f, e, i);
}

static inline void
piping_print_incident(FILE *f, const struct incident *i)
{
	char onset[TIME_TEXT_MAX], last[TIME_TEXT_MAX], address[ADDR_TEXT_MAX];

	fprintf(f, "incident %s\n    %s %s %s (%s), %zu aliases\n", i->id,
	    severity_name(i->severity), i->honeynet, i->honeypot,
	    addr_format(&i->address, address), i->n_alias);
	fprintf(f, "    onset %s, last %s\n", time_format(i->onset_ns, onset),
	    time_format(i->last_ns, last));
	for (size_t k = 0; k < i->n_evidence; k++)
		fprintf(f, "    %s %s port %u x %" PRIu64 "\n",
		    time_format(i->evidence[k].time_ns, onset),
		    i->evidence[k].kind, i->evidence[k].port,
		    i->evidence[k].count);
	for (size_t k = 0; k < i->n_episode; k++)
		piping_print_episode(f, &i->episode[k]);
}

static inline void
piping_print_counts(FILE *f, const struct pipeline_counts *n)
{
	const struct {
		const char *name;
		uint64_t count;
	} rows[] = {
	    {"records", n->records},
	    {"connections", n->connections},
	    {"retransmissions", n->retransmissions},
	    {"witnesses", n->witnesses},
	    {"same packet", n->same_packet},
	    {"answers", n->answers},
	    {"refusals", n->refusals},
	    {"backscatter", n->backscatter},
	    {"own", n->own},
	    {"stray", n->stray},
	    {"expected", n->expected},
	    {"evicted", n->evicted},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		if (rows[i].count > 0)
			fprintf(
			    f, "%s %" PRIu64 "\n", rows[i].name, rows[i].count);
}

/* Alerts by their time, then incidents by their id. */
static inline void
piping_print(struct piping *x, FILE *f)
{
	qsort(x->alert, x->n_alert, sizeof(*x->alert), piping_compare);
	qsort(x->incident, x->n_incident, sizeof(*x->incident),
	    piping_compare_incident);
	for (size_t i = 0; i < x->n_alert; i++)
		piping_print_alert(f, &x->alert[i].a);
	for (size_t i = 0; i < x->n_incident; i++)
		piping_print_incident(f, &x->incident[i]);
}

/* The same in memory; the caller frees it. */
static inline char *
piping_text(struct piping *x)
{
	char *text = NULL;
	size_t n;
	FILE *f = open_memstream(&text, &n);

	line_must(f != NULL, "no memory", "");
	piping_print(x, f);
	fclose(f);
	return text;
}

#endif
