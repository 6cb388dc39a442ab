/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "agent/agent.h"

#include "agent/config.h"
#include "common/host.h"
#include "agent/link.h"
#include "agent/nflog.h"
#include "agent/rules.h"
#include "agent/window.h"
#include "common/batch.h"
#include "common/clock.h"
#include "common/err.h"
#include "common/log.h"
#include "common/loop.h"
#include "common/priv.h"
#include "common/wire.h"

#include <signal.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <systemd/sd-daemon.h>

#define BATCH_RECORDS 1024
#define HEARTBEAT_NS NS_PER_SEC
#define READ_BUDGET 8192 /* packets of a group, before others get a turn */
#define HOST_ADDRS_MAX 256
/* At the end: what is queued may still go, for so long. */
#define FAREWELL_NS (2 * NS_PER_SEC)
#define FAREWELL_LOOK_NS (10 * NS_PER_MS)

/* A group that need not be read at once is left alone for so long, so that
 * one round has more to do: a wake-up costs as much as 50 packets. */
#define REST_NS (5 * NS_PER_MS)

/* One of the two groups, and the batch that its records go to. */
struct flow {
	struct agent *agent;
	struct nflog_group *nflog;
	struct builder *batch;
	struct loop_watch *watch;
	struct loop_timer *age, *rest;
	bool at_once; /* its batches do not wait */
};

struct agent {
	struct agent_config *config;
	struct loop *loop;
	struct key_pair key;
	struct link *link;
	struct wire *wire;
	struct flow out, in;
	struct loop_timer *heartbeat, *farewell;
	int64_t farewell_ns;
	struct rules_counts counts;
	struct run_id run, boot;
	struct addr addr[HOST_ADDRS_MAX];
	uint64_t sequence, records;
	uint64_t lost_told, dropped_told; /* in a batch already */
	struct err why;
};

static uint64_t
kernel_lost(const struct agent *a)
{
	return nflog_group_lost(a->out.nflog) + nflog_group_lost(a->in.nflog);
}

static void
give(struct agent *a, const struct wire_message *m)
{
	struct window_item i = {.sequence = a->sequence};
	struct err e;

	if (m->kind == WIRE_BATCH) {
		i.records = m->batch.records.n;
		i.lost = m->batch.kernel_lost;
		i.dropped = m->batch.dropped;
	}
	i.len = wire_pack(a->wire, m, &i.buf, &e);
	if (i.len == 0)
		log_error("agent", "%s", e.text);
	else
		link_put(a->link, &i);
}

/* Send what the flow gathered, or only what was lost. */
static void
flush(struct agent *a, struct flow *f)
{
	struct wire_message m = {.kind = WIRE_BATCH};
	struct link_stats link;
	uint64_t lost, dropped;

	loop_timer_off(f->age);
	link_stats(a->link, &link);
	lost = kernel_lost(a) + link.untold_lost;
	dropped = link.dropped + link.untold_dropped;
	m.batch.records = *builder_view(f->batch);
	if (m.batch.records.n == 0 && lost == a->lost_told &&
	    dropped == a->dropped_told)
		return;
	m.batch.run = a->run;
	m.batch.sequence = ++a->sequence;
	m.batch.kernel_lost = lost - a->lost_told;
	m.batch.dropped = dropped - a->dropped_told;
	a->lost_told = lost;
	a->dropped_told = dropped;
	a->records += m.batch.records.n;
	give(a, &m);
	builder_reset(f->batch);
}

static void
on_record(const struct record *r, void *arg)
{
	struct flow *f = arg;

	if (builder_put(f->batch, r) == 0)
		return;
	flush(f->agent, f);
	builder_put(f->batch, r);
}

static void
on_age(void *arg)
{
	struct flow *f = arg;

	flush(f->agent, f);
}

static void
on_packets(void *arg)
{
	struct flow *f = arg;
	struct agent *a = f->agent;

	if (nflog_group_read(f->nflog, on_record, f, READ_BUDGET, &a->why) ==
	    -1) {
		log_error("agent", "%s", a->why.text);
		loop_stop(a->loop);
		return;
	}
	if (builder_count(f->batch) == 0)
		return;
	if (f->at_once) {
		flush(a, f);
		return;
	}
	if (!loop_timer_on(f->age))
		loop_timer_in(f->age, a->config->batch_age_ns, false);
	loop_pause(f->watch, true);
	loop_timer_in(f->rest, REST_NS, false);
}

static void
on_rested(void *arg)
{
	struct flow *f = arg;

	loop_pause(f->watch, false);
}

static void
say_hello(void *arg, struct wire_hello *h)
{
	struct agent *a = arg;

	h->run = a->run;
	h->boot = a->boot;
	memcpy(h->table.b, a->counts.table_id, sizeof(h->table.b));
	snprintf(h->sensor, sizeof(h->sensor), "%s", a->config->name);
	snprintf(h->software, sizeof(h->software), "synhive-agent %s", VERSION);
	snprintf(h->rules, sizeof(h->rules), "%s",
	    rules_mode_text(a->config->rules));
	h->addr = a->addr;
	h->n_addr = host_addresses(a->addr, HOST_ADDRS_MAX);
	h->wall_ns = clock_wall_ns();
	h->boottime_ns = clock_boot_ns();
	h->counted_before = a->counts.counted_before;
}

static void
on_heartbeat(void *arg)
{
	struct agent *a = arg;
	struct wire_message m = {.kind = WIRE_HEARTBEAT};
	struct wire_heartbeat *h = &m.heartbeat;
	struct nflog_stats out, in;
	struct link_stats link;

	flush(a, &a->in);
	link_stats(a->link, &link);
	if (!link.up)
		return;
	nflog_group_stats(a->out.nflog, &out);
	nflog_group_stats(a->in.nflog, &in);
	*h = (struct wire_heartbeat){
	    .run = a->run,
	    .sequence = ++a->sequence,
	    .wall_ns = clock_wall_ns(),
	    .boottime_ns = clock_boot_ns(),
	    .records = a->records,
	    .kernel_lost = out.lost + in.lost,
	    .pending = out.pending + in.pending,
	    .dropped = link.dropped,
	    .undecoded = out.undecoded + in.undecoded,
	    .refused = link.refused,
	    .queued_bytes = link.queued_bytes,
	    .queued_messages = (uint32_t)link.queued_messages,
	};
	snprintf(h->rules, sizeof(h->rules), "%s",
	    rules_mode_text(a->config->rules));
	give(a, &m);
}

static void
on_farewell(void *arg)
{
	struct agent *a = arg;
	struct link_stats link;

	link_stats(a->link, &link);
	if (link.queued_messages > 0 && link.up &&
	    clock_mono_ns() < a->farewell_ns)
		return;
	if (link.queued_messages > 0)
		log_warn("agent", "%zu messages were not acknowledged",
		    link.queued_messages);
	loop_stop(a->loop);
}

static void
on_stop(void *arg)
{
	struct agent *a = arg;

	sd_notify(0, "STOPPING=1");
	flush(a, &a->out);
	flush(a, &a->in);
	a->farewell_ns = clock_mono_ns() + FAREWELL_NS;
	loop_timer_in(a->farewell, FAREWELL_LOOK_NS, true);
	on_farewell(a);
}

static int
open_flow(struct agent *a, struct flow *f, uint16_t group,
    uint32_t queue_threshold, struct err *e)
{
	struct nflog_options o = {
	    .receive_buffer = a->config->receive_buffer,
	    .queue_threshold = queue_threshold,
	    .timeout_ms = 20,
	};

	f->agent = a;
	f->at_once = queue_threshold == 1;
	f->batch = builder_new(BATCH_RECORDS, WIRE_BATCH_MAX);
	f->age = loop_timer(a->loop, on_age, f);
	f->rest = loop_timer(a->loop, on_rested, f);
	if (f->batch == NULL || f->age == NULL || f->rest == NULL)
		return err_set(e, EX_OSERR, "out of memory");
	f->nflog = nflog_group_open(group, &o, e);
	return f->nflog == NULL ? -1 : 0;
}

/* Rules and groups, in the order that keeps the count exact (rules.h). */
static int
open_source(struct agent *a, struct err *e)
{
	const struct agent_config *c = a->config;
	struct rules *rules;
	int failed;

	if (nflog_group_try(c->group, e) == -1 ||
	    nflog_group_try(c->group_in, e) == -1)
		return -1;
	rules = rules_begin(c, e);
	if (rules == NULL)
		return -1;
	failed = open_flow(a, &a->out, c->group, 1, e) == -1 ||
		 open_flow(a, &a->in, c->group_in, 512, e) == -1 ||
		 rules_arm(rules, &a->counts, e) == -1;
	rules_free(rules);
	return failed ? -1 : 0;
}

static int
watch_all(struct agent *a, struct err *e)
{
	a->heartbeat = loop_timer(a->loop, on_heartbeat, a);
	a->farewell = loop_timer(a->loop, on_farewell, a);
	a->out.watch =
	    loop_fd(a->loop, nflog_group_fd(a->out.nflog), on_packets, &a->out);
	a->in.watch =
	    loop_fd(a->loop, nflog_group_fd(a->in.nflog), on_packets, &a->in);
	if (a->heartbeat == NULL || a->farewell == NULL ||
	    a->out.watch == NULL || a->in.watch == NULL)
		return err_set(e, EX_OSERR, "out of memory");
	loop_timer_in(a->heartbeat, HEARTBEAT_NS, true);
	if (loop_signal(a->loop, SIGTERM, on_stop, a, e) == -1)
		return -1;
	return loop_signal(a->loop, SIGINT, on_stop, a, e);
}

static int
open_link(struct agent *a, struct err *e)
{
	struct link_options o = {
	    .aggregator = a->config->aggregator,
	    .aggregator_key = a->config->aggregator_key,
	    .key = &a->key,
	    .queue_bytes = a->config->queue_bytes,
	    .hello = say_hello,
	    .arg = a,
	};

	a->link = link_open(a->loop, &o, e);
	return a->link == NULL ? -1 : 0;
}

static int
serve(struct agent *a, struct err *e)
{
	struct priv_user user;

	a->loop = loop_new(e);
	a->wire = wire_new();
	if (a->loop == NULL || a->wire == NULL)
		return err_set(e, EX_OSERR, "out of memory");
	randombytes_buf(a->run.b, sizeof(a->run.b));
	host_boot_id(&a->boot);
	if (key_load(a->config->key_file, &a->key, e) == -1 ||
	    priv_lookup(a->config->user, &user, e) == -1 ||
	    open_source(a, e) == -1 || watch_all(a, e) == -1 ||
	    priv_drop(&user, e) == -1)
		return -1;
	/* Threads keep the privileges of their making: libzmq's come last. */
	if (open_link(a, e) == -1)
		return -1;
	sd_notify(0, "READY=1");
	log_info("agent", "groups %u and %u, rules %s: ready", a->config->group,
	    a->config->group_in, rules_mode_text(a->config->rules));
	if (loop_run(a->loop, e) == -1)
		return -1;
	if (a->why.code != 0) {
		*e = a->why;
		return -1;
	}
	return 0;
}

static void
close_flow(struct flow *f)
{
	nflog_group_close(f->nflog);
	builder_free(f->batch);
}

int
agent_run(const char *conf)
{
	struct err e;
	struct agent *a = calloc(1, sizeof(*a));
	int status = EX_OK;

	if (a == NULL)
		return EX_OSERR;
	a->config = agent_config_load(conf, &e);
	if (a->config == NULL || serve(a, &e) == -1) {
		log_error("agent", "%s", e.text);
		status = e.code;
	}
	link_close(a->link);
	close_flow(&a->out);
	close_flow(&a->in);
	wire_free(a->wire);
	loop_free(a->loop);
	key_wipe(&a->key);
	agent_config_free(a->config);
	free(a);
	return status;
}
