/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef COMMON_NFILTER_PARSE_H
#define COMMON_NFILTER_PARSE_H

#include "common/addr.h"
#include "common/nfilter.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A filter file as it was understood: inside nfilter*.c only. */

enum nf_type {
#define TYPE(id, name, kind, values) NF_##id,
#include "common/nfilter_types.def"
#undef TYPE
	NF_NO_TYPE,
};

enum nf_op {
	NF_OP_EQ,
	NF_OP_NE,
	NF_OP_LT,
	NF_OP_LE,
	NF_OP_GT,
	NF_OP_GE,
};

/* How the lines of a primitive are kept and decide. */
enum nf_kind {
	NF_SET,	   /* a mode for each value */
	NF_HOSTS,  /* the first that has the address */
	NF_MASKS,  /* the first that holds */
	NF_NETS,   /* the longest that holds */
	NF_CHAIN,  /* the first comparison that holds */
	NF_OPAQUE, /* not looked at: no record knows it */
};

struct nf_entry {
	int line;
	bool permit;
	struct net net;
	enum nf_op op;
	uint64_t number; /* a date: seconds since 1970 */
};

struct nf_primitive {
	char name[NFILTER_NAME_MAX];
	int line;
	enum nf_type type;
	bool default_permit;
	uint8_t mask;
	uint8_t *mode; /* NF_SET: of each value; enum nf_mode */
	struct nf_entry *entry;
	size_t n;
	/* A line with a variable that nobody set; 0: none. */
	int unset_line;
	char unset[NFILTER_NAME_MAX];
};

enum nf_mode {
	NF_UNSET,
	NF_PERMIT,
	NF_DENY,
};

struct nf_match {
	int line;
	size_t criterion;
	char name[NFILTER_NAME_MAX]; /* of the primitive */
	bool begins;		     /* another group */
	size_t primitive;	     /* index, once all is read */
};

struct nf_definition {
	char name[NFILTER_NAME_MAX];
	int line;
	bool invert;
	bool or_said; /* the next match begins a group */
	struct nf_match *match;
	size_t n;
	int unset_line;
	char unset[NFILTER_NAME_MAX];
};

struct nfilter {
	char *file; /* for messages */
	struct nf_primitive *primitive;
	size_t n_primitive;
	struct nf_definition *definition;
	size_t n_definition;
	size_t entries; /* in all of them */
};

enum nf_kind nf_kind(enum nf_type t);
const char *nf_type_name(enum nf_type t);
/* How many values a set of this type may have. */
size_t nf_values(enum nf_type t);

/* Which column a criterion asks. */
enum nf_ask {
	NF_ASK_NOTHING, /* no record knows it: 'why' */
	NF_ASK_ADDRESS,
	NF_ASK_PORT,
	NF_ASK_PROTO,
	NF_ASK_NUMBER,
	NF_ASK_TIME,
	NF_ASK_FLAGS,
	NF_ASK_ONE, /* a record is one flow */
};

struct nf_criterion {
	const char *name, *old; /* old: NULL, or how it was called before */
	uint32_t types;		/* NF_BIT()s of the primitives it takes */
	enum nf_ask ask;
	const char *word; /* in a filter */
	const char *why;
};
#define NF_BIT(t) (UINT32_C(1) << (t))

/* False past the last. */
bool nf_criterion_get(size_t i, struct nf_criterion *out);
/* Returns 0, or -1. */
int nf_criterion_find(const char *name, size_t *out);

/* Where one is while reading. */
struct nf_reader {
	struct nfilter *f;
	const struct nfilter_var *var;
	size_t n_var;
	int line;
	struct nf_primitive *primitive;	  /* the one being read, or NULL */
	struct nf_definition *definition; /* ... */
	char text[NFILTER_LINE_MAX];	  /* the line */
	char *rest;			  /* of it */
	struct err *e;
};

/* The next word of the line, NULL at its end. */
char *nf_word(struct nf_reader *r);
/* Returns -1 with "FILE line N: ...". */
int nf_fail(struct nf_reader *r, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
int nf_no_memory(struct nf_reader *r);

/*
 * Copy the line of 'len' bytes into r->text, its variables replaced.  Returns
 * 1; 0: the variable 'unset' has no value; -1 with 'r->e'.
 */
int nf_replace(struct nf_reader *r, const char *line, size_t len,
    char unset[static NFILTER_NAME_MAX]);

/* The line in r->rest.  Returns 0, or -1 with 'r->e'. */
int nf_read_words(struct nf_reader *r);

/* The argument of "permit" or "deny".  Returns 0, or -1 with 'r->e'. */
int nf_read_argument(struct nf_reader *r, bool permit);
/* A list such as "1,5-10" into r->primitive->mode. */
int nf_read_set(struct nf_reader *r, char *word, bool permit);

/* A number of at most 'most' as strtoul() reads it, nothing behind it.
 * Returns 0, or -1. */
int nf_number(const char *word, uint64_t most, uint64_t *out);

/* What is suspicious in the primitive that a match uses. */
void nf_lint(const struct nfilter *f, const struct nf_primitive *p,
    nfilter_warn_fn *warn, void *arg);
void nf_warn(const struct nfilter *f, int line, nfilter_warn_fn *warn,
    void *arg, const char *fmt, ...) __attribute__((format(printf, 5, 6)));

/* Does a comparison hold, and which line decides? */
bool nf_compare(enum nf_op op, uint64_t value, uint64_t number);
/* Returns the deciding entry, or NULL: the default does. */
const struct nf_entry *nf_decides(const struct nf_primitive *p, uint64_t value);

#endif
