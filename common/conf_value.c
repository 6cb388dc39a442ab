/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "common/conf_value.h"

#include "common/addr.h"
#include "common/clock.h"
#include "common/err.h"
#include "common/keys.h"
#include "common/nearest.h"
#include "common/ports.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#define IPC_PATH_MAX 107 /* sockaddr_un has 108 bytes with the end */

typedef int set_fn(
    const struct conf_option *o, const char *text, void *to, struct err *e);

static int
no_memory(struct err *e)
{
	return err_set(e, EX_OSERR, "out of memory");
}

static int
set_string(
    const struct conf_option *o, const char *text, void *to, struct err *e)
{
	char **out = to;

	if (*text == '\0')
		return err_set(e, EX_CONFIG, "'%s' is empty", o->name);
	*out = strdup(text);
	return *out == NULL ? no_memory(e) : 0;
}

static int
set_strings(
    const struct conf_option *o, const char *text, void *to, struct err *e)
{
	struct conf_strings *out = to;
	char **more = reallocarray(out->text, out->n + 1, sizeof(*more));

	if (more == NULL)
		return no_memory(e);
	out->text = more;
	more[out->n] = NULL;
	if (set_string(o, text, &more[out->n], e) == -1)
		return -1;
	out->n++;
	return 0;
}

static int
set_path(const struct conf_option *o, const char *text, void *to, struct err *e)
{
	if (*text != '/')
		return err_set(e, EX_CONFIG,
		    "'%s' must be a path from the root, not '%.80s'", o->name,
		    text);
	return set_string(o, text, to, e);
}

/* "10.9.0.2:7761" or "[2001:db8::1]:7761", and "*" for any address. */
static bool
is_address_and_port(const char *text)
{
	const char *colon = strrchr(text, ':');
	size_t len = colon == NULL ? 0 : (size_t)(colon - text);
	uint16_t first, last;
	char host[ADDR_TEXT_MAX];
	struct addr a;
	bool brackets;

	if (colon == NULL || len == 0 || len >= sizeof(host) ||
	    port_range_parse(colon + 1, strlen(colon + 1), &first, &last) ==
		-1 ||
	    first != last || first == 0 || strchr(colon, '-') != NULL)
		return false;
	brackets = text[0] == '[' && text[len - 1] == ']';
	snprintf(host, sizeof(host), "%.*s", (int)(brackets ? len - 2 : len),
	    brackets ? text + 1 : text);
	if (addr_parse(host, &a) == -1)
		return strcmp(host, "*") == 0;
	return brackets == (strchr(host, ':') != NULL);
}

static int
set_endpoint(
    const struct conf_option *o, const char *text, void *to, struct err *e)
{
	if (strncmp(text, "ipc://", 6) == 0) {
		size_t len = strlen(text + 6);

		if (len == 0 || len > IPC_PATH_MAX)
			return err_set(e, EX_CONFIG,
			    "'%s': a path behind ipc:// has 1 to %d bytes",
			    o->name, IPC_PATH_MAX);
		return set_string(o, text, to, e);
	}
	if (strncmp(text, "tcp://", 6) == 0 && is_address_and_port(text + 6))
		return set_string(o, text, to, e);
	return err_set(e, EX_CONFIG,
	    "'%s' must be tcp://ADDRESS:PORT (an IPv6 address in brackets; "
	    "names are not looked up) or ipc://PATH, not '%.80s'",
	    o->name, text);
}

static void
store_number(const struct conf_option *o, uint64_t n, void *to)
{
	uint16_t n16 = (uint16_t)n;
	uint32_t n32 = (uint32_t)n;

	switch (o->size) {
	case sizeof(n16):
		memcpy(to, &n16, sizeof(n16));
		break;
	case sizeof(n32):
		memcpy(to, &n32, sizeof(n32));
		break;
	case sizeof(n):
		memcpy(to, &n, sizeof(n));
		break;
	}
}

static int
set_number(
    const struct conf_option *o, const char *text, void *to, struct err *e)
{
	bool hex = text[0] == '0' && (text[1] == 'x' || text[1] == 'X');
	unsigned long long n;
	char *end;

	errno = 0;
	n = strtoull(text, &end, hex ? 16 : 10);
	if (*text < '0' || *text > '9' || *end != '\0' || errno != 0 ||
	    n < o->min || n > o->max)
		return err_set(e, EX_CONFIG,
		    "'%s' must be a number from %llu to %llu, not '%.40s'",
		    o->name, (unsigned long long)o->min,
		    (unsigned long long)o->max, text);
	store_number(o, n, to);
	return 0;
}

/* "64MiB" as a person would write it. */
static const char *
show_size(uint64_t n, char out[static 32])
{
	static const char *const units[] = {"B", "KiB", "MiB", "GiB"};
	size_t i = 0;

	while (i < 3 && n != 0 && n % 1024 == 0) {
		n /= 1024;
		i++;
	}
	snprintf(out, 32, "%llu%s", (unsigned long long)n, units[i]);
	return out;
}

static int
parse_size(const char *text, uint64_t *out)
{
	static const struct {
		const char *unit;
		uint64_t bytes;
	} units[] = {
	    {"B", 1},
	    {"KiB", 1024},
	    {"MiB", 1024 * 1024},
	    {"GiB", 1024 * 1024 * 1024},
	};
	unsigned long long n;
	char *end;

	if (*text < '0' || *text > '9')
		return -1;
	errno = 0;
	n = strtoull(text, &end, 10);
	for (size_t i = 0; i < sizeof(units) / sizeof(*units); i++)
		if (strcmp(end, units[i].unit) == 0)
			return errno != 0 || __builtin_mul_overflow(
						 n, units[i].bytes, out)
				   ? -1
				   : 0;
	return -1;
}

static int
set_size(const struct conf_option *o, const char *text, void *to, struct err *e)
{
	char least[32], most[32];
	uint64_t n;

	if (parse_size(text, &n) == -1)
		return err_set(e, EX_CONFIG,
		    "'%s' must be a size with its unit (B, KiB, MiB, GiB), "
		    "like 64MiB, not '%.40s'",
		    o->name, text);
	if (n < o->min || n > o->max)
		return err_set(e, EX_CONFIG,
		    "'%s' must be %s to %s, not '%.40s'", o->name,
		    show_size(o->min, least), show_size(o->max, most), text);
	store_number(o, n, to);
	return 0;
}

/* "30s" as a person would write it. */
static const char *
show_duration(uint64_t ns, char out[static 32])
{
	static const struct {
		const char *unit;
		uint64_t ns;
	} units[] = {
	    {"d", NS_PER_DAY},
	    {"h", NS_PER_HOUR},
	    {"s", NS_PER_SEC},
	    {"ms", NS_PER_MS},
	    {"ns", 1},
	};
	size_t i = 0;

	while (ns % units[i].ns != 0)
		i++;
	snprintf(out, 32, "%llu%s", (unsigned long long)(ns / units[i].ns),
	    units[i].unit);
	return out;
}

static int
set_duration(
    const struct conf_option *o, const char *text, void *to, struct err *e)
{
	char least[32], most[32];
	int64_t ns;

	if (duration_parse(text, &ns) == -1)
		return err_set(e, EX_CONFIG,
		    "'%s' must be a duration with its unit (ns, us, ms, s, m, "
		    "h, d, w), like 30s, not '%.40s'",
		    o->name, text);
	if ((uint64_t)ns < o->min || (uint64_t)ns > o->max)
		return err_set(e, EX_CONFIG,
		    "'%s' must be %s to %s, not '%.40s'", o->name,
		    show_duration(o->min, least), show_duration(o->max, most),
		    text);
	store_number(o, (uint64_t)ns, to);
	return 0;
}

static int
set_time(const struct conf_option *o, const char *text, void *to, struct err *e)
{
	int64_t ns;

	if (time_parse(text, &ns) == -1)
		return err_set(e, EX_CONFIG,
		    "'%s' must be a date like 2027-06-30 or a time like "
		    "2027-06-30T12:00:00Z, not '%.40s'",
		    o->name, text);
	store_number(o, (uint64_t)ns, to);
	return 0;
}

static int
set_word(const struct conf_option *o, const char *text, void *to, struct err *e)
{
	struct nearest near = nearest_to(text, strlen(text));
	char known[128] = "", hint[NEAREST_HINT_MAX];
	size_t n = 0;

	for (unsigned int i = 0; o->words[i] != NULL; i++) {
		if (strcmp(o->words[i], text) == 0) {
			store_number(o, i, to);
			return 0;
		}
		nearest_try(&near, o->words[i]);
		n += (size_t)snprintf(known + n, sizeof(known) - n, "%s%s",
		    i == 0 ? "" : ", ", o->words[i]);
	}
	return err_set(e, EX_CONFIG, "'%s' must be one of %s, not '%.40s'%s",
	    o->name, known, text, nearest_hint(&near, hint));
}

static int
set_key(const struct conf_option *o, const char *text, void *to, struct err *e)
{
	struct key *out = to;

	if (key_parse(text, out) == -1)
		return err_set(e, EX_CONFIG,
		    "'%s' must be a public key of 64 hex digits, as in the "
		    "file NAME.pub",
		    o->name);
	if (key_is_zero(out))
		return err_set(
		    e, EX_CONFIG, "'%s' is all zero: nobody's key", o->name);
	return 0;
}

static int
set_nets(const struct conf_option *o, const char *text, void *to, struct err *e)
{
	char shown[NET_TEXT_MAX];
	struct net net;

	switch (net_parse(text, &net)) {
	case 0:
		return nets_add(to, &net) == 0 ? 0 : no_memory(e);
	case -2:
		net_clear(&net);
		return err_set(e, EX_CONFIG,
		    "'%s': %s has bits set behind its length; did you mean "
		    "%s?",
		    o->name, text, net_format(&net, shown));
	}
	return err_set(e, EX_CONFIG,
	    "'%s': '%.60s' is neither an address nor a network like "
	    "10.0.0.0/8",
	    o->name, text);
}

static int
set_ports(
    const struct conf_option *o, const char *text, void *to, struct err *e)
{
	if (ports_parse(text, to, e) == -1)
		return err_within(e, "'%s'", o->name);
	return 0;
}

static set_fn *const set[] = {
    [CONF_STRING] = set_string,
    [CONF_STRINGS] = set_strings,
    [CONF_PATH] = set_path,
    [CONF_ENDPOINT] = set_endpoint,
    [CONF_NUMBER] = set_number,
    [CONF_SIZE] = set_size,
    [CONF_DURATION] = set_duration,
    [CONF_TIME] = set_time,
    [CONF_WORD] = set_word,
    [CONF_KEY] = set_key,
    [CONF_NETS] = set_nets,
    [CONF_PORTS] = set_ports,
};

int
conf_value_set(
    const struct conf_option *o, const char *text, void *to, struct err *e)
{
	return set[o->type](o, text, to, e);
}

static void
release_strings(struct conf_strings *s)
{
	for (size_t i = 0; i < s->n; i++)
		free(s->text[i]);
	free(s->text);
	*s = (struct conf_strings){0};
}

void
conf_value_release(const struct conf_option *o, void *to)
{
	char **text = to;

	switch (o->type) {
	case CONF_STRING:
	case CONF_PATH:
	case CONF_ENDPOINT:
		free(*text);
		*text = NULL;
		break;
	case CONF_STRINGS:
		release_strings(to);
		break;
	case CONF_NETS:
		nets_fini(to);
		break;
	case CONF_NUMBER:
	case CONF_SIZE:
	case CONF_DURATION:
	case CONF_TIME:
	case CONF_WORD:
	case CONF_KEY:
	case CONF_PORTS:
		break;
	}
}
