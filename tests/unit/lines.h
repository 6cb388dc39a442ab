/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TESTS_UNIT_LINES_H
#define TESTS_UNIT_LINES_H

/*
 * The small language of the correlator's tests: a site and records as lines
 * of text.  '#' begins a comment.
 *
 * Site:
 *   home lab 10.0.0.0/16
 *   honeypot combo 10.0.0.5 10.0.0.6
 *   class irc 6667, 7000
 *   expected mirror 2027-06-30 dst host 151.101.2.132    (or "-": never)
 *   schedule daily 03:00-04:00                (of the expectation before it)
 *   option outbound quiet 48h
 *   sensor pot1 10.0.0.5 10.0.0.6
 *   relay combo 998                     (a honeypot's relay-uid)
 *
 * Records:
 *   TIME SENSOR SRC:PORT > DST:PORT KIND [KEY=VALUE...]
 *
 *   TIME    RFC 3339, or "+1.5s" after 2026-11-21T12:00:00Z; "-": none
 *   SENSOR  "-": a file
 *   SRC     [2001:db8::1]:22 for IPv6
 *   KIND    S SYN, SE with ECN, SA SYN+ACK, R the RST|ACK that refuses,
 *           RA a RST in mid-connection, F a flow without flags, A an ACK
 *   KEY     seq ack hook (in out forward egress) uid prefix packets octets
 *
 * A test that meets a line that is none of these stops with its number.
 */

#include "common/batch.h"
#include "common/err.h"
#include "common/filter.h"
#include "common/site.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LINES_EPOCH "2026-11-21T12:00:00Z"
#define LINE_TEXT_MAX 512

struct line {
	struct record record;
	char sensor[SITE_NAME_MAX]; /* "" : a file */
	char prefix[NAME_TEXT_MAX];
};

static inline void
line_must(bool ok, const char *what, const char *line)
{
	if (ok)
		return;
	fprintf(stderr, "%s: %s\n", what, line);
	abort();
}

static inline int64_t
line_time(const char *text)
{
	int64_t t;
	double after;

	if (strcmp(text, "-") == 0)
		return TIME_NONE;
	if (*text != '+') {
		line_must(time_parse(text, &t) == 0, "no time", text);
		return t;
	}
	line_must(sscanf(text, "+%lf", &after) == 1, "no time", text);
	line_must(time_parse(LINES_EPOCH, &t) == 0, "no epoch", text);
	/* A microsecond is exact enough, and a double exact for it. */
	return t + (int64_t)(after * 1e6 + (after < 0 ? -0.5 : 0.5)) * 1000;
}

static inline void
line_end(const char *text, struct addr *a, uint16_t *port)
{
	char host[64];
	const char *colon = strrchr(text, ':');
	size_t n;

	line_must(colon != NULL, "no port", text);
	if (*text == '[') {
		text++;
		n = (size_t)(colon - text) - 1;
	} else {
		n = (size_t)(colon - text);
	}
	line_must(n < sizeof(host), "long address", text);
	memcpy(host, text, n);
	host[n] = '\0';
	line_must(addr_parse(host, a) == 0, "no address", text);
	*port = (uint16_t)strtoul(colon + 1, NULL, 10);
}

static inline void
line_kind(const char *text, struct record *r)
{
	static const struct {
		const char *name;
		unsigned int flags;
	} kinds[] = {
	    {"S", TCP_SYN},
	    {"SE", TCP_SYN | TCP_ECE | TCP_CWR},
	    {"SA", TCP_SYN | TCP_ACK},
	    {"R", TCP_RST | TCP_ACK},
	    {"RA", TCP_RST | TCP_ACK},
	    {"A", TCP_ACK},
	};

	if (strcmp(text, "F") == 0)
		return;
	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++)
		if (strcmp(kinds[i].name, text) == 0) {
			r->flags = (uint8_t)kinds[i].flags;
			r->has |= HAS_FLAGS;
			if (strcmp(text, "RA") == 0)
				r->seq = 77;
			return;
		}
	line_must(false, "no kind", text);
}

static inline void
line_hook(const char *text, struct record *r)
{
	static const char *const hooks[] = {
	    "none", "in", "out", "forward", "egress"};

	for (uint8_t i = 0; i < sizeof(hooks) / sizeof(*hooks); i++)
		if (strcmp(hooks[i], text) == 0) {
			r->hook = i;
			return;
		}
	line_must(false, "no hook", text);
}

static inline void
line_key(char *text, struct line *l)
{
	struct record *r = &l->record;
	char *value = strchr(text, '=');
	uint64_t n;

	line_must(value != NULL, "no value", text);
	*value++ = '\0';
	n = strtoull(value, NULL, 10);
	if (strcmp(text, "hook") == 0) {
		line_hook(value, r);
	} else if (strcmp(text, "prefix") == 0) {
		snprintf(l->prefix, sizeof(l->prefix), "%s", value);
		r->prefix = l->prefix;
	} else if (strcmp(text, "seq") == 0) {
		r->seq = (uint32_t)n;
		r->has |= HAS_SEQ;
	} else if (strcmp(text, "ack") == 0) {
		r->ack = (uint32_t)n;
		r->has |= HAS_SEQ;
	} else if (strcmp(text, "uid") == 0) {
		r->uid = (uint32_t)n;
		r->has |= HAS_UID;
	} else if (strcmp(text, "packets") == 0) {
		r->packets = n;
		r->has |= HAS_COUNTS;
	} else if (strcmp(text, "octets") == 0) {
		r->octets = n;
		r->has |= HAS_COUNTS;
	} else {
		line_must(false, "no key", text);
	}
}

/* Cut a comment and the newline off.  Returns whether anything is left. */
static inline bool
line_trim(char *text)
{
	text[strcspn(text, "#\n")] = '\0';
	return text[strspn(text, " \t")] != '\0';
}

static inline void
line_record(const char *text, struct line *l)
{
	char copy[LINE_TEXT_MAX], *save, *word[6];

	*l = (struct line){.record = {.proto = 6}};
	snprintf(copy, sizeof(copy), "%s", text);
	for (size_t i = 0; i < 6; i++) {
		word[i] = strtok_r(i == 0 ? copy : NULL, " \t", &save);
		line_must(word[i] != NULL, "too short", text);
	}
	l->record.time_ns = line_time(word[0]);
	if (l->record.time_ns != TIME_NONE)
		l->record.has |= HAS_TIME;
	if (strcmp(word[1], "-") != 0)
		snprintf(l->sensor, sizeof(l->sensor), "%s", word[1]);
	line_end(word[2], &l->record.src, &l->record.sport);
	line_must(strcmp(word[3], ">") == 0, "no '>'", text);
	line_end(word[4], &l->record.dst, &l->record.dport);
	line_kind(word[5], &l->record);
	for (char *w; (w = strtok_r(NULL, " \t", &save)) != NULL;)
		line_key(w, l);
}

/* --- the site --- */

static inline void
site_line_nets(char *save, struct nets *out, const char *text)
{
	struct net n;

	for (char *w; (w = strtok_r(NULL, " \t", &save)) != NULL;) {
		line_must(net_parse(w, &n) == 0, "no network", text);
		line_must(nets_add(out, &n) == 0, "no memory", text);
	}
}

static inline void
site_line_expected(struct site *s, const char *name, char *save)
{
	struct expectation x = {.expires_ns = TIME_NONE};
	const char *expires = strtok_r(NULL, " \t", &save);
	struct err e;

	snprintf(x.match.name, sizeof(x.match.name), "%s", name);
	x.match.text = strdup(save);
	x.owner = strdup("test");
	x.reason = strdup("test");
	x.expires_ns = line_time(expires);
	x.match.filter = filter_parse(save, s, &e);
	line_must(x.match.filter != NULL, e.text, save);
	line_must(site_add_expected(s, &x, &e) == 0, e.text, save);
}

static inline void
site_line_schedule(struct site *s, const char *text)
{
	struct expectation *x = &s->expected[s->n_expected - 1];
	struct err e;

	line_must(s->n_expected > 0, "no expectation before", text);
	line_must(schedule_parse(text, &x->schedule, &e) == 0, e.text, text);
	x->schedule_text = strdup(text);
}

static inline void
site_line_relay(struct site *s, const char *name, const char *uid)
{
	for (size_t i = 0; i < s->n_honeypot; i++) {
		struct honeypot *h = &s->honeypot[i];

		if (strcmp(h->name, name) != 0)
			continue;
		h->relay_uid = reallocarray(
		    h->relay_uid, h->n_relay_uid + 1, sizeof(*h->relay_uid));
		line_must(h->relay_uid != NULL, "no memory", name);
		h->relay_uid[h->n_relay_uid++] =
		    (uint32_t)strtoul(uid, NULL, 10);
		return;
	}
	line_must(false, "no such honeypot", name);
}

static inline bool
site_line_sensor(struct site *s, const char *name, char *save, const char *text,
    struct err *e)
{
	struct sensor_entry x = {.name = ""};

	snprintf(x.name, sizeof(x.name), "%s", name);
	x.key.b[0] = (uint8_t)(s->n_sensor + 1); /* any, but another each */
	site_line_nets(save, &x.addresses, text);
	return site_add_sensor(s, &x, e) == 0;
}

static inline void
site_line(struct site *s, const char *text)
{
	char copy[LINE_TEXT_MAX], *save;
	struct err e = {.text = "no such line in a site"};
	struct honeynet net = {.name = ""};
	struct honeypot pot = {.name = ""};
	struct detector_option o = {.name = ""};
	struct ports ports = {.bit = {0}};
	const char *what, *name;
	bool ok = false;

	snprintf(copy, sizeof(copy), "%s", text);
	what = strtok_r(copy, " \t", &save);
	name = strtok_r(NULL, " \t", &save);
	if (strcmp(what, "home") == 0) {
		snprintf(net.name, sizeof(net.name), "%s", name);
		site_line_nets(save, &net.home, text);
		ok = site_add_honeynet(s, &net, &e) == 0;
	} else if (strcmp(what, "honeypot") == 0) {
		snprintf(pot.name, sizeof(pot.name), "%s", name);
		site_line_nets(save, &pot.addresses, text);
		ok = site_add_honeypot(s, &pot, &e) == 0;
	} else if (strcmp(what, "class") == 0) {
		ok = ports_parse(save, &ports, &e) == 0 &&
		     site_set_class(s, name, &ports, &e) == 0;
	} else if (strcmp(what, "expected") == 0) {
		site_line_expected(s, name, save);
		ok = true;
	} else if (strcmp(what, "schedule") == 0) {
		site_line_schedule(s, text + strlen("schedule "));
		ok = true;
	} else if (strcmp(what, "sensor") == 0) {
		ok = site_line_sensor(s, name, save, text, &e);
	} else if (strcmp(what, "relay") == 0) {
		site_line_relay(s, name, save);
		ok = true;
	} else if (strcmp(what, "option") == 0) {
		snprintf(o.detector, sizeof(o.detector), "%s", name);
		snprintf(
		    o.name, sizeof(o.name), "%s", strtok_r(NULL, " \t", &save));
		o.value = strdup(strtok_r(NULL, " \t", &save));
		o.place = strdup("test:1");
		ok = site_add_option(s, &o, &e) == 0;
	}
	line_must(ok, e.text, text);
}

/* The lines of 'text' as a site. */
static inline struct site *
site_of(const char *text)
{
	struct site *s = site_new();
	char *copy = strdup(text), *save;

	line_must(s != NULL && copy != NULL, "no memory", text);
	for (char *l = strtok_r(copy, "\n", &save); l != NULL;
	     l = strtok_r(NULL, "\n", &save))
		if (line_trim(l))
			site_line(s, l);
	free(copy);
	return s;
}

/* --- putting --- */

typedef void line_put_fn(void *arg, const char *sensor, const struct batch *b);

/* The lines of 'text', each a batch of its own. */
static inline void
put_lines(const char *text, line_put_fn *put, void *arg)
{
	struct builder *b = builder_new(4, 4096);
	char *copy = strdup(text), *save;
	struct line line;

	line_must(b != NULL && copy != NULL, "no memory", text);
	for (char *l = strtok_r(copy, "\n", &save); l != NULL;
	     l = strtok_r(NULL, "\n", &save)) {
		if (!line_trim(l))
			continue;
		line_record(l, &line);
		line_must(builder_put(b, &line.record) == 0, "full", l);
		put(arg, *line.sensor == '\0' ? NULL : line.sensor,
		    builder_view(b));
		builder_reset(b);
	}
	free(copy);
	builder_free(b);
}

#endif
