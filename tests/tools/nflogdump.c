/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * An agent without a wire: the start of one, then a line of JSON for each
 * record.  For the tests.
 *
 *     nflogdump [options] read | print | check | remove
 *
 * "read" says "ready" when rules and groups stand, then records.  SIGUSR1
 * asks for a line of counters for each group; SIGUSR2 stops reading, and
 * starts it again; SIGTERM reads what is there, says the counters and ends.
 * The exit status is that of sysexits(3).
 */
#include "agent/nflog.h"
#include "agent/rules.h"
#include "common/err.h"
#include "common/loop.h"
#include "common/priv.h"

#include <getopt.h>
#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#define READ_BUDGET 4096

struct source {
	struct dump *dump;
	struct nflog_group *group;
	struct loop_watch *watch;
	uint16_t number;
};

struct dump {
	struct agent_config c;
	struct nflog_options in, out;
	struct loop *loop;
	struct source source[2];
	bool quiet, held, unprivileged;
	struct err e;
};

static int
usage(void)
{
	fputs("usage: nflogdump [--group N] [--group-in N] [--rules "
	      "apply|check|off]\n"
	      "  [--home NET]... [--device IF]... [--mark BIT] [--buffer "
	      "BYTES]\n"
	      "  [--threshold N] [--timeout-ms N] [--drop] [--quiet]\n"
	      "  read|print|check|remove\n",
	    stderr);
	return EX_USAGE;
}

static void
print_text(const char *key, const char *text)
{
	if (text != NULL)
		printf(", \"%s\": \"%s\"", key, text);
}

static void
print_record(const struct record *r, void *arg)
{
	static const char *const hook[] = {
	    "none", "in", "out", "forward", "egress"};
	const struct source *s = arg;
	char src[ADDR_TEXT_MAX], dst[ADDR_TEXT_MAX];

	if (s->dump->quiet)
		return;
	printf("{\"group\": %u, \"time_ns\": %" PRId64
	       ", \"src\": \"%s\", \"sport\": %u, \"dst\": \"%s\""
	       ", \"dport\": %u, \"flags\": %u, \"ttl\": %u, \"window\": %u"
	       ", \"seq\": %" PRIu32 ", \"ack\": %" PRIu32
	       ", \"opts\": %" PRIu32 ", \"hook\": \"%s\", \"mark\": %" PRIu32,
	    s->number, r->time_ns, addr_format(&r->src, src), r->sport,
	    addr_format(&r->dst, dst), r->dport, r->flags, r->ttl, r->window,
	    r->seq, r->ack, r->opts, hook[r->hook], r->mark);
	if (r->has & HAS_UID)
		printf(", \"uid\": %" PRIu32, r->uid);
	print_text("in_if", r->in_if);
	print_text("out_if", r->out_if);
	print_text("prefix", r->prefix);
	puts("}");
}

static void
on_readable(void *arg)
{
	struct source *s = arg;

	if (nflog_group_read(
		s->group, print_record, s, READ_BUDGET, &s->dump->e) == -1)
		loop_stop(s->dump->loop);
	fflush(stdout);
}

static void
on_stats(void *arg)
{
	struct dump *d = arg;
	struct nflog_stats x;

	for (size_t i = 0; i < 2; i++) {
		nflog_group_stats(d->source[i].group, &x);
		printf("{\"stats\": %u, \"received\": %" PRIu64
		       ", \"undecoded\": %" PRIu64 ", \"lost\": %" PRIu64
		       ", \"pending\": %" PRIu64 "}\n",
		    d->source[i].number, x.received, x.undecoded, x.lost,
		    x.pending);
	}
	fflush(stdout);
}

static void
on_hold(void *arg)
{
	struct dump *d = arg;

	d->held = !d->held;
	for (size_t i = 0; i < 2; i++)
		loop_pause(d->source[i].watch, d->held);
	puts(d->held ? "held" : "released");
	fflush(stdout);
}

static void
on_end(void *arg)
{
	struct dump *d = arg;

	for (size_t i = 0; i < 2; i++)
		nflog_group_read(d->source[i].group, print_record,
		    &d->source[i], SIZE_MAX, &d->e);
	on_stats(d);
	loop_stop(d->loop);
}

static int
open_groups(struct dump *d)
{
	const struct nflog_options *o[] = {&d->out, &d->in};

	for (size_t i = 0; i < 2; i++) {
		struct source *s = &d->source[i];

		s->dump = d;
		s->number = i == 0 ? d->c.group : d->c.group_in;
		s->group = nflog_group_open(s->number, o[i], &d->e);
		if (s->group == NULL)
			return -1;
	}
	return 0;
}

/* The order that rules.h asks for. */
static int
start(struct dump *d)
{
	struct rules_counts counts;
	struct rules *r;
	int rc;

	if (nflog_group_try(d->c.group, &d->e) == -1 ||
	    nflog_group_try(d->c.group_in, &d->e) == -1 ||
	    (r = rules_begin(&d->c, &d->e)) == NULL)
		return -1;
	rc = open_groups(d) == 0 ? rules_arm(r, &counts, &d->e) : -1;
	rules_free(r);
	if (rc == -1)
		return -1;
	printf("{\"counted_before\": %" PRIu64 ", \"table\": \"",
	    counts.counted_before);
	for (size_t i = 0; i < RULES_TABLE_ID_BYTES; i++)
		printf("%02x", counts.table_id[i]);
	puts("\"}");
	return 0;
}

static int
drop(struct dump *d)
{
	struct priv_user nobody;

	if (!d->unprivileged)
		return 0;
	if (priv_lookup("nobody", &nobody, &d->e) == -1)
		return -1;
	return priv_drop(&nobody, &d->e);
}

static int
read_records(struct dump *d)
{
	if ((d->loop = loop_new(&d->e)) == NULL || start(d) == -1 ||
	    drop(d) == -1 ||
	    loop_signal(d->loop, SIGUSR1, on_stats, d, &d->e) == -1 ||
	    loop_signal(d->loop, SIGUSR2, on_hold, d, &d->e) == -1 ||
	    loop_signal(d->loop, SIGTERM, on_end, d, &d->e) == -1)
		return -1;
	for (size_t i = 0; i < 2; i++) {
		struct source *s = &d->source[i];

		s->watch =
		    loop_fd(d->loop, nflog_group_fd(s->group), on_readable, s);
	}
	puts("ready");
	fflush(stdout);
	return loop_run(d->loop, &d->e);
}

static int
run(struct dump *d, const char *verb)
{
	if (strcmp(verb, "read") == 0)
		return read_records(d);
	if (strcmp(verb, "print") == 0)
		return rules_print(&d->c, stdout, &d->e);
	if (strcmp(verb, "check") == 0)
		return rules_check(&d->c, &d->e);
	if (strcmp(verb, "remove") == 0)
		return rules_remove(&d->e);
	return err_set(&d->e, EX_USAGE, "no such verb: %s", verb);
}

static int
set_rules(struct dump *d, const char *mode)
{
	static const char *const modes[] = {"apply", "check", "off"};

	for (int i = 0; i < 3; i++)
		if (strcmp(mode, modes[i]) == 0) {
			d->c.rules = (enum rules_mode)i;
			return 0;
		}
	return -1;
}

static int
add_home(struct dump *d, const char *text)
{
	struct net one;

	if (net_parse(text, &one) != 0)
		return -1;
	return nets_add(&d->c.home, &one);
}

static const struct option options[] = {
    {"group", required_argument, NULL, 'g'},
    {"group-in", required_argument, NULL, 'i'},
    {"rules", required_argument, NULL, 'r'},
    {"home", required_argument, NULL, 'h'},
    {"device", required_argument, NULL, 'd'},
    {"mark", required_argument, NULL, 'm'},
    {"buffer", required_argument, NULL, 'b'},
    {"threshold", required_argument, NULL, 't'},
    {"timeout-ms", required_argument, NULL, 'o'},
    {"drop", no_argument, NULL, 'p'},
    {"quiet", no_argument, NULL, 'q'},
    {0},
};

static int
set_option(struct dump *d, int option)
{
	unsigned long n = optarg == NULL ? 0 : strtoul(optarg, NULL, 0);

	switch (option) {
	case 'g':
		d->c.group = (uint16_t)n;
		return 0;
	case 'i':
		d->c.group_in = (uint16_t)n;
		return 0;
	case 'r':
		return set_rules(d, optarg);
	case 'h':
		return add_home(d, optarg);
	case 'd':
		if (d->c.n_device == AGENT_DEVICES_MAX)
			return -1;
		d->c.device[d->c.n_device++] = optarg;
		return 0;
	case 'm':
		d->c.mark = (uint32_t)n;
		return 0;
	case 'b':
		d->in.receive_buffer = d->out.receive_buffer = n;
		return 0;
	case 't':
		d->in.queue_threshold = (uint32_t)n;
		return 0;
	case 'o':
		d->in.timeout_ms = (uint32_t)n;
		return 0;
	case 'p':
		d->unprivileged = true;
		return 0;
	case 'q':
		d->quiet = true;
		return 0;
	default:
		return -1;
	}
}

static void
fini(struct dump *d)
{
	for (size_t i = 0; i < 2; i++)
		nflog_group_close(d->source[i].group);
	loop_free(d->loop);
	nets_fini(&d->c.home);
}

int
main(int argc, char **argv)
{
	static struct dump d = {
	    .c = {.group = 5, .group_in = 6, .mark = 0x10000},
	    .out = {.receive_buffer = 64 << 20, .queue_threshold = 1},
	    .in = {.receive_buffer = 64 << 20,
		.queue_threshold = 1024,
		.timeout_ms = 20},
	};
	int option, rc;

	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1)
		if (set_option(&d, option) == -1)
			return usage();
	if (optind + 1 != argc)
		return usage();
	rc = run(&d, argv[optind]);
	fini(&d);
	if (rc == 0)
		return EX_OK;
	fprintf(stderr, "nflogdump: %s\n", d.e.text);
	return d.e.code;
}
