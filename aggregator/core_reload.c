/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "aggregator/core.h"
#include "common/err.h"
#include "common/log.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
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

bool
core_may_reload(const struct core *c, const char *conf)
{
	struct err e;
	struct key_pair key;
	struct config *next = config_load(conf, &e);
	bool ok = next != NULL;

	if (ok && strcmp(next->key_file, c->config->key_file) != 0) {
		ok = key_load(next->key_file, &key, &e) == 0;
		key_wipe(&key);
	}
	if (!ok)
		log_error(
		    "core", "%s; going on with the old configuration", e.text);
	config_free(next);
	return ok;
}

int
core_hand_over(const struct core *c, struct err *e)
{
	char text[4096 + 16];
	int fd = memfd_create("synhive-key", 0);

	if (fd == -1 || write(fd, c->key.secret.b, KEY_BYTES) != KEY_BYTES)
		return err_sys(e, EX_OSERR, "cannot hand the key over");
	snprintf(text, sizeof(text), "%d %s", fd, c->config->key_file);
	if (setenv(HANDOVER, text, 1) == -1)
		return err_sys(e, EX_OSERR, "cannot hand the key over");
	return 0;
}

int
core_begin_again(int exe_fd, char **argv)
{
	sigset_t none;

	log_info("core", "beginning again with the new configuration");
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	execveat(exe_fd, "", argv, environ, AT_EMPTY_PATH);
	log_error("core", "cannot begin again: %s", strerror(errno));
	return EX_OSERR;
}
