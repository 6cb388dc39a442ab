/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "common/conf_doc.h"
#include "common/conf_text.h"
#include "common/err.h"
#include "common/nearest.h"

#include <confuse.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

/*
 * libconfuse tells each value as it meets it, with its line; nothing is kept
 * in its own structures.  It has no argument for callbacks, but a "simple"
 * option says where its value goes: 'slot' is that place for every option,
 * and so the pointer to all the rest.  Option 0 of each table is one that
 * cannot be written, for the error function, which gets only the table.
 */
struct reader {
	void *slot; /* must be first */
	struct conf *conf;
	size_t file;
	const struct conf_text *text;
	size_t n_sections;
	struct conf_section *pending; /* its end was not seen yet */
	struct err *e;
	bool failed; /* 'e' says why; the first reason counts */
};

#define NOBODY ""

static struct reader *
reader_of(const cfg_t *cfg)
{
	return (void *)cfg->opts[0].simple_value.ptr;
}

static int
fail(struct reader *r, unsigned int line, const char *text)
{
	if (!r->failed)
		err_set(r->e, EX_CONFIG, "%s:%u: %s",
		    r->conf->file[r->file].path, line, text);
	r->failed = true;
	return -1;
}

static int
no_memory(struct reader *r)
{
	if (!r->failed)
		err_set(r->e, EX_OSERR, "out of memory");
	r->failed = true;
	return -1;
}

/* Where values go that belong to 'cfg': outside of sections, or to the one
 * that is being read. */
static struct conf_section *
target(struct reader *r, const cfg_t *cfg)
{
	if (cfg->title == NULL)
		return r->conf->section[0];
	if (r->pending == NULL)
		r->pending = calloc(1, sizeof(*r->pending));
	return r->pending;
}

/* The entry that a value belongs to; NULL when something failed. */
static struct conf_entry *
entry_for(
    struct reader *r, cfg_opt_t *opt, struct conf_section *s, unsigned int line)
{
	/* Set at each "=", and cleared here by the first value behind it. */
	bool first = (opt->flags & CFGF_RESET) != 0;
	struct conf_entry *known = section_find(s, opt->name);
	char text[ERR_TEXT_MAX];

	opt->flags &= ~CFGF_RESET;
	if (!first)
		return &s->entry[s->n_entry - 1];
	if (known != NULL && strcmp(opt->name, CONF_INCLUDE) != 0) {
		snprintf(text, sizeof(text), "'%s' is set in %s:%u already",
		    opt->name, r->conf->file[known->file].path, known->line);
		fail(r, line, text);
		return NULL;
	}
	known = section_add(s, opt->name, r->file, line);
	if (known == NULL)
		no_memory(r);
	return known;
}

/* cfg_callback_t: a value was read. */
static int
on_value(cfg_t *cfg, cfg_opt_t *opt, const char *value, void *result)
{
	struct reader *r = (void *)opt->simple_value.ptr;
	struct conf_section *s = target(r, cfg);
	struct conf_entry *at;

	*(void **)result = NULL;
	if (s == NULL)
		return no_memory(r);
	at = entry_for(r, opt, s, (unsigned int)cfg->line);
	if (at == NULL)
		return -1;
	return entry_add(at, value) == 0 ? 0 : no_memory(r);
}

/* The keys of a section without a table: libconfuse collected them. */
static int
collect_free(struct reader *r, const cfg_t *section, struct conf_section *s)
{
	for (const cfg_opt_t *o = section->opts; o->name != NULL; o++) {
		struct conf_entry *at;

		if (o->type != CFGT_STR || o->nvalues == 0)
			continue;
		/* on_error() noted its line. */
		at = section_find(s, o->name);
		if (at == NULL)
			at = section_add(s, o->name, r->file, s->line);
		if (at == NULL || entry_add(at, o->values[0]->string) == -1)
			return no_memory(r);
	}
	return 0;
}

/* A name is a level of the feed's topics and a word of the filter language,
 * and it is printed: nothing that means something there. */
static bool
is_title(const char *t)
{
	size_t len =
	    strspn(t, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
		      "0123456789._:-");

	return len > 0 && len <= CONF_TITLE_MAX && t[len] == '\0';
}

static int
check_title(struct reader *r, const struct conf_section *s)
{
	const struct conf *c = r->conf;
	char text[ERR_TEXT_MAX];

	if (!is_title(s->title)) {
		snprintf(text, sizeof(text),
		    "'%.80s' is no name: letters, digits and . _ : - only, at "
		    "most %d",
		    s->title, CONF_TITLE_MAX);
		return fail(r, s->line, text);
	}
	for (size_t i = 1; i < s->index; i++)
		if (c->section[i]->kind == s->kind &&
		    strcmp(c->section[i]->title, s->title) == 0) {
			snprintf(text, sizeof(text),
			    "there is a %s '%s' already in %s:%u", s->kind,
			    s->title, c->file[c->section[i]->file].path,
			    c->section[i]->line);
			return fail(r, s->line, text);
		}
	return 0;
}

/* cfg_validate_callback_t: a section ended. */
static int
on_section(cfg_t *cfg, cfg_opt_t *opt)
{
	struct reader *r = reader_of(cfg);
	const cfg_t *section = opt->values[opt->nvalues - 1]->section;
	struct conf_section *s = conf_add_section(r->conf);
	const struct conf_kind *kind = r->conf->kinds;

	if (s == NULL)
		return no_memory(r);
	if (r->pending != NULL) {
		s->entry = r->pending->entry;
		s->n_entry = r->pending->n_entry;
		free(r->pending);
		r->pending = NULL;
	}
	while (strcmp(kind->name, opt->name) != 0)
		kind++;
	s->kind = kind->name;
	s->title = strdup(section->title);
	s->file = r->file;
	if (r->n_sections < r->text->n_opened)
		s->line = r->text->opened[r->n_sections++];
	if (s->title == NULL)
		return no_memory(r);
	return check_title(r, s) == 0 ? collect_free(r, section, s) : -1;
}

static int
on_unknown(struct reader *r, const cfg_t *cfg, const char *name)
{
	struct nearest near = nearest_to(name, strlen(name));
	char hint[NEAREST_HINT_MAX], text[200];

	for (const cfg_opt_t *o = cfg->opts; o->name != NULL; o++)
		nearest_try(&near, o->name);
	snprintf(text, sizeof(text), "unknown key '%.60s'%s", name,
	    nearest_hint(&near, hint));
	return fail(r, (unsigned int)cfg->line, text);
}

/* cfg_errfunc_t.  libconfuse complains about the first use of a key in a
 * section without a table, too, and then takes it: that tells its line. */
__attribute__((format(printf, 2, 0))) static void
on_error(cfg_t *cfg, const char *fmt, va_list ap)
{
	struct reader *r = reader_of(cfg);
	char text[ERR_TEXT_MAX];

	if (strcmp(fmt, "no such option '%s'") != 0) {
		vsnprintf(text, sizeof(text), fmt, ap);
		fail(r, (unsigned int)cfg->line, text);
	} else if ((cfg->flags & CFGF_KEYSTRVAL) != 0) {
		struct conf_section *s = target(r, cfg);

		if (s == NULL || section_add(s, va_arg(ap, char *), r->file,
				     (unsigned int)cfg->line) == NULL)
			no_memory(r);
	} else {
		on_unknown(r, cfg, va_arg(ap, char *));
	}
}

static cfg_opt_t
value_option(struct reader *r, const char *name, bool list)
{
	return (cfg_opt_t){
	    .name = name,
	    .type = CFGT_PTR,
	    .flags = CFGF_NODEFAULT | (list ? CFGF_LIST : CFGF_NONE),
	    .simple_value.ptr = &r->slot,
	    .parsecb = on_value,
	};
}

static size_t
count_options(const struct conf_option *o)
{
	size_t n = 0;

	while (o != NULL && o[n].name != NULL)
		n++;
	return n;
}

/* A table for libconfuse with room for 'more' entries and the end; '*n' is
 * where they go.  NULL: out of memory. */
static cfg_opt_t *
make_table(
    struct reader *r, const struct conf_option *o, size_t more, size_t *n)
{
	size_t known = count_options(o);
	cfg_opt_t *t = calloc(1 + known + more + 1, sizeof(*t));

	if (t == NULL)
		return NULL;
	t[0] = value_option(r, NOBODY, false);
	for (size_t i = 0; i < known; i++)
		t[1 + i] = value_option(r, o[i].name,
		    o[i].type == CONF_NETS || o[i].type == CONF_STRINGS);
	*n = 1 + known;
	return t;
}

static void
free_tables(cfg_opt_t *root)
{
	for (cfg_opt_t *o = root; o != NULL && o->name != NULL; o++)
		free(o->subopts);
	free(root);
}

/* One table that has all kinds.  NULL: out of memory. */
static cfg_opt_t *
make_tables(struct reader *r)
{
	const struct conf_kind *k = r->conf->kinds;
	size_t n, ignored, kinds = 0;
	cfg_opt_t *root;

	while (k[kinds].name != NULL)
		kinds++;
	root = make_table(r, r->conf->top, 1 + kinds, &n);
	if (root == NULL)
		return NULL;
	root[n++] = value_option(r, CONF_INCLUDE, true);
	for (size_t i = 0; i < kinds; i++, n++) {
		root[n] = (cfg_opt_t){
		    .name = k[i].name,
		    .type = CFGT_SEC,
		    .flags = CFGF_MULTI | CFGF_TITLE | CFGF_NO_TITLE_DUPES |
			     (k[i].option == NULL ? CFGF_KEYSTRVAL : CFGF_NONE),
		    .subopts = make_table(r, k[i].option, 0, &ignored),
		    .validcb = on_section,
		};
		if (root[n].subopts == NULL) {
			free_tables(root);
			return NULL;
		}
	}
	return root;
}

int
confuse_read(
    struct conf *c, size_t index, const struct conf_text *text, struct err *e)
{
	struct reader r = {.conf = c, .file = index, .text = text, .e = e};
	cfg_opt_t *tables = make_tables(&r);
	cfg_t *cfg = tables == NULL ? NULL : cfg_init(tables, CFGF_NONE);

	if (cfg == NULL) {
		no_memory(&r);
	} else {
		cfg_set_error_function(cfg, on_error);
		if (cfg_parse_buf(cfg, text->text) != CFG_SUCCESS)
			fail(&r, (unsigned int)cfg->line, "syntax error");
		/* Also forgets what the lexer, which is global, was doing. */
		cfg_free(cfg);
	}
	section_free(r.pending);
	free_tables(tables);
	return r.failed ? -1 : 0;
}
