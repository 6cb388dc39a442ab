/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef COMMON_ALERT_H
#define COMMON_ALERT_H

#include "common/addr.h"
#include "common/clock.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ID_TEXT_MAX 33	    /* 16 bytes in hex, and the end */
#define SITE_NAME_MAX 64    /* of a sensor, honeypot, honeynet, detector */
#define ALERT_TEXT_MAX 400  /* a sentence or two */
#define ALERT_NAMES_MAX 16  /* honeypots or sensors named in one alert */
#define EVIDENCE_MAX 256    /* kept per incident; more are counted */
#define ALIASES_TEXT_MAX 64 /* addresses of a honeypot that are printed */

/* Numbers as in proto/alert.proto. */
enum severity {
	SEVERITY_NOTICE = 1,
	SEVERITY_SUSPECT,
	SEVERITY_COMPROMISED,
	SEVERITY_INFO,
	SEVERITY_DEGRADED,
	SEVERITY_ALARM,
};

const char *severity_name(enum severity s);
/* Returns the severity of that name, or 0. */
enum severity severity_parse(const char *name);

struct names {
	char name[ALERT_NAMES_MAX][SITE_NAME_MAX];
	size_t n;
};

/* Add 'name' in alphabetical order, so that the order in which they come does
 * not matter; nothing happens when it is there or the list is full. */
void names_add(struct names *s, const char *name);

/*
 * Something a detector reports.  The same (detector, honeypot, peer, port,
 * episode) is the same alert: later ones update count, last and text.
 */
struct alert {
	char id[ID_TEXT_MAX];
	char detector[SITE_NAME_MAX];
	enum severity severity;
	char honeynet[SITE_NAME_MAX];
	char honeypot[SITE_NAME_MAX]; /* name, or primary address */
	struct addr address;	      /* primary */
	bool has_peer;
	struct addr peer;
	uint16_t port;		   /* 0: none */
	int64_t first_ns, last_ns; /* event time; TIME_NONE: unknown */
	uint64_t count;		   /* connections */
	uint64_t peers;		   /* distinct */
	struct names honeypots;	   /* shared: in the order in which they came */
	struct names sensors;
	char incident[ID_TEXT_MAX]; /* "" : none */
	char text[ALERT_TEXT_MAX];
	/* The connection that changed it last. */
	bool has_connection;
	struct addr client, server;
	uint16_t client_port;
};

struct evidence {
	char kind[SITE_NAME_MAX]; /* the detector's name */
	int64_t time_ns;
	bool has_peer;
	struct addr peer;
	uint16_t port;
	uint64_t count;
	char text[ALERT_TEXT_MAX];
	char alert[ID_TEXT_MAX];
};

/* What is known of one honeypot's fall.  One per honeypot. */
struct incident {
	char id[ID_TEXT_MAX];
	char honeynet[SITE_NAME_MAX];
	char honeypot[SITE_NAME_MAX];
	struct addr address;
	struct addr alias[ALIASES_TEXT_MAX];
	size_t n_alias;
	enum severity severity;
	char state[16]; /* open, closed */
	int64_t onset_ns, last_ns;
	struct evidence *evidence; /* in order of time; owned */
	size_t n_evidence;
	uint64_t evidence_left_out;
};

void incident_fini(struct incident *i);

#endif
