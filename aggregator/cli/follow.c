/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "aggregator/cli/follow.h"
#include "aggregator/cli/alert_row.h"
#include "aggregator/cli/feed_place.h"
#include "aggregator/cli/output.h"
#include "aggregator/cli/subscribe.h"
#include "common/err.h"
#include "common/loop.h"
#include "common/map.h"

#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>

/* Ids that were shown; of more the oldest are forgotten and shown again. */
#define SHOWN_MAX 65536
#define ID_KEY_BYTES ((ID_TEXT_MAX + 7) / 8 * 8)

struct follower {
	const struct options *opt;
	struct loop *loop;
	struct map *shown;
	struct output out;
	bool failed;
	struct err err;
};

static void
end(struct follower *f, const struct err *e)
{
	if (!f->failed)
		f->err = *e;
	f->failed = true;
	loop_stop(f->loop);
}

/* Each alert once, then its updates only with --all. */
static bool
is_new(struct follower *f, const struct alert *a)
{
	char id[ID_KEY_BYTES] = "";
	bool fresh;

	memcpy(id, a->id, strnlen(a->id, ID_TEXT_MAX - 1));
	map_put(f->shown, id, &fresh);
	return fresh;
}

static void
on_alert(void *arg, const struct alert *a, bool update)
{
	struct follower *f = arg;
	struct alert_row row;
	struct err e;

	if (f->failed || (!is_new(f, a) && !f->opt->all))
		return;
	alert_row(&row, a, update);
	if (output_row(&f->out, row.cell, &e) == -1 ||
	    printer_flush(f->out.printer, &e) == -1)
		end(f, &e);
}

static void
on_say(void *arg, const char *text)
{
	(void)arg;
	remark("%s", text);
}

static void
on_refused(void *arg, const struct err *e)
{
	end(arg, e);
}

static void
on_signal(void *arg)
{
	struct follower *f = arg;

	loop_stop(f->loop);
}

/* The pipe we write to has lost its reader; nothing else wakes us then. */
static void
on_unread(void *arg)
{
	end(arg, &(struct err){.code = EX_OK});
}

static int
watch_stdout(struct follower *f)
{
	struct stat st;

	if (fstat(STDOUT_FILENO, &st) == -1 || !S_ISFIFO(st.st_mode))
		return 0;
	return loop_fd(f->loop, STDOUT_FILENO, on_unread, f) == NULL ? -1 : 0;
}

static int
listen_to(struct follower *f, const struct feed_place *p, struct err *e)
{
	struct subscribe_options so = {.endpoint = p->endpoint,
	    .server_key = p->server_key,
	    .key = &p->key,
	    .arg = f,
	    .alert = on_alert,
	    .say = on_say,
	    .refused = on_refused};
	struct subscriber *s = subscriber_open(f->loop, &so, e);
	int rc;

	if (s == NULL)
		return -1;
	rc = loop_run(f->loop, e);
	subscriber_close(s);
	if (rc == 0 && f->failed) {
		*e = f->err;
		return -1;
	}
	return rc;
}

static int
run(struct follower *f, const struct feed_place *p, struct err *e)
{
	if (loop_signal(f->loop, SIGINT, on_signal, f, e) == -1 ||
	    loop_signal(f->loop, SIGTERM, on_signal, f, e) == -1)
		return -1;
	if (watch_stdout(f) == -1)
		return err_set(e, EX_OSERR, "out of memory");
	if (output_open(&f->out, f->opt, &alert_layout, e) == -1 ||
	    printer_flush(f->out.printer, e) == -1)
		return -1;
	return listen_to(f, p, e);
}

int
follow(const struct options *o, struct err *e)
{
	struct follower f = {.opt = o};
	struct feed_place p;
	int rc = -1;

	if (feed_place_find(&p, o, e) == -1)
		return -1;
	f.shown = map_new(ID_KEY_BYTES, 0, SHOWN_MAX);
	f.loop = loop_new(e);
	if (f.shown == NULL)
		err_set(e, EX_OSERR, "out of memory");
	else if (f.loop != NULL)
		rc = run(&f, &p, e);
	output_close(&f.out);
	loop_free(f.loop);
	map_free(f.shown);
	feed_place_fini(&p);
	return rc;
}
