/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef COMMON_OUTCOME_H
#define COMMON_OUTCOME_H

/* What became of a connection.  Numbers as in state.db. */
enum outcome {
	OUTCOME_UNKNOWN,    /* speaks neither for nor against */
	OUTCOME_ANSWERED,   /* SYN+ACK seen; no more than that */
	OUTCOME_REFUSED,    /* RST seen */
	OUTCOME_BLOCKED,    /* the log prefix says so */
	OUTCOME_UNANSWERED, /* and answers would have been seen */
};

const char *outcome_name(enum outcome o);

/* Whether 'a' says more than 'b': an answer beats everything, the log prefix
 * a refusal (which the same firewall may send). */
int outcome_beats(enum outcome a, enum outcome b);

#endif
