/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef AGGREGATOR_FORMAT_TEXT_H
#define AGGREGATOR_FORMAT_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Text that strangers wrote: interface names, log prefixes, sentences with
 * such names in them.  Before it reaches a terminal or a spreadsheet, all
 * that is no visible character becomes '?': control characters (ESC, CSI),
 * marks that turn or hide text, bytes that are no UTF-8.
 */

/* What text_next() returns for a byte that is no UTF-8. */
#define TEXT_BAD UINT32_MAX

/* The code point at '*p' (not at its end), and '*p' behind it. */
uint32_t text_next(const char **p);

/*
 * Columns that 'c' takes on a terminal, 1 or 2; 0 when it must not be shown.
 * Looks at the locale: one without UTF-8 shows ASCII only.
 */
int text_columns(uint32_t c);

/*
 * Copy what may be shown of 's' into 'out', '?' for the rest; cut between
 * characters when 'size' is too small.  Returns the columns it takes.
 *
 * terminal: what this locale's terminal can show; else any UTF-8 that does
 *           no harm.
 */
size_t text_clean(const char *s, bool terminal, char *out, size_t size);

/*
 * Copy 's' as valid UTF-8, U+FFFD for bytes that are none; nothing else is
 * changed.  Cut when 'size' is too small.
 */
void text_utf8(const char *s, char *out, size_t size);

#endif
