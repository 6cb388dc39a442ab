/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef COMMON_ERR_H
#define COMMON_ERR_H

#define ERR_TEXT_MAX 320 /* a path, a reason and a hint on two lines */

/*
 * Why something failed, for a person.
 *
 * code: an exit status of sysexits(3): what the program ends with when
 *       nobody can do better.
 */
struct err {
	int code;
	char text[ERR_TEXT_MAX];
};

/*
 * Fill 'e' (NULL: nobody asked).  Always returns -1, so that a function can
 * end in "return err_set(...)".  err_sys() appends ": " and strerror(errno).
 * Both keep errno.
 */
int err_set(struct err *e, int code, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
int err_sys(struct err *e, int code, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/* Put "<text>: " before what 'e' says already.  Returns -1. */
int err_within(struct err *e, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

#endif
