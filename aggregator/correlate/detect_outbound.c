/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "aggregator/correlate/detect.h"
#include "aggregator/correlate/outbound.h"

static void
connection(void *self, const struct connection *c, enum connection_event event,
    struct alert_sink *out)
{
	(void)self;
	if (outbound_unexplained(c))
		outbound_raise(c, event, SEVERITY_NOTICE, out);
}

static void
text(const void *self, const struct alert *a, char out[static ALERT_TEXT_MAX])
{
	(void)self;
	outbound_text(a, "port ", "", out);
}

const struct detector detect_outbound = {
    .name = "outbound",
    .doc = "A honeypot began a connection to somebody outside that nothing "
	   "explains.",
    .events = OUTBOUND_EVENTS,
    .directions = 1U << DIRECTION_OUT,
    .new = outbound_new,
    .free = outbound_free,
    .connection = connection,
    .text = text,
};
