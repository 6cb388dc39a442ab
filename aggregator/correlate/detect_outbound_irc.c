/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "aggregator/correlate/detect.h"
#include "aggregator/correlate/outbound.h"

static void
connection(void *self, const struct connection *c, enum connection_event event,
    struct alert_sink *out)
{
	const struct outbound *o = self;

	if (outbound_unexplained(c) &&
	    (site_in_class(o->site, "irc", c->server_port) ||
		site_in_class(o->site, "irc-weak", c->server_port)))
		outbound_raise(c, event, SEVERITY_SUSPECT, out);
}

static void
text(const void *self, const struct alert *a, char out[static ALERT_TEXT_MAX])
{
	const struct outbound *o = self;

	if (site_in_class(o->site, "irc", a->port))
		outbound_text(a, "IRC port ", "", out);
	else
		outbound_text(a, "weak IRC port ",
		    " Weak: much else uses this port.", out);
}

const struct detector detect_outbound_irc = {
    .name = "outbound-irc",
    .doc = "A honeypot began an unexplained connection to an IRC port "
	   "outside; a port that much else uses counts too, and is called "
	   "weak.",
    .events = OUTBOUND_EVENTS,
    .directions = 1U << DIRECTION_OUT,
    .new = outbound_new,
    .free = outbound_free,
    .connection = connection,
    .text = text,
};
