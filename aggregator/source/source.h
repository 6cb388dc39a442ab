/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef AGGREGATOR_SOURCE_SOURCE_H
#define AGGREGATOR_SOURCE_SOURCE_H

#include "aggregator/source/calendar.h"
#include "aggregator/source/tally.h"
#include "aggregator/source/zone.h"
#include "common/record.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct err;
struct input;

struct source_options {
	struct zone zone; /* of times that say none */
	int year;	  /* of the first date that says none; 0: guess */
};

/* What a source is given; all borrowed for as long as it is open. */
struct source_context {
	struct input *input;
	struct tally *tally;
	struct calendar *calendar;
};

/*
 * A format: one file, source_NAME.c with "const struct source source_NAME";
 * the build lists them.
 */
struct source {
	const char *name; /* "iptables" */
	const char *doc;  /* "iptables and nftables LOG text" */
	const char *unit; /* what is counted: "line", "packet" */
	/* How much of a file's first bytes it understands; 0: nothing.  The
	 * highest number wins. */
	unsigned int (*detect)(const uint8_t *head, size_t len);
	/* NULL with 'e': it cannot begin.  Copies 'c'. */
	void *(*open)(const struct source_context *c, struct err *e);
	/* The next record, its strings borrowed until the next call.  False:
	 * there is none.  What cannot be read is complained of and passed
	 * over. */
	bool (*next)(void *self, struct record *out);
	void (*close)(void *self);
	/* What must be known to judge its records, as a sentence; "": nothing.
	 * NULL: never anything. */
	void (*remark)(void *self, char *out, size_t size);
};

/* What detect() may say at most. */
#define SOURCE_SURE 1000000

/* All of them, in order of their names; NULL behind the last. */
extern const struct source *const sources[];

/* --- one file --- */

struct reader;

/*
 * Open 'path' ("-": standard input) and find out what it is.  Returns NULL
 * with 'e': as input_open(); EX_DATAERR when it is of no known format.
 */
struct reader *reader_open(
    const char *path, const struct source_options *o, struct err *e);
void reader_close(struct reader *r);

/* The next record, its strings borrowed until the next call; false: the
 * end. */
bool reader_next(struct reader *r, struct record *out);

/* source_sensor() of its path; borrowed. */
const char *reader_sensor(const struct reader *r);

struct source_about {
	const char *path, *sensor;
	const struct source *source;
	const struct tally *tally;
	const char *problem; /* why it ended early, or NULL */
	bool year_guessed, zone_guessed;
	bool from_future; /* its last line is younger than the file */
	int year;
	char remark[200];
	uint64_t done, total; /* bytes on the disk */
};

/* Everything is borrowed from 'r'. */
void reader_about(struct reader *r, struct source_about *out);

/*
 * The name by which a file's records are known, as if it was a sensor: the
 * file's own, without what packing and rotating added. "/var/log/kern.log.2.gz"
 * is "kern.log".
 */
#define SOURCE_SENSOR_MAX 64
void source_sensor(const char *path, char out[static SOURCE_SENSOR_MAX]);

#endif
