/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "aggregator/cli/groups_internal.h"
#include "common/clock.h"
#include "common/err.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

static const char *const count_names[GROUP_COUNTS] = {
    [COUNT_RECORDS] = "records",
    [COUNT_CONNECTIONS] = "connections",
    [COUNT_ATTEMPTS] = "attempts",
    [COUNT_ANSWERED] = "answered",
    [COUNT_REFUSED] = "refused",
    [COUNT_PEERS] = "peers",
    [COUNT_PACKETS] = "packets",
    [COUNT_OCTETS] = "octets",
};

int
group_count_find(const char *name, enum group_count *out)
{
	for (size_t i = 0; i < GROUP_COUNTS; i++)
		if (strcmp(name, count_names[i]) == 0) {
			*out = (enum group_count)i;
			return 0;
		}
	return -1;
}

bool
groups_take_records(const struct groups_about *a)
{
	for (size_t i = 0; i < a->n_field; i++)
		if (!group_field_of_records(a->field[i]))
			return false;
	return true;
}

bool
groups_take_connections(const struct groups_about *a)
{
	for (size_t i = 0; i < a->n_field; i++)
		if (!group_field_of_connections(a->field[i]))
			return false;
	return true;
}

/* --- the whole --- */

static void
make_layout(struct groups *g)
{
	size_t n = 0;

	for (size_t i = 0; i < g->about.n_field; i++)
		g->column[n++] =
		    (struct column){.name = group_field_name(g->about.field[i]),
			.flags = COLUMN_BOTH};
	for (size_t i = 0; i < GROUP_COUNTS; i++)
		if (g->about.counts & 1u << i) {
			g->shown[g->n_shown++] = (enum group_count)i;
			g->column[n++] = (struct column){.name = count_names[i],
			    .flags = COLUMN_BOTH | COLUMN_RIGHT};
		}
	g->column[n++] = (struct column){.name = "first", .flags = COLUMN_BOTH};
	g->column[n++] = (struct column){.name = "last", .flags = COLUMN_BOTH};
	g->layout = (struct layout){.column = g->column, .n = n};
}

struct groups *
groups_new(const struct groups_about *a, struct err *e)
{
	struct groups *g = calloc(1, sizeof(*g));

	if (g == NULL)
		goto fail;
	g->about = *a;
	g->open = group_open_end(a->field, a->n_field, a->home_known);
	g->map = map_new(a->n_field * sizeof(struct key_value),
	    sizeof(struct group), GROUPS_MAX);
	g->peers = map_new(sizeof(struct peer_key), 1, GROUP_PEERS_MAX);
	g->texts =
	    map_new(sizeof(struct text_key), sizeof(uint64_t), GROUP_NAMES_MAX);
	g->text = calloc(GROUP_NAMES_MAX, sizeof(*g->text));
	if (g->map == NULL || g->peers == NULL || g->texts == NULL ||
	    g->text == NULL)
		goto fail;
	make_layout(g);
	return g;
fail:
	err_set(e, EX_OSERR, "out of memory");
	groups_free(g);
	return NULL;
}

void
groups_free(struct groups *g)
{
	int saved = errno;

	if (g == NULL)
		return;
	map_free(g->map);
	map_free(g->peers);
	map_free(g->texts);
	free(g->text);
	free(g->sorted);
	free(g);
	errno = saved;
}

/* --- counting --- */

/* Returns 0, or -1: there is no room for another text. */
static int
place_of_text(struct groups *g, const char *text, uint64_t *out)
{
	struct text_key key = {{0}};
	uint64_t *place;
	bool is_new;

	strncpy(key.text, text, sizeof(key.text) - 1);
	place = map_get(g->texts, &key);
	if (place == NULL && map_count(g->texts) == GROUP_NAMES_MAX)
		return -1;
	if (place == NULL) {
		place = map_put(g->texts, &key, &is_new);
		*place = map_count(g->texts) - 1;
		g->text[*place] = map_key(g->texts, place);
	}
	*out = *place;
	return 0;
}

static int
make_key(struct groups *g, const struct grouped *x, struct key_value *key)
{
	struct group_value v;

	for (size_t i = 0; i < g->about.n_field; i++) {
		group_field_get(g->about.field[i], x, &v);
		key[i] = (struct key_value){.type = (uint64_t)v.type};
		if (v.type == GROUP_ADDR)
			key[i].u.addr = v.addr;
		else if (v.type == GROUP_TEXT &&
			 place_of_text(g, v.text, &key[i].u.number[0]) == -1)
			return -1;
		else if (v.type == GROUP_NUMBER || v.type == GROUP_TIME)
			key[i].u.number[0] = v.number;
	}
	return 0;
}

static struct group *
find_group(struct groups *g, const struct grouped *x)
{
	struct key_value key[GROUP_KEY_MAX];
	struct group *group;
	bool is_new;

	if (make_key(g, x, key) == -1)
		return NULL;
	group = map_get(g->map, key);
	if (group != NULL || map_count(g->map) == GROUPS_MAX)
		return group;
	group = map_put(g->map, key, &is_new);
	group->order = map_count(g->map) - 1;
	group->first_ns = group->last_ns = TIME_NONE;
	return group;
}

static void
count_peer(struct groups *g, struct group *group, const struct grouped *x)
{
	struct peer_key key = {
	    .group = group->order, .addr = *group_end(x, g->open)};
	bool is_new;

	if (!addr_is_v4(&key.addr))
		memset(key.addr.b + 8, 0, 8);
	if (map_get(g->peers, &key) != NULL)
		return;
	if (map_count(g->peers) == GROUP_PEERS_MAX) {
		g->peers_left_out++;
		return;
	}
	map_put(g->peers, &key, &is_new);
	group->count[COUNT_PEERS]++;
}

static void
count_time(struct group *group, int64_t first, int64_t last)
{
	if (first != TIME_NONE &&
	    (group->first_ns == TIME_NONE || first < group->first_ns))
		group->first_ns = first;
	if (last != TIME_NONE && last > group->last_ns)
		group->last_ns = last;
}

static void
count_octets(struct group *group, bool known, uint64_t packets, uint64_t octets)
{
	if (!known)
		return;
	group->has_counts = true;
	group->count[COUNT_PACKETS] += packets;
	group->count[COUNT_OCTETS] += octets;
}

static void
count_record(struct group *group, const struct record *r)
{
	group->count[COUNT_RECORDS]++;
	count_time(group, r->time_ns, r->time_ns);
	count_octets(group, r->has & HAS_COUNTS, r->packets, r->octets);
}

static void
count_connection(
    const struct groups *g, struct group *group, const struct connection *c)
{
	group->count[COUNT_CONNECTIONS]++;
	group->count[COUNT_ATTEMPTS] += c->attempts;
	group->count[COUNT_ANSWERED] += c->outcome == OUTCOME_ANSWERED;
	group->count[COUNT_REFUSED] += c->outcome == OUTCOME_REFUSED;
	/* The records of the group were counted already. */
	if (groups_take_records(&g->about))
		return;
	count_time(group, c->start_ns, c->last_ns);
	count_octets(group, c->has_counts, c->packets_out + c->packets_in,
	    c->octets_out + c->octets_in);
}

void
groups_add(struct groups *g, const struct grouped *x)
{
	struct group *group = find_group(g, x);

	if (group == NULL) {
		g->left_out++;
		return;
	}
	count_peer(g, group, x);
	if (x->record != NULL)
		count_record(group, x->record);
	else
		count_connection(g, group, x->connection);
}
