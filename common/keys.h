/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef COMMON_KEYS_H
#define COMMON_KEYS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct err;

#define KEY_BYTES 32
#define KEY_TEXT_MAX 65 /* 64 hex digits and the end */

/* A CURVE key, public or secret. */
struct key {
	uint8_t b[KEY_BYTES];
};

struct key_pair {
	struct key public, secret;
};

/* A fresh pair in memory. */
void key_make(struct key_pair *out);

/* The public key that belongs to a secret one. */
void key_public(const struct key *secret, struct key *out);

/* 64 hex digits, either case.  Returns 0, or -1. */
int key_parse(const char *text, struct key *out);
const char *key_format(const struct key *k, char out[static KEY_TEXT_MAX]);

bool key_eq(const struct key *a, const struct key *b);
/* No key that anybody made. */
bool key_is_zero(const struct key *k);

/*
 * Make a pair: 'path' with the secret, mode 0600, and 'path'.pub, both 64 hex
 * digits and a newline.  Neither may exist already.  Nothing is left behind
 * on failure.  Returns 0 with the public key in 'public'; -1 with 'e'.
 */
int key_create(const char *path, struct key *public, struct err *e);

/*
 * Load the secret key in 'path', which nobody but its owner may be able to
 * read or write, and derive its public half.  Returns 0; -1 with 'e'
 * (EX_NOINPUT: no such file, EX_NOPERM: readable by others or by nobody,
 * EX_CONFIG: not 64 hex digits).
 */
int key_load(const char *path, struct key_pair *out, struct err *e);

/* Overwrite a secret that is no longer needed. */
void key_wipe(struct key_pair *k);

#endif
