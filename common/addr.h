/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef COMMON_ADDR_H
#define COMMON_ADDR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * An address of either family in 16 bytes; IPv4 is kept as ::ffff:a.b.c.d,
 * so an IPv4-mapped IPv6 address is the IPv4 address by construction.
 */
struct addr {
	uint8_t b[16];
};

/* A network: the first 'len' bits of 'a', 0..128 (IPv4: 96..128). */
struct net {
	struct addr a;
	uint8_t len;
};

/* A list of networks that owns its memory.  Zeroed: empty. */
struct nets {
	struct net *net;
	size_t n;
};

#define ADDR_TEXT_MAX 48 /* INET6_ADDRSTRLEN is 46 */
#define NET_TEXT_MAX 52	 /* ... and "/128" */

/* Inline: it is asked many times a record. */
static inline bool
addr_eq(const struct addr *a, const struct addr *b)
{
	return __builtin_memcmp(a->b, b->b, sizeof(a->b)) == 0;
}

struct addr addr_from_v4(const uint8_t b[static 4]);
bool addr_is_v4(const struct addr *a);
int addr_cmp(const struct addr *a, const struct addr *b);
/* "::", which is nobody's. */
bool addr_is_zero(const struct addr *a);

/* Returns 0, or -1 when 'text' is no IPv4 or IPv6 address. */
int addr_parse(const char *text, struct addr *out);
const char *addr_format(const struct addr *a, char out[static ADDR_TEXT_MAX]);

/*
 * "10.0.0.0/8", "2001:db8::/32", an address alone (that host only).
 * Returns 0; -1: not a network; -2: bits are set behind the prefix, which
 * net_clear() takes away.
 */
int net_parse(const char *text, struct net *out);
void net_clear(struct net *n);
const char *net_format(const struct net *n, char out[static NET_TEXT_MAX]);
bool net_has(const struct net *n, const struct addr *a);
bool net_is_host(const struct net *n);

/* Copies 'one'.  Returns 0, or -1 when memory is out. */
int nets_add(struct nets *s, const struct net *one);
bool nets_have(const struct nets *s, const struct addr *a);
void nets_fini(struct nets *s);

#endif
