/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "aggregator/cli/explain_near.h"
#include "common/clock.h"
#include "common/site.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MINUTE_NS (60 * NS_PER_SEC)
#define DISTINCT_MAX 256 /* more are as good as that */

typedef void near_fn(const struct near_rows *r, char out[static NEAR_TEXT_MAX]);

static bool
is_unexplained(const struct near_row *c, enum direction d)
{
	return !c->expected && c->direction == d;
}

static bool
is_irc(const struct near_rows *r, uint16_t port)
{
	return site_in_class(r->site, "irc", port) ||
	       site_in_class(r->site, "irc-weak", port);
}

/* --- counting --- */

static size_t
count_class(const struct near_rows *r, const char *class)
{
	size_t n = 0;

	for (size_t i = 0; i < r->n_out; i++)
		n += is_unexplained(&r->out[i], DIRECTION_OUT) &&
		     (class == NULL ||
			 site_in_class(r->site, class, r->out[i].port));
	return n;
}

/*
 * The most different values of one thing, with another one the same, within a
 * minute: servers of one port, ports of one server.
 */
struct most {
	size_t n;
	uint16_t port;
	struct addr peer;
};

static bool
same(const struct near_row *a, const struct near_row *b, bool by_port)
{
	return by_port ? a->port == b->port : addr_eq(&a->peer, &b->peer);
}

static size_t
distinct_from(const struct near_row *row, size_t n, size_t at, bool by_port)
{
	const struct near_row *seen[DISTINCT_MAX];
	size_t n_seen = 0;

	for (size_t i = at; i < n && n_seen < DISTINCT_MAX; i++) {
		size_t k = 0;

		if (row[i].start_ns != TIME_NONE &&
		    row[i].start_ns - row[at].start_ns > MINUTE_NS)
			break;
		if (!same(&row[i], &row[at], by_port) || row[i].expected)
			continue;
		while (k < n_seen && !same(seen[k], &row[i], !by_port))
			k++;
		if (k == n_seen)
			seen[n_seen++] = &row[i];
	}
	return n_seen;
}

static struct most
most_distinct(const struct near_row *row, size_t n, bool by_port)
{
	struct most m = {0};

	for (size_t i = 0; i < n && m.n < DISTINCT_MAX; i++) {
		size_t k = distinct_from(row, n, i, by_port);

		if (k > m.n)
			m = (struct most){k, row[i].port, row[i].peer};
	}
	return m;
}

static int
by_peer_and_port(const void *a, const void *b)
{
	const struct near_row *x = a, *y = b;
	int d = addr_cmp(&x->peer, &y->peer);

	return d != 0 ? d : (int)x->port - (int)y->port;
}

/* The longest run of rows that agree in peer and port. */
static struct most
most_repeated(const struct near_row *row, size_t n)
{
	struct near_row *sorted = malloc((n + 1) * sizeof(*sorted));
	struct most m = {0};
	size_t run = 0;

	if (sorted == NULL)
		return m;
	if (n > 0)
		memcpy(sorted, row, n * sizeof(*sorted));
	qsort(sorted, n, sizeof(*sorted), by_peer_and_port);
	for (size_t i = 0; i < n; i++) {
		run = i > 0 && by_peer_and_port(&sorted[i], &sorted[i - 1]) == 0
			  ? run + 1
			  : 1;
		if (run > m.n)
			m = (struct most){run, sorted[i].port, sorted[i].peer};
	}
	free(sorted);
	return m;
}

static bool
came_in(const struct near_rows *r, const struct near_row *c, uint16_t port)
{
	for (size_t i = 0; i < r->n_in; i++)
		if (addr_eq(&r->in[i].peer, &c->peer) &&
		    (port == 0 ? r->in[i].start_ns <= c->start_ns
			       : r->in[i].port == port))
			return true;
	return false;
}

/* --- one function a detector --- */

static void
near_outbound(const struct near_rows *r, char out[static NEAR_TEXT_MAX])
{
	snprintf(out, NEAR_TEXT_MAX, "%zu unexplained connections to outside",
	    count_class(r, NULL));
}

static void
near_ssh(const struct near_rows *r, char out[static NEAR_TEXT_MAX])
{
	snprintf(out, NEAR_TEXT_MAX, "%zu to an SSH port outside",
	    count_class(r, "ssh"));
}

static size_t
count_irc(const struct near_rows *r)
{
	return count_class(r, "irc") + count_class(r, "irc-weak");
}

static void
near_irc(const struct near_rows *r, char out[static NEAR_TEXT_MAX])
{
	snprintf(out, NEAR_TEXT_MAX,
	    "%zu to an IRC port outside, %zu to one that is weak",
	    count_class(r, "irc"), count_class(r, "irc-weak"));
}

static void
near_confirmed(const struct near_rows *r, char out[static NEAR_TEXT_MAX])
{
	size_t n = 0;

	for (size_t i = 0; i < r->n_out; i++)
		n += is_unexplained(&r->out[i], DIRECTION_OUT) &&
		     is_irc(r, r->out[i].port) && came_in(r, &r->out[i], 113);
	snprintf(out, NEAR_TEXT_MAX,
	    "%zu to IRC ports, of which %zu to hosts that ever called port "
	    "113 here",
	    count_irc(r), n);
}

static void
near_sweep(const struct near_rows *r, char out[static NEAR_TEXT_MAX])
{
	struct most m = most_distinct(r->out, r->n_out, true);

	if (m.n == 0)
		snprintf(out, NEAR_TEXT_MAX, "no connections");
	else
		snprintf(out, NEAR_TEXT_MAX,
		    "at most %zu servers within 60 s, on port %u", m.n, m.port);
}

static void
near_scan(const struct near_rows *r, char out[static NEAR_TEXT_MAX])
{
	struct most m = most_distinct(r->out, r->n_out, false);
	char peer[ADDR_TEXT_MAX];

	if (m.n == 0)
		snprintf(out, NEAR_TEXT_MAX, "no connections");
	else
		snprintf(out, NEAR_TEXT_MAX,
		    "at most %zu ports within 60 s, of %s", m.n,
		    addr_format(&m.peer, peer));
}

static void
near_call_back(const struct near_rows *r, char out[static NEAR_TEXT_MAX])
{
	size_t n = 0;

	for (size_t i = 0; i < r->n_out; i++)
		n += is_unexplained(&r->out[i], DIRECTION_OUT) &&
		     came_in(r, &r->out[i], 0);
	snprintf(out, NEAR_TEXT_MAX,
	    "%zu to hosts that had come in before, whenever that was", n);
}

static void
near_first(const struct near_rows *r, char out[static NEAR_TEXT_MAX])
{
	size_t answered = 0;

	for (size_t i = 0; i < r->n_out; i++)
		answered += is_unexplained(&r->out[i], DIRECTION_OUT) &&
			    r->out[i].outcome == OUTCOME_ANSWERED;
	snprintf(out, NEAR_TEXT_MAX,
	    "%zu unexplained connections to outside, of which %zu were seen "
	    "to be answered",
	    count_class(r, NULL), answered);
}

static void
near_within(const struct near_rows *r, char out[static NEAR_TEXT_MAX])
{
	size_t n = 0;

	for (size_t i = 0; i < r->n_out; i++)
		n += is_unexplained(&r->out[i], DIRECTION_WITHIN);
	snprintf(out, NEAR_TEXT_MAX,
	    "%zu unexplained connections to other honeypots", n);
}

static void
near_beacon(const struct near_rows *r, char out[static NEAR_TEXT_MAX])
{
	struct most m = most_repeated(r->out, r->n_out);
	char peer[ADDR_TEXT_MAX];

	if (m.n == 0)
		snprintf(out, NEAR_TEXT_MAX, "no connections");
	else
		snprintf(out, NEAR_TEXT_MAX,
		    "at most %zu connections to the same port, %u of %s", m.n,
		    m.port, addr_format(&m.peer, peer));
}

static void
near_odd_port(const struct near_rows *r, char out[static NEAR_TEXT_MAX])
{
	snprintf(out, NEAR_TEXT_MAX, "%zu connections came in", r->n_in);
}

static void
near_brute_force(const struct near_rows *r, char out[static NEAR_TEXT_MAX])
{
	size_t most = 0;

	for (size_t i = 0; i < r->n_in; i++) {
		size_t n = 0;

		if (!site_in_class(r->site, "ssh", r->in[i].port))
			continue;
		for (size_t k = i;
		     k < r->n_in && n < DISTINCT_MAX &&
		     r->in[k].start_ns - r->in[i].start_ns <= MINUTE_NS;
		     k++)
			n += r->in[k].port == r->in[i].port &&
			     addr_eq(&r->in[k].peer, &r->in[i].peer);
		most = n > most ? n : most;
	}
	snprintf(out, NEAR_TEXT_MAX,
	    "at most %zu connections of one peer to an SSH port within 60 s",
	    most);
}

static void
near_stray(const struct near_rows *r, char out[static NEAR_TEXT_MAX])
{
	size_t n = 0;

	for (size_t i = 0; i < r->n_out; i++)
		n += r->out[i].direction == DIRECTION_STRAY;
	snprintf(out, NEAR_TEXT_MAX, "%zu with a forged source", n);
}

static const struct {
	const char *detector;
	near_fn *text;
} nears[] = {
    {"outbound", near_outbound},
    {"outbound-ssh", near_ssh},
    {"outbound-irc", near_irc},
    {"irc-confirmed", near_confirmed},
    {"sweep", near_sweep},
    {"port-scan", near_scan},
    {"call-back", near_call_back},
    {"first-out", near_first},
    {"shared-peer", near_outbound},
    {"pivot", near_within},
    {"odd-port-in", near_odd_port},
    {"beacon", near_beacon},
    {"stray", near_stray},
    {"brute-force-in", near_brute_force},
};

void
near_text(const char *detector, const struct near_rows *r,
    char out[static NEAR_TEXT_MAX])
{
	out[0] = '\0';
	for (size_t i = 0; i < sizeof(nears) / sizeof(*nears); i++)
		if (strcmp(nears[i].detector, detector) == 0)
			nears[i].text(r, out);
}
