/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "aggregator/cli/dossier.h"
#include "common/clock.h"
#include "common/err.h"
#include "common/filter.h"

#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#define VERSION_NUMBER 1

/* --- out --- */

/* NULL when a text is no UTF-8, or memory is out. */
static json_t *
step_to_json(const struct dossier_step *s)
{
	char made[TIME_TEXT_MAX], gone[TIME_TEXT_MAX];
	json_t *o = json_pack("{s:s, s:s, s:s, s:s, s:s, s:s}", "kind",
	    s->exclude ? "exclude" : "filter", "name", s->name, "filter",
	    s->filter, "reason", s->reason, "time",
	    time_format(s->time_ns, made), "user", s->user);

	if (o == NULL || s->gone_ns == TIME_NONE)
		return o;
	if (json_object_set_new(o, "removed",
		json_pack("{s:s, s:s}", "time", time_format(s->gone_ns, gone),
		    "user", s->gone_user)) == 0)
		return o;
	json_decref(o);
	return NULL;
}

static json_t *
list_to_json(const struct dossier_step *step, size_t n)
{
	json_t *list = json_array();

	for (size_t i = 0; list != NULL && i < n; i++)
		if (json_array_append_new(list, step_to_json(&step[i])) == -1) {
			json_decref(list);
			return NULL;
		}
	return list;
}

json_t *
dossier_to_json(const struct dossier *d, struct err *e)
{
	char made[TIME_TEXT_MAX];
	json_t *o =
	    json_pack("{s:i, s:s, s:s, s:s, s:o, s:o}", "case", VERSION_NUMBER,
		"reason", d->reason, "time", time_format(d->time_ns, made),
		"user", d->user, "steps", list_to_json(d->step, d->n),
		"removed", list_to_json(d->gone, d->n_gone));

	if (o == NULL)
		err_set(e, EX_USAGE, "a text is no UTF-8");
	return o;
}

/* --- in --- */

/* The text called 'key' into 'out'; it must be there.  Returns 0, or -1. */
static int
get_text(
    const json_t *o, const char *key, char *out, size_t size, struct err *e)
{
	const char *text = json_string_value(json_object_get(o, key));

	if (text == NULL)
		return err_set(e, EX_DATAERR, "no text '%s'", key);
	if (strlen(text) >= size)
		return err_set(e, EX_DATAERR, "'%s' has more than %zu bytes",
		    key, size - 1);
	strcpy(out, text);
	return 0;
}

static int
get_time(const json_t *o, const char *key, int64_t *out, struct err *e)
{
	const char *text = json_string_value(json_object_get(o, key));

	if (text == NULL || time_parse(text, out) == -1)
		return err_set(e, EX_DATAERR, "'%s' is no time", key);
	return 0;
}

static int
get_kind(const json_t *o, bool *exclude, struct err *e)
{
	char kind[16];

	if (get_text(o, "kind", kind, sizeof(kind), e) == -1)
		return -1;
	*exclude = strcmp(kind, "exclude") == 0;
	if (*exclude || strcmp(kind, "filter") == 0)
		return 0;
	return err_set(e, EX_DATAERR, "a step is a filter or an exclude");
}

static int
get_removed(const json_t *o, struct dossier_step *s, struct err *e)
{
	const json_t *removed = json_object_get(o, "removed");

	s->gone_ns = TIME_NONE;
	if (removed == NULL)
		return 0;
	if (get_text(removed, "user", s->gone_user, sizeof(s->gone_user), e) ==
	    -1)
		return -1;
	return get_time(removed, "time", &s->gone_ns, e);
}

static int
get_step(struct dossier *d, const json_t *o, bool removed, struct err *e)
{
	const char *filter = json_string_value(json_object_get(o, "filter"));
	struct dossier_step s = {.filter = NULL};

	if (get_kind(o, &s.exclude, e) == -1 ||
	    get_text(o, "name", s.name, sizeof(s.name), e) == -1 ||
	    dossier_check_name("step", s.name, e) == -1 ||
	    get_text(o, "reason", s.reason, sizeof(s.reason), e) == -1 ||
	    get_text(o, "user", s.user, sizeof(s.user), e) == -1 ||
	    get_time(o, "time", &s.time_ns, e) == -1 ||
	    get_removed(o, &s, e) == -1)
		return -1;
	if (filter == NULL || strlen(filter) > FILTER_TEXT_MAX)
		return err_set(
		    e, EX_DATAERR, "step '%s' has no filter", s.name);
	if (removed != (s.gone_ns != TIME_NONE))
		return err_set(
		    e, EX_DATAERR, "step '%s' is in the wrong list", s.name);
	s.filter = strdup(filter);
	if (s.filter == NULL)
		return err_set(e, EX_OSERR, "out of memory");
	if (dossier_add(d, &s, e) == 0) {
		free(s.filter);
		return 0;
	}
	free(s.filter);
	return -1;
}

static int
get_steps(struct dossier *d, const json_t *root, const char *key, bool removed,
    struct err *e)
{
	const json_t *list = json_object_get(root, key);

	if (!json_is_array(list))
		return err_set(e, EX_DATAERR, "no list '%s'", key);
	for (size_t i = 0; i < json_array_size(list); i++)
		if (get_step(d, json_array_get(list, i), removed, e) == -1)
			return -1;
	return 0;
}

static int
get_version(const json_t *root, struct err *e)
{
	const json_t *version = json_object_get(root, "case");

	if (!json_is_integer(version))
		return err_set(e, EX_DATAERR, "this is no case");
	if (json_integer_value(version) != VERSION_NUMBER)
		return err_set(e, EX_DATAERR, "it was made by a newer version");
	return 0;
}

struct dossier *
dossier_from_json(const json_t *root, struct err *e)
{
	struct dossier *d = dossier_new();

	if (d == NULL) {
		err_set(e, EX_OSERR, "out of memory");
		return NULL;
	}
	if (get_version(root, e) == 0 &&
	    get_text(root, "reason", d->reason, sizeof(d->reason), e) == 0 &&
	    get_text(root, "user", d->user, sizeof(d->user), e) == 0 &&
	    get_time(root, "time", &d->time_ns, e) == 0 &&
	    get_steps(d, root, "steps", false, e) == 0 &&
	    get_steps(d, root, "removed", true, e) == 0)
		return d;
	/* Whatever is wrong in a file is wrong with the data. */
	if (e != NULL && e->code == EX_USAGE)
		e->code = EX_DATAERR;
	dossier_free(d);
	return NULL;
}
