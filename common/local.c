/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "common/local.h"

#include "common/err.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sysexits.h>
#include <unistd.h>

/* Where the last part of 'path' begins, and its folder. */
static const char *
split(const char *path, char folder[static PATH_MAX])
{
	const char *slash = strrchr(path, '/');

	if (slash == NULL)
		return NULL;
	snprintf(folder, PATH_MAX, "%.*s", (int)(slash - path), path);
	return slash + 1;
}

int
local_address(
    const char *path, struct sockaddr_un *out, int *dir, struct err *e)
{
	char folder[PATH_MAX];
	const char *name;
	int n;

	*dir = -1;
	*out = (struct sockaddr_un){.sun_family = AF_UNIX};
	if (strlen(path) < sizeof(out->sun_path)) {
		memcpy(out->sun_path, path, strlen(path) + 1);
		return 0;
	}
	name = split(path, folder);
	if (name != NULL)
		*dir = open(folder, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (*dir == -1)
		return err_sys(e, errno == EACCES ? EX_NOPERM : EX_UNAVAILABLE,
		    "%.200s", path);
	n = snprintf(out->sun_path, sizeof(out->sun_path),
	    "/proc/self/fd/%d/%s", *dir, name);
	if (n < (int)sizeof(out->sun_path))
		return 0;
	close(*dir);
	*dir = -1;
	return err_set(
	    e, EX_CONFIG, "the name of a socket is too long: %.200s", name);
}
