/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "common/err.h"
#include "common/nfilter_parse.h"

#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sysexits.h>

static const struct {
	const char *name;
	enum nf_kind kind;
	size_t values;
} types[] = {
#define TYPE(id, name, kind, values) {name, kind, values},
#include "common/nfilter_types.def"
#undef TYPE
    {"none", NF_OPAQUE, 0},
};

enum nf_kind
nf_kind(enum nf_type t)
{
	return types[t].kind;
}

const char *
nf_type_name(enum nf_type t)
{
	return types[t].name;
}

size_t
nf_values(enum nf_type t)
{
	return types[t].values;
}

#define ADDRESSES                                                              \
	(NF_BIT(NF_ADDRESS) | NF_BIT(NF_ADDRESS_MASK) |                        \
	    NF_BIT(NF_ADDRESS_PREFIX))
#define TIMES (NF_BIT(NF_TIME) | NF_BIT(NF_TIME_DATE))
#define TAGS (NF_BIT(NF_TAG) | NF_BIT(NF_TAG_MASK))

static const struct nf_criterion criteria[] = {
    {"ip-source-address", "src-ip-addr", ADDRESSES, NF_ASK_ADDRESS, "src",
	NULL},
    {"ip-destination-address", "dst-ip-addr", ADDRESSES, NF_ASK_ADDRESS, "dst",
	NULL},
    {"ip-source-port", "src-ip-port", NF_BIT(NF_PORT), NF_ASK_PORT, "src",
	NULL},
    {"ip-destination-port", "dst-ip-port", NF_BIT(NF_PORT), NF_ASK_PORT, "dst",
	NULL},
    {"ip-protocol", NULL, NF_BIT(NF_PROTOCOL), NF_ASK_PROTO, "proto", NULL},
    {"ip-tcp-flags", NULL, NF_BIT(NF_TCP_FLAGS), NF_ASK_FLAGS, "flags", NULL},
    {"octets", NULL, NF_BIT(NF_COUNTER), NF_ASK_NUMBER, "octets", NULL},
    {"packets", NULL, NF_BIT(NF_COUNTER), NF_ASK_NUMBER, "packets", NULL},
    {"flows", NULL, NF_BIT(NF_COUNTER), NF_ASK_ONE, NULL, NULL},
    {"start-time", NULL, TIMES, NF_ASK_TIME, "time", NULL},
    {"end-time", NULL, TIMES, NF_ASK_NOTHING, NULL,
	"a record has the time of its first packet only"},
    {"duration", NULL, NF_BIT(NF_COUNTER), NF_ASK_NOTHING, NULL,
	"a record has the time of its first packet only"},
    {"pps", NULL, NF_BIT(NF_DOUBLE), NF_ASK_NOTHING, NULL,
	"a record has the time of its first packet only"},
    {"bps", NULL, NF_BIT(NF_DOUBLE), NF_ASK_NOTHING, NULL,
	"a record has the time of its first packet only"},
    {"extra-packets", NULL, NF_BIT(NF_COUNTER), NF_ASK_NOTHING, NULL,
	"only routers' own counters have that"},
    {"ip-exporter-address", "exporter-ip-addr", ADDRESSES, NF_ASK_NOTHING, NULL,
	"who reported a record is asked with 'sensor NAME'"},
    {"ip-nexthop-address", "nexthop-ip-addr", ADDRESSES, NF_ASK_NOTHING, NULL,
	"records know nothing of routes"},
    {"ip-shortcut-address", "shortcut-ip-addr", ADDRESSES, NF_ASK_NOTHING, NULL,
	"records know nothing of routes"},
    {"source-as", "src-as", NF_BIT(NF_AS), NF_ASK_NOTHING, NULL,
	"records know nothing of routes"},
    {"destination-as", "dst-as", NF_BIT(NF_AS), NF_ASK_NOTHING, NULL,
	"records know nothing of routes"},
    {"ip-source-address-prefix-len", "src-ip-addr-prefix-len",
	NF_BIT(NF_PREFIX_LEN), NF_ASK_NOTHING, NULL,
	"records know nothing of routes"},
    {"ip-destination-address-prefix-len", "dst-ip-addr-prefix-len",
	NF_BIT(NF_PREFIX_LEN), NF_ASK_NOTHING, NULL,
	"records know nothing of routes"},
    {"ip-tos", NULL, NF_BIT(NF_TOS), NF_ASK_NOTHING, NULL,
	"records have no type of service"},
    {"ip-marked-tos", NULL, NF_BIT(NF_TOS), NF_ASK_NOTHING, NULL,
	"records have no type of service"},
    {"input-interface", "src-ifindex", NF_BIT(NF_IFINDEX), NF_ASK_NOTHING, NULL,
	"interfaces have names here: 'interface NAME'"},
    {"output-interface", "dst-ifindex", NF_BIT(NF_IFINDEX), NF_ASK_NOTHING,
	NULL, "interfaces have names here: 'interface NAME'"},
    {"engine-id", NULL, NF_BIT(NF_ENGINE), NF_ASK_NOTHING, NULL,
	"only routers have that"},
    {"engine-type", NULL, NF_BIT(NF_ENGINE), NF_ASK_NOTHING, NULL,
	"only routers have that"},
    {"source-tag", "src-tag", TAGS, NF_ASK_NOTHING, NULL,
	"records have no tags"},
    {"destination-tag", "dst-tag", TAGS, NF_ASK_NOTHING, NULL,
	"records have no tags"},
    {"random-sample", NULL, NF_BIT(NF_RATE), NF_ASK_NOTHING, NULL,
	"the same question has the same answer here"},
};

#define CRITERIA (sizeof(criteria) / sizeof(*criteria))

bool
nf_criterion_get(size_t i, struct nf_criterion *out)
{
	if (i >= CRITERIA)
		return false;
	*out = criteria[i];
	return true;
}

int
nf_criterion_find(const char *name, size_t *out)
{
	for (size_t i = 0; i < CRITERIA; i++)
		if (strcasecmp(name, criteria[i].name) == 0 ||
		    (criteria[i].old != NULL &&
			strcasecmp(name, criteria[i].old) == 0)) {
			*out = i;
			return 0;
		}
	return -1;
}

int
nf_fail(struct nf_reader *r, const char *fmt, ...)
{
	char text[ERR_TEXT_MAX];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	return err_set(
	    r->e, EX_USAGE, "%.120s line %d: %s", r->f->file, r->line, text);
}

int
nf_no_memory(struct nf_reader *r)
{
	return err_set(r->e, EX_OSERR, "out of memory");
}

char *
nf_word(struct nf_reader *r)
{
	char *word = r->rest + strspn(r->rest, " \t");
	size_t len = strcspn(word, " \t");

	if (len == 0)
		return NULL;
	r->rest = word + len;
	if (*r->rest != '\0')
		*r->rest++ = '\0';
	return word;
}

int
nf_number(const char *word, uint64_t most, uint64_t *out)
{
	char *end;

	if (!isdigit((unsigned char)*word))
		return -1;
	errno = 0;
	*out = strtoull(word, &end, 0);
	return errno == 0 && *end == '\0' && *out <= most ? 0 : -1;
}

/* --- variables --- */

/* What stands at an '@': its name, and what to take without a value. */
struct reference {
	const char *name, *otherwise; /* otherwise: NULL, or not terminated */
	size_t name_len, otherwise_len;
	size_t len; /* of it all */
};

static size_t
name_length(const char *s, size_t len)
{
	size_t n = 0;

	while (n < len && isalnum((unsigned char)s[n]))
		n++;
	return n;
}

/* 's' begins with '@'.  Returns whether a variable is meant. */
static bool
find_reference(const char *s, size_t len, struct reference *out)
{
	bool braces = len > 1 && s[1] == '{';
	const char *close;

	*out = (struct reference){.name = s + (braces ? 2 : 1)};
	out->name_len = name_length(out->name, len - (size_t)(out->name - s));
	out->len = (size_t)(out->name - s) + out->name_len;
	if (!braces)
		return out->name_len > 0;
	close = memchr(s, '}', len);
	if (close == NULL || out->name_len == 0)
		return false;
	if (s[out->len] == ':' && s[out->len + 1] == '-') {
		out->otherwise = s + out->len + 2;
		out->otherwise_len = (size_t)(close - out->otherwise);
	} else if (s + out->len != close) {
		return false;
	}
	out->len = (size_t)(close - s) + 1;
	return true;
}

/* The value, or NULL. */
static const char *
value_of(const struct nf_reader *r, const struct reference *ref, size_t *len)
{
	for (size_t i = r->n_var; i-- > 0;)
		if (strlen(r->var[i].name) == ref->name_len &&
		    memcmp(r->var[i].name, ref->name, ref->name_len) == 0) {
			*len = strlen(r->var[i].value);
			return r->var[i].value;
		}
	*len = ref->otherwise_len;
	return ref->otherwise;
}

int
nf_replace(struct nf_reader *r, const char *line, size_t len,
    char unset[static NFILTER_NAME_MAX])
{
	size_t at = 0;

	for (size_t i = 0; i < len;) {
		struct reference ref = {.len = 1};
		const char *with = line + i;
		size_t n = 1;

		if (line[i] == '@' && find_reference(line + i, len - i, &ref))
			with = value_of(r, &ref, &n);
		else if (line[i] == '@')
			return nf_fail(r, "'@' is no variable such as @ADDR, "
					  "@{ADDR} or @{ADDR:-0.0.0.0}");
		if (with == NULL) {
			snprintf(unset, NFILTER_NAME_MAX, "%.*s",
			    (int)ref.name_len, ref.name);
			return 0;
		}
		if (n >= sizeof(r->text) - at)
			return nf_fail(
			    r, "more than %d bytes", NFILTER_LINE_MAX - 1);
		memcpy(r->text + at, with, n);
		at += n;
		i += ref.len;
	}
	r->text[at] = '\0';
	return 1;
}
