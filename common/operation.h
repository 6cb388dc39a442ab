/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef COMMON_OPERATION_H
#define COMMON_OPERATION_H

#include "common/alert.h"
#include "common/err.h"

#include <stddef.h>
#include <stdint.h>

/*
 * What an operator does with an incident, and how it is said through the
 * aggregator's control socket: a stream socket, one line of JSON with the
 * request, one with the reply, then the aggregator closes.
 *
 *   {"verb": "mute", "incident": "<32 hex digits>", "for": "2h",
 *    "reason": "patching"}
 *   {"code": 0, "text": "muted until ..."}
 *
 * verb:    ack, mute, verdict, close, rebuild.
 * for:     mute only: "30m", "2h"; "0s": no longer.
 * verdict: verdict only: one of operation_verdict().
 * reason:  may be absent; plain text, REASON_MAX - 1 bytes at most.
 * code:    of sysexits(3); not 0: nothing was done, and "text" says why.
 */
/* Each byte of a reason takes 6 at most, "\u0001"; the rest 200. */
#define OPERATION_LINE_MAX 4096
#define REASON_MAX 512
#define MUTE_MAX_NS (30 * NS_PER_DAY)

enum operation_verb {
	OPERATION_ACK,
	OPERATION_MUTE,
	OPERATION_VERDICT,
	OPERATION_CLOSE,
	OPERATION_REBUILD,
};

struct operation {
	enum operation_verb verb;
	char incident[ID_TEXT_MAX];
	int64_t mute_ns; /* 0: no longer */
	char verdict[VERDICT_MAX];
	char reason[REASON_MAX]; /* "": none was given */
};

const char *operation_name(enum operation_verb v);
/* The i-th verdict that may be given, or NULL. */
const char *operation_verdict(size_t i);

/*
 * Whether an operation makes sense in itself, wherever it came from: a reason
 * for a mute, a verdict that is one, lengths.  Returns 0; -1 with 'e'
 * (EX_USAGE).
 */
int operation_check(const struct operation *o, struct err *e);

/* The line, with its newline, which the caller frees; NULL: no memory, or a
 * text that is no UTF-8. */
char *operation_format(const struct operation *o);
/* A line from a stranger, without its newline.  Returns 0; -1 with 'e'
 * (EX_USAGE), as operation_check() too. */
int operation_parse(
    const char *line, size_t len, struct operation *out, struct err *e);

/* The same for the reply: a code and a sentence. */
char *operation_format_reply(const struct err *reply);
/* Returns 0; -1 with 'e' (EX_TEMPFAIL): that is no reply. */
int operation_parse_reply(
    const char *line, size_t len, struct err *out, struct err *e);

#endif
