/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef COMMON_PROC_H
#define COMMON_PROC_H

#include "common/chan.h"
#include "common/keys.h"

#include <stdint.h>

struct err;
struct rd;

/*
 * What the aggregator's processes say to each other over a chan.  Texts are a
 * byte of length and their bytes; numbers are in network order; the last
 * field takes the rest.  The core trusts its children no more than it must:
 * it reads all this through rd.h.
 */
enum proc_frame {
	/* core to child */
	PROC_KEY = 1,  /* secret key[32], endpoint: begin to serve */
	PROC_GUEST,    /* key[32], name: one of those who may connect */
	PROC_GUESTS,   /* those were all: they replace the ones before */
	PROC_SEND,     /* ingest: session u64, message */
	PROC_PUBLISH,  /* feed: topic text, tail[24], payload */
	PROC_SEQUENCE, /* feed: run[16], sequence u64: the last published */
	/* child to core */
	PROC_READY,   /* endpoint as bound */
	PROC_FAILED,  /* exit code u8, sentence */
	PROC_MESSAGE, /* ingest: session u64, sensor text, address text,
		       * message */
	PROC_REFUSED, /* why text, who text */
};

#define PROC_FD 3 /* where a child finds its channel */
#define PROC_TEXT_MAX 255
/* The feed's third frame: the publisher's run and the sequence. */
#define PROC_TAIL_BYTES 24

int proc_send_key(
    struct chan *c, const struct key *secret, const char *endpoint);
int proc_send_guest(struct chan *c, const struct key *k, const char *name);
int proc_send_text(struct chan *c, enum proc_frame kind, const char *text);
int proc_send_failed(struct chan *c, const struct err *e);
int proc_send_refused(struct chan *c, const char *why, const char *who);

/* Copy a text field, with a zero behind it; too long for 'size': r->bad. */
void proc_get_text(struct rd *r, char *to, size_t size);
/* The rest as a text, cut to 'size'. */
void proc_get_rest(struct rd *r, char *to, size_t size);
uint64_t proc_get_u64(struct rd *r);
void proc_put_u64(uint8_t to[static 8], uint64_t v);

/* Those who may connect. */
struct guests;
struct guests *guests_new(void);
void guests_free(struct guests *g);
/* Gather one; guests_replace() makes those gathered the ones that count. */
int guests_gather(struct guests *g, const struct key *k, const char *name);
void guests_replace(struct guests *g);
/* The name that belongs to a public key, borrowed, or NULL. */
const char *guests_find(const struct guests *g, const struct key *k);

#endif
