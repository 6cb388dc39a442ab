/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "aggregator/cli/graph.h"
#include "aggregator/format/format.h"
#include "common/err.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>

static const struct {
	const char *name;
	enum graph_format format;
	const char *suffix[2];
} formats[] = {
    {"dot", GRAPH_DOT, {".dot", ".gv"}},
    {"svg", GRAPH_SVG, {".svg", ".svg"}},
    {"png", GRAPH_PNG, {".png", ".png"}},
    {"gnu", GRAPH_GNU, {".gnu", ".dat"}},
};

#define FORMATS (sizeof(formats) / sizeof(*formats))

static bool
ends_in(const char *path, const char *suffix)
{
	size_t len = strlen(path), n = strlen(suffix);

	return len > n && strcmp(path + len - n, suffix) == 0;
}

static int
refuse(
    const char *option, const char *value, unsigned int allowed, struct err *e)
{
	char names[40] = "";

	for (size_t i = 0; i < FORMATS; i++)
		if (formats[i].format & allowed) {
			size_t at = strlen(names);

			snprintf(names + at, sizeof(names) - at, "%s%s",
			    at == 0 ? "" : ", ", formats[i].name);
		}
	return err_set(e, EX_USAGE,
	    "%s %s: which format? There are %s; FILE ends in one, or -o says "
	    "it",
	    option, value, names);
}

int
graph_choose(const struct options *o, unsigned int allowed,
    enum graph_format *out, struct err *e)
{
	if (o->out == NULL)
		return err_set(
		    e, EX_USAGE, "where does the picture go? Say -O FILE");
	for (size_t i = 0; i < FORMATS; i++) {
		bool meant = o->picture != NULL
				 ? strcmp(o->picture, formats[i].name) == 0
				 : ends_in(o->out, formats[i].suffix[0]) ||
				       ends_in(o->out, formats[i].suffix[1]);

		if (!meant || (formats[i].format & allowed) == 0)
			continue;
		*out = formats[i].format;
		return 0;
	}
	return o->picture != NULL ? refuse("-o", o->picture, allowed, e)
				  : refuse("-O", o->out, allowed, e);
}

static int
copy(FILE *from, FILE *to, const char *path, struct err *e)
{
	char buf[16384];
	size_t n;

	rewind(from);
	while ((n = fread(buf, 1, sizeof(buf), from)) > 0)
		fwrite(buf, 1, n, to);
	fflush(to);
	if (ferror(from))
		return err_sys(e, EX_IOERR, "a temporary file");
	if (output_check(to, e) == -1)
		return e->code == EX_OK ? -1 : err_within(e, "%s", path);
	return 0;
}

/* A file beside 'path' that takes its place when all is in it, with the mode
 * of the one before.  NULL: it is none that can be replaced. */
static FILE *
open_beside(const char *path, char temp[static PATH_MAX])
{
	struct stat st;
	mode_t mask;
	int fd;

	st.st_mode = S_IFREG;
	if ((lstat(path, &st) == -1 ? errno != ENOENT
				    : access(path, W_OK) == -1) ||
	    !S_ISREG(st.st_mode) ||
	    snprintf(temp, PATH_MAX, "%s.XXXXXX", path) >= PATH_MAX)
		return NULL;
	fd = mkostemp(temp, O_CLOEXEC);
	if (fd == -1)
		return NULL;
	mask = umask(0);
	umask(mask);
	fchmod(fd, st.st_mode == S_IFREG ? 0666 & ~mask : st.st_mode & 0777);
	return fdopen(fd, "w");
}

/* A picture is there whole, or the one before it still is. */
static int
finish(FILE *to, const char *temp, const char *path, int rc, struct err *e)
{
	if (fclose(to) == EOF && rc == 0)
		rc = err_sys(e, EX_IOERR, "%s", path);
	if (*temp == '\0')
		return rc;
	if (rc == 0 && rename(temp, path) == -1)
		rc = err_sys(e, EX_CANTCREAT, "%s", path);
	if (rc == -1)
		unlink(temp);
	return rc;
}

int
graph_save(FILE *from, const char *path, struct err *e)
{
	char temp[PATH_MAX];
	FILE *to;

	if (fflush(from) == EOF)
		return err_sys(e, EX_IOERR, "a temporary file");
	if (strcmp(path, "-") == 0)
		return copy(from, stdout, "standard output", e);
	to = open_beside(path, temp);
	if (to == NULL) {
		*temp = '\0';
		to = fopen(path, "we");
	}
	if (to == NULL)
		return err_sys(e, EX_CANTCREAT, "%s", path);
	return finish(to, temp, path, copy(from, to, path, e), e);
}
