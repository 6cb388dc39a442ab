/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "aggregator/core.h"
#include "common/err.h"
#include "common/log.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sysexits.h>
#include <unistd.h>

/*
 * Beginning again is executing this program anew.  By then the privileges
 * that read the key are gone, so the key is handed over in memory, under this
 * variable: "DESCRIPTOR PATH".
 */
#define HANDOVER "SYNHIVE_KEY_HANDOVER"

/* Returns whether the key of 'path' was handed over, and takes it. */
static bool
take_over(const char *path, struct key_pair *key)
{
	const char *text = getenv(HANDOVER);
	char *end;
	int fd;
	bool ok;

	if (text == NULL)
		return false;
	fd = (int)strtol(text, &end, 10);
	ok = *end == ' ' && strcmp(end + 1, path) == 0 &&
	     pread(fd, key->secret.b, KEY_BYTES, 0) == KEY_BYTES;
	close(fd);
	unsetenv(HANDOVER);
	if (ok)
		key_public(&key->secret, &key->public);
	return ok;
}

int
core_load_key(struct core *c, struct err *e)
{
	if (take_over(c->config->key_file, &c->key))
		return 0;
	return key_load(c->config->key_file, &c->key, e);
}

int
core_check(const struct config *config, struct err *e)
{
	struct pipeline_sink nobody = {0};
	struct pipeline *p;

	if (core_expect_own(config, e) == -1)
		return -1;
	p = pipeline_new(config->site, &nobody, e);
	pipeline_free(p);
	return p == NULL ? -1 : 0;
}

/* A key that can be read counts; one at the same path that cannot be read any
 * more is the one we have. */
static int
next_key(struct core *c, const struct config *next, struct err *e)
{
	struct key_pair key;

	if (key_load(next->key_file, &key, e) == 0)
		c->key = key;
	else if (e->code != EX_NOPERM ||
		 strcmp(next->key_file, c->config->key_file) != 0)
		return -1;
	key_wipe(&key);
	return 0;
}

bool
core_may_reload(struct core *c, const char *conf)
{
	struct err e;
	struct config *next = config_load(conf, &e);
	bool ok = next != NULL && core_check(next, &e) == 0 &&
		  next_key(c, next, &e) == 0;

	if (!ok)
		log_error(
		    "core", "%s; going on with the old configuration", e.text);
	else
		snprintf(
		    c->key_file, sizeof(c->key_file), "%s", next->key_file);
	config_free(next);
	return ok;
}

int
core_hand_over(const struct core *c, struct err *e)
{
	char text[sizeof(c->key_file) + 16];
	int fd = memfd_create("synhive-key", 0);

	if (fd == -1 || write(fd, c->key.secret.b, KEY_BYTES) != KEY_BYTES)
		return err_sys(e, EX_OSERR, "cannot hand the key over");
	snprintf(text, sizeof(text), "%d %s", fd, c->key_file);
	if (setenv(HANDOVER, text, 1) == -1)
		return err_sys(e, EX_OSERR, "cannot hand the key over");
	return 0;
}

int
core_begin_again(int exe_fd, char **argv)
{
	log_info("core", "beginning again with the new configuration");
	execveat(exe_fd, "", argv, environ, AT_EMPTY_PATH);
	log_error("core", "cannot begin again: %s", strerror(errno));
	return EX_OSERR;
}
