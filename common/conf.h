/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef COMMON_CONF_H
#define COMMON_CONF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct err;

/*
 * Configuration files: what may be in them is said by tables, and each error
 * begins with FILE:LINE.
 *
 *	key = value		word, or "text" (\" and \\ inside) or 'text'
 *	key = {value, value}	where the table says so
 *	section title { ... }	no section inside a section
 *	include = other.conf	or a list; beside the including file
 *
 * Comments: "# ..." and "// ..." to the end of the line, and C's.
 */
#define CONF_FILE_MAX                                                          \
	(4 * 1024 * 1024) /* 10,000 sensors of 200 bytes, twice                \
			   */
#define CONF_FILES_MAX 64 /* included ones too */
#define CONF_TITLE_MAX 63 /* SITE_NAME_MAX without the end */

/* How a value is written, and what it becomes. */
enum conf_type {
	CONF_STRING,   /* char *, owned; not empty */
	CONF_STRINGS,  /* struct conf_strings, owned */
	CONF_PATH,     /* char *, owned; absolute */
	CONF_ENDPOINT, /* char *, owned: tcp://ADDRESS:PORT or ipc://PATH */
	CONF_NUMBER,   /* unsigned, 2, 4 or 8 bytes; 10 or 0x0a */
	CONF_SIZE,     /* uint64_t, bytes; 64MiB */
	CONF_DURATION, /* int64_t, nanoseconds; 30s */
	CONF_TIME,     /* int64_t, ns since 1970; a date or RFC 3339 */
	CONF_WORD,     /* int: index in 'words' */
	CONF_KEY,      /* struct key: 64 hex digits, not all zero */
	CONF_NETS,     /* struct nets, owned; a list */
	CONF_PORTS,    /* struct ports; "22, 6660-6669" */
};

/* A zeroed one is empty. */
struct conf_strings {
	char **text;
	size_t n;
};

/*
 * One key.  A table ends with an entry without a name.
 *
 * offset, size: of the member that it fills (CONF_MEMBER); what the member
 *               held before, zeroed or a default, is released.
 * min, max:     of numbers, sizes and durations, inclusive.
 * words:        ends with NULL.
 */
struct conf_option {
	const char *name;
	enum conf_type type;
	size_t offset, size;
	bool required;
	uint64_t min, max;
	const char *const *words;
};

#define CONF_MEMBER(type, member)                                              \
	.offset = offsetof(type, member), .size = sizeof(((type *)NULL)->member)

/*
 * A kind of section.  A table ends with an entry without a name.
 *
 * option: NULL: any key with one value.
 */
struct conf_kind {
	const char *name;
	const struct conf_option *option;
};

struct conf;

/* What somebody wrote between braces; borrowed until conf_close(). */
struct conf_section;

/*
 * Read 'path' and what it includes.  'top' says which keys may stand outside
 * of sections, 'kinds' (NULL: none) which sections there may be; both must
 * outlive the result.  Values are looked at later, by conf_fill().  Returns
 * NULL with 'e': EX_NOINPUT, EX_NOPERM, EX_CONFIG.
 */
struct conf *conf_open(const char *path, const struct conf_option *top,
    const struct conf_kind *kinds, struct err *e);
void conf_close(struct conf *c);

/* The keys outside of sections; a kind's sections in the order of the files,
 * NULL past the last. */
const struct conf_section *conf_top(const struct conf *c);
const struct conf_section *conf_next(const struct conf *c, const char *kind,
    const struct conf_section *previous);

const char *conf_title(const struct conf_section *s);
bool conf_has(const struct conf_section *s, const char *key);

/* Key and value of a section without a table, by index; false past the last.
 * Borrowed. */
bool conf_pair(const struct conf_section *s, size_t i, const char **key,
    const char **value);

/*
 * Fill 'out' from 's' by 'table'.  Returns 0; -1 with 'e' (EX_CONFIG), and
 * 'out' to be released all the same with conf_release().
 */
int conf_fill(const struct conf_section *s, const struct conf_option *table,
    void *out, struct err *e);
void conf_release(const struct conf_option *table, void *out);

/* "FILE:LINE" of a key, or of the section when 'key' is NULL or not there. */
#define CONF_PLACE_MAX 256
const char *conf_place(const struct conf_section *s, const char *key,
    char out[static CONF_PLACE_MAX]);

/* Put that place before a sentence.  Both return -1. */
int conf_fail(const struct conf_section *s, const char *key, struct err *e,
    const char *fmt, ...) __attribute__((format(printf, 4, 5)));
int conf_within(const struct conf_section *s, const char *key, struct err *e);

#endif
