/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "aggregator/correlate/sharing.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* As many of the names as fit; not by snprintf(): a peer that all call is
 * told of for each of them. */
static void
name_them(const struct alert *a, char *out, size_t size)
{
	size_t len = 0, i = 0;

	for (; i < a->honeypots.n; i++) {
		const char *name = a->honeypots.name[i];
		size_t more = strlen(name);

		if (len + more + 2 + 24 > size)
			break;
		if (i > 0) {
			memcpy(out + len, ", ", 2);
			len += 2;
		}
		memcpy(out + len, name, more + 1);
		len += more;
	}
	if (i < a->count)
		snprintf(out + len, size - len, ", and %" PRIu64 " more",
		    a->count - i);
}

static const char *
name_port(const struct site *s, uint16_t port)
{
	if (site_in_class(s, "ssh", port))
		return "SSH port";
	if (site_in_class(s, "irc", port))
		return "IRC port";
	return site_in_class(s, "irc-weak", port) ? "weak IRC port" : "port";
}

void
sharing_text(const struct site *s, const struct alert *a,
    char out[static ALERT_TEXT_MAX])
{
	char whom[ADDR_TEXT_MAX], names[240] = "";

	name_them(a, names, sizeof(names));
	snprintf(out, ALERT_TEXT_MAX,
	    "%" PRIu64 " honeypots called %s %u of %s, in this order: %s.",
	    a->count, name_port(s, a->port), a->port,
	    addr_format(&a->peer, whom), names);
}
