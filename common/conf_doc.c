/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "common/conf_doc.h"

#include "common/conf_text.h"
#include "common/err.h"

#include <ctype.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

struct conf_entry *
section_find(const struct conf_section *s, const char *key)
{
	for (size_t i = 0; i < s->n_entry; i++)
		if (strcmp(s->entry[i].key, key) == 0)
			return &s->entry[i];
	return NULL;
}

struct conf_entry *
section_add(
    struct conf_section *s, const char *key, size_t file, unsigned int line)
{
	struct conf_entry *more =
	    reallocarray(s->entry, s->n_entry + 1, sizeof(*more));
	char *copy = strdup(key);

	if (more != NULL)
		s->entry = more;
	if (more == NULL || copy == NULL) {
		free(copy);
		return NULL;
	}
	more[s->n_entry] =
	    (struct conf_entry){.key = copy, .file = file, .line = line};
	return &more[s->n_entry++];
}

int
entry_add(struct conf_entry *at, const char *value)
{
	char **more = reallocarray(at->value, at->n + 1, sizeof(*more));

	if (more == NULL)
		return -1;
	at->value = more;
	more[at->n] = strdup(value);
	if (more[at->n] == NULL)
		return -1;
	at->n++;
	return 0;
}

void
section_free(struct conf_section *s)
{
	if (s == NULL)
		return;
	for (size_t i = 0; i < s->n_entry; i++) {
		for (size_t k = 0; k < s->entry[i].n; k++)
			free(s->entry[i].value[k]);
		free(s->entry[i].value);
		free(s->entry[i].key);
	}
	free(s->entry);
	free(s->title);
	free(s);
}

struct conf_section *
conf_add_section(struct conf *c)
{
	struct conf_section **more =
	    reallocarray(c->section, c->n_section + 1, sizeof(*more));
	struct conf_section *s = calloc(1, sizeof(*s));

	if (more != NULL)
		c->section = more;
	if (more == NULL || s == NULL) {
		free(s);
		return NULL;
	}
	s->conf = c;
	s->index = c->n_section;
	more[c->n_section++] = s;
	return s;
}

void
conf_close(struct conf *c)
{
	if (c == NULL)
		return;
	for (size_t i = 0; i < c->n_section; i++)
		section_free(c->section[i]);
	for (size_t i = 0; i < c->n_file; i++)
		free(c->file[i].path);
	free(c->section);
	free(c);
}

/* 'name' as seen from the folder of file[from].  Returns 0, or -1. */
static int
resolve(const struct conf *c, size_t from, const char *name,
    char out[static PATH_MAX])
{
	const char *slash = strrchr(c->file[from].path, '/');
	int n;

	if (*name == '/' || slash == NULL)
		n = snprintf(out, PATH_MAX, "%s", name);
	else
		n = snprintf(out, PATH_MAX, "%.*s/%s",
		    (int)(slash - c->file[from].path), c->file[from].path,
		    name);
	return n < PATH_MAX ? 0 : -1;
}

/* Make it a file of 'c' unless it is one.  Returns 0, or -1 with 'e'. */
static int
note_file(
    struct conf *c, const char *path, const struct conf_text *t, struct err *e)
{
	struct conf_file *f = &c->file[c->n_file];

	for (size_t i = 0; i < c->n_file; i++)
		if (c->file[i].device == t->device &&
		    c->file[i].inode == t->inode)
			return err_set(e, EX_CONFIG,
			    "'%s' is included more than once", path);
	if (c->n_file == CONF_FILES_MAX)
		return err_set(e, EX_CONFIG,
		    "more than %d configuration files include each other",
		    CONF_FILES_MAX);
	f->path = strdup(path);
	if (f->path == NULL)
		return err_set(e, EX_OSERR, "out of memory");
	f->device = t->device;
	f->inode = t->inode;
	c->n_file++;
	return 0;
}

static int
read_file(struct conf *c, const char *path, struct err *e)
{
	struct conf_text text;
	int rc;

	if (conf_text_load(path, &text, e) == -1)
		return -1;
	rc = note_file(c, path, &text, e);
	if (rc == 0)
		rc = confuse_read(c, c->n_file - 1, &text, e);
	conf_text_fini(&text);
	return rc;
}

/* Read what an entry "include" names. */
static int
read_included(struct conf *c, size_t entry, struct err *e)
{
	char path[PATH_MAX];

	for (size_t i = 0; i < c->section[0]->entry[entry].n; i++) {
		/* Reading appends to the entries and may move them. */
		const struct conf_entry *at = &c->section[0]->entry[entry];
		unsigned int line = at->line;
		size_t from = at->file;

		if (resolve(c, from, at->value[i], path) == -1)
			return err_set(e, EX_CONFIG, "%s:%u: path too long",
			    c->file[from].path, line);
		if (read_file(c, path, e) == -1)
			return err_within(
			    e, "included by %s:%u", c->file[from].path, line);
	}
	return 0;
}

struct conf *
conf_open(const char *path, const struct conf_option *options,
    const struct conf_kind *kinds, struct err *e)
{
	static const struct conf_kind none[] = {{0}};
	struct conf *c = calloc(1, sizeof(*c));
	struct conf_section *top;

	if (c == NULL || conf_add_section(c) == NULL) {
		free(c);
		err_set(e, EX_OSERR, "out of memory");
		return NULL;
	}
	c->top = options;
	c->kinds = kinds == NULL ? none : kinds;
	top = c->section[0];
	top->kind = "";
	if (read_file(c, path, e) == -1)
		goto fail;
	for (size_t i = 0; i < top->n_entry; i++)
		if (strcmp(top->entry[i].key, CONF_INCLUDE) == 0 &&
		    read_included(c, i, e) == -1)
			goto fail;
	return c;
fail:
	conf_close(c);
	return NULL;
}
