/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "common/host.h"

#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

void
host_boot_id(struct run_id *out)
{
	char text[64] = "";
	FILE *f = fopen("/proc/sys/kernel/random/boot_id", "re");

	memset(out, 0, sizeof(*out));
	if (f == NULL)
		return;
	if (fgets(text, sizeof(text), f) != NULL)
		sodium_hex2bin(out->b, sizeof(out->b), text,
		    strcspn(text, "\n"), "-", NULL, NULL);
	fclose(f);
}

/* Returns whether the address may stand for the host. */
static bool
take(const struct sockaddr *sa, struct addr *out)
{
	if (sa->sa_family == AF_INET) {
		const struct sockaddr_in *in = (const void *)sa;
		uint8_t b[4];

		memcpy(b, &in->sin_addr, 4);
		*out = addr_from_v4(b);
		return true;
	}
	if (sa->sa_family == AF_INET6) {
		const struct sockaddr_in6 *in6 = (const void *)sa;

		memcpy(out->b, &in6->sin6_addr, 16);
		return !IN6_IS_ADDR_LINKLOCAL(&in6->sin6_addr);
	}
	return false;
}

size_t
host_addresses(struct addr *out, size_t max)
{
	struct ifaddrs *list;
	size_t n = 0;

	if (getifaddrs(&list) == -1)
		return 0;
	for (const struct ifaddrs *i = list; i != NULL && n < max;
	     i = i->ifa_next)
		if (i->ifa_addr != NULL && !(i->ifa_flags & IFF_LOOPBACK) &&
		    take(i->ifa_addr, &out[n]))
			n++;
	freeifaddrs(list);
	return n;
}
