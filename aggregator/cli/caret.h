/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef AGGREGATOR_CLI_CARET_H
#define AGGREGATOR_CLI_CARET_H

struct err;

/*
 * Below "column 5: ...", somewhere in what 'e' says of a typed 'text', show
 * that place:
 *
 *   dst prot 22
 *       ^~~~
 *
 * Nothing when 'e' names no column, or has no room left.
 */
void caret_add(struct err *e, const char *text);

#endif
