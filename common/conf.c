/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "common/conf.h"

#include "common/conf_doc.h"
#include "common/conf_value.h"
#include "common/err.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>

const struct conf_section *
conf_top(const struct conf *c)
{
	return c->section[0];
}

const struct conf_section *
conf_next(
    const struct conf *c, const char *kind, const struct conf_section *previous)
{
	for (size_t i = previous == NULL ? 1 : previous->index + 1;
	     i < c->n_section; i++)
		if (strcmp(c->section[i]->kind, kind) == 0)
			return c->section[i];
	return NULL;
}

const char *
conf_title(const struct conf_section *s)
{
	return s->title;
}

bool
conf_has(const struct conf_section *s, const char *key)
{
	return section_find(s, key) != NULL;
}

bool
conf_pair(const struct conf_section *s, size_t i, const char **key,
    const char **value)
{
	if (i >= s->n_entry)
		return false;
	*key = s->entry[i].key;
	*value = s->entry[i].value[0];
	return true;
}

const char *
conf_place(const struct conf_section *s, const char *key,
    char out[static CONF_PLACE_MAX])
{
	const struct conf_entry *at = key == NULL ? NULL : section_find(s, key);
	size_t file = at == NULL ? s->file : at->file;
	unsigned int line = at == NULL ? s->line : at->line;

	if (line == 0)
		snprintf(out, CONF_PLACE_MAX, "%s", s->conf->file[file].path);
	else
		snprintf(out, CONF_PLACE_MAX, "%s:%u", s->conf->file[file].path,
		    line);
	return out;
}

int
conf_within(const struct conf_section *s, const char *key, struct err *e)
{
	char place[CONF_PLACE_MAX];

	return err_within(e, "%s", conf_place(s, key, place));
}

int
conf_fail(const struct conf_section *s, const char *key, struct err *e,
    const char *fmt, ...)
{
	char text[ERR_TEXT_MAX];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	err_set(e, EX_CONFIG, "%s", text);
	return conf_within(s, key, e);
}

static void *
member(const struct conf_option *o, void *out)
{
	return (char *)out + o->offset;
}

int
conf_fill(const struct conf_section *s, const struct conf_option *table,
    void *out, struct err *e)
{
	for (const struct conf_option *o = table; o->name != NULL; o++) {
		const struct conf_entry *at = section_find(s, o->name);

		if (at == NULL && !o->required)
			continue;
		if (at == NULL && s->title == NULL)
			return conf_fail(
			    s, NULL, e, "'%s' is missing", o->name);
		if (at == NULL)
			return conf_fail(s, NULL, e, "%s '%s' has no '%s'",
			    s->kind, s->title, o->name);
		conf_value_release(o, member(o, out));
		for (size_t i = 0; i < at->n; i++)
			if (conf_value_set(
				o, at->value[i], member(o, out), e) == -1)
				return conf_within(s, o->name, e);
	}
	return 0;
}

void
conf_release(const struct conf_option *table, void *out)
{
	for (const struct conf_option *o = table; o->name != NULL; o++)
		conf_value_release(o, member(o, out));
}
