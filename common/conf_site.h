/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef COMMON_CONF_SITE_H
#define COMMON_CONF_SITE_H

#include "common/conf.h"

struct err;
struct site;

/* The sections that say what the net is: honeynet, sensor, subscriber,
 * honeypot, class, filter, expected, detector. */
extern const struct conf_kind conf_site_kinds[];

/*
 * Add to 's', fresh from site_new(), what the sections of 'c' say, in
 * whatever order they come, and check it as a whole.  Returns 0; -1 with 'e'
 * (EX_CONFIG, with the place).
 */
int conf_site_fill(const struct conf *c, struct site *s, struct err *e);

#endif
