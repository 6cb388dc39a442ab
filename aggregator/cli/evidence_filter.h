/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef AGGREGATOR_CLI_EVIDENCE_FILTER_H
#define AGGREGATOR_CLI_EVIDENCE_FILTER_H

#include "common/addr.h"
#include "common/alert.h"

/* The honeypot's addresses, the peer and a port. */
#define EVIDENCE_FILTER_MAX ((ALIASES_TEXT_MAX + 1) * ADDR_TEXT_MAX + 192)

/*
 * The filter that shows the records on which 'x', of 'i', rests: those between
 * the honeypot and the peer (in IPv6 its /64), or, where peers are many, what
 * the honeypot sent to that port.  What honeypots share is shown of all.
 * Returns 'out'.
 */
const char *evidence_filter(const struct incident *i, const struct evidence *x,
    char out[static EVIDENCE_FILTER_MAX]);

#endif
