/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "aggregator/cli/coverage.h"
#include "aggregator/cli/output.h"
#include "common/clock.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define COUNTS_TEXT_MAX 200

/* --- one file --- */

static const char *
plural(uint64_t n)
{
	return n == 1 ? "" : "s";
}

/* "28364 SYN, 1202 SYN+ACK" */
static void
kinds_text(const struct tally *t, char *out, size_t size)
{
	size_t at = 0;

	out[0] = '\0';
	for (int k = 0; k < TALLY_KINDS; k++) {
		if (t->kind[k] == 0 || at >= size)
			continue;
		at += (size_t)snprintf(out + at, size - at, "%s%" PRIu64 " %s",
		    at == 0 ? "" : ", ", t->kind[k],
		    tally_kind_name((enum tally_kind)k));
	}
}

static void
say_counts(const struct tally *t)
{
	char text[COUNTS_TEXT_MAX], kinds[COUNTS_TEXT_MAX];
	size_t at = 0;

	kinds_text(t, kinds, sizeof(kinds));
	text[0] = '\0';
	for (int p = 0; p < TALLY_PROTOS; p++) {
		bool tcp = p == TALLY_TCP;

		if (t->proto[p] == 0 || at >= sizeof(text))
			continue;
		at += (size_t)snprintf(text + at, sizeof(text) - at,
		    "%s%s %" PRIu64 "%s%s%s", at == 0 ? "" : ", ",
		    tally_proto_name((enum tally_proto)p), t->proto[p],
		    tcp && *kinds != '\0' ? " (" : "", tcp ? kinds : "",
		    tcp && *kinds != '\0' ? ")" : "");
	}
	output_line("  %s", text[0] == '\0' ? "no packets" : text);
}

static void
say_times(const struct tally *t)
{
	char first[TIME_TEXT_MAX], last[TIME_TEXT_MAX];

	if (t->first_ns == TIME_NONE)
		return;
	output_line("  %s to %s", time_format(t->first_ns, first),
	    time_format(t->last_ns, last));
}

static void
say_guesses(const struct source_about *a)
{
	if (a->year_guessed)
		output_line("  the year is guessed from when the file was last "
			    "changed: the first line is of %d; --year says it",
		    a->year);
	if (a->from_future)
		output_line("  its last line would be younger than the file: "
			    "the year is wrong, say --year");
	if (a->zone_guessed)
		output_line("  its times name no zone and are taken for UTC; "
			    "--tz says it");
	if (a->remark[0] != '\0')
		output_line("  %s", a->remark);
}

static void
say_unreadable(const struct source_about *a)
{
	const struct tally *t = a->tally;

	if (a->problem != NULL)
		output_line("  it ends early: %s", a->problem);
	if (t->unreadable > 0)
		output_line("  %" PRIu64 " %s%s could not be read%s",
		    t->unreadable, a->source->unit, plural(t->unreadable),
		    t->unreadable > COMPLAINTS_MAX ? "; the first ones:" : ":");
	for (size_t i = 0; i < COMPLAINTS_MAX && i < t->unreadable; i++)
		output_line("    %s %" PRIu64 ": %s", a->source->unit,
		    t->complaint[i].number, t->complaint[i].text);
}

void
coverage_file(const struct source_about *a)
{
	output_line("%s: %" PRIu64 " %s%s, %s%s",
	    strcmp(a->path, "-") == 0 ? "standard input" : a->path,
	    a->tally->lines, a->source->unit, plural(a->tally->lines),
	    a->source->doc,
	    a->tally->records == 0 ? "; nothing in it is a record" : "");
	say_counts(a->tally);
	say_times(a->tally);
	say_guesses(a);
	say_unreadable(a);
}

/* --- what is missing --- */

__attribute__((format(printf, 2, 3))) static void
miss(struct coverage_missing *out, const char *fmt, ...)
{
	va_list ap;

	if (out->n == COVERAGE_MISSING_MAX)
		return;
	va_start(ap, fmt);
	vsnprintf(out->text[out->n++], COVERAGE_TEXT_MAX, fmt, ap);
	va_end(ap);
}

/* What all files together have. */
struct total {
	uint64_t records, lines, unreadable, syn, flows, cut;
	uint32_t has, lacks;
	bool has_times, guessed_year, guessed_zone;
};

static struct total
add_up(struct merge *m)
{
	struct total t = {0};

	for (size_t i = 0; i < merge_files(m); i++) {
		struct source_about a;

		merge_about(m, i, &a);
		t.records += a.tally->records;
		t.lines += a.tally->lines;
		t.unreadable += a.tally->unreadable;
		t.syn += a.tally->kind[TALLY_SYN];
		t.flows += a.tally->kind[TALLY_FLOW];
		t.has |= a.tally->has;
		t.lacks |= a.tally->lacks;
		t.cut += a.problem != NULL;
		t.guessed_year = t.guessed_year || a.year_guessed;
		t.guessed_zone = t.guessed_zone || a.zone_guessed;
	}
	return t;
}

static void
miss_columns(const struct total *t, struct coverage_missing *out)
{
	if (!(t->has & HAS_TIME))
		miss(out, "no times: the order of the lines is the order of "
			  "events, time windows do not apply");
	else if (t->lacks & HAS_TIME)
		miss(out, "some records have no time");
	if (!(t->has & HAS_COUNTS))
		miss(out, "no packets and octets: how much was said on a "
			  "connection is not known");
	if (!(t->has & HAS_UID))
		miss(out, "no uids: which account opened a connection is not "
			  "known");
	if (t->flows > 0 && (t->lacks & HAS_FLAGS))
		miss(out, "flows without flags: who began a connection is "
			  "guessed by the ports");
}

void
coverage_missing(struct merge *m, const struct pipeline_counts *n,
    struct coverage_missing *out)
{
	struct total t = add_up(m);

	out->n = 0;
	if (t.unreadable > 0)
		miss(out,
		    "%" PRIu64 " of %" PRIu64 " lines or packets could "
		    "not be read",
		    t.unreadable, t.lines);
	if (t.cut > 0)
		miss(out, "%" PRIu64 " file%s could not be read to the end",
		    t.cut, plural(t.cut));
	if (n->evicted > 0)
		miss(out,
		    "%" PRIu64 " things were forgotten early: there was "
		    "too much at once",
		    n->evicted);
	if (t.records == 0)
		return;
	if (t.syn > 0 && n->answers + n->refusals == 0 && t.flows == 0)
		miss(out, "no replies to any connection: whether it was "
			  "answered is not known");
	miss_columns(&t, out);
	if (t.guessed_year)
		miss(out, "the year is guessed");
	if (t.guessed_zone)
		miss(out, "the time zone is not known: UTC is assumed");
}

static void
say_connections(const struct pipeline_counts *n)
{
	output_line("%" PRIu64 " connection%s in all: %" PRIu64
		    " answered, %" PRIu64 " refused, %" PRIu64
		    " expected; %" PRIu64 " repl%s to none of them",
	    n->connections, plural(n->connections), n->answers, n->refusals,
	    n->expected, n->backscatter, n->backscatter == 1 ? "y" : "ies");
}

void
coverage_print(struct merge *m, const struct pipeline_counts *n)
{
	struct coverage_missing missing;

	output_line("%s", "");
	output_line("What this rests on");
	for (size_t i = 0; i < merge_files(m); i++) {
		struct source_about a;

		merge_about(m, i, &a);
		coverage_file(&a);
	}
	say_connections(n);
	coverage_missing(m, n, &missing);
	if (missing.n == 0)
		return;
	output_line("%s", "");
	output_line("What it cannot tell");
	for (size_t i = 0; i < missing.n; i++)
		output_line("  %s", missing.text[i]);
}

/* --- as cells --- */

enum {
	PATH,
	SENSOR,
	FORMAT,
	LINES,
	TCP,
	UDP,
	ICMP,
	OTHER,
	SYN,
	SYNACK,
	RST,
	FLOW,
	OTHER_TCP,
	RECORDS,
	UNREADABLE,
	FOREIGN,
	FIRST,
	LAST,
	YEAR,
	YEAR_GUESSED,
	ZONE_GUESSED,
	PROBLEM,
	REMARK,
	COLUMNS
};
_Static_assert(COLUMNS == COVERAGE_COLUMNS, "room for each");

static const struct column columns[] = {
    [PATH] = {"file", COLUMN_BOTH, 0},
    [SENSOR] = {"sensor", COLUMN_CSV, 0},
    [FORMAT] = {"format", COLUMN_BOTH, 0},
    [LINES] = {"lines", COLUMN_BOTH | COLUMN_RIGHT, 0},
    [TCP] = {"tcp", COLUMN_BOTH | COLUMN_RIGHT, 0},
    [UDP] = {"udp", COLUMN_BOTH | COLUMN_RIGHT, 0},
    [ICMP] = {"icmp", COLUMN_BOTH | COLUMN_RIGHT, 0},
    [OTHER] = {"other", COLUMN_CSV | COLUMN_RIGHT, 0},
    [SYN] = {"syn", COLUMN_BOTH | COLUMN_RIGHT, 0},
    [SYNACK] = {"synack", COLUMN_BOTH | COLUMN_RIGHT, 0},
    [RST] = {"rst", COLUMN_BOTH | COLUMN_RIGHT, 0},
    [FLOW] = {"flow", COLUMN_BOTH | COLUMN_RIGHT, 0},
    [OTHER_TCP] = {"other_tcp", COLUMN_CSV | COLUMN_RIGHT, 0},
    [RECORDS] = {"records", COLUMN_BOTH | COLUMN_RIGHT, 0},
    [UNREADABLE] = {"unreadable", COLUMN_BOTH | COLUMN_RIGHT, 0},
    [FOREIGN] = {"foreign", COLUMN_CSV | COLUMN_RIGHT, 0},
    [FIRST] = {"first", COLUMN_CSV, 0},
    [LAST] = {"last", COLUMN_CSV, 0},
    [YEAR] = {"year", COLUMN_CSV, 0},
    [YEAR_GUESSED] = {"year_guessed", COLUMN_CSV, 0},
    [ZONE_GUESSED] = {"zone_guessed", COLUMN_CSV, 0},
    [PROBLEM] = {"problem", COLUMN_CSV, 0},
    [REMARK] = {"remark", COLUMN_CSV, 0},
};

const struct layout coverage_layout = {.column = columns, .n = COLUMNS};

static const struct column missing_columns[] = {{"text", COLUMN_BOTH, 0}};
const struct layout missing_layout = {.column = missing_columns, .n = 1};

void
coverage_row(struct cell *out, const struct source_about *a)
{
	const struct tally *t = a->tally;

	out[PATH] = cell_text(a->path);
	out[SENSOR] = cell_text(a->sensor);
	out[FORMAT] = cell_text(a->source->name);
	out[LINES] = cell_uint(t->lines);
	out[TCP] = cell_uint(t->proto[TALLY_TCP]);
	out[UDP] = cell_uint(t->proto[TALLY_UDP]);
	out[ICMP] = cell_uint(t->proto[TALLY_ICMP]);
	out[OTHER] = cell_uint(t->proto[TALLY_OTHER]);
	out[SYN] = cell_uint(t->kind[TALLY_SYN]);
	out[SYNACK] = cell_uint(t->kind[TALLY_SYNACK]);
	out[RST] = cell_uint(t->kind[TALLY_RST]);
	out[FLOW] = cell_uint(t->kind[TALLY_FLOW]);
	out[OTHER_TCP] = cell_uint(t->kind[TALLY_OTHER_TCP]);
	out[RECORDS] = cell_uint(t->records);
	out[UNREADABLE] = cell_uint(t->unreadable);
	out[FOREIGN] = cell_uint(t->foreign);
	out[FIRST] = cell_time(t->first_ns);
	out[LAST] = cell_time(t->last_ns);
	out[YEAR] = a->year == 0 ? cell_null() : cell_uint((uint64_t)a->year);
	out[YEAR_GUESSED] = cell_bool(a->year_guessed);
	out[ZONE_GUESSED] = cell_bool(a->zone_guessed);
	out[PROBLEM] = cell_text(a->problem);
	out[REMARK] = cell_name(a->remark);
}
