/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef AGGREGATOR_CORRELATE_SNAPSHOT_H
#define AGGREGATOR_CORRELATE_SNAPSHOT_H

#include <stddef.h>
#include <stdint.h>

struct err;
struct rd;
struct wr;

/*
 * The correlator's memory as bytes that somebody else keeps, so that it goes
 * on after a restart as if there had been none.  It has parts; each is a
 * string of its own, with a version and a checksum.
 *
 * 128 MiB a part: 1 << 17 connections from honeypots and as many to them, of
 * 200 bytes each, are 52; 1 << 14 alerts of 4 kB are 64.
 */
#define SNAPSHOT_BYTES_MAX (128 << 20)

/*
 * save: append all that 'self' remembers, and nothing that it is given anew
 *       (site, options, sinks).  Numbers in network order or as they lie in
 *       memory: the version is for people, who raise it when they change what
 *       is written; the shape of the machine is checked.
 * load: fill a 'self' that was just made.  The bytes passed their checksum,
 *       but are read with rd.h all the same.  Returns 0, or -1: they are not
 *       what save() writes; then 'self' is thrown away.
 */
struct snapshot_part {
	const char *name; /* "fold"; less than 64 bytes */
	uint32_t version;
	void *self;
	void (*save)(const void *self, struct wr *w);
	int (*load)(void *self, struct rd *r);
};

/* Keep a part.  'bytes' is borrowed.  Returns 0 or -1 with 'e'. */
typedef int snapshot_put_fn(
    void *arg, const char *part, const void *bytes, size_t n, struct err *e);

/* Give a part: 1 with '*bytes', borrowed until the next; 0: there is none; -1
 * with 'e'. */
typedef int snapshot_get_fn(
    void *arg, const char *part, const void **bytes, size_t *n, struct err *e);

/* Returns 0, or -1 with 'e'. */
int snapshot_save(const struct snapshot_part *part, size_t n,
    snapshot_put_fn *put, void *arg, struct err *e);

/* Returns 0, or -1 with 'e' (EX_DATAERR: a part is missing, damaged or of
 * another version); what was loaded is of no use then. */
int snapshot_load(const struct snapshot_part *part, size_t n,
    snapshot_get_fn *get, void *arg, struct err *e);

#endif
