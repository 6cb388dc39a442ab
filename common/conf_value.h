/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef COMMON_CONF_VALUE_H
#define COMMON_CONF_VALUE_H

#include "common/conf.h"

/*
 * Turn 'text' into what 'o' says, at 'to'; a list gets one more element.
 * Returns 0; -1 with 'e' (EX_CONFIG, without a place).
 */
int conf_value_set(
    const struct conf_option *o, const char *text, void *to, struct err *e);

/* Give back what 'to' owns; it is empty then. */
void conf_value_release(const struct conf_option *o, void *to);

#endif
