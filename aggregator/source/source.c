/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "aggregator/source/source.h"
#include "aggregator/source/cursor.h"
#include "aggregator/source/input.h"
#include "common/err.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#define SOURCE(n) extern const struct source source_##n;
#include "sources.h"
#undef SOURCE
const struct source *const sources[] = {
#define SOURCE(n) &source_##n,
#include "sources.h"
#undef SOURCE
    NULL,
};

#define EXCERPT_MAX 60

struct reader {
	char *path;
	char sensor[SOURCE_SENSOR_MAX];
	struct input *input;
	struct tally tally;
	struct calendar calendar;
	const struct source *source;
	void *self;
};

/* --- names --- */

static bool
cut_suffix(char *name, const char *suffix)
{
	size_t n = strlen(name), k = strlen(suffix);

	if (n <= k || strcmp(name + n - k, suffix) != 0)
		return false;
	name[n - k] = '\0';
	return true;
}

/* ".2", "-20261121" */
static void
cut_rotation(char *name)
{
	size_t n = strlen(name), digits = 0;

	while (digits < n && isdigit((unsigned char)name[n - 1 - digits]))
		digits++;
	/* "10.9.0.2" is a host, not its second file. */
	if (digits == 0 || digits + 1 >= n || strspn(name, "0123456789.") == n)
		return;
	if ((name[n - 1 - digits] == '.' && digits <= 3) ||
	    (name[n - 1 - digits] == '-' && digits == 8))
		name[n - 1 - digits] = '\0';
}

void
source_sensor(const char *path, char out[static SOURCE_SENSOR_MAX])
{
	const char *base = strrchr(path, '/');
	char name[256]; /* NAME_MAX and the end */

	snprintf(name, sizeof(name), "%.255s",
	    strcmp(path, "-") == 0 ? "stdin"
	    : base == NULL	   ? path
				   : base + 1);
	if (!cut_suffix(name, ".gz"))
		cut_suffix(name, ".zst");
	cut_rotation(name);
	cursor_excerpt(name, strlen(name), out, SOURCE_SENSOR_MAX);
}

/* --- formats --- */

static const struct source *
detect(const uint8_t *head, size_t len)
{
	const struct source *best = NULL;
	unsigned int most = 0;

	for (size_t i = 0; sources[i] != NULL; i++) {
		unsigned int n = sources[i]->detect(head, len);

		if (n > most) {
			most = n;
			best = sources[i];
		}
	}
	return best;
}

static int
unknown(const uint8_t *head, size_t len, const char *problem, struct err *e)
{
	char excerpt[EXCERPT_MAX];
	const uint8_t *nl = len == 0 ? NULL : memchr(head, '\n', len);

	if (len == 0 && problem != NULL)
		return err_set(e, EX_DATAERR, "%s", problem);
	if (len == 0)
		return err_set(e, EX_DATAERR, "there is nothing in it");
	return err_set(e, EX_DATAERR,
	    "none of the formats that are read (iptables or nftables LOG text, "
	    "pcap, flow-print, nfdump CSV, Zeek conn.log); it begins with '%s'",
	    cursor_excerpt((const char *)head,
		nl == NULL ? len : (size_t)(nl - head), excerpt,
		sizeof(excerpt)));
}

static int
open_source(struct reader *r, const struct source_options *o, struct err *e)
{
	const struct source_context c = {r->input, &r->tally, &r->calendar};
	const uint8_t *head;
	size_t len = input_head(r->input, &head);

	calendar_init(
	    &r->calendar, &o->zone, o->year, input_written_ns(r->input));
	r->source = detect(head, len);
	if (r->source == NULL)
		return unknown(head, len, input_problem(r->input), e);
	r->self = r->source->open(&c, e);
	return r->self == NULL ? -1 : 0;
}

/* --- readers --- */

struct reader *
reader_open(const char *path, const struct source_options *o, struct err *e)
{
	struct reader *r = calloc(1, sizeof(*r));

	if (r == NULL || (r->path = strdup(path)) == NULL) {
		free(r);
		err_set(e, EX_OSERR, "out of memory");
		return NULL;
	}
	tally_init(&r->tally);
	source_sensor(path, r->sensor);
	r->input = input_open(path, e);
	if (r->input != NULL && open_source(r, o, e) == 0)
		return r;
	if (r->input != NULL)
		err_within(e, "%s", path);
	reader_close(r);
	return NULL;
}

void
reader_close(struct reader *r)
{
	if (r == NULL)
		return;
	if (r->self != NULL)
		r->source->close(r->self);
	input_close(r->input);
	free(r->path);
	free(r);
}

bool
reader_next(struct reader *r, struct record *out)
{
	return r->source->next(r->self, out);
}

void
reader_about(struct reader *r, struct source_about *out)
{
	struct input_progress p = input_progress(r->input);

	*out = (struct source_about){.path = r->path,
	    .sensor = r->sensor,
	    .source = r->source,
	    .tally = &r->tally,
	    .problem = input_problem(r->input),
	    .zone_guessed = r->calendar.used_zone && !r->calendar.zone.given,
	    .done = p.done,
	    .total = p.total};
	out->year_guessed = calendar_guessed(&r->calendar, &out->year);
	out->from_future = out->year_guessed && r->tally.last_ns - NS_PER_DAY >
						    r->calendar.written_ns;
	if (r->source->remark != NULL)
		r->source->remark(r->self, out->remark, sizeof(out->remark));
}

const char *
reader_sensor(const struct reader *r)
{
	return r->sensor;
}
