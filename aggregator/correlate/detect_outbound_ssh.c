/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "aggregator/correlate/detect.h"
#include "aggregator/correlate/outbound.h"

static void
connection(void *self, const struct connection *c, enum connection_event event,
    struct alert_sink *out)
{
	const struct outbound *o = self;

	if (outbound_unexplained(c) &&
	    site_in_class(o->site, "ssh", c->server_port))
		outbound_raise(c, event, SEVERITY_SUSPECT, out);
}

static void
text(const void *self, const struct alert *a, char out[static ALERT_TEXT_MAX])
{
	(void)self;
	outbound_text(a, "SSH port ", "", out);
}

const struct detector detect_outbound_ssh = {
    .name = "outbound-ssh",
    .doc = "A honeypot began an unexplained connection to an SSH port "
	   "outside.",
    .events = OUTBOUND_EVENTS,
    .directions = 1U << DIRECTION_OUT,
    .new = outbound_new,
    .free = outbound_free,
    .connection = connection,
    .text = text,
};
