/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "aggregator/cli/dossier.h"
#include "aggregator/cli/filter_join.h"
#include "common/clock.h"
#include "common/err.h"

#include <ctype.h>
#include <errno.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

int
dossier_check_name(const char *what, const char *name, struct err *e)
{
	size_t len = strlen(name);
	bool ok =
	    len > 0 && len < DOSSIER_NAME_MAX && isalnum((unsigned char)*name);

	for (size_t i = 0; ok && i < len; i++)
		ok = (name[i] >= 'a' && name[i] <= 'z') ||
		     (name[i] >= 'A' && name[i] <= 'Z') ||
		     (name[i] >= '0' && name[i] <= '9') ||
		     strchr("._-", name[i]) != NULL;
	if (ok)
		return 0;
	return err_set(e, EX_USAGE,
	    "the name of a %s is made of at most %d letters, digits, '.', '-' "
	    "and '_'",
	    what, DOSSIER_NAME_MAX - 1);
}

void
dossier_user(char out[static DOSSIER_USER_MAX])
{
	uid_t uid = getuid();
	const struct passwd *pw = getpwuid(uid);

	if (pw != NULL)
		snprintf(out, DOSSIER_USER_MAX, "%s", pw->pw_name);
	else
		snprintf(out, DOSSIER_USER_MAX, "%u", (unsigned int)uid);
}

struct dossier *
dossier_new(void)
{
	struct dossier *d = calloc(1, sizeof(*d));

	if (d != NULL)
		d->time_ns = TIME_NONE;
	return d;
}

void
dossier_free(struct dossier *d)
{
	int saved = errno;

	if (d == NULL)
		return;
	for (size_t i = 0; i < d->n; i++)
		free(d->step[i].filter);
	for (size_t i = 0; i < d->n_gone; i++)
		free(d->gone[i].filter);
	free(d->step);
	free(d->gone);
	free(d);
	errno = saved;
}

const struct dossier_step *
dossier_step(const struct dossier *d, const char *name)
{
	for (size_t i = 0; i < d->n; i++)
		if (strcmp(d->step[i].name, name) == 0)
			return &d->step[i];
	return NULL;
}

/* Append; the filter's text then belongs to the list.  Returns 0 or -1. */
static int
append(struct dossier_step **list, size_t *n, const struct dossier_step *one)
{
	struct dossier_step *more = reallocarray(*list, *n + 1, sizeof(*more));

	if (more == NULL)
		return -1;
	*list = more;
	more[(*n)++] = *one;
	return 0;
}

static int
append_copy(struct dossier_step **list, size_t *n,
    const struct dossier_step *one, struct err *e)
{
	struct dossier_step copy = *one;

	copy.filter = strdup(one->filter);
	if (copy.filter != NULL && append(list, n, &copy) == 0)
		return 0;
	free(copy.filter);
	return err_set(e, EX_OSERR, "out of memory");
}

int
dossier_add(struct dossier *d, const struct dossier_step *one, struct err *e)
{
	if (one->gone_ns != TIME_NONE) {
		if (d->n_gone == DOSSIER_GONE_MAX)
			return 0;
		return append_copy(&d->gone, &d->n_gone, one, e);
	}
	if (dossier_step(d, one->name) != NULL)
		return err_set(e, EX_USAGE,
		    "there is a step '%s' already; remove it first, or take "
		    "another name",
		    one->name);
	if (d->n == DOSSIER_STEPS_MAX)
		return err_set(
		    e, EX_USAGE, "more than %d steps", DOSSIER_STEPS_MAX);
	return append_copy(&d->step, &d->n, one, e);
}

/* The oldest makes room. */
static int
remember(struct dossier *d, const struct dossier_step *one, struct err *e)
{
	if (d->n_gone == DOSSIER_GONE_MAX) {
		free(d->gone[0].filter);
		d->n_gone--;
		memmove(d->gone, d->gone + 1, d->n_gone * sizeof(*d->gone));
	}
	if (append(&d->gone, &d->n_gone, one) == -1)
		return err_set(e, EX_OSERR, "out of memory");
	return 0;
}

int
dossier_remove(struct dossier *d, const char *name, const char *user,
    int64_t now_ns, struct err *e)
{
	const struct dossier_step *found = dossier_step(d, name);
	struct dossier_step gone;
	size_t at;

	if (found == NULL)
		return err_set(e, EX_USAGE, "there is no step '%.64s'", name);
	at = (size_t)(found - d->step);
	gone = *found;
	snprintf(gone.gone_user, sizeof(gone.gone_user), "%s", user);
	gone.gone_ns = now_ns;
	if (remember(d, &gone, e) == -1)
		return -1;
	d->n--;
	memmove(d->step + at, d->step + at + 1, (d->n - at) * sizeof(*d->step));
	return 0;
}

char *
dossier_filter(const struct dossier *d, size_t n)
{
	struct filter_part part[DOSSIER_STEPS_MAX];

	for (size_t i = 0; i < n; i++)
		part[i] = (struct filter_part){
		    .text = d->step[i].filter, .negate = d->step[i].exclude};
	return filter_join(part, n);
}
