/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "aggregator/store/sql_internal.h"
#include "common/clock.h"

#include <stdio.h>
#include <string.h>

/* A text, which ends where its length says. */
static bool
copy(char *to, size_t size, const void *text, int len)
{
	if (len < 0 || (size_t)len >= size ||
	    memchr(text, '\0', (size_t)len) != NULL)
		return false;
	memcpy(to, text, (size_t)len);
	to[len] = '\0';
	return true;
}

static bool
read_time(const void *text, int len, int64_t *out)
{
	char copied[TIME_TEXT_MAX];

	return copy(copied, sizeof(copied), text, len) && *copied != '@' &&
	       time_parse(copied, out) == 0;
}

static bool
read_addr(const void *text, int len, struct addr *out)
{
	char copied[ADDR_TEXT_MAX];

	return copy(copied, sizeof(copied), text, len) &&
	       addr_parse(copied, out) == 0;
}

/* Sorting asks often, and nearly always of these: "11.11.79.67" as a number, or
 * -1. */
static int64_t
read_v4(const char *p, int len)
{
	const char *end = p + len;
	int64_t out = 0;

	for (int part = 0; part < 4; part++) {
		static const int least[] = {256, 0, 10, 100, 256};
		int n = 0, digits = 0;

		for (; p < end && *p >= '0' && *p <= '9' && digits < 4; p++) {
			n = 10 * n + (*p - '0');
			digits++;
		}
		/* No digits, or zeroes before them, are no address. */
		if (n > 255 || n < least[digits] ||
		    (part < 3 && (p == end || *p++ != '.')))
			return -1;
		out = out << 8 | n;
	}
	return p == end ? out : -1;
}

/* "2005-02-26T19:00:52", and what follows it is "Z" or "." */
#define SECONDS_LEN 19

static bool
is_plain_time(const char *p, int len)
{
	return len > SECONDS_LEN && p[4] == '-' && p[10] == 'T' &&
	       p[len - 1] == 'Z' &&
	       (p[SECONDS_LEN] == 'Z' || p[SECONDS_LEN] == '.') &&
	       strspn(p, "0123456789-T:") >= SECONDS_LEN;
}

static int
compare_bytes(const void *a, int na, const void *b, int nb)
{
	int c = memcmp(a, b, (size_t)(na < nb ? na : nb));

	return c != 0 ? c : (na > nb) - (na < nb);
}

/* What is none comes last, so that there is an order of all texts. */
static int
compare_times(void *arg, int na, const void *a, int nb, const void *b)
{
	int64_t x, y;
	bool is_x, is_y;
	int c;

	(void)arg;
	if (na == nb && memcmp(a, b, (size_t)na) == 0)
		return 0;
	if (is_plain_time(a, na) && is_plain_time(b, nb) &&
	    (c = memcmp(a, b, SECONDS_LEN)) != 0)
		return c;
	is_x = read_time(a, na, &x);
	is_y = read_time(b, nb, &y);
	if (is_x && is_y)
		return (x > y) - (x < y);
	return is_x != is_y ? is_y - is_x : compare_bytes(a, na, b, nb);
}

static int
compare_addrs(void *arg, int na, const void *a, int nb, const void *b)
{
	int64_t p = read_v4(a, na), q = read_v4(b, nb);
	struct addr x, y;
	bool is_x, is_y;

	(void)arg;
	if (p >= 0 && q >= 0)
		return (p > q) - (p < q);
	is_x = read_addr(a, na, &x);
	is_y = read_addr(b, nb, &y);
	if (is_x && is_y)
		return addr_cmp(&x, &y);
	return is_x != is_y ? is_y - is_x : compare_bytes(a, na, b, nb);
}

/* in_net(address, network); NULL when either is none. */
static void
in_net(sqlite3_context *c, int n, sqlite3_value **v)
{
	char text[NET_TEXT_MAX];
	struct addr a;
	struct net net;
	const unsigned char *address = sqlite3_value_text(v[0]);
	const unsigned char *network = sqlite3_value_text(v[1]);

	(void)n;
	if (address == NULL || network == NULL ||
	    !read_addr(address, sqlite3_value_bytes(v[0]), &a))
		return;
	if (!copy(text, sizeof(text), network, sqlite3_value_bytes(v[1])) ||
	    net_parse(text, &net) != 0) {
		sqlite3_result_error(
		    c, "in_net(): not a network such as 10.0.0.0/8", -1);
		return;
	}
	sqlite3_result_int(c, net_has(&net, &a));
}

int
sql_add_words(struct sql *s)
{
	int rc = sqlite3_create_collation_v2(
	    s->h, SQL_COLLATE_TIME, SQLITE_UTF8, NULL, compare_times, NULL);

	if (rc == SQLITE_OK)
		rc = sqlite3_create_collation_v2(s->h, SQL_COLLATE_ADDR,
		    SQLITE_UTF8, NULL, compare_addrs, NULL);
	if (rc == SQLITE_OK)
		rc = sqlite3_create_function_v2(s->h, "in_net", 2,
		    SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_INNOCUOUS, NULL,
		    in_net, NULL, NULL, NULL);
	return rc;
}
