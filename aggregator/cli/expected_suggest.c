/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "aggregator/cli/expected_suggest.h"
#include "aggregator/cli/fold_store.h"
#include "aggregator/cli/output.h"
#include "aggregator/cli/place.h"
#include "common/err.h"
#include "common/map.h"
#include "common/site.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#define GROUPS_MAX                                                             \
	65536	      /* servers and ports; the quietest for longest goes      \
		       */
#define CLIENTS_MAX 8 /* named in a filter; more: all of home */
#define SEEN_MIN 3    /* connections; fewer are not "again and again" */
#define EXPIRES_DAYS 90
#define MATCH_MAX 640 /* CLIENTS_MAX addresses, a server, words */
#define SECTION_MAX 1280

struct group_key {
	struct addr server;
	uint64_t port;
};

struct group {
	struct group_key key;
	uint64_t connections;
	int64_t first_ns, last_ns;
	struct addr client[CLIENTS_MAX];
	size_t n_client;
	bool more_clients;
};

struct fallen {
	struct addr address;
	int64_t onset_ns;
};

struct suggest {
	const struct options *opt;
	const struct site *site;
	struct map *groups;
	struct fallen *fallen;
	size_t n_fallen;
};

/* --- gathering --- */

static int
put_fallen(void *arg, const struct incident *i)
{
	struct suggest *s = arg;
	struct fallen *more =
	    reallocarray(s->fallen, s->n_fallen + 1, sizeof(*s->fallen));

	if (more == NULL)
		return 1;
	s->fallen = more;
	more[s->n_fallen++] = (struct fallen){i->address, i->onset_ns};
	return 0;
}

/* A store of imported files may have no state. */
static int
find_fallen(struct suggest *s, const struct place *p, struct err *e)
{
	struct state *state = place_state(p, e);
	int rc;

	if (state == NULL)
		return e->code == EX_NOINPUT ? 0 : -1;
	rc = state_incidents(state, put_fallen, s, e);
	state_close(state);
	return rc == 1 ? err_set(e, EX_OSERR, "out of memory") : rc;
}

static bool
is_an_intruders(const struct suggest *s, const struct connection *c)
{
	for (size_t i = 0; i < s->n_fallen; i++)
		if (addr_eq(&s->fallen[i].address, &c->client.primary) &&
		    c->start_ns >= s->fallen[i].onset_ns)
			return true;
	return false;
}

static bool
is_wanted(const struct suggest *s, const struct connection *c)
{
	return c->direction == DIRECTION_OUT && !c->expected &&
	       options_in_time(s->opt, c->start_ns) &&
	       !site_in_class(s->site, "ssh", c->server_port) &&
	       !site_in_class(s->site, "irc", c->server_port) &&
	       !site_in_class(s->site, "irc-weak", c->server_port) &&
	       !is_an_intruders(s, c);
}

static void
put_client(struct group *g, const struct addr *a)
{
	size_t at = 0;

	while (at < g->n_client && addr_cmp(&g->client[at], a) < 0)
		at++;
	if (at < g->n_client && addr_eq(&g->client[at], a))
		return;
	if (g->n_client == CLIENTS_MAX) {
		g->more_clients = true;
		return;
	}
	memmove(&g->client[at + 1], &g->client[at],
	    (g->n_client - at) * sizeof(*g->client));
	g->client[at] = *a;
	g->n_client++;
}

static int
put_connection(void *arg, const struct connection *c, struct err *e)
{
	struct suggest *s = arg;
	const struct group_key key = {c->server.addr, c->server_port};
	struct group *g;
	bool is_new;

	(void)e;
	if (!is_wanted(s, c))
		return 0;
	g = map_put(s->groups, &key, &is_new);
	map_touch(s->groups, g);
	if (is_new) {
		g->key = key;
		g->first_ns = g->last_ns = c->start_ns;
	}
	g->connections++;
	if (c->start_ns < g->first_ns)
		g->first_ns = c->start_ns;
	if (c->start_ns > g->last_ns)
		g->last_ns = c->start_ns;
	put_client(g, &c->client.addr);
	return 0;
}

/* --- proposing --- */

static void
write_match(const struct group *g, char out[static MATCH_MAX])
{
	char text[ADDR_TEXT_MAX];
	size_t len = 0;

	if (g->more_clients) {
		len = (size_t)snprintf(out, MATCH_MAX, "direction out");
	} else {
		len = (size_t)snprintf(out, MATCH_MAX, "src host [");
		for (size_t i = 0; i < g->n_client; i++)
			len += (size_t)snprintf(out + len, MATCH_MAX - len,
			    "%s%s", i == 0 ? "" : ", ",
			    addr_format(&g->client[i], text));
		len += (size_t)snprintf(out + len, MATCH_MAX - len, "]");
	}
	snprintf(out + len, MATCH_MAX - len, " and dst host %s and dst port %u",
	    addr_format(&g->key.server, text), (unsigned int)g->key.port);
}

static void
write_name(const struct group *g, char out[static SITE_NAME_MAX])
{
	char text[ADDR_TEXT_MAX];

	snprintf(out, SITE_NAME_MAX, "to-%s-%u",
	    addr_format(&g->key.server, text), (unsigned int)g->key.port);
}

static void
write_section(const struct group *g, char out[static SECTION_MAX])
{
	char name[SITE_NAME_MAX], match[MATCH_MAX], first[TIME_TEXT_MAX];
	char last[TIME_TEXT_MAX], expires[TIME_TEXT_MAX];
	int64_t now = clock_wall_ns();

	write_name(g, name);
	write_match(g, match);
	time_format(
	    now / NS_PER_DAY * NS_PER_DAY + EXPIRES_DAYS * NS_PER_DAY, expires);
	snprintf(out, SECTION_MAX,
	    "# %" PRIu64 " connections from %s%zu honeypots' addresses, %s to "
	    "%s\n"
	    "expected %s {\n"
	    "\tmatch = \"%s\"\n"
	    "\towner = \"CHANGE-ME\"\n"
	    "\treason = \"CHANGE-ME\"\n"
	    "\texpires = \"%.10s\"\n"
	    "}\n",
	    g->connections, g->more_clients ? "more than " : "", g->n_client,
	    time_format(g->first_ns, first), time_format(g->last_ns, last),
	    name, match, expires);
}

enum {
	NAME,
	SERVER,
	PORT,
	CONNECTIONS,
	CLIENTS,
	FIRST,
	LAST,
	MATCH,
	SECTION,
	COLUMNS
};

static const struct column columns[] = {
    [NAME] = {"name", COLUMN_CSV, 0},
    [SERVER] = {"server", COLUMN_CSV, 0},
    [PORT] = {"port", COLUMN_CSV, 0},
    [CONNECTIONS] = {"connections", COLUMN_CSV, 0},
    [CLIENTS] = {"clients", COLUMN_CSV, 0},
    [FIRST] = {"first", COLUMN_CSV, 0},
    [LAST] = {"last", COLUMN_CSV, 0},
    [MATCH] = {"match", COLUMN_CSV, 0},
    [SECTION] = {"section", 0, 0},
};

static const struct layout layout = {.column = columns, .n = COLUMNS};

static int
print_row(const struct group *g, struct output *out, struct err *e)
{
	char name[SITE_NAME_MAX], match[MATCH_MAX], section[SECTION_MAX];
	struct cell c[COLUMNS];

	write_name(g, name);
	write_match(g, match);
	write_section(g, section);
	c[NAME] = cell_text(name);
	c[SERVER] = cell_addr(&g->key.server);
	c[PORT] = cell_uint(g->key.port);
	c[CONNECTIONS] = cell_uint(g->connections);
	c[CLIENTS] = cell_addrs(g->client, g->n_client);
	c[FIRST] = cell_time(g->first_ns);
	c[LAST] = cell_time(g->last_ns);
	c[MATCH] = cell_text(match);
	c[SECTION] = cell_text(section);
	return output_row(out, c, e);
}

/* The busiest first. */
static int
compare(const void *a, const void *b)
{
	const struct group *x = *(struct group *const *)a;
	const struct group *y = *(struct group *const *)b;
	int order = addr_cmp(&x->key.server, &y->key.server);

	if (x->connections != y->connections)
		return x->connections > y->connections ? -1 : 1;
	if (order != 0)
		return order;
	return x->key.port < y->key.port ? -1 : 1;
}

static int
print_rows(
    const struct suggest *s, struct group **list, size_t n, struct err *e)
{
	char section[SECTION_MAX];
	struct output out;
	int rc;

	if (output_is_table(s->opt)) {
		for (size_t i = 0; i < n; i++) {
			write_section(list[i], section);
			printf("%s%s", i == 0 ? "" : "\n", section);
		}
		if (n == 0)
			remark("nothing left the honeynet again and again "
			       "that is not expected");
		return 0;
	}
	rc = output_open(&out, s->opt, &layout, e);
	for (size_t i = 0; rc == 0 && i < n; i++)
		rc = print_row(list[i], &out, e);
	if (rc == 0)
		rc = output_finish(&out, e);
	output_close(&out);
	return rc;
}

static int
print(const struct suggest *s, struct err *e)
{
	struct group **list =
	    calloc(map_count(s->groups) + 1, sizeof(struct group *));
	struct group *g = map_oldest(s->groups);
	size_t n = 0;
	int rc;

	if (list == NULL)
		return err_set(e, EX_OSERR, "out of memory");
	for (; g != NULL; g = map_younger(s->groups, g))
		if (g->connections >= SEEN_MIN)
			list[n++] = g;
	qsort(list, n, sizeof(*list), compare);
	rc = print_rows(s, list, n, e);
	free(list);
	if (rc == 0 && map_evicted(s->groups) > 0)
		remark("%" PRIu64 " servers were forgotten on the way: choose "
		       "a shorter time",
		    map_evicted(s->groups));
	return rc;
}

int
expected_suggest(const struct place *p, const struct options *o, struct err *e)
{
	struct suggest s = {.opt = o, .site = p->site};
	int rc;

	if (!p->home_known)
		return err_set(e, EX_CONFIG,
		    "what leaves the honeynet? Give --home NET, or -c FILE "
		    "with a honeynet section");
	s.groups =
	    map_new(sizeof(struct group_key), sizeof(struct group), GROUPS_MAX);
	if (s.groups == NULL)
		return err_set(e, EX_OSERR, "out of memory");
	rc = find_fallen(&s, p, e);
	if (rc == 0)
		rc = fold_store(p, o, NULL, put_connection, &s, e);
	if (rc == 0)
		rc = print(&s, e);
	map_free(s.groups);
	free(s.fallen);
	return rc;
}
