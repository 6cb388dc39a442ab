/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef COMMON_WIDE_H
#define COMMON_WIDE_H

/*
 * A function that is mostly a plain loop over a column is made twice, and the
 * processor chooses: SSE2 is all that is sure to be there.
 */
#if defined(__x86_64__) && !defined(__SANITIZE_ADDRESS__) && !defined(__clang__)
#define WIDE __attribute__((target_clones("avx2", "default")))
#else
#define WIDE
#endif

#endif
