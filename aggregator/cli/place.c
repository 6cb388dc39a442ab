/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "aggregator/cli/place.h"
#include "aggregator/cli/caret.h"
#include "aggregator/cli/cli.h"
#include "aggregator/cli/filter_join.h"
#include "aggregator/cli/nfilters.h"
#include "aggregator/cli/site_file.h"
#include "aggregator/config.h"
#include "common/addr.h"
#include "common/err.h"
#include "common/filter.h"
#include "common/site.h"

#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

/* With --home the site is what the options say, and nothing else. */
static int
site_from_home(struct place *p, const struct options *o, struct err *e)
{
	struct honeynet h = {.name = "home"};

	p->own = site_new();
	if (p->own == NULL)
		return err_set(e, EX_OSERR, "out of memory");
	p->site = p->own;
	if (o->home.n == 0)
		return 0;
	for (size_t i = 0; i < o->home.n; i++)
		if (nets_add(&h.home, &o->home.net[i]) == -1) {
			nets_fini(&h.home);
			return err_set(e, EX_OSERR, "out of memory");
		}
	return site_add_honeynet(p->own, &h, e);
}

/* A store of files knows itself what was home. */
static const char *
config_path(const struct options *o, char own[static PATH_MAX])
{
	if (o->config != NULL)
		return o->config;
	if (o->home.n > 0 && o->store != NULL)
		return NULL;
	if (o->store != NULL && site_file_path(o->store, own))
		return own;
	return access(CONFIG_PATH, R_OK) == 0 ? CONFIG_PATH : NULL;
}

static int
open_site(struct place *p, const struct options *o, struct err *e)
{
	if (p->config == NULL || (o->home.n > 0 && o->config == NULL))
		return site_from_home(p, o, e);
	p->site = p->config->site;
	if (o->home.n > 0)
		return err_set(e, EX_USAGE,
		    "--home and -c: %s says what is home already", o->config);
	return 0;
}

int
place_open(struct place *p, const struct options *o, struct err *e)
{
	char own[PATH_MAX];
	const char *path = config_path(o, own);

	*p = (struct place){0};
	if (path != NULL) {
		p->config = config_load(path, e);
		if (p->config == NULL)
			return -1;
	}
	if (open_site(p, o, e) == -1) {
		place_close(p);
		return -1;
	}
	p->home_known = p->site->n_honeynet > 0;
	p->dir = o->store != NULL    ? o->store
		 : p->config != NULL ? p->config->store
				     : CONFIG_STORE;
	return 0;
}

void
place_close(struct place *p)
{
	site_free(p->own);
	config_free(p->config);
	*p = (struct place){0};
}

struct store *
place_store(const struct place *p, struct err *e)
{
	return store_open(p->dir, STORE_READ, e);
}

struct state *
place_state(const struct place *p, struct err *e)
{
	return state_open(p->dir, STORE_READ, e);
}

/* Words side by side. */
static char *
join(char *const *word, size_t n)
{
	size_t len = 1;
	char *text, *at;

	for (size_t i = 0; i < n; i++)
		len += strlen(word[i]) + 1;
	text = at = calloc(1, len);
	for (size_t i = 0; text != NULL && i < n; i++) {
		if (i > 0)
			*at++ = ' ';
		at = stpcpy(at, word[i]);
	}
	return text;
}

/* A text as a filter that can be asked of 'scope' (0: of anything).  Returns 0,
 * or -1 with 'e' showing word and column. */
static int
parse(const struct place *p, const char *text, uint32_t scope,
    struct filter **out, struct err *e)
{
	*out = filter_parse(text, p->site, e);
	if (*out != NULL &&
	    (scope == 0 ||
		filter_check(*out, (enum filter_scope)scope, e) == 0))
		return 0;
	filter_free(*out);
	*out = NULL;
	caret_add(e, text);
	return err_within(e, "filter");
}

/* The words, checked, and what flow-tools' files say. */
static char *
both(const struct place *p, const char *words, const char *nfilters,
    uint32_t scope, struct err *e)
{
	const struct filter_part part[] = {{nfilters, false}, {words, false}};
	struct filter *f;
	char *text;

	if (parse(p, words, scope, &f, e) == -1)
		return NULL;
	filter_free(f);
	text = nfilters == NULL ? strdup(words) : filter_join(part, 2);
	if (text == NULL)
		err_set(e, EX_OSERR, "out of memory");
	return text;
}

char *
place_filter_text(const struct place *p, const struct cli *c, size_t from,
    uint32_t scope, struct err *e)
{
	char *words = join(c->word + from, c->n_word - from);
	char *nfilters = NULL, *text = NULL;

	if (words == NULL)
		err_set(e, EX_OSERR, "out of memory");
	else if (nfilters_text(&c->opt, &nfilters, e) == 0)
		text = both(p, words, nfilters, scope, e);
	free(nfilters);
	free(words);
	return text;
}

int
place_filter_parse(const struct place *p, const char *text, uint32_t scope,
    struct filter **out, struct err *e)
{
	*out = NULL;
	if (filter_is_empty(text))
		return 0;
	if (parse(p, text, scope, out, e) == -1)
		return -1;
	if (filter_asks_home(*out) && !p->home_known)
		return err_set(e, EX_CONFIG,
		    "filter: 'direction' needs to know what is home: give "
		    "--home NET, or -c FILE with a honeynet section");
	return 0;
}

int
place_filter_of(const struct place *p, const struct cli *c, uint32_t scope,
    struct filter **out, struct err *e)
{
	char *text;
	int rc;

	*out = NULL;
	if (c->n_word == 0 && c->opt.n_nfilter == 0)
		return 0;
	text = place_filter_text(p, c, 0, scope, e);
	if (text == NULL)
		return -1;
	rc = place_filter_parse(p, text, scope, out, e);
	free(text);
	return rc;
}

int
place_filter(const struct place *p, const struct cli *c, struct filter **out,
    struct err *e)
{
	return place_filter_of(p, c, 0, out, e);
}
