/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef COMMON_CONF_DOC_H
#define COMMON_CONF_DOC_H

#include "common/conf.h"

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* What was written in the files: inside conf*.c only. */

#define CONF_INCLUDE "include"

struct conf_entry {
	char *key;
	char **value;
	size_t n;
	size_t file; /* index */
	unsigned int line;
};

struct conf_section {
	const struct conf *conf;
	const char *kind; /* of the table; borrowed */
	char *title;	  /* NULL: outside of sections */
	size_t index;	  /* in conf.section */
	size_t file;
	unsigned int line;
	struct conf_entry *entry;
	size_t n_entry;
};

struct conf_file {
	char *path;
	dev_t device;
	ino_t inode;
};

/* section[0]: what stands outside of sections. */
struct conf {
	const struct conf_option *top;
	const struct conf_kind *kinds; /* ends with one without a name */
	struct conf_section **section;
	size_t n_section;
	struct conf_file file[CONF_FILES_MAX];
	size_t n_file;
};

/* The entry with that key, or NULL. */
struct conf_entry *section_find(const struct conf_section *s, const char *key);

/* A new entry without values.  NULL: out of memory. */
struct conf_entry *section_add(
    struct conf_section *s, const char *key, size_t file, unsigned int line);
/* Returns 0, or -1 when memory is out. */
int entry_add(struct conf_entry *at, const char *value);
void section_free(struct conf_section *s);

/* Room for one more section, zeroed but for 'conf'.  NULL: out of memory. */
struct conf_section *conf_add_section(struct conf *c);

/* --- conf_confuse.c: the only user of libconfuse --- */

/* Add what file[index] says, whose bytes are 'text'.  Returns 0, or -1 with
 * 'e' (EX_CONFIG, EX_OSERR). */
struct conf_text;
int confuse_read(
    struct conf *c, size_t index, const struct conf_text *text, struct err *e);

#endif
