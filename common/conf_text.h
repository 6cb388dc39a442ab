/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef COMMON_CONF_TEXT_H
#define COMMON_CONF_TEXT_H

#include <stddef.h>
#include <sys/types.h>

struct err;

/* A configuration file's bytes, made fit for libconfuse. */
struct conf_text {
	char *text;	      /* terminated; comments are blanks */
	unsigned int *opened; /* the line of each section's "{" */
	size_t n_opened;
	dev_t device;
	ino_t inode;
};

/*
 * Read 'path', which must be a regular file of at most CONF_FILE_MAX bytes.
 * Returns 0; -1 with 'e': EX_NOINPUT, EX_NOPERM, EX_IOERR, or EX_CONFIG with
 * FILE:LINE.
 */
int conf_text_load(const char *path, struct conf_text *out, struct err *e);
/* The same for 'len' bytes from elsewhere; 'path' is only for messages. */
int conf_text_put(const char *path, const char *buf, size_t len,
    struct conf_text *out, struct err *e);
void conf_text_fini(struct conf_text *t);

#endif
