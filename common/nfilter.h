/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef COMMON_NFILTER_H
#define COMMON_NFILTER_H

#include <stddef.h>

struct err;
struct nfilter;

/*
 * The filter files of flow-tools (flow-nfilter(1)), read as they are and told
 * in the words of Synhive's own filters (filter.h).  (Lines of words; a line
 * whose first word begins with '#' is a comment; case matters nowhere.)
 *
 *   filter-primitive NAME
 *     type TYPE
 *     permit ARGUMENT | deny ARGUMENT
 *     mask NUMBER                        ; ip-tos, ip-tcp-flags
 *     default permit | default deny
 *   filter-definition NAME
 *     invert
 *     match CRITERION PRIMITIVE
 *     or
 *
 * "@VAR", "@{VAR}" and "@{VAR:-default}" are replaced before a line is read.
 * What a definition does not use may ask what no record can answer, or use
 * variables that are not set.
 */

#define NFILTER_BYTES_MAX (1 << 20)
#define NFILTER_LINE_MAX 4096 /* with its variables replaced */
#define NFILTER_NAME_MAX 64
#define NFILTER_PARTS_MAX 512	 /* primitives; definitions */
#define NFILTER_ENTRIES_MAX 8192 /* permits and denies; matches */

struct nfilter_var {
	const char *name, *value;
};

/*
 * Read a file, or 'len' bytes that came from 'name'.
 *
 * var: borrowed for the call; a later one of the same name wins.
 * Returns NULL with 'e' naming file and line: EX_NOINPUT, EX_USAGE.
 */
struct nfilter *nfilter_load(const char *path, const struct nfilter_var *var,
    size_t n_var, struct err *e);
struct nfilter *nfilter_parse(const char *name, const char *text, size_t len,
    const struct nfilter_var *var, size_t n_var, struct err *e);
void nfilter_free(struct nfilter *f);

/* Called with a sentence that names file and line: what was written is
 * probably not what was meant. */
typedef void nfilter_warn_fn(void *arg, const char *text);

/*
 * A definition as a filter's text, which the caller takes; "" lets everything
 * through.  warn: NULL, or told what is suspicious in it.
 * Returns NULL with 'e' (EX_USAGE): there is none of that name, or it asks
 * something that no record knows, which is named with file and line.
 */
char *nfilter_text(const struct nfilter *f, const char *definition,
    nfilter_warn_fn *warn, void *arg, struct err *e);

#endif
