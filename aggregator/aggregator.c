/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "aggregator/aggregator.h"

#include "aggregator/core.h"
#include "aggregator/feed/feed.h"
#include "aggregator/ingest/ingest.h"
#include "common/clock.h"
#include "common/err.h"
#include "common/log.h"
#include "common/priv.h"
#include "common/proc.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <unistd.h>

#define RECUT_AGE_NS (60 * NS_PER_SEC)
#define EXPIRE_EVERY_NS NS_PER_HOUR

static void
on_sigchld(void *arg)
{
	struct core *c = arg;
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
		if (!child_reaped(c->ingest, pid, status))
			child_reaped(c->feed, pid, status);
}

static void
on_stop(void *arg)
{
	struct core *c = arg;

	c->reload = false;
	c->stop = true;
	loop_stop(c->loop);
}

static void
on_hangup(void *arg)
{
	struct core *c = arg;

	c->reload = !c->stop;
	loop_stop(c->loop);
}

static void
on_commit(void *arg)
{
	core_commit(arg);
}

static void
on_flush(void *arg)
{
	core_flush(arg);
}

static void
maintain(struct core *c)
{
	struct err e;
	int64_t now = clock_wall_ns(), mono = clock_mono_ns();

	/* A block must not straddle the position up to which records were
	 * correlated: after a crash half of it would be told twice. */
	if (c->n_pending > 0 || c->stalled || c->position_moved)
		return;
	if (store_recut(c->store, now, RECUT_AGE_NS, &e) == -1)
		log_warn("store", "cannot re-cut: %s", e.text);
	if (mono < c->next_expire_ns)
		return;
	c->next_expire_ns = mono + EXPIRE_EVERY_NS;
	if (core_expire(c, now, &e) == -1)
		log_warn("store", "cannot expire: %s", e.text);
	if (state_log_expire(
		c->state, now - c->config->keep_days * NS_PER_DAY, &e) == -1)
		log_warn("store", "cannot expire: %s", e.text);
}

static void
on_second(void *arg)
{
	struct core *c = arg;

	core_commit(c);
	c->clock_ns = clock_wall_ns();
	pipeline_advance(c->pipeline, c->clock_ns);
	core_flush(c);
	core_end_mutes(c);
	core_snapshot(c);
	core_sensors_save(c);
	maintain(c);
}

/* The socket's folder, as long as we may.  That it cannot be made is said when
 * the socket cannot. */
static void
make_control_folder(const char *path, const struct priv_user *user)
{
	char folder[PATH_MAX];
	const char *slash = strrchr(path, '/');

	if (slash == NULL || slash == path)
		return;
	snprintf(folder, sizeof(folder), "%.*s", (int)(slash - path), path);
	(void)priv_make_dir(folder, user, NULL);
}

/* Who may read the key now may not be able to once the user has changed. */
static int
load_and_drop(struct core *c, struct err *e)
{
	struct priv_user user;

	if (core_load_key(c, e) == -1 ||
	    priv_lookup(c->config->user, &user, e) == -1 ||
	    priv_make_dir(c->config->store, &user, e) == -1)
		return -1;
	make_control_folder(c->config->control, &user);
	return priv_drop(&user, e);
}

static int
open_parts(struct core *c, struct err *e)
{
	struct pipeline_sink sink;

	c->store = store_open(c->config->store, STORE_WRITE, e);
	if (c->store == NULL)
		return -1;
	c->state = state_open(c->config->store, STORE_WRITE, e);
	if (c->state == NULL)
		return -1;
	state_run(c->state, &c->run);
	c->clock_ns = TIME_NONE;
	core_news_sink(c, &sink);
	c->pipeline = pipeline_new(c->config->site, &sink, e);
	if (c->pipeline == NULL)
		return -1;
	pipeline_live(c->pipeline);
	c->news = core_news_new();
	c->wire = wire_new();
	if (c->news == NULL || c->wire == NULL)
		return err_set(e, EX_OSERR, "out of memory");
	for (size_t i = 0; i < CORE_PENDING_MAX; i++)
		if ((c->pending[i].wire = wire_new()) == NULL)
			return err_set(e, EX_OSERR, "out of memory");
	if (core_refused_load(c, e) == -1)
		return -1;
	return core_sensors_load(c, e);
}

static int
open_loop(struct core *c, struct err *e)
{
	c->loop = loop_new(e);
	if (c->loop == NULL)
		return -1;
	c->commit = loop_timer(c->loop, on_commit, c);
	c->flush = loop_timer(c->loop, on_flush, c);
	c->second = loop_timer(c->loop, on_second, c);
	if (c->commit == NULL || c->flush == NULL || c->second == NULL)
		return err_set(e, EX_OSERR, "out of memory");
	loop_timer_in(c->second, NS_PER_SEC, true);
	if (loop_signal(c->loop, SIGTERM, on_stop, c, e) == -1 ||
	    loop_signal(c->loop, SIGINT, on_stop, c, e) == -1 ||
	    loop_signal(c->loop, SIGHUP, on_hangup, c, e) == -1)
		return -1;
	return loop_signal(c->loop, SIGCHLD, on_sigchld, c, e);
}

static void
close_parts(struct core *c)
{
	child_close(c->ingest);
	child_close(c->feed);
	control_close(c->control);
	for (size_t i = 0; i < CORE_PENDING_MAX; i++)
		wire_free(c->pending[i].wire);
	wire_free(c->wire);
	core_news_free(c->news);
	pipeline_free(c->pipeline);
	state_close(c->state);
	store_close(c->store);
	loop_free(c->loop);
	free(c->sensor);
	free(c->refused);
	key_wipe(&c->key);
}

static int
run(struct core *c, const char *conf, struct err *e)
{
	do {
		if (c->reload)
			c->reload = !c->stop && core_may_reload(c, conf);
		if (c->reload)
			break;
		if (loop_run(c->loop, e) == -1)
			return -1;
	} while (c->reload);
	core_commit(c);
	core_flush(c);
	c->next_snapshot_ns = 0;
	core_snapshot(c);
	core_sensors_save(c);
	return c->reload ? core_hand_over(c, e) : 0;
}

static int
serve(struct core *c, const char *conf, int exe_fd, struct err *e)
{
	/* Files are for the group as well, and for nobody else. */
	umask(0027);
	if (load_and_drop(c, e) == -1 || open_loop(c, e) == -1 ||
	    open_parts(c, e) == -1 || core_catch_up(c, e) == -1 ||
	    core_start_children(c, exe_fd, e) == -1)
		return -1;
	core_open_control(c);
	return run(c, conf, e);
}

/* This program, out of the way of the descriptors that children inherit. */
static int
open_self(void)
{
	int fd = open("/proc/self/exe", O_PATH | O_CLOEXEC);
	int high = fd == -1 ? -1 : fcntl(fd, F_DUPFD_CLOEXEC, PROC_FD + 1);

	if (fd != -1)
		close(fd);
	return high;
}

/* From the beginning, also across beginning again: a second SIGHUP waits
 * until the first is done. */
static void
hold_signals(void)
{
	sigset_t ours;

	sigemptyset(&ours);
	sigaddset(&ours, SIGTERM);
	sigaddset(&ours, SIGINT);
	sigaddset(&ours, SIGHUP);
	sigaddset(&ours, SIGCHLD);
	sigprocmask(SIG_BLOCK, &ours, NULL);
}

int
aggregator_run(const char *conf, char **argv)
{
	struct err e;
	struct config *config;
	struct core *c = calloc(1, sizeof(*c));
	int exe_fd = open_self(), status;
	bool again;

	hold_signals();
	config = config_load(conf, &e);
	if (config == NULL || c == NULL || exe_fd == -1) {
		log_error(
		    "core", "%s", config == NULL ? e.text : "cannot start");
		status = config == NULL ? e.code : EX_OSERR;
		goto done;
	}
	c->config = config;
	if (serve(c, conf, exe_fd, &e) == -1) {
		log_error("core", "%s", e.text);
		c->status = e.code;
	}
	status = c->status;
	again = c->reload && status == EX_OK;
	close_parts(c);
	if (again)
		status = core_begin_again(exe_fd, argv);
done:
	config_free(config);
	free(c);
	if (exe_fd != -1)
		close(exe_fd);
	return status;
}

int
aggregator_check(const char *conf)
{
	struct err e;
	struct key_pair key;
	struct config *config = config_load(conf, &e);
	int status = EX_OK;

	if (config == NULL || key_load(config->key_file, &key, &e) == -1 ||
	    core_check(config, &e) == -1) {
		log_error("config", "%s", e.text);
		status = e.code;
	}
	key_wipe(&key);
	config_free(config);
	return status;
}

int
aggregator_child(const char *role)
{
	/* exec made us dumpable again, and we are told a secret. */
	if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) == -1)
		return EX_OSERR;
	if (strcmp(role, "ingest") == 0)
		return ingest_main();
	if (strcmp(role, "feed") == 0)
		return feed_main();
	log_error("core", "there is no process \"%s\"", role);
	return EX_USAGE;
}
