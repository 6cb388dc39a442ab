/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef COMMON_NFILTER_TELL_H
#define COMMON_NFILTER_TELL_H

#include "common/nfilter_parse.h"

/* A definition in the words of filter.h, part by part: inside nfilter*.c
 * only. */

enum nf_answer {
	NF_NO,	/* for every record */
	NF_YES, /* ... */
	NF_ASK,
};

/* text: for NF_ASK, one term or in parentheses; owned. */
struct nf_part {
	enum nf_answer answer;
	char *text;
};

struct nf_teller {
	const struct nfilter *f;
	nfilter_warn_fn *warn;
	void *arg;
	struct err *e;
};

/* Both return -1 with 't->e'. */
int nf_tell_fail(struct nf_teller *t, int line, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
int nf_tell_no_memory(struct nf_teller *t);

void nf_part_set(struct nf_part *out, bool yes);
/* Make 'out' this text, its own among the arguments or not.  Returns 0, or -1
 * with 't->e'. */
int nf_part_text(struct nf_teller *t, struct nf_part *out, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/* What a primitive says of a column.  Returns 0, or -1 with 't->e'. */
int nf_tell_set(struct nf_teller *t, const struct nf_primitive *p,
    const struct nf_criterion *c, struct nf_part *out);
int nf_tell_flags(struct nf_teller *t, const struct nf_primitive *p,
    const struct nf_criterion *c, struct nf_part *out);
int nf_tell_entries(struct nf_teller *t, const struct nf_primitive *p,
    const struct nf_criterion *c, struct nf_part *out);

#endif
