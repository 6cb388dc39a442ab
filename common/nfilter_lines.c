/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "common/err.h"
#include "common/nfilter_parse.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* What a line's first word says. */

typedef int line_fn(struct nf_reader *r);

static int
take_name(struct nf_reader *r, const char *what, char *out)
{
	const char *word = nf_word(r);

	if (word == NULL)
		return nf_fail(r, "the name of the %s is missing", what);
	if (strlen(word) >= NFILTER_NAME_MAX)
		return nf_fail(
		    r, "a name of more than %d bytes", NFILTER_NAME_MAX - 1);
	strcpy(out, word);
	return 0;
}

/* Room for one more of 'size' bytes in a list of 'n'; NULL with 'r->e'. */
static void *
more_room(struct nf_reader *r, void *list, size_t n, size_t size)
{
	void *more;

	if (n == NFILTER_PARTS_MAX) {
		nf_fail(r, "more than %d primitives or definitions",
		    NFILTER_PARTS_MAX);
		return NULL;
	}
	more = reallocarray(list, n + 1, size);
	if (more == NULL)
		nf_no_memory(r);
	return more;
}

static int
read_primitive(struct nf_reader *r)
{
	struct nf_primitive p = {
	    .line = r->line, .type = NF_NO_TYPE, .mask = 0xff};
	struct nfilter *f = r->f;
	struct nf_primitive *more;

	r->primitive = NULL;
	r->definition = NULL;
	if (take_name(r, "primitive", p.name) == -1)
		return -1;
	for (size_t i = 0; i < f->n_primitive; i++)
		if (strcasecmp(f->primitive[i].name, p.name) == 0)
			return nf_fail(r,
			    "there is a primitive '%s' in line "
			    "%d already",
			    p.name, f->primitive[i].line);
	more = more_room(r, f->primitive, f->n_primitive, sizeof(*more));
	if (more == NULL)
		return -1;
	f->primitive = more;
	r->primitive = &more[f->n_primitive++];
	*r->primitive = p;
	return 0;
}

static int
read_definition(struct nf_reader *r)
{
	struct nf_definition d = {.line = r->line};
	struct nfilter *f = r->f;
	struct nf_definition *more;

	r->primitive = NULL;
	r->definition = NULL;
	if (take_name(r, "definition", d.name) == -1)
		return -1;
	for (size_t i = 0; i < f->n_definition; i++)
		if (strcasecmp(f->definition[i].name, d.name) == 0)
			return nf_fail(r,
			    "there is a definition '%s' in line "
			    "%d already",
			    d.name, f->definition[i].line);
	more = more_room(r, f->definition, f->n_definition, sizeof(*more));
	if (more == NULL)
		return -1;
	f->definition = more;
	r->definition = &more[f->n_definition++];
	*r->definition = d;
	return 0;
}

static int
read_type(struct nf_reader *r)
{
	const char *word = nf_word(r);

	if (word == NULL)
		return nf_fail(r, "the type is missing");
	if (r->primitive->type != NF_NO_TYPE)
		return nf_fail(
		    r, "'%s' has a type already", r->primitive->name);
	for (int t = 0; t < NF_NO_TYPE; t++)
		if (strcasecmp(word, nf_type_name((enum nf_type)t)) == 0) {
			r->primitive->type = (enum nf_type)t;
			return 0;
		}
	return nf_fail(r, "there is no type '%.40s'", word);
}

/* What follows says nothing before the type is known. */
static int
need_type(struct nf_reader *r)
{
	if (r->primitive->type != NF_NO_TYPE)
		return 0;
	return nf_fail(
	    r, "the type of '%s' must be said first", r->primitive->name);
}

static int
read_permit(struct nf_reader *r)
{
	return need_type(r) == -1 ? -1 : nf_read_argument(r, true);
}

static int
read_deny(struct nf_reader *r)
{
	return need_type(r) == -1 ? -1 : nf_read_argument(r, false);
}

static int
read_default(struct nf_reader *r)
{
	const char *word = nf_word(r);

	if (need_type(r) == -1)
		return -1;
	if (word == NULL ||
	    (strcasecmp(word, "permit") != 0 && strcasecmp(word, "deny") != 0))
		return nf_fail(r, "'default' is permit or deny");
	r->primitive->default_permit = strcasecmp(word, "permit") == 0;
	return 0;
}

static int
read_mask(struct nf_reader *r)
{
	const char *word = nf_word(r);
	uint64_t mask;

	if (r->primitive->type != NF_TOS && r->primitive->type != NF_TCP_FLAGS)
		return nf_fail(r, "only ip-tos and ip-tcp-flags have a mask");
	if (word == NULL || nf_number(word, UINT8_MAX, &mask) == -1)
		return nf_fail(r, "the mask is no number up to 0xff");
	r->primitive->mask = (uint8_t)mask;
	return 0;
}

static int
read_invert(struct nf_reader *r)
{
	r->definition->invert = true;
	return 0;
}

static int
read_or(struct nf_reader *r)
{
	r->definition->or_said = r->definition->n > 0;
	return 0;
}

static int
count_entry(struct nf_reader *r)
{
	if (r->f->entries++ == NFILTER_ENTRIES_MAX)
		return nf_fail(r,
		    "more than %d lines of permit, deny and "
		    "match",
		    NFILTER_ENTRIES_MAX);
	return 0;
}

static int
read_match(struct nf_reader *r)
{
	struct nf_definition *d = r->definition;
	struct nf_match m = {.line = r->line, .begins = d->or_said}, *more;
	const char *word = nf_word(r);

	if (count_entry(r) == -1)
		return -1;
	if (word == NULL)
		return nf_fail(r, "what is to be matched is missing");
	if (nf_criterion_find(word, &m.criterion) == -1)
		return nf_fail(r, "'%.40s' cannot be matched%s", word,
		    strcasecmp(word, "ip-port") == 0 ||
			    strcasecmp(word, "ip-address") == 0
			? ": say which end; 'or' joins both"
			: "");
	if (take_name(r, "primitive", m.name) == -1)
		return -1;
	more = reallocarray(d->match, d->n + 1, sizeof(*more));
	if (more == NULL)
		return nf_no_memory(r);
	d->match = more;
	more[d->n++] = m;
	d->or_said = false;
	return 0;
}

enum section {
	ANYWHERE,
	IN_PRIMITIVE,
	IN_DEFINITION,
};

static const struct {
	const char *word;
	enum section section;
	bool counts;
	line_fn *read;
} words[] = {
    {"filter-primitive", ANYWHERE, false, read_primitive},
    {"filter-definition", ANYWHERE, false, read_definition},
    {"type", IN_PRIMITIVE, false, read_type},
    {"permit", IN_PRIMITIVE, true, read_permit},
    {"deny", IN_PRIMITIVE, true, read_deny},
    {"default", IN_PRIMITIVE, false, read_default},
    {"mask", IN_PRIMITIVE, false, read_mask},
    {"invert", IN_DEFINITION, false, read_invert},
    {"match", IN_DEFINITION, false, read_match},
    {"or", IN_DEFINITION, false, read_or},
};

#define WORDS (sizeof(words) / sizeof(*words))

static bool
is_here(const struct nf_reader *r, enum section s)
{
	return s == ANYWHERE || (s == IN_PRIMITIVE && r->primitive != NULL) ||
	       (s == IN_DEFINITION && r->definition != NULL);
}

static int
unexpected(struct nf_reader *r, const char *word)
{
	for (size_t i = 0; i < WORDS; i++)
		if (strcasecmp(word, words[i].word) == 0)
			return nf_fail(r, "'%s' belongs to a %s", word,
			    words[i].section == IN_PRIMITIVE
				? "filter-primitive"
				: "filter-definition");
	return nf_fail(r, "unexpected '%.40s'", word);
}

int
nf_read_words(struct nf_reader *r)
{
	const char *word = nf_word(r);
	size_t i = 0;

	if (word == NULL)
		return 0;
	while (i < WORDS && (strcasecmp(word, words[i].word) != 0 ||
				!is_here(r, words[i].section)))
		i++;
	if (i == WORDS)
		return unexpected(r, word);
	if ((words[i].counts && count_entry(r) == -1) || words[i].read(r) == -1)
		return -1;
	word = nf_word(r);
	if (word == NULL)
		return 0;
	return nf_fail(r, "unexpected '%.40s'%s", word,
	    *word == '#' ? ": a comment needs a line of its own" : "");
}
