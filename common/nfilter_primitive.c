/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "common/nfilter_tell.h"

#include "common/clock.h"
#include "common/record.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What one primitive says. */

/* How often a primitive may change between permit and deny: each time is a
 * pair of parentheses, see FILTER_DEPTH_MAX. */
#define TURNS_MAX 48

/* --- sets --- */

static bool
is_permitted(const struct nf_primitive *p, size_t value)
{
	if (p->mode == NULL || p->mode[value] == NF_UNSET)
		return p->default_permit;
	return p->mode[value] == NF_PERMIT;
}

/* The values for which is_permitted() says 'yes', as a list. */
static void
print_values(FILE *to, const struct nf_primitive *p, bool yes, bool ranges)
{
	size_t n = nf_values(p->type), last;
	const char *sep = "";

	for (size_t first = 0; first < n; first = last + 1) {
		last = first;
		if (is_permitted(p, first) != yes)
			continue;
		while (
		    ranges && last + 1 < n && is_permitted(p, last + 1) == yes)
			last++;
		fprintf(to, "%s%zu", sep, first);
		if (last > first)
			fprintf(to, "-%zu", last);
		sep = ", ";
	}
}

int
nf_tell_set(struct nf_teller *t, const struct nf_primitive *p,
    const struct nf_criterion *c, struct nf_part *out)
{
	size_t n = nf_values(p->type), permitted = 0, size;
	char *list = NULL;
	bool most;
	FILE *to;
	int rc;

	for (size_t i = 0; i < n; i++)
		permitted += is_permitted(p, i);
	if (permitted == 0 || permitted == n) {
		nf_part_set(out, permitted > 0);
		return 0;
	}
	to = open_memstream(&list, &size);
	if (to == NULL)
		return nf_tell_no_memory(t);
	most = permitted > n / 2;
	print_values(to, p, !most, p->type == NF_PORT);
	rc = fclose(to) == 0 ? 0 : nf_tell_no_memory(t);
	if (rc == 0)
		rc = nf_part_text(t, out, "%s%s%s in [%s]", most ? "not " : "",
		    c->word, p->type == NF_PORT ? " port" : "", list);
	free(list);
	return rc;
}

/* --- TCP flags --- */

/* What our filters tell apart; all others are one more kind. */
enum kind {
	SYN,
	SYNACK,
	RST,
	OTHER,
	KINDS
};

static enum kind
kind_of(uint32_t flags)
{
	if (flags_are_syn(flags))
		return SYN;
	if (flags_are_synack(flags))
		return SYNACK;
	return flags_are_rst(flags) ? RST : OTHER;
}

/* Whether all flags of a kind are permitted, or denied: then how it is told.
 * Returns false when a kind would have to be divided. */
static bool
sort_kinds(const struct nf_primitive *p, bool permitted[static KINDS])
{
	bool seen[KINDS] = {false};

	for (uint32_t flags = 0; flags <= UINT8_MAX; flags++) {
		enum kind k = kind_of(flags);
		bool permit = is_permitted(p, flags & p->mask);

		if (seen[k] && permitted[k] != permit)
			return false;
		permitted[k] = permit;
		seen[k] = true;
	}
	return true;
}

int
nf_tell_flags(struct nf_teller *t, const struct nf_primitive *p,
    const struct nf_criterion *c, struct nf_part *out)
{
	static const char *const words[] = {
	    [SYN] = "syn", [SYNACK] = "synack", [RST] = "rst"};
	bool permitted[KINDS];
	char list[32] = "";
	size_t n = 0;

	if (!sort_kinds(p, permitted))
		return nf_tell_fail(t, p->line,
		    "'%s': only syn, synack and rst are told apart, as 0x02, "
		    "0x12 and 0x04 with the masks 0x17, 0x17 and 0x07",
		    p->name);
	for (int k = SYN; k < OTHER; k++)
		if (permitted[k] != permitted[OTHER]) {
			size_t at = strlen(list);

			snprintf(list + at, sizeof(list) - at, "%s%s",
			    n++ == 0 ? "" : ", ", words[k]);
		}
	if (n == 0) {
		nf_part_set(out, permitted[OTHER]);
		return 0;
	}
	return nf_part_text(t, out, "%s%s in [%s]",
	    permitted[OTHER] ? "not " : "", c->word, list);
}

/* --- entries one after the other --- */

static void
print_address(FILE *to, const struct nf_entry *x, bool hosts)
{
	char text[NET_TEXT_MAX];

	if (hosts)
		fputs(addr_format(&x->net.a, text), to);
	else
		fputs(net_format(&x->net, text), to);
}

static void
print_comparison(
    FILE *to, const struct nf_entry *x, const char *word, bool date)
{
	char text[TIME_TEXT_MAX];
	static const char *const marks[] = {
	    [NF_OP_EQ] = "=",
	    [NF_OP_NE] = "!=",
	    [NF_OP_LT] = "<",
	    [NF_OP_LE] = "<=",
	    [NF_OP_GT] = ">",
	    [NF_OP_GE] = ">=",
	};

	fprintf(to, "%s %s ", word, marks[x->op]);
	if (date)
		fputs(time_format((int64_t)x->number * NS_PER_SEC, text), to);
	else
		fprintf(to, "%" PRIu64, x->number);
}

/* That one of entry[first..last] holds, as a term or in parentheses. */
static int
tell_run(struct nf_teller *t, const struct nf_primitive *p,
    const struct nf_criterion *c, size_t first, size_t last,
    struct nf_part *out)
{
	bool chain = nf_kind(p->type) == NF_CHAIN;
	bool hosts = nf_kind(p->type) == NF_HOSTS;
	char *list = NULL;
	size_t size;
	FILE *to = open_memstream(&list, &size);
	int rc;

	if (to == NULL)
		return nf_tell_no_memory(t);
	for (size_t i = first; i <= last; i++) {
		fputs(i == first ? "" : chain ? " or " : ", ", to);
		if (chain)
			print_comparison(
			    to, &p->entry[i], c->word, p->type == NF_TIME_DATE);
		else
			print_address(to, &p->entry[i], hosts);
	}
	rc = fclose(to) == 0 ? 0 : nf_tell_no_memory(t);
	if (rc == 0 && chain)
		rc = nf_part_text(t, out, first == last ? "%s" : "(%s)", list);
	else if (rc == 0)
		rc = nf_part_text(t, out, "%s %s in [%s]", c->word,
		    hosts ? "host" : "net", list);
	free(list);
	return rc;
}

/* 'run' decides where it holds, 'rest' elsewhere; the result is in 'rest'. */
static int
join_run(
    struct nf_teller *t, struct nf_part *run, bool permit, struct nf_part *rest)
{
	if (rest->answer == (permit ? NF_YES : NF_NO))
		return 0;
	if (rest->answer == (permit ? NF_NO : NF_YES))
		return nf_part_text(
		    t, rest, "%s%s", permit ? "" : "not ", run->text);
	return nf_part_text(t, rest, permit ? "(%s or %s)" : "(not %s and %s)",
	    run->text, rest->text);
}

static int
tell_chain(struct nf_teller *t, const struct nf_primitive *p,
    const struct nf_criterion *c, struct nf_part *out)
{
	struct nf_part run = {0};
	size_t first, turns = 0;
	int rc = 0;

	nf_part_set(out, p->default_permit);
	for (size_t last = p->n; rc == 0 && last-- > 0; last = first) {
		bool permit = p->entry[last].permit;

		first = last;
		while (first > 0 && p->entry[first - 1].permit == permit)
			first--;
		if (++turns > TURNS_MAX)
			rc = nf_tell_fail(t, p->line,
			    "'%s' changes between permit "
			    "and deny more than %d times",
			    p->name, TURNS_MAX);
		if (rc == 0)
			rc = tell_run(t, p, c, first, last, &run);
		if (rc == 0)
			rc = join_run(t, &run, permit, out);
	}
	free(run.text);
	return rc;
}

/* The longest prefix decides: asked first. */
static int
by_length(const void *a, const void *b)
{
	const struct nf_entry *x = a, *y = b;

	if (x->net.len != y->net.len)
		return x->net.len < y->net.len ? 1 : -1;
	return (x->line > y->line) - (x->line < y->line);
}

/* Among hosts, which differ, any order is right: the shortest text. */
static int
by_mode(const void *a, const void *b)
{
	const struct nf_entry *x = a, *y = b;

	if (x->permit != y->permit)
		return x->permit ? -1 : 1;
	return (x->line > y->line) - (x->line < y->line);
}

static int
tell_sorted(struct nf_teller *t, const struct nf_primitive *p,
    const struct nf_criterion *c, struct nf_part *out)
{
	struct nf_primitive sorted = *p;
	int rc;

	if (p->n == 0)
		return tell_chain(t, p, c, out);
	sorted.entry = calloc(p->n, sizeof(*sorted.entry));
	if (sorted.entry == NULL)
		return nf_tell_no_memory(t);
	memcpy(sorted.entry, p->entry, p->n * sizeof(*sorted.entry));
	qsort(sorted.entry, p->n, sizeof(*sorted.entry),
	    p->type == NF_ADDRESS ? by_mode : by_length);
	rc = tell_chain(t, &sorted, c, out);
	free(sorted.entry);
	return rc;
}

int
nf_tell_entries(struct nf_teller *t, const struct nf_primitive *p,
    const struct nf_criterion *c, struct nf_part *out)
{
	return nf_kind(p->type) == NF_HOSTS || nf_kind(p->type) == NF_NETS
		   ? tell_sorted(t, p, c, out)
		   : tell_chain(t, p, c, out);
}
