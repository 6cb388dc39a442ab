/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "aggregator/graph/axes.h"
#include "common/err.h"
#include "common/map.h"

#include <stdio.h>
#include <string.h>
#include <sysexits.h>

enum axis_kind {
	AXIS_ADDRESS,
	AXIS_NUMBER,
	AXIS_TEXT,   /* numbered as they come */
	AXIS_DIGITS, /* that it ends in: "eth1" is 1 */
};

struct axis {
	const char *name, *psad;
	const char *filter; /* what asks for a value; NULL: nothing */
	enum axis_kind kind;
	const struct addr *(*addr)(const struct opening *o);
	uint64_t (*number)(const struct opening *o);
	const char *(*text)(const struct opening *o, char *room);
};

static const struct addr *
get_src(const struct opening *o)
{
	return &o->client;
}

static const struct addr *
get_dst(const struct opening *o)
{
	return &o->server;
}

static uint64_t
get_sport(const struct opening *o)
{
	return o->client_port;
}

static uint64_t
get_dport(const struct opening *o)
{
	return o->server_port;
}

static uint64_t
get_proto(const struct opening *o)
{
	return o->record->proto;
}

static uint64_t
get_ttl(const struct opening *o)
{
	return o->record->ttl;
}

static uint64_t
get_window(const struct opening *o)
{
	return o->record->window;
}

static uint64_t
get_uid(const struct opening *o)
{
	return o->record->uid;
}

static uint64_t
get_packets(const struct opening *o)
{
	return o->record->packets;
}

static uint64_t
get_octets(const struct opening *o)
{
	return o->record->octets;
}

static const char *
get_flags(const struct opening *o, char *room)
{
	snprintf(room, AXIS_TEXT_MAX, "0x%02x", o->record->flags);
	return room;
}

/* Where it came in; where it went out, if it began here. */
static const char *
get_interface(const struct opening *o, char *room)
{
	(void)room;
	return o->record->in_if != NULL ? o->record->in_if : o->record->out_if;
}

static const char *
get_prefix(const struct opening *o, char *room)
{
	(void)room;
	return o->record->prefix;
}

static const char *
get_sensor(const struct opening *o, char *room)
{
	(void)room;
	return o->sensor;
}

static const struct axis all[] = {
    {"src", "src", "client host", AXIS_ADDRESS, get_src, NULL, NULL},
    {"dst", "dst", "server host", AXIS_ADDRESS, get_dst, NULL, NULL},
    {"sport", "sp", "client port", AXIS_NUMBER, NULL, get_sport, NULL},
    {"dport", "dp", "server port", AXIS_NUMBER, NULL, get_dport, NULL},
    {"proto", "proto", "proto", AXIS_NUMBER, NULL, get_proto, NULL},
    {"ttl", "ttl", "ttl", AXIS_NUMBER, NULL, get_ttl, NULL},
    {"window", "win", "window", AXIS_NUMBER, NULL, get_window, NULL},
    {"uid", "uid", "uid", AXIS_NUMBER, NULL, get_uid, NULL},
    {"packets", "packets", "packets", AXIS_NUMBER, NULL, get_packets, NULL},
    {"octets", "octets", "octets", AXIS_NUMBER, NULL, get_octets, NULL},
    {"flags", "flags", NULL, AXIS_TEXT, NULL, NULL, get_flags},
    {"interface", "intf", NULL, AXIS_DIGITS, NULL, NULL, get_interface},
    {"prefix", "log_prefix", NULL, AXIS_TEXT, NULL, NULL, get_prefix},
    {"sensor", "sensor", NULL, AXIS_TEXT, NULL, NULL, get_sensor},
};

#define ALL (sizeof(all) / sizeof(*all))

static const struct axis *
find(const char *name, size_t len)
{
	for (size_t i = 0; i < ALL; i++)
		if ((strlen(all[i].name) == len &&
			memcmp(all[i].name, name, len) == 0) ||
		    (strlen(all[i].psad) == len &&
			memcmp(all[i].psad, name, len) == 0))
			return &all[i];
	return NULL;
}

static int
unknown(const char *name, size_t len, struct err *e)
{
	char names[160] = "";

	for (size_t i = 0; i < ALL; i++) {
		size_t at = strlen(names);

		snprintf(names + at, sizeof(names) - at, "%s%s",
		    i == 0 ? "" : " ", all[i].name);
	}
	return err_set(e, EX_USAGE, "--axes: no column '%.*s'; there are %s",
	    len > 40 ? 40 : (int)len, name, names);
}

static int
open_axis(struct axes *x, const struct axis *a, struct err *e)
{
	struct axis_texts *t = &x->texts[x->n];

	x->axis[x->n++] = a;
	if (a->kind != AXIS_TEXT)
		return 0;
	t->index = map_new(AXIS_TEXT_MAX, sizeof(uint64_t), AXIS_TEXTS_MAX);
	return t->index != NULL ? 0 : err_set(e, EX_OSERR, "out of memory");
}

int
axes_parse(struct axes *x, const char *text, struct err *e)
{
	*x = (struct axes){.n = 0};
	for (;;) {
		size_t len = strcspn(text, ",");
		const struct axis *a = find(text, len);

		if (a == NULL)
			return unknown(text, len, e);
		if (x->n == AXES_MAX)
			return err_set(e, EX_USAGE,
			    "--axes: at most %d columns", AXES_MAX);
		if (open_axis(x, a, e) == -1)
			return -1;
		text += len;
		if (*text++ == '\0')
			break;
	}
	return x->n >= 2 ? 0
			 : err_set(e, EX_USAGE, "--axes: two or three columns");
}

void
axes_fini(struct axes *x)
{
	ranks_fini(&x->ranks);
	for (size_t i = 0; i < AXES_MAX; i++)
		map_free(x->texts[i].index);
	*x = (struct axes){.n = 0};
}

const char *
axes_name(const struct axes *x, size_t i)
{
	return x->axis[i]->psad;
}

const char *
axes_filter(const struct axes *x, size_t i)
{
	return x->axis[i]->filter;
}

bool
axes_is_address(const struct axes *x, size_t i)
{
	return x->axis[i]->kind == AXIS_ADDRESS;
}

int
axes_learn(struct axes *x, const struct opening *o, struct err *e)
{
	for (size_t i = 0; i < x->n; i++)
		if (x->axis[i]->kind == AXIS_ADDRESS &&
		    ranks_add(&x->ranks, x->axis[i]->addr(o), e) == -1)
			return -1;
	return 0;
}

void
axes_ready(struct axes *x)
{
	ranks_ready(&x->ranks);
}

/* The number of a text is how many different ones came up to it. */
static int
number_text(
    struct axis_texts *t, const char *text, uint64_t *out, struct err *e)
{
	char key[AXIS_TEXT_MAX] = {0};
	uint64_t *number;
	bool is_new;

	snprintf(key, sizeof(key), "%s", text);
	number = map_get(t->index, key);
	if (number == NULL) {
		if (t->n == AXIS_TEXTS_MAX)
			return err_set(e, EX_DATAERR,
			    "more than %d different texts on an axis",
			    AXIS_TEXTS_MAX);
		number = map_put(t->index, key, &is_new);
		*number = ++t->n;
	}
	*out = *number;
	return 0;
}

static uint64_t
digits_at_end(const char *text)
{
	const char *end = text + strlen(text), *at = end;
	uint64_t n = 0;

	while (at > text && at[-1] >= '0' && at[-1] <= '9' && end - at < 15)
		at--;
	for (; at < end; at++)
		n = 10 * n + (uint64_t)(*at - '0');
	return n;
}

int
axes_value(struct axes *x, size_t i, const struct opening *o,
    struct axis_value *out, struct err *e)
{
	const struct axis *a = x->axis[i];
	char room[AXIS_TEXT_MAX];
	const char *text;

	out->is_text = a->kind != AXIS_NUMBER;
	out->text[0] = '\0';
	if (a->kind == AXIS_NUMBER) {
		out->number = a->number(o);
		return 0;
	}
	if (a->kind == AXIS_ADDRESS) {
		out->number = ranks_of(&x->ranks, a->addr(o));
		addr_format(a->addr(o), out->text);
		return 0;
	}
	text = a->text(o, room);
	snprintf(out->text, sizeof(out->text), "%s", text == NULL ? "" : text);
	if (a->kind == AXIS_TEXT)
		return number_text(&x->texts[i], out->text, &out->number, e);
	out->number = digits_at_end(out->text);
	return 0;
}
