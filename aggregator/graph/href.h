/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef AGGREGATOR_GRAPH_HREF_H
#define AGGREGATOR_GRAPH_HREF_H

#include <stdbool.h>

/*
 * What an element of a picture links to: the filter that shows its records,
 * in a template's place.  The usual template leads nowhere: a browser shows
 * the filter, and that is all.
 */
#define HREF_USUAL "#%s"
#define HREF_MAX 2048

/* Only http:, https: and what has no scheme: nothing that a browser would
 * execute. */
bool href_is_harmless(const char *template);

/* 'template' with 'text', percent-encoded, for each 'mark' in it; "" when that
 * is too long. */
const char *href_make(const char *template, const char *mark, const char *text,
    char out[static HREF_MAX]);

/* One filter of two, either of which may be NULL or "" (all). */
#define HREF_FILTER_MAX 600
const char *href_filter(
    const char *base, const char *own, char out[static HREF_FILTER_MAX]);

#endif
