/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef AGGREGATOR_CLI_DOSSIER_FILE_H
#define AGGREGATOR_CLI_DOSSIER_FILE_H

#include "aggregator/cli/dossier.h"

struct err;

/*
 * Where a case is kept.  WHICH is a name, of the file NAME.json in the folder
 * "cases" beside the store, or a path, which has a '/' in it.  Writing is
 * locked against others and all or nothing.
 */
struct dossier_file {
	int dir;	/* the folder, locked while it is open; -1: closed */
	char name[256]; /* in it */
};

/*
 * make: make the folder beside the store when it is not there.
 * Returns 0; -1 with 'e': EX_USAGE, EX_NOINPUT, EX_NOPERM, EX_CANTCREAT.
 */
int dossier_file_open(struct dossier_file *f, const char *store,
    const char *which, bool make, struct err *e);
void dossier_file_close(struct dossier_file *f);

bool dossier_file_exists(const struct dossier_file *f);
/* NULL with 'e': EX_NOINPUT, EX_DATAERR. */
struct dossier *dossier_file_read(const struct dossier_file *f, struct err *e);
/* Returns 0, or -1 with 'e' and the file as it was. */
int dossier_file_write(
    const struct dossier_file *f, const struct dossier *d, struct err *e);
int dossier_file_remove(const struct dossier_file *f, struct err *e);

/* The names of all that lie beside the store, sorted. */
typedef int dossier_name_fn(void *arg, const char *name, struct err *e);
int dossier_names(
    const char *store, dossier_name_fn *fn, void *arg, struct err *e);

#endif
