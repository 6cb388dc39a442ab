/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "common/nfilter.h"

#include "common/err.h"
#include "common/nfilter_parse.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sysexits.h>

/* A line that no variable makes whole counts when its section is used. */
static int
note_unset(struct nf_reader *r, const char *unset)
{
	struct nf_primitive *p = r->primitive;
	struct nf_definition *d = r->definition;

	if (p == NULL && d == NULL)
		return nf_fail(
		    r, "the variable '%s' is not set: -v %s=...", unset, unset);
	if (p != NULL && p->unset_line == 0) {
		p->unset_line = r->line;
		snprintf(p->unset, sizeof(p->unset), "%s", unset);
	} else if (d != NULL && d->unset_line == 0) {
		d->unset_line = r->line;
		snprintf(d->unset, sizeof(d->unset), "%s", unset);
	}
	return 0;
}

static int
read_line(struct nf_reader *r, const char *line, size_t len)
{
	char unset[NFILTER_NAME_MAX];
	size_t blank = 0;

	while (len > 0 && line[len - 1] == '\r')
		len--;
	while (blank < len && (line[blank] == ' ' || line[blank] == '\t'))
		blank++;
	if (blank == len || line[blank] == '#')
		return 0;
	if (memchr(line, '\0', len) != NULL)
		return nf_fail(r, "there is a NUL byte: that is no text");
	switch (nf_replace(r, line, len, unset)) {
	case 1:
		r->rest = r->text;
		return nf_read_words(r);
	case 0:
		return note_unset(r, unset);
	default:
		return -1;
	}
}

static int
read_lines(struct nf_reader *r, const char *text, size_t len)
{
	const char *end = text + len;

	while (text < end) {
		const char *stop = memchr(text, '\n', (size_t)(end - text));

		if (stop == NULL)
			stop = end;
		r->line++;
		if (read_line(r, text, (size_t)(stop - text)) == -1)
			return -1;
		text = stop + 1;
	}
	return 0;
}

/* --- the whole --- */

static int
resolve_match(struct nf_reader *r, struct nf_match *m)
{
	struct nf_criterion c;

	r->line = m->line;
	for (m->primitive = 0; m->primitive < r->f->n_primitive; m->primitive++)
		if (strcasecmp(r->f->primitive[m->primitive].name, m->name) ==
		    0)
			break;
	if (m->primitive == r->f->n_primitive)
		return nf_fail(r, "there is no primitive '%s'", m->name);
	nf_criterion_get(m->criterion, &c);
	if (r->f->primitive[m->primitive].type == NF_NO_TYPE ||
	    (c.types & NF_BIT(r->f->primitive[m->primitive].type)) == 0)
		return nf_fail(r, "'%s' takes no primitive of type %s", c.name,
		    nf_type_name(r->f->primitive[m->primitive].type));
	return 0;
}

/* Definitions may come before the primitives that they use. */
static int
resolve(struct nf_reader *r)
{
	for (size_t i = 0; i < r->f->n_definition; i++)
		for (size_t k = 0; k < r->f->definition[i].n; k++)
			if (resolve_match(r, &r->f->definition[i].match[k]) ==
			    -1)
				return -1;
	return 0;
}

struct nfilter *
nfilter_parse(const char *name, const char *text, size_t len,
    const struct nfilter_var *var, size_t n_var, struct err *e)
{
	struct nf_reader *r = calloc(1, sizeof(*r));
	struct nfilter *f = calloc(1, sizeof(*f));

	if (r == NULL || f == NULL || (f->file = strdup(name)) == NULL) {
		err_set(e, EX_OSERR, "out of memory");
		goto fail;
	}
	*r = (struct nf_reader){.f = f, .var = var, .n_var = n_var, .e = e};
	if (read_lines(r, text, len) == -1 || resolve(r) == -1)
		goto fail;
	free(r);
	return f;
fail:
	free(r);
	nfilter_free(f);
	return NULL;
}

/* Returns the bytes that were read; -1 with 'e'. */
static long
read_file(const char *path, char *text, struct err *e)
{
	FILE *from = fopen(path, "re");
	size_t n;
	int failed;

	if (from == NULL)
		return err_sys(e, EX_NOINPUT, "--nfilter %.200s", path);
	n = fread(text, 1, NFILTER_BYTES_MAX + 1, from);
	failed = ferror(from);
	if (failed)
		err_sys(e, EX_NOINPUT, "--nfilter %.200s", path);
	fclose(from);
	if (failed)
		return -1;
	if (n > NFILTER_BYTES_MAX)
		return err_set(e, EX_USAGE,
		    "%.200s has more than %d bytes: that is no filter file",
		    path, NFILTER_BYTES_MAX);
	return (long)n;
}

struct nfilter *
nfilter_load(const char *path, const struct nfilter_var *var, size_t n_var,
    struct err *e)
{
	char *text = malloc(NFILTER_BYTES_MAX + 1);
	struct nfilter *f = NULL;
	long len = -1;

	if (text == NULL)
		err_set(e, EX_OSERR, "out of memory");
	else
		len = read_file(path, text, e);
	if (len >= 0)
		f = nfilter_parse(path, text, (size_t)len, var, n_var, e);
	free(text);
	return f;
}

void
nfilter_free(struct nfilter *f)
{
	int saved = errno;

	if (f == NULL)
		return;
	for (size_t i = 0; i < f->n_primitive; i++) {
		free(f->primitive[i].mode);
		free(f->primitive[i].entry);
	}
	for (size_t i = 0; i < f->n_definition; i++)
		free(f->definition[i].match);
	free(f->primitive);
	free(f->definition);
	free(f->file);
	free(f);
	errno = saved;
}
