/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "aggregator/feed/feed_json_internal.h"

#include "common/clock.h"

#include <string.h>

json_t *
feed_json_time(int64_t ns)
{
	char text[TIME_TEXT_MAX];

	return ns == TIME_NONE ? json_null()
			       : json_string(time_format(ns, text));
}

json_t *
feed_json_addr(const struct addr *a)
{
	char text[ADDR_TEXT_MAX];

	return json_string(addr_format(a, text));
}

static json_t *
name_list(const struct names *s)
{
	json_t *list = json_array();

	for (size_t i = 0; i < s->n; i++)
		json_array_append_new(list, json_string(s->name[i]));
	return list;
}

/* ECS wants a number from 0 to 100 beside the word. */
static int
severity_number(enum severity s)
{
	static const int numbers[] = {
	    [SEVERITY_NOTICE] = 21,
	    [SEVERITY_SUSPECT] = 47,
	    [SEVERITY_COMPROMISED] = 99,
	    [SEVERITY_INFO] = 1,
	    [SEVERITY_DEGRADED] = 47,
	    [SEVERITY_ALARM] = 73,
	};

	return numbers[s];
}

json_t *
feed_json_event(const char *id, const char *dataset, const char *action,
    enum severity severity, uint64_t sequence, int64_t now_ns)
{
	return json_pack("{s:s, s:s, s:[ss], s:[s], s:s, s:i, s:I, s:o, s:s, "
			 "s:s}",
	    "id", id, "kind", "alert", "category", "network",
	    "intrusion_detection", "type", "info", "action", action, "severity",
	    severity_number(severity), "sequence", (json_int_t)sequence,
	    "created", feed_json_time(now_ns), "module", "synhive", "dataset",
	    dataset);
}

static void
add_ends(json_t *root, const struct alert *a)
{
	json_t *related = json_array();

	json_array_append_new(related, feed_json_addr(&a->address));
	if (a->has_connection) {
		json_object_set_new(root, "source",
		    json_pack("{s:o, s:i}", "ip", feed_json_addr(&a->client),
			"port", a->client_port));
		json_object_set_new(root, "destination",
		    json_pack("{s:o, s:i}", "ip", feed_json_addr(&a->server),
			"port", a->port));
		json_array_append_new(related, feed_json_addr(&a->server));
	}
	json_object_set_new(root, "related", json_pack("{s:o}", "ip", related));
	json_object_set_new(root, "network",
	    json_pack("{s:s, s:s}", "transport", "tcp", "type",
		addr_is_v4(&a->address) ? "ipv4" : "ipv6"));
}

/* What ECS has no field for, under our own name. */
static json_t *
own_of(const struct alert *a, bool update)
{
	json_t *own = json_pack("{s:s, s:s, s:s, s:o, s:s, s:i, s:I, s:I, "
				"s:o, s:o, s:b, s:s}",
	    "honeynet", a->honeynet, "detector", a->detector, "honeypot",
	    a->honeypot, "address", feed_json_addr(&a->address), "severity",
	    severity_name(a->severity), "port", a->port, "count",
	    (json_int_t)a->count, "peers", (json_int_t)a->peers, "honeypots",
	    name_list(&a->honeypots), "sensors", name_list(&a->sensors),
	    "update", update, "text", a->text);

	json_object_set_new(
	    own, "peer", a->has_peer ? feed_json_addr(&a->peer) : json_null());
	json_object_set_new(own, "incident",
	    a->incident[0] == '\0' ? json_null() : json_string(a->incident));
	return own;
}

char *
feed_json_dump(json_t *root)
{
	char *text = json_dumps(root, JSON_COMPACT | JSON_PRESERVE_ORDER);

	json_decref(root);
	return text;
}

char *
feed_json_alert(
    const struct alert *a, bool update, uint64_t sequence, int64_t now_ns)
{
	json_t *event = feed_json_event(
	    a->id, "synhive.alert", a->detector, a->severity, sequence, now_ns);
	json_t *root;

	json_object_set_new(event, "start", feed_json_time(a->first_ns));
	json_object_set_new(event, "end", feed_json_time(a->last_ns));
	root = json_pack("{s:o, s:s, s:o, s:{s:s, s:s}, s:s, s:o}",
	    "@timestamp", feed_json_time(a->last_ns), "schema_version",
	    FEED_SCHEMA, "event", event, "rule", "id", a->detector, "name",
	    a->detector, "message", a->text, "synhive", own_of(a, update));
	add_ends(root, a);
	return feed_json_dump(root);
}
