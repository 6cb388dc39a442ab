/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "aggregator/cli/analysis_site.h"
#include "aggregator/cli/files.h"
#include "aggregator/cli/options.h"
#include "aggregator/config.h"
#include "common/err.h"
#include "common/site.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

/* 64 KiB are 1,300 addresses of 48 bytes. */
#define ALIAS_LINE_MAX 65536

/* --- aliases --- */

/* One honeypot a line, as addresses; '#' begins a comment. */
typedef int alias_fn(void *arg, struct nets *addresses, struct err *e);

static int
read_line(char *line, struct nets *out, struct err *e)
{
	char *save, *word;
	struct net n;

	line[strcspn(line, "#\n")] = '\0';
	for (word = strtok_r(line, " \t\r,", &save); word != NULL;
	     word = strtok_r(NULL, " \t\r,", &save)) {
		if (net_parse(word, &n) != 0 || !net_is_host(&n))
			return err_set(
			    e, EX_DATAERR, "'%.60s' is no address", word);
		if (nets_add(out, &n) == -1)
			return err_set(e, EX_OSERR, "out of memory");
	}
	return 0;
}

static int
each_line(FILE *f, const char *path, alias_fn *fn, void *arg, struct err *e)
{
	char *line = malloc(ALIAS_LINE_MAX);
	int rc = line == NULL ? err_set(e, EX_OSERR, "out of memory") : 0;
	int number = 0;

	while (rc == 0 && fgets(line, ALIAS_LINE_MAX, f) != NULL) {
		struct nets addresses = {0};

		number++;
		rc = read_line(line, &addresses, e);
		if (rc == 0 && addresses.n > 0)
			rc = fn(arg, &addresses, e);
		nets_fini(&addresses);
		if (rc == -1)
			err_within(e, "%s:%d", path, number);
	}
	free(line);
	return rc;
}

static int
each_alias(const char *path, alias_fn *fn, void *arg, struct err *e)
{
	FILE *f = fopen(path, "re");
	int rc;

	if (f == NULL)
		return err_sys(e, errno == EACCES ? EX_NOPERM : EX_NOINPUT,
		    "cannot open %s", path);
	rc = each_line(f, path, fn, arg, e);
	fclose(f);
	return rc;
}

/* A honeypot, named by its first address. */
static int
add_honeypot(void *arg, struct nets *addresses, struct err *e)
{
	struct honeypot h = {
	    .primary = addresses->net[0].a, .addresses = *addresses};

	*addresses = (struct nets){0}; /* the site's from here on */
	addr_format(&h.primary, h.name);
	return site_add_honeypot(arg, &h, e);
}

/* Whoever is a honeypot is home. */
static int
add_home(void *arg, struct nets *addresses, struct err *e)
{
	struct nets *home = arg;

	for (size_t i = 0; i < addresses->n; i++)
		if (!nets_have(home, &addresses->net[i].a) &&
		    nets_add(home, &addresses->net[i]) == -1)
			return err_set(e, EX_OSERR, "out of memory");
	return 0;
}

/* --- home --- */

static bool
look_at(void *arg, const struct record *r)
{
	return home_put(arg, r);
}

static int
guess(
    struct analysis_site *a, struct files *f, struct nets *home, struct err *e)
{
	struct home *h = home_new();
	struct net net[HOME_NETS_MAX];
	size_t n;
	int rc;

	if (h == NULL)
		return err_set(e, EX_OSERR, "out of memory");
	rc = files_look(f, look_at, h, e);
	if (rc == 0) {
		n = home_guess(h, net, a->why);
		for (size_t i = 0; rc == 0 && i < n; i++)
			rc = nets_add(home, &net[i]);
		if (rc == -1)
			err_set(e, EX_OSERR, "out of memory");
		a->guessed = true;
	}
	home_free(h);
	return rc;
}

static int
find_home(struct analysis_site *a, const struct options *o, struct files *f,
    struct nets *home, struct err *e)
{
	if (o->home.n == 0) {
		if (guess(a, f, home, e) == -1)
			return -1;
		return o->aliases == NULL
			   ? 0
			   : each_alias(o->aliases, add_home, home, e);
	}
	for (size_t i = 0; i < o->home.n; i++)
		if (nets_add(home, &o->home.net[i]) == -1)
			return err_set(e, EX_OSERR, "out of memory");
	return 0;
}

static void
write_home(struct analysis_site *a)
{
	char text[NET_TEXT_MAX];
	size_t at = 0;

	for (size_t i = 0; i < a->site->n_honeynet; i++) {
		const struct nets *home = &a->site->honeynet[i].home;

		for (size_t k = 0; k < home->n && at < sizeof(a->home); k++)
			at += (size_t)snprintf(a->home + at,
			    sizeof(a->home) - at, "%s%s", at == 0 ? "" : " ",
			    net_format(&home->net[k], text));
	}
}

static int
open_own(struct analysis_site *a, const struct options *o, struct files *f,
    struct err *e)
{
	struct honeynet h = {.name = "home"};

	a->site = a->own = site_new();
	if (a->own == NULL)
		return err_set(e, EX_OSERR, "out of memory");
	if (find_home(a, o, f, &h.home, e) == -1) {
		nets_fini(&h.home);
		return -1;
	}
	if (h.home.n == 0)
		return 0; /* there was nothing at all */
	return site_add_honeynet(a->own, &h, e);
}

int
analysis_site_open(struct analysis_site *a, const struct options *o,
    struct files *f, struct err *e)
{
	int rc;

	*a = (struct analysis_site){0};
	if (o->config != NULL && o->home.n > 0)
		return err_set(e, EX_USAGE,
		    "--home and -c: %s says what is home already", o->config);
	if (o->config != NULL) {
		a->config = config_load(o->config, e);
		if (a->config == NULL)
			return -1;
		a->site = a->config->site;
		rc = 0;
		if (a->site->n_honeynet == 0)
			rc = err_set(e, EX_CONFIG,
			    "%s has no honeynet section: it does not say what "
			    "is home",
			    o->config);
	} else {
		rc = open_own(a, o, f, e);
	}
	if (rc == 0 && o->aliases != NULL)
		rc = each_alias(o->aliases, add_honeypot, a->site, e);
	if (rc == 0)
		write_home(a);
	else
		analysis_site_close(a);
	return rc;
}

void
analysis_site_close(struct analysis_site *a)
{
	site_free(a->own);
	config_free(a->config);
	*a = (struct analysis_site){0};
}
