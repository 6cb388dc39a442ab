/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "common/nfilter_parse.h"

#include <stdarg.h>
#include <stdio.h>

/* Of longer lists it is not asked which line decides what. */
#define LINT_ENTRIES_MAX 256

void
nf_warn(const struct nfilter *f, int line, nfilter_warn_fn *warn, void *arg,
    const char *fmt, ...)
{
	char text[400];
	int at =
	    snprintf(text, sizeof(text), "%.120s line %d: ", f->file, line);
	va_list ap;

	if (warn == NULL)
		return;
	va_start(ap, fmt);
	vsnprintf(text + at, sizeof(text) - (size_t)at, fmt, ap);
	va_end(ap);
	warn(arg, text);
}

bool
nf_compare(enum nf_op op, uint64_t value, uint64_t number)
{
	switch (op) {
	case NF_OP_EQ:
		return value == number;
	case NF_OP_NE:
		return value != number;
	case NF_OP_LT:
		return value < number;
	case NF_OP_LE:
		return value <= number;
	case NF_OP_GT:
		return value > number;
	case NF_OP_GE:
		return value >= number;
	}
	return false;
}

const struct nf_entry *
nf_decides(const struct nf_primitive *p, uint64_t value)
{
	for (size_t i = 0; i < p->n; i++)
		if (nf_compare(p->entry[i].op, value, p->entry[i].number))
			return &p->entry[i];
	return NULL;
}

/* What a chain of comparisons says of the values where it may change. */
struct seen {
	bool permits, denies;
	bool decides[LINT_ENTRIES_MAX];
};

static void
look_at(const struct nf_primitive *p, uint64_t value, struct seen *s)
{
	const struct nf_entry *by = nf_decides(p, value);
	bool permit = by == NULL ? p->default_permit : by->permit;

	if (by != NULL)
		s->decides[by - p->entry] = true;
	s->permits |= permit;
	s->denies |= !permit;
}

static void
look_around(const struct nf_primitive *p, uint64_t number, struct seen *s)
{
	if (number > 0)
		look_at(p, number - 1, s);
	look_at(p, number, s);
	if (number < UINT32_MAX)
		look_at(p, number + 1, s);
}

static bool
has_both_ways(const struct nf_primitive *p)
{
	bool less = false, more = false;

	for (size_t i = 0; i < p->n; i++) {
		less |=
		    p->entry[i].op == NF_OP_LT || p->entry[i].op == NF_OP_LE;
		more |=
		    p->entry[i].op == NF_OP_GT || p->entry[i].op == NF_OP_GE;
	}
	return less && more;
}

static void
lint_chain(const struct nfilter *f, const struct nf_primitive *p,
    nfilter_warn_fn *warn, void *arg)
{
	struct seen s = {0};

	if (p->n > LINT_ENTRIES_MAX)
		return;
	look_around(p, 0, &s);
	look_around(p, UINT32_MAX, &s);
	for (size_t i = 0; i < p->n; i++)
		look_around(p, p->entry[i].number, &s);
	if (!s.denies)
		nf_warn(f, p->line, warn, arg, "'%s' lets everything through%s",
		    p->name,
		    has_both_ways(p) ? ": one line is enough to permit; a "
				       "range is 'deny le A', 'permit lt B'"
				     : "");
	if (!s.permits)
		nf_warn(f, p->line, warn, arg, "'%s' lets nothing through",
		    p->name);
	for (size_t i = 0; i < p->n; i++) {
		if (!s.decides[i])
			nf_warn(f, p->entry[i].line, warn, arg,
			    "an earlier line decides before this one always");
		if (p->type == NF_TIME && p->entry[i].op == NF_OP_EQ)
			nf_warn(f, p->entry[i].line, warn, arg,
			    "'eq' means that very second, not the minute");
	}
}

static void
lint_set(const struct nfilter *f, const struct nf_primitive *p,
    nfilter_warn_fn *warn, void *arg)
{
	size_t n = nf_values(p->type);
	bool unset = p->mode == NULL, permits = false, denies = false;

	for (size_t i = 0; p->mode != NULL && i < n; i++) {
		unset |= p->mode[i] == NF_UNSET;
		permits |= p->mode[i] == NF_PERMIT;
		denies |= p->mode[i] == NF_DENY;
	}
	permits |= unset && p->default_permit;
	denies |= unset && !p->default_permit;
	if (!denies)
		nf_warn(f, p->line, warn, arg, "'%s' lets everything through",
		    p->name);
	if (!permits)
		nf_warn(f, p->line, warn, arg,
		    "'%s' lets nothing through; 'default permit' lets "
		    "through what no line denies",
		    p->name);
}

static void
lint_addresses(const struct nfilter *f, const struct nf_primitive *p,
    nfilter_warn_fn *warn, void *arg)
{
	bool permits = p->default_permit, denies = !p->default_permit;
	char text[NET_TEXT_MAX];

	for (size_t i = 0; i < p->n; i++) {
		permits |= p->entry[i].permit;
		denies |= !p->entry[i].permit;
		if (p->type == NF_ADDRESS_PREFIX && p->entry[i].number != 0)
			nf_warn(f, p->entry[i].line, warn, arg,
			    "no length is said: that of the address's class "
			    "is taken, %s",
			    net_format(&p->entry[i].net, text));
	}
	if (!denies)
		nf_warn(f, p->line, warn, arg, "'%s' lets everything through",
		    p->name);
	if (!permits)
		nf_warn(f, p->line, warn, arg,
		    "'%s' lets nothing through; 'default permit' lets "
		    "through what no line denies",
		    p->name);
}

void
nf_lint(const struct nfilter *f, const struct nf_primitive *p,
    nfilter_warn_fn *warn, void *arg)
{
	switch (nf_kind(p->type)) {
	case NF_CHAIN:
		lint_chain(f, p, warn, arg);
		break;
	case NF_SET:
		lint_set(f, p, warn, arg);
		break;
	case NF_HOSTS:
	case NF_MASKS:
	case NF_NETS:
		lint_addresses(f, p, warn, arg);
		break;
	case NF_OPAQUE:
		break;
	}
}
