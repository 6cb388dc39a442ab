/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef AGGREGATOR_GRAPH_QUOTE_H
#define AGGREGATOR_GRAPH_QUOTE_H

#include <stddef.h>
#include <stdio.h>

/*
 * Text that may come from an intruder, in files that other programs read.
 * Characters that are not visible become '?' first (text_clean()), so that a
 * text never ends a line; then whatever means something to the reader is
 * escaped.
 */

/* Longer texts are cut. */
#define QUOTE_TEXT_MAX 2048

/* A string of DOT, with its quotes; "\n" in 's' is a new line of a label and
 * the only escape there is. */
void quote_dot(FILE *to, const char *s);
/* The same for a label whose lines begin below each other. */
void quote_dot_left(FILE *to, const char *s);

/* Text or an attribute's value of XML, without quotes around it. */
void quote_xml(FILE *to, const char *s);

/* A string of gnuplot, with its quotes.  Those that it neither expands nor
 * executes anything in. */
void quote_gnuplot(FILE *to, const char *s);

/* What may stand behind the '#' of a line. */
void quote_line(FILE *to, const char *s);

/* 's' percent-encoded for the inside of a URL (RFC 3986, 2.3).  Returns 0; -1
 * when 'size' is too small, and 'out' is empty. */
int quote_url(const char *s, char *out, size_t size);

#endif
