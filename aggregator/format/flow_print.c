/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "aggregator/format/flow_print.h"
#include "aggregator/format/format_impl.h"
#include "common/clock.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* --- a cell as flow-print writes it --- */

static void
print_plain(char *out, size_t size, const struct cell *c)
{
	char text[FORMAT_TEXT_MAX];

	snprintf(
	    out, size, "%s", c->type == CELL_NULL ? "-" : cell_print(c, text));
}

static void
print_proto(char out[static 8], const struct cell *c)
{
	static const struct {
		const char *name, *number;
	} known[] = {{"tcp", "6"}, {"udp", "17"}, {"icmp", "1"}};

	print_plain(out, 8, c);
	for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++)
		if (strcmp(out, known[i].name) == 0)
			strcpy(out, known[i].number);
}

/* Of the flags flow-print shows three only. */
static void
print_flags(char out[static 8], const struct cell *c)
{
	static const char *const bit[] = {"FIN", "SYN", "RST"};
	char text[FORMAT_TEXT_MAX];
	unsigned int flags = 0;

	if (c->type == CELL_NULL) {
		strcpy(out, "-");
		return;
	}
	for (unsigned int i = 0; i < sizeof(bit) / sizeof(*bit); i++)
		if (strstr(cell_print(c, text), bit[i]) != NULL)
			flags |= 1u << i;
	snprintf(out, 8, "%u", flags);
}

/* Devices are numbers there; 0: unknown. */
static void
print_device(char out[static 8], const struct cell *c)
{
	char text[FORMAT_TEXT_MAX];
	const char *name = cell_print(c, text);

	if (*name == '\0' || strlen(name) > 5 ||
	    name[strspn(name, "0123456789")] != '\0')
		name = "0";
	snprintf(out, 8, "%.5s", name);
}

/* "1109.10:15:23.456", UTC. */
static void
print_time(char out[static 24], const struct cell *c)
{
	int64_t ns = c->type == CELL_TIME ? c->u.time_ns : TIME_NONE;
	int64_t ms = ns / NS_PER_MS - (ns % NS_PER_MS < 0);
	time_t s = (time_t)(ms / 1000 - (ms % 1000 < 0));
	struct tm tm;

	if (ns == TIME_NONE || gmtime_r(&s, &tm) == NULL) {
		strcpy(out, "-");
		return;
	}
	snprintf(out, 24, "%02u%02u.%02u:%02u:%02u.%03u",
	    (unsigned int)(tm.tm_mon + 1) % 100, (unsigned int)tm.tm_mday % 100,
	    (unsigned int)tm.tm_hour % 100, (unsigned int)tm.tm_min % 100,
	    (unsigned int)tm.tm_sec % 100,
	    (unsigned int)(ms - (int64_t)s * 1000) % 1000);
}

/* --- rows --- */

static void
fill(
    struct flow_row *out, const struct flow_columns *k, const struct cell *cell)
{
	struct cell c[FLOW_COLUMNS];

	for (size_t i = 0; i < FLOW_COLUMNS; i++)
		c[i] = flow_columns_get(k, (enum flow_column)i, cell);
	print_time(out->start, &c[FLOW_START]);
	print_time(out->end,
	    &c[c[FLOW_LAST].type == CELL_TIME ? FLOW_LAST : FLOW_START]);
	print_plain(out->src, sizeof(out->src), &c[FLOW_SRC]);
	print_plain(out->dst, sizeof(out->dst), &c[FLOW_DST]);
	print_plain(out->sport, sizeof(out->sport), &c[FLOW_SPORT]);
	print_plain(out->dport, sizeof(out->dport), &c[FLOW_DPORT]);
	print_proto(out->proto, &c[FLOW_PROTO]);
	print_flags(out->flags, &c[FLOW_FLAGS]);
	print_device(out->in, &c[FLOW_IN]);
	print_device(out->out, &c[FLOW_OUT]);
	print_plain(out->packets, sizeof(out->packets), &c[FLOW_PACKETS]);
	print_plain(out->octets, sizeof(out->octets), &c[FLOW_OCTETS]);
}

static void
swap(char *a, char *b, size_t size)
{
	char kept[ADDR_TEXT_MAX];

	memcpy(kept, a, size);
	memcpy(a, b, size);
	memcpy(b, kept, size);
}

/* What the server sent, if it is known and anything. */
static bool
turn(struct flow_row *r, const struct flow_columns *k, const struct cell *cell)
{
	struct cell packets = flow_columns_get(k, FLOW_BACK_PACKETS, cell);
	struct cell octets = flow_columns_get(k, FLOW_BACK_OCTETS, cell);

	if (packets.type != CELL_UINT || packets.u.uint == 0)
		return false;
	swap(r->src, r->dst, sizeof(r->src));
	swap(r->sport, r->dport, sizeof(r->sport));
	swap(r->in, r->out, sizeof(r->in));
	print_plain(r->packets, sizeof(r->packets), &packets);
	print_plain(r->octets, sizeof(r->octets), &octets);
	return true;
}

struct flow_print *
flow_print_new(
    FILE *to, const struct layout *l, const char *header, flow_print_fn *print)
{
	struct flow_print *p = calloc(1, sizeof(*p));

	if (p == NULL)
		return NULL;
	p->to = to;
	p->header = header;
	p->print = print;
	flow_columns_find(&p->columns, l);
	return p;
}

void
flow_print_flush(void *self)
{
	struct flow_print *p = self;

	if (!p->begun)
		fputs(p->header, p->to);
	p->begun = true;
}

int
flow_print_row(void *self, const struct cell *cell)
{
	struct flow_print *p = self;
	struct flow_row r;

	flow_print_flush(p);
	fill(&r, &p->columns, cell);
	p->print(p->to, &r);
	if (turn(&r, &p->columns, cell))
		p->print(p->to, &r);
	return 0;
}
