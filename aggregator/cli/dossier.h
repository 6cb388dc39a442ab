/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef AGGREGATOR_CLI_DOSSIER_H
#define AGGREGATOR_CLI_DOSSIER_H

#include "common/site.h"

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct err;

/*
 * A case: an ordered list of filters and exclusions, each with its name, the
 * reason, who made it and when.  It is kept in a file of its own, JSON, beside
 * the store ("cases/NAME.json") or wherever the operator says.
 */

#define DOSSIER_NAME_MAX SITE_NAME_MAX
#define DOSSIER_USER_MAX 64
#define DOSSIER_REASON_MAX 512
#define DOSSIER_STEPS_MAX 64	     /* 64 parentheses are a filter's limit */
#define DOSSIER_GONE_MAX 256	     /* removed steps that are remembered */
#define DOSSIER_BYTES_MAX (16 << 20) /* of the file */

struct dossier_step {
	char name[DOSSIER_NAME_MAX];
	bool exclude;
	char *filter;
	char reason[DOSSIER_REASON_MAX];
	char user[DOSSIER_USER_MAX];
	int64_t time_ns;
	/* Of a step that was removed: by whom and when. */
	char gone_user[DOSSIER_USER_MAX];
	int64_t gone_ns; /* TIME_NONE: it is there */
};

struct dossier {
	char reason[DOSSIER_REASON_MAX];
	char user[DOSSIER_USER_MAX];
	int64_t time_ns;
	struct dossier_step *step;
	size_t n;
	struct dossier_step *gone;
	size_t n_gone;
};

/* Letters, digits, '.', '-' and '_', the first a letter or digit.  Returns 0,
 * or -1 with 'e' (EX_USAGE). */
int dossier_check_name(const char *what, const char *name, struct err *e);

/* Who runs this program. */
void dossier_user(char out[static DOSSIER_USER_MAX]);

struct dossier *dossier_new(void); /* NULL: no memory */
void dossier_free(struct dossier *d);

const struct dossier_step *dossier_step(
    const struct dossier *d, const char *name);
/* 'one' is copied, its user and time too.  Returns 0; -1 with 'e': EX_USAGE,
 * the name is taken or there are too many. */
int dossier_add(
    struct dossier *d, const struct dossier_step *one, struct err *e);
/* Returns 0; -1 with 'e': EX_USAGE, there is none. */
int dossier_remove(struct dossier *d, const char *name, const char *user,
    int64_t now_ns, struct err *e);

/*
 * All steps, or the first 'n', as a filter's text, which the caller takes;
 * NULL: no memory.
 */
char *dossier_filter(const struct dossier *d, size_t n);

/* To and from JSON; the caller takes the result.  NULL with 'e': no memory, or
 * EX_DATAERR and what is wrong with it. */
json_t *dossier_to_json(const struct dossier *d, struct err *e);
struct dossier *dossier_from_json(const json_t *root, struct err *e);

#endif
