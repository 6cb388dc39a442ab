/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TESTS_UNIT_RANDOM_NFILTER_H
#define TESTS_UNIT_RANDOM_NFILTER_H

/*
 * A random filter file, as text and as flow-nfilter would decide.  Values are
 * few, so that they meet.  Include behind cmocka.h.
 */

#include "common/clock.h"
#include "common/record.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LINES_MAX 6
#define PRIMITIVES 5
#define MATCHES_MAX 5
#define BASE 1289289600 /* 2010-11-09 08:00:00 */

enum type {
	PORT,
	PROTOCOL,
	ADDRESS,
	MASK,
	PREFIX,
	COUNTER,
	DATE,
	TYPES
};

static const char *const type_names[] = {"ip-port", "ip-protocol", "ip-address",
    "ip-address-mask", "ip-address-prefix", "counter", "time-date"};
static const char *const op_names[] = {"lt", "gt", "eq", "ne", "le", "ge"};

/* first, last: of a set; or an address and a length; or op and number. */
struct line {
	bool permit, negate;
	uint32_t first, last;
};

struct primitive {
	enum type type;
	bool default_permit;
	struct line line[LINES_MAX];
	size_t n;
};

struct match {
	size_t primitive;
	unsigned int which; /* of the criteria for its type */
	bool begins;
};

struct file {
	struct primitive primitive[PRIMITIVES];
	struct match match[MATCHES_MAX];
	size_t n;
	bool invert;
};

static inline unsigned int
dice(unsigned int *seed, unsigned int sides)
{
	return (unsigned int)rand_r(seed) / 7 % sides;
}

static inline uint32_t
random_address(unsigned int *seed)
{
	return 10u << 24 | dice(seed, 2) << 8 | dice(seed, 4);
}

static inline uint32_t
mask_of(uint32_t len)
{
	return len == 0 ? 0 : UINT32_MAX << (32 - len);
}

static inline void
random_line(enum type t, struct line *l, unsigned int *seed)
{
	static const uint32_t lengths[] = {0, 8, 23, 24, 31, 32};

	l->permit = dice(seed, 2);
	l->negate = (t == PORT || t == PROTOCOL) && dice(seed, 5) == 0;
	if (t == PORT || t == PROTOCOL) {
		l->first = dice(seed, 8);
		l->last = l->first + dice(seed, 3);
	} else if (t == COUNTER || t == DATE) {
		l->first = dice(seed, 6);
		l->last = dice(seed, 6);
	} else {
		l->last = t == ADDRESS ? 32 : lengths[dice(seed, 6)];
		l->first = random_address(seed) & mask_of(l->last);
	}
}

static inline void
random_file(struct file *f, unsigned int *seed)
{
	*f = (struct file){
	    .n = dice(seed, MATCHES_MAX + 1), .invert = dice(seed, 3) == 0};
	for (size_t i = 0; i < PRIMITIVES; i++) {
		struct primitive *p = &f->primitive[i];

		p->type = (enum type)dice(seed, TYPES);
		p->default_permit = dice(seed, 3) == 0;
		p->n = dice(seed, LINES_MAX + 1);
		for (size_t k = 0; k < p->n; k++)
			random_line(p->type, &p->line[k], seed);
	}
	for (size_t i = 0; i < f->n; i++)
		f->match[i] =
		    (struct match){.primitive = dice(seed, PRIMITIVES),
			.which = dice(seed, 2),
			.begins = i > 0 && dice(seed, 3) == 0};
}

/* --- as text --- */

static inline void
print_quads(FILE *to, uint32_t a)
{
	fprintf(
	    to, "%u.%u.%u.%u", a >> 24, a >> 16 & 255, a >> 8 & 255, a & 255);
}

static inline void
print_line(FILE *to, enum type t, const struct line *l)
{
	fprintf(to, "  %s ", l->permit ? "permit" : "deny");
	if (t == PORT || t == PROTOCOL) {
		fprintf(to, "%s%u-%u", l->negate ? "!" : "", l->first, l->last);
	} else if (t == COUNTER) {
		fprintf(to, "%s %u", op_names[l->first], l->last);
	} else if (t == DATE) {
		fprintf(to, "%s 2010-11-09 08:00:%02u", op_names[l->first],
		    l->last);
	} else {
		print_quads(to, l->first);
		if (t == MASK) {
			putc(' ', to);
			print_quads(to, mask_of(l->last));
		} else if (t == PREFIX) {
			fprintf(to, "/%u", l->last);
		}
	}
	putc('\n', to);
}

static inline const char *
criterion(const struct primitive *p, unsigned int which)
{
	static const char *const names[TYPES][2] = {
	    [PORT] = {"ip-source-port", "dst-ip-port"},
	    [PROTOCOL] = {"ip-protocol", "ip-protocol"},
	    [ADDRESS] = {"src-ip-addr", "ip-destination-address"},
	    [MASK] = {"ip-source-address", "dst-ip-addr"},
	    [PREFIX] = {"ip-source-address", "ip-destination-address"},
	    [COUNTER] = {"octets", "packets"},
	    [DATE] = {"start-time", "start-time"},
	};

	return names[p->type][which];
}

static inline char *
file_text(const struct file *f)
{
	char *text = NULL;
	size_t size;
	FILE *to = open_memstream(&text, &size);

	fprintf(to, "filter-definition d\n");
	for (size_t i = 0; i < f->n; i++)
		fprintf(to, "%s  match %s p%zu\n",
		    f->match[i].begins ? "  or\n" : "",
		    criterion(&f->primitive[f->match[i].primitive],
			f->match[i].which),
		    f->match[i].primitive);
	fprintf(to, "%s", f->invert ? "  invert\n" : "");
	for (size_t i = 0; i < PRIMITIVES; i++) {
		const struct primitive *p = &f->primitive[i];

		fprintf(to, "filter-primitive p%zu\n  type %s\n", i,
		    type_names[p->type]);
		for (size_t k = 0; k < p->n; k++)
			print_line(to, p->type, &p->line[k]);
		if (p->default_permit)
			fprintf(to, "  default permit\n");
	}
	fclose(to);
	return text;
}

/* --- as flow-nfilter decides --- */

static inline bool
compares(uint32_t op, uint64_t value, uint64_t with)
{
	switch (op) {
	case 0:
		return value < with;
	case 1:
		return value > with;
	case 2:
		return value == with;
	case 3:
		return value != with;
	case 4:
		return value <= with;
	default:
		return value >= with;
	}
}

/* The line that decides, or NULL. */
static inline const struct line *
deciding(const struct primitive *p, uint64_t value)
{
	const struct line *found = NULL;

	for (size_t i = 0; i < p->n; i++) {
		const struct line *l = &p->line[i];
		bool in = p->type <= PROTOCOL
			      ? value >= l->first && value <= l->last
			  : p->type >= COUNTER
			      ? compares(l->first, value, l->last)
			      : (value & mask_of(l->last)) == l->first;

		if (!in)
			continue;
		if (p->type == MASK || p->type >= COUNTER)
			return l;
		/* Later values replace earlier ones, longer prefixes shorter.
		 */
		if (found == NULL || p->type <= ADDRESS ||
		    l->last > found->last)
			found = l;
	}
	return found;
}

static inline bool
permits(const struct primitive *p, uint64_t value)
{
	const struct line *l = deciding(p, value);

	return l == NULL ? p->default_permit : l->permit != l->negate;
}

static inline uint32_t
quads_of(const struct addr *a)
{
	return (uint32_t)a->b[12] << 24 | (uint32_t)a->b[13] << 16 |
	       (uint32_t)a->b[14] << 8 | a->b[15];
}

static inline bool
match_permits(
    const struct file *f, const struct match *m, const struct record *r)
{
	const struct primitive *p = &f->primitive[m->primitive];

	switch (p->type) {
	case PORT:
		return permits(p, m->which ? r->dport : r->sport);
	case PROTOCOL:
		return permits(p, r->proto);
	case ADDRESS:
	case MASK:
	case PREFIX:
		return permits(p, quads_of(m->which ? &r->dst : &r->src));
	case COUNTER:
		return permits(p, m->which ? r->packets : r->octets);
	case DATE:
		return permits(p, (uint64_t)(r->time_ns / NS_PER_SEC - BASE));
	case TYPES:
		break;
	}
	return false;
}

static inline bool
file_permits(const struct file *f, const struct record *r)
{
	bool any = false, all = true;

	for (size_t i = 0; i < f->n; i++) {
		if (f->match[i].begins) {
			any |= all;
			all = true;
		}
		all &= match_permits(f, &f->match[i], r);
	}
	any |= f->n > 0 && all;
	return any != f->invert;
}

#endif
