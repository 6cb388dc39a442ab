/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "aggregator/graph/who.h"
#include "aggregator/graph/links.h"

#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int
who_cmp(const struct who *a, const struct who *b)
{
	int c = (int)a->kind - (int)b->kind;

	if (c != 0)
		return c;
	switch (a->kind) {
	case WHO_HOST:
	case WHO_NET:
		c = link_addr_cmp(&a->addr, &b->addr);
		return c != 0 ? c : (int)a->len - (int)b->len;
	case WHO_NAME:
		return strcmp(a->name, b->name);
	case WHO_OTHER:
		return (int)a->part - (int)b->part;
	case WHO_PORT:
		c = (int)a->port - (int)b->port;
		return c != 0 ? c : (int)a->proto - (int)b->proto;
	}
	return 0;
}

static const char *
proto_name(uint8_t proto, char out[static 16])
{
	switch (proto) {
	case IPPROTO_UDP:
		return "udp";
	case IPPROTO_ICMP:
		return "icmp";
	default:
		snprintf(out, 16, "proto %u", proto);
		return out;
	}
}

static void
port_text(const struct who *w, char out[static WHO_TEXT_MAX])
{
	char proto[16];

	if (w->proto == IPPROTO_TCP)
		snprintf(out, WHO_TEXT_MAX, "%u", w->port);
	else if (w->port == 0)
		snprintf(out, WHO_TEXT_MAX, "%s", proto_name(w->proto, proto));
	else
		snprintf(out, WHO_TEXT_MAX, "%u/%s", w->port,
		    proto_name(w->proto, proto));
}

const char *
who_text(const struct who *w, char out[static WHO_TEXT_MAX])
{
	static const char *const others[] = {
	    [PART_SOURCE] = "other clients",
	    [PART_EVENT] = "other servers",
	    [PART_TARGET] = "other ports",
	};
	const struct net net = {w->addr, w->len};

	switch (w->kind) {
	case WHO_HOST:
		return addr_format(&w->addr, out);
	case WHO_NET:
		return net_format(&net, out);
	case WHO_NAME:
		return w->name;
	case WHO_OTHER:
		return others[w->part];
	case WHO_PORT:
		port_text(w, out);
	}
	return out;
}

static void
port_filter(const struct who *w, char out[static WHO_TEXT_MAX])
{
	char proto[24] = "";

	if (w->proto != IPPROTO_TCP)
		snprintf(proto, sizeof(proto), " and proto %u", w->proto);
	snprintf(out, WHO_TEXT_MAX, "server port %u%s", w->port, proto);
}

const char *
who_filter(
    const struct who *w, enum property_part part, char out[static WHO_TEXT_MAX])
{
	const char *side = part == PART_SOURCE ? "client" : "server";
	char text[WHO_TEXT_MAX];

	out[0] = '\0';
	switch (w->kind) {
	case WHO_HOST:
		snprintf(out, WHO_TEXT_MAX, "%s host %s", side,
		    addr_format(&w->addr, text));
		break;
	case WHO_NET:
		snprintf(
		    out, WHO_TEXT_MAX, "%s net %.60s", side, who_text(w, text));
		break;
	case WHO_PORT:
		port_filter(w, out);
		break;
	case WHO_NAME:
	case WHO_OTHER:
		break;
	}
	return out;
}

const char *
name_list_add(struct name_list *l, const char *s)
{
	size_t low = 0, high = l->n;

	while (low < high) {
		size_t mid = (low + high) / 2;
		int c = strcmp(l->name[mid], s);

		if (c == 0)
			return l->name[mid];
		if (c < 0)
			low = mid + 1;
		else
			high = mid;
	}
	if (l->n == NAMES_MAX)
		return NULL;
	if (l->name == NULL)
		l->name = calloc(NAMES_MAX, sizeof(*l->name));
	if (l->name == NULL || (s = strdup(s)) == NULL)
		return NULL;
	memmove(
	    l->name + low + 1, l->name + low, (l->n - low) * sizeof(*l->name));
	l->n++;
	return l->name[low] = (char *)(uintptr_t)s;
}

void
name_list_fini(struct name_list *l)
{
	for (size_t i = 0; i < l->n; i++)
		free(l->name[i]);
	free(l->name);
	*l = (struct name_list){0};
}
