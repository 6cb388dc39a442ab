/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "aggregator/cli/nfilters.h"
#include "aggregator/cli/filter_join.h"
#include "aggregator/cli/options.h"
#include "aggregator/cli/output.h"
#include "common/err.h"
#include "common/nfilter.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

/*
 * As a pipe of flow-nfilter: each -F is one of them.  It reads the file that
 * was named last before it (or else the first one); a -v before any -F is for
 * all, one behind an -F for that alone.
 */

struct variables {
	struct nfilter_var var[NFILTER_OPTIONS_MAX];
	char name[NFILTER_OPTIONS_MAX][NFILTER_NAME_MAX];
	size_t n;
};

static int
add_variable(struct variables *v, const char *word, struct err *e)
{
	const char *value = strchr(word, '=');
	size_t len = value == NULL ? 0 : (size_t)(value - word);

	if (len == 0 || len >= NFILTER_NAME_MAX)
		return err_set(
		    e, EX_USAGE, "-v %s: write -v VARIABLE=VALUE", word);
	memcpy(v->name[v->n], word, len);
	v->name[v->n][len] = '\0';
	v->var[v->n] = (struct nfilter_var){v->name[v->n], value + 1};
	v->n++;
	return 0;
}

/* The variables of the -F at 'at'; NFILTER_OPTIONS_MAX: of none. */
static int
gather(const struct options *o, size_t at, struct variables *v, struct err *e)
{
	bool ours = true;

	v->n = 0;
	for (size_t i = 0; i < o->n_nfilter; i++) {
		if (o->nfilter[i].letter == 'F')
			ours = i == at;
		if (o->nfilter[i].letter == 'v' && ours &&
		    add_variable(v, o->nfilter[i].value, e) == -1)
			return -1;
	}
	return 0;
}

static const char *
file_of(const struct options *o, size_t at)
{
	const char *file = NULL;

	for (size_t i = 0; i < o->n_nfilter; i++)
		if (o->nfilter[i].letter == 'f' && (file == NULL || i < at))
			file = o->nfilter[i].value;
	return file;
}

static void
say(void *arg, const char *text)
{
	(void)arg;
	remark("warning: %s", text);
}

/* The filter of one -F.  Returns 0, or -1 with 'e'. */
static int
tell(const struct options *o, size_t at, const char *definition, char **out,
    struct err *e)
{
	const char *file = file_of(o, at);
	struct variables v;
	struct nfilter *f;

	if (file == NULL)
		return err_set(e, EX_USAGE,
		    "-F and -v need --nfilter FILE, a filter file of "
		    "flow-tools");
	if (gather(o, at, &v, e) == -1)
		return -1;
	f = nfilter_load(file, v.var, v.n, e);
	if (f == NULL)
		return -1;
	*out = nfilter_text(f, definition, say, NULL, e);
	nfilter_free(f);
	return *out == NULL ? -1 : 0;
}

/* Of each -F, or as flow-nfilter does without one.  Returns how many there
 * are, those that were told before an error too; -1 in 'rc' with 'e'. */
static size_t
tell_all(const struct options *o, char **text, int *rc, struct err *e)
{
	size_t n = 0;

	*rc = 0;
	for (size_t i = 0; i < o->n_nfilter && *rc == 0; i++)
		if (o->nfilter[i].letter == 'F') {
			*rc = tell(o, i, o->nfilter[i].value, &text[n], e);
			n += *rc == 0;
		}
	if (n == 0 && *rc == 0) {
		*rc = tell(o, NFILTER_OPTIONS_MAX, "default", &text[0], e);
		n = *rc == 0;
	}
	return n;
}

int
nfilters_text(const struct options *o, char **out, struct err *e)
{
	struct filter_part part[NFILTER_OPTIONS_MAX];
	char *text[NFILTER_OPTIONS_MAX];
	size_t n;
	int rc;

	*out = NULL;
	if (o->n_nfilter == 0)
		return 0;
	n = tell_all(o, text, &rc, e);
	for (size_t i = 0; i < n; i++)
		part[i] = (struct filter_part){.text = text[i]};
	if (rc == 0) {
		*out = filter_join(part, n);
		if (*out == NULL)
			rc = err_set(e, EX_OSERR, "out of memory");
	}
	for (size_t i = 0; i < n; i++)
		free(text[i]);
	return rc;
}

static int
add_option(struct options *o, char letter, const char *v, struct err *e)
{
	if (o->n_nfilter == NFILTER_OPTIONS_MAX)
		return err_set(e, EX_USAGE,
		    "%s: more than %d of --nfilter, -F and -v", v,
		    NFILTER_OPTIONS_MAX);
	o->nfilter[o->n_nfilter++] = (struct nfilter_option){letter, v};
	return 0;
}

int
nfilters_file(struct options *o, const char *v, struct err *e)
{
	return add_option(o, 'f', v, e);
}

int
nfilters_definition(struct options *o, const char *v, struct err *e)
{
	return add_option(o, 'F', v, e);
}

int
nfilters_variable(struct options *o, const char *v, struct err *e)
{
	return add_option(o, 'v', v, e);
}
