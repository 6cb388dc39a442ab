/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "aggregator/correlate/detect.h"

#include "aggregator/correlate/alerts.h"
#include "aggregator/correlate/known.h"
#include "aggregator/correlate/option.h"
#include "aggregator/correlate/snapshot.h"
#include "aggregator/correlate/span.h"
#include "common/err.h"
#include "common/nearest.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#define DETECTOR(n) extern const struct detector detect_##n;
#include "detectors.h"
#undef DETECTOR

const struct detector *const detectors[] = {
#define DETECTOR(n) &detect_##n,
#include "detectors.h"
#undef DETECTOR
    NULL,
};

#define DETECTORS (sizeof(detectors) / sizeof(*detectors) - 1)

_Static_assert(DETECTORS < DETECT_PARTS_MAX, "each may have a part");

#define DIRECTIONS (DIRECTION_WITHIN + 1)
#define EVENTS (CONNECTION_END + 1)

/* What changes what is known. */
#define KNOWN_EVENTS                                                           \
	(1U << CONNECTION_NEW | 1U << CONNECTION_OUTCOME |                     \
	    1U << CONNECTION_WITNESS | 1U << CONNECTION_DETAIL)

/* How often those who wait are told what time it is. */
#define PASSED_NS (100 * NS_PER_MS)

struct detect {
	struct known *known;
	int64_t passed_ns;
	void *self[DETECTORS];
	struct alert_sink sink[DETECTORS];
	/* Who asks for what, in their order. */
	uint8_t who[DIRECTIONS][EVENTS][DETECTORS];
	uint8_t n_who[DIRECTIONS][EVENTS];
};

/* What every detector has. */
struct common_options {
	int64_t quiet_ns;
};

static const struct option common_options[] = {
    {"quiet", OPTION_DURATION, 24 * NS_PER_HOUR, 60 * NS_PER_SEC,
	365 * NS_PER_DAY, offsetof(struct common_options, quiet_ns)},
    {0},
};

static int
no_such_detector(const struct detector_option *o, struct err *e)
{
	struct nearest near = nearest_to(o->detector, strlen(o->detector));
	char hint[NEAREST_HINT_MAX];

	for (size_t i = 0; i < DETECTORS; i++)
		nearest_try(&near, detectors[i]->name);
	return err_set(e, EX_CONFIG, "%s: there is no detector '%s'%s",
	    o->place, o->detector, nearest_hint(&near, hint));
}

static int
no_such_option(
    const struct detector_option *o, const struct option *own, struct err *e)
{
	struct nearest near = nearest_to(o->name, strlen(o->name));
	char hint[NEAREST_HINT_MAX];

	for (; own != NULL && own->name != NULL; own++)
		nearest_try(&near, own->name);
	for (own = common_options; own->name != NULL; own++)
		nearest_try(&near, own->name);
	return err_set(e, EX_CONFIG, "%s: detector '%s' has no option '%s'%s",
	    o->place, o->detector, o->name, nearest_hint(&near, hint));
}

static int
check_names(const struct site *site, struct err *e)
{
	for (size_t i = 0; i < site->n_option; i++) {
		const struct detector_option *o = &site->option[i];
		size_t n = 0;

		while (n < DETECTORS &&
		       strcmp(detectors[n]->name, o->detector) != 0)
			n++;
		if (n == DETECTORS)
			return no_such_detector(o, e);
	}
	return 0;
}

static int
read_options(const struct site *site, const struct detector *d, void *own,
    struct common_options *common, struct err *e)
{
	option_presets(d->options, own);
	option_presets(common_options, common);
	for (size_t i = 0; i < site->n_option; i++) {
		const struct detector_option *o = &site->option[i];
		int found;

		if (strcmp(o->detector, d->name) != 0)
			continue;
		found = option_set(d->options, o, own, e);
		if (found == 0)
			found = option_set(common_options, o, common, e);
		if (found == 0)
			return no_such_option(o, d->options, e);
		if (found == -1)
			return -1;
	}
	return 0;
}

static int
start(struct detect *d, size_t i, const struct site *site,
    const struct alert_sink *sink, struct err *e)
{
	_Alignas(max_align_t) char own[OPTIONS_BYTES_MAX] = {0};
	struct common_options common;

	if (read_options(site, detectors[i], own, &common, e) == -1)
		return -1;
	d->self[i] = detectors[i]->new (site, own);
	if (d->self[i] == NULL)
		return err_set(e, EX_OSERR, "out of memory");
	d->sink[i] = *sink;
	d->sink[i].detector = detectors[i];
	d->sink[i].self = d->self[i];
	d->sink[i].quiet_ns = common.quiet_ns;
	return 0;
}

static void
ask(struct detect *d, size_t i)
{
	unsigned int directions = detectors[i]->directions;

	for (size_t way = 0; way < DIRECTIONS; way++)
		for (size_t event = 0; event < EVENTS; event++)
			if ((directions == 0 || directions & 1U << way) &&
			    detectors[i]->events & 1U << event)
				d->who[way][event][d->n_who[way][event]++] =
				    (uint8_t)i;
}

static struct alert_sink *
sink_of(void *arg, const char *name)
{
	return detect_sink(arg, name);
}

struct detect *
detect_new(const struct site *site, struct alerts *alerts,
    const struct history *history, struct err *e)
{
	struct alert_sink sink = {.alerts = alerts, .history = history};
	struct detect *d;

	if (check_names(site, e) == -1)
		return NULL;
	d = calloc(1, sizeof(*d));
	if (d == NULL || (d->known = known_new(&KNOWN_SIZES)) == NULL) {
		err_set(e, EX_OSERR, "out of memory");
		free(d);
		return NULL;
	}
	sink.known = d->known;
	for (size_t i = 0; i < DETECTORS; i++) {
		if (start(d, i, site, &sink, e) == -1) {
			detect_free(d);
			return NULL;
		}
		ask(d, i);
	}
	alerts_on_load(alerts, sink_of, d);
	return d;
}

void
detect_free(struct detect *d)
{
	if (d == NULL)
		return;
	for (size_t i = 0; i < DETECTORS; i++)
		if (d->self[i] != NULL)
			detectors[i]->free(d->self[i]);
	known_free(d->known);
	free(d);
}

unsigned int
detect_events(void)
{
	unsigned int events = KNOWN_EVENTS;

	for (size_t i = 0; i < DETECTORS; i++)
		events |= detectors[i]->events;
	return events;
}

/* Of all, so that who asks what others found asks at the same time whatever
 * the order of the connections.  A clock that is wrong may set it back. */
bool
detect_passed(struct detect *d, int64_t time_ns)
{
	int64_t since = span_ns(d->passed_ns, time_ns);

	if (time_ns == TIME_NONE || (since < PASSED_NS && since > -PASSED_NS))
		return false;
	d->passed_ns = time_ns;
	for (size_t i = 0; i < DETECTORS; i++)
		if (detectors[i]->passed != NULL)
			detectors[i]->passed(d->self[i], time_ns, &d->sink[i]);
	return true;
}

void
detect_connection(
    struct detect *d, const struct connection *c, enum connection_event event)
{
	const uint8_t *who = d->who[c->direction][event];

	if (KNOWN_EVENTS & 1U << event)
		known_connection(d->known, c);
	for (size_t n = d->n_who[c->direction][event]; n > 0; n--, who++)
		detectors[*who]->connection(
		    d->self[*who], c, event, &d->sink[*who]);
}

void
detect_tick(struct detect *d, int64_t now_ns)
{
	known_tick(d->known, now_ns);
	for (size_t i = 0; i < DETECTORS; i++)
		if (detectors[i]->tick != NULL)
			detectors[i]->tick(d->self[i], now_ns, &d->sink[i]);
}

static size_t
index_of(const char *name)
{
	size_t i = 0;

	while (i < DETECTORS && strcmp(detectors[i]->name, name) != 0)
		i++;
	return i;
}

const struct detector *
detector_find(const char *name)
{
	return detectors[index_of(name)];
}

struct alert_sink *
detect_sink(struct detect *d, const char *name)
{
	size_t i = index_of(name);

	return i < DETECTORS ? &d->sink[i] : NULL;
}

size_t
detect_parts(struct detect *d, struct snapshot_part *out)
{
	size_t n = 0;

	out[n++] = (struct snapshot_part){
	    "known", KNOWN_VERSION, d->known, known_save, known_load};
	for (size_t i = 0; i < DETECTORS; i++)
		if (detectors[i]->save != NULL)
			out[n++] = (struct snapshot_part){
			    .name = detectors[i]->name,
			    .version = detectors[i]->version,
			    .self = d->self[i],
			    .save = detectors[i]->save,
			    .load = detectors[i]->load,
			};
	return n;
}

uint64_t
detect_evicted(const struct detect *d)
{
	uint64_t n = known_evicted(d->known);

	for (size_t i = 0; i < DETECTORS; i++)
		if (detectors[i]->evicted != NULL)
			n += detectors[i]->evicted(d->self[i]);
	return n;
}
