/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "common/clock.h"
#include "common/err.h"
#include "common/nfilter_parse.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* What follows "permit" and "deny". */

static int
add_entry(struct nf_reader *r, const struct nf_entry *one)
{
	struct nf_primitive *p = r->primitive;
	struct nf_entry *more = reallocarray(p->entry, p->n + 1, sizeof(*more));

	if (more == NULL)
		return nf_no_memory(r);
	p->entry = more;
	more[p->n++] = *one;
	return 0;
}

/* --- sets --- */

/* Symbols stand for numbers, as in flow-tools' sym files: those of the
 * system.  Returns 0, or -1. */
static int
symbol(enum nf_type t, const char *word, uint64_t *out)
{
	const struct protoent *proto;
	const struct servent *serv;

	if (t == NF_PROTOCOL && (proto = getprotobyname(word)) != NULL) {
		*out = (uint64_t)proto->p_proto;
		return 0;
	}
	if (t == NF_PORT && (serv = getservbyname(word, "tcp")) != NULL) {
		*out = ntohs((uint16_t)serv->s_port);
		return 0;
	}
	return -1;
}

static int
set_value(struct nf_reader *r, const char *word, uint64_t *out)
{
	enum nf_type t = r->primitive->type;
	uint64_t most = nf_values(t) - 1;

	if (nf_number(word, most, out) == 0 ||
	    (isalpha((unsigned char)*word) && symbol(t, word, out) == 0 &&
		*out <= most))
		return 0;
	return nf_fail(r,
	    "'%.40s' is no %s: neither a number up to %u nor a "
	    "name that is known",
	    word, nf_type_name(t), (unsigned int)most);
}

int
nf_read_set(struct nf_reader *r, char *word, bool permit)
{
	struct nf_primitive *p = r->primitive;
	uint64_t first, last;
	char *item, *dash;

	if (p->mode == NULL)
		p->mode = calloc(nf_values(p->type), 1);
	if (p->mode == NULL)
		return nf_no_memory(r);
	if (*word == '!') {
		permit = !permit;
		word++;
	}
	if (*word == '\0')
		return nf_fail(r, "the list is empty");
	while ((item = strsep(&word, ",")) != NULL) {
		dash = strchr(item, '-');
		/* A service's name may have one in it. */
		if (dash != NULL && isdigit((unsigned char)*item))
			*dash++ = '\0';
		else
			dash = NULL;
		if (set_value(r, item, &first) == -1 ||
		    set_value(r, dash == NULL ? item : dash, &last) == -1)
			return -1;
		if (first > last)
			return nf_fail(
			    r, "the range %s-%s is empty", item, dash);
		memset(p->mode + first, permit ? NF_PERMIT : NF_DENY,
		    (size_t)(last - first) + 1);
	}
	return 0;
}

/* --- addresses --- */

/*
 * "10.1.2.3"; less than four numbers are the first ones: "10.1" is 10.1.0.0.
 * Returns 0, or -1.
 */
static int
parse_quads(const char *word, uint8_t out[static 4])
{
	memset(out, 0, 4);
	for (int i = 0; i < 4; i++) {
		size_t len = strspn(word, "0123456789");
		unsigned long n = strtoul(word, NULL, 10);

		if (len == 0 || len > 3 || n > UINT8_MAX)
			return -1;
		out[i] = (uint8_t)n;
		word += len;
		if (*word == '\0')
			return 0;
		if (*word++ != '.')
			return -1;
	}
	return -1;
}

static int
no_address(struct nf_reader *r, const char *word)
{
	return nf_fail(r, "'%.40s' is no IPv4 address%s", word,
	    isalpha((unsigned char)*word)
		? "; names are not looked up, give the address"
		: "");
}

static int
read_address(struct nf_reader *r, const char *word, struct nf_entry *one)
{
	struct nf_primitive *p = r->primitive;
	uint8_t quad[4];

	if (parse_quads(word, quad) == -1)
		return no_address(r, word);
	one->net = (struct net){.a = addr_from_v4(quad), .len = 128};
	for (size_t i = 0; i < p->n; i++)
		if (addr_eq(&p->entry[i].net.a, &one->net.a)) {
			p->entry[i] = *one;
			return 0;
		}
	return add_entry(r, one);
}

static int
read_masked(struct nf_reader *r, const char *word, struct nf_entry *one)
{
	const char *mask_word = nf_word(r);
	struct net before;
	uint8_t quad[4], mask[4];
	uint32_t bits;

	if (mask_word == NULL)
		return nf_fail(r, "the mask is missing");
	if (parse_quads(word, quad) == -1)
		return no_address(r, word);
	if (parse_quads(mask_word, mask) == -1)
		return no_address(r, mask_word);
	bits = (uint32_t)mask[0] << 24 | (uint32_t)mask[1] << 16 |
	       (uint32_t)mask[2] << 8 | mask[3];
	if ((~bits & (~bits + 1)) != 0)
		return nf_fail(r, "the mask %.40s has holes", mask_word);
	one->net.a = addr_from_v4(quad);
	one->net.len = 96;
	for (; bits != 0; bits <<= 1)
		one->net.len++;
	before = one->net;
	net_clear(&one->net);
	if (!addr_eq(&before.a, &one->net.a))
		return nf_fail(r,
		    "%.40s has bits behind the mask %.40s, and "
		    "would never match",
		    word, mask_word);
	return add_entry(r, one);
}

/* Without a length: that of the class which the address was once in. */
static uint8_t
classful_length(const uint8_t quad[static 4])
{
	if (memcmp(quad, (const uint8_t[4]){0}, 4) == 0)
		return 0;
	if (quad[0] < 128)
		return quad[1] == 0 && quad[2] == 0 && quad[3] == 0 ? 8 : 32;
	if (quad[0] < 192)
		return quad[2] == 0 && quad[3] == 0 ? 16 : 32;
	return quad[3] == 0 ? 24 : 32;
}

static int
read_prefix(struct nf_reader *r, char *word, struct nf_entry *one)
{
	struct nf_primitive *p = r->primitive;
	char *slash = strchr(word, '/');
	uint64_t len = 0;
	uint8_t quad[4];

	if (slash != NULL) {
		*slash++ = '\0';
		if (nf_number(slash, 32, &len) == -1)
			return nf_fail(
			    r, "'%.40s' is no length up to 32", slash);
	}
	if (parse_quads(word, quad) == -1)
		return no_address(r, word);
	if (slash == NULL)
		len = classful_length(quad);
	one->number = slash == NULL; /* for a warning */
	one->net.a = addr_from_v4(quad);
	one->net.len = (uint8_t)(96 + len);
	net_clear(&one->net);
	for (size_t i = 0; i < p->n; i++)
		if (p->entry[i].net.len == one->net.len &&
		    addr_eq(&p->entry[i].net.a, &one->net.a))
			return 0;
	return add_entry(r, one);
}

/* --- comparisons --- */

static int
read_operator(struct nf_reader *r, const char *word, enum nf_op *out)
{
	static const struct {
		const char *word;
		enum nf_op op;
	} ops[] = {
	    {"lt", NF_OP_LT},
	    {"gt", NF_OP_GT},
	    {"eq", NF_OP_EQ},
	    {"ne", NF_OP_NE},
	    {"le", NF_OP_LE},
	    {"ge", NF_OP_GE},
	};

	for (size_t i = 0; i < sizeof(ops) / sizeof(*ops); i++)
		if (strcasecmp(word, ops[i].word) == 0) {
			*out = ops[i].op;
			return 0;
		}
	return nf_fail(r, "'%.40s' should be lt, gt, eq, ne, le or ge", word);
}

/* "H[:M[:S]]" as seconds. */
static int
read_clock(struct nf_reader *r, const char *word, uint64_t *out)
{
	static const unsigned long most[] = {23, 59, 59};
	const char *at = word;

	*out = 0;
	for (int i = 0; i < 3; i++) {
		size_t len = strspn(at, "0123456789");
		unsigned long n = strtoul(at, NULL, 10);

		if (len == 0 || len > 2 || n > most[i])
			break;
		*out += n * (i == 0 ? 3600 : i == 1 ? 60 : 1);
		at += len;
		if (*at == '\0')
			return 0;
		if (*at++ != ':')
			break;
	}
	return nf_fail(r, "'%.40s' is no time such as 8:03", word);
}

/* The rest of the line.  flow-tools takes anything from "yesterday" on; here
 * it is what --since takes, but nothing that depends on the clock. */
static int
read_date(struct nf_reader *r, const char *word, uint64_t *out)
{
	char text[TIME_TEXT_MAX];
	const char *rest = nf_word(r);
	int64_t ns;

	snprintf(text, sizeof(text), "%s%s%s", word, rest == NULL ? "" : " ",
	    rest == NULL ? "" : rest);
	if (nf_word(r) != NULL || time_parse(text, &ns) == -1 || ns < 0)
		return nf_fail(r,
		    "'%.40s' is no time such as 2010-11-09 or "
		    "2010-11-09 08:03:00",
		    text);
	*out = (uint64_t)(ns / NS_PER_SEC);
	return 0;
}

static int
read_chain(struct nf_reader *r, const char *word, struct nf_entry *one)
{
	const char *value = nf_word(r);
	int rc;

	if (read_operator(r, word, &one->op) == -1)
		return -1;
	if (value == NULL)
		return nf_fail(r, "the value to compare with is missing");
	if (r->primitive->type == NF_TIME)
		rc = read_clock(r, value, &one->number);
	else if (r->primitive->type == NF_TIME_DATE)
		rc = read_date(r, value, &one->number);
	else if (nf_number(value, UINT32_MAX, &one->number) == -1)
		rc = nf_fail(
		    r, "'%.40s' is no number up to %u", value, UINT32_MAX);
	else
		rc = 0;
	return rc == -1 ? -1 : add_entry(r, one);
}

int
nf_read_argument(struct nf_reader *r, bool permit)
{
	struct nf_entry one = {.line = r->line, .permit = permit};
	char *word = nf_word(r);

	if (word == NULL)
		return nf_fail(
		    r, "what to %s is missing", permit ? "permit" : "deny");
	switch (nf_kind(r->primitive->type)) {
	case NF_SET:
		return nf_read_set(r, word, permit);
	case NF_HOSTS:
		return read_address(r, word, &one);
	case NF_MASKS:
		return read_masked(r, word, &one);
	case NF_NETS:
		return read_prefix(r, word, &one);
	case NF_CHAIN:
		return read_chain(r, word, &one);
	case NF_OPAQUE:
		while (nf_word(r) != NULL)
			continue;
		return 0;
	}
	return 0;
}
