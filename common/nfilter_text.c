/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "common/err.h"
#include "common/filter.h"
#include "common/nfilter_tell.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sysexits.h>

int
nf_tell_fail(struct nf_teller *t, int line, const char *fmt, ...)
{
	char text[ERR_TEXT_MAX];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	return err_set(
	    t->e, EX_USAGE, "%.120s line %d: %s", t->f->file, line, text);
}

int
nf_tell_no_memory(struct nf_teller *t)
{
	return err_set(t->e, EX_OSERR, "out of memory");
}

void
nf_part_set(struct nf_part *out, bool yes)
{
	free(out->text);
	*out = (struct nf_part){.answer = yes ? NF_YES : NF_NO};
}

int
nf_part_text(struct nf_teller *t, struct nf_part *out, const char *fmt, ...)
{
	char *text;
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vasprintf(&text, fmt, ap);
	va_end(ap);
	if (n == -1)
		return nf_tell_no_memory(t);
	if (n > FILTER_TEXT_MAX) {
		free(text);
		return err_set(t->e, EX_USAGE,
		    "%.120s: the filter is longer than %d bytes", t->f->file,
		    FILTER_TEXT_MAX);
	}
	free(out->text);
	*out = (struct nf_part){.answer = NF_ASK, .text = text};
	return 0;
}

/* --- matches, groups, the definition --- */

static int
tell_primitive(struct nf_teller *t, const struct nf_primitive *p,
    const struct nf_criterion *c, struct nf_part *out)
{
	const struct nf_entry *decides;

	switch (c->ask) {
	case NF_ASK_ADDRESS:
	case NF_ASK_NUMBER:
		return nf_tell_entries(t, p, c, out);
	case NF_ASK_PORT:
	case NF_ASK_PROTO:
		return nf_tell_set(t, p, c, out);
	case NF_ASK_FLAGS:
		return nf_tell_flags(t, p, c, out);
	case NF_ASK_TIME:
		if (p->type == NF_TIME_DATE)
			return nf_tell_entries(t, p, c, out);
		return nf_tell_fail(t, p->line,
		    "'%s': a time of day cannot be asked; dates can", p->name);
	case NF_ASK_ONE:
		decides = nf_decides(p, 1);
		nf_part_set(
		    out, decides == NULL ? p->default_permit : decides->permit);
		return 0;
	case NF_ASK_NOTHING:
		break;
	}
	return 0;
}

/* Told once, however often a definition uses it. */
static void
lint(struct nf_teller *t, const struct nf_definition *d,
    const struct nf_match *m)
{
	for (const struct nf_match *other = d->match; other < m; other++)
		if (other->primitive == m->primitive)
			return;
	nf_lint(t->f, &t->f->primitive[m->primitive], t->warn, t->arg);
}

static int
tell_match(struct nf_teller *t, const struct nf_definition *d,
    const struct nf_match *m, struct nf_part *out)
{
	const struct nf_primitive *p = &t->f->primitive[m->primitive];
	struct nf_criterion c = {0};

	nf_criterion_get(m->criterion, &c);
	if (c.ask == NF_ASK_NOTHING)
		return nf_tell_fail(t, m->line,
		    "'match %s' cannot be answered: %s", c.name, c.why);
	if (p->unset_line != 0)
		return nf_tell_fail(t, p->unset_line,
		    "the variable '%s' is not set: -v %s=...", p->unset,
		    p->unset);
	lint(t, d, m);
	return tell_primitive(t, p, &c, out);
}

/* 'add' into 'all': 'both' must hold, or one. */
static int
join(struct nf_teller *t, struct nf_part *all, const struct nf_part *add,
    bool both)
{
	enum nf_answer end = both ? NF_NO : NF_YES;

	if (all->answer == end || add->answer == (both ? NF_YES : NF_NO))
		return 0;
	if (add->answer == end) {
		nf_part_set(all, !both);
		return 0;
	}
	if (all->answer != NF_ASK)
		return nf_part_text(t, all, "%s", add->text);
	return nf_part_text(
	    t, all, both ? "%s and %s" : "%s or %s", all->text, add->text);
}

/* Matches from '*i' on, up to the next "or". */
static int
tell_group(struct nf_teller *t, const struct nf_definition *d, size_t *i,
    struct nf_part *out)
{
	struct nf_part one = {0};
	int rc = 0;

	nf_part_set(out, true);
	do {
		rc = tell_match(t, d, &d->match[*i], &one);
		if (rc == 0)
			rc = join(t, out, &one, true);
		++*i;
	} while (rc == 0 && *i < d->n && !d->match[*i].begins);
	free(one.text);
	if (rc == 0 && out->answer == NF_ASK)
		rc = nf_part_text(t, out, "(%s)", out->text);
	return rc;
}

static int
tell_definition(
    struct nf_teller *t, const struct nf_definition *d, struct nf_part *out)
{
	struct nf_part one = {0};
	int rc = 0;

	nf_part_set(out, false);
	for (size_t i = 0; rc == 0 && i < d->n;) {
		rc = tell_group(t, d, &i, &one);
		if (rc == 0)
			rc = join(t, out, &one, false);
	}
	free(one.text);
	if (rc == 0 && d->invert && out->answer == NF_ASK)
		return nf_part_text(t, out, "not (%s)", out->text);
	if (rc == 0 && d->invert)
		nf_part_set(out, out->answer == NF_NO);
	return rc;
}

static const struct nf_definition *
find(const struct nfilter *f, const char *name, struct err *e)
{
	char names[160] = "";
	size_t len = 0;

	for (size_t i = 0; i < f->n_definition; i++) {
		if (strcasecmp(f->definition[i].name, name) == 0)
			return &f->definition[i];
		if (len < sizeof(names))
			len += (size_t)snprintf(names + len,
			    sizeof(names) - len, "%s%s", i == 0 ? "" : ", ",
			    f->definition[i].name);
	}
	err_set(e, EX_USAGE, "%.100s has no filter-definition '%.40s'%s%s",
	    f->file, name, *names == '\0' ? "" : "; there are: ", names);
	return NULL;
}

char *
nfilter_text(const struct nfilter *f, const char *definition,
    nfilter_warn_fn *warn, void *arg, struct err *e)
{
	struct nf_teller t = {.f = f, .warn = warn, .arg = arg, .e = e};
	const struct nf_definition *d = find(f, definition, e);
	struct nf_part all = {0};
	int rc;

	if (d == NULL)
		return NULL;
	if (d->unset_line != 0)
		rc = nf_tell_fail(&t, d->unset_line,
		    "the variable '%s' is not set: -v %s=...", d->unset,
		    d->unset);
	else
		rc = tell_definition(&t, d, &all);
	if (rc == 0 && d->n == 0)
		nf_warn(f, d->line, warn, arg, "'%s' has no 'match': %s",
		    d->name,
		    d->invert ? "everything passes" : "nothing passes");
	if (rc == 0 && all.answer != NF_ASK)
		rc = nf_part_text(&t, &all, "%s",
		    all.answer == NF_YES ? "" : "proto 6 and not proto 6");
	if (rc == 0)
		return all.text;
	free(all.text);
	return NULL;
}
