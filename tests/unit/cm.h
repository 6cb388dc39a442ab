/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TESTS_UNIT_CM_H
#define TESTS_UNIT_CM_H

/* cmocka wants these before it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#endif
