/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "aggregator/cli/site_file.h"
#include "common/err.h"
#include "common/site.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <sysexits.h>
#include <unistd.h>

#define NAME "site.conf"

static void
put_nets(FILE *f, const char *key, const struct nets *nets)
{
	char text[NET_TEXT_MAX];

	fprintf(f, " %s = {", key);
	for (size_t i = 0; i < nets->n; i++)
		fprintf(f, "%s\"%s\"", i == 0 ? "" : ", ",
		    net_format(&nets->net[i], text));
	fputs("}", f);
}

static void
put_honeypot(FILE *f, const struct honeypot *h)
{
	fprintf(f, "honeypot \"%s\" {", h->name);
	put_nets(f, "addresses", &h->addresses);
	for (size_t i = 0; i < h->n_relay_uid; i++)
		fprintf(f, "%s\"%" PRIu32 "\"%s",
		    i == 0 ? " relay-uid = {" : ", ", h->relay_uid[i],
		    i + 1 == h->n_relay_uid ? "}" : "");
	fputs(" }\n", f);
}

static void
put_site(FILE *f, const struct site *s)
{
	fputs("# What synhive analyse was told, or guessed.\n", f);
	for (size_t i = 0; i < s->n_honeynet; i++) {
		fprintf(f, "honeynet \"%s\" {", s->honeynet[i].name);
		put_nets(f, "home", &s->honeynet[i].home);
		fputs(" }\n", f);
	}
	for (size_t i = 0; i < s->n_honeypot; i++)
		put_honeypot(f, &s->honeypot[i]);
}

int
site_file_write(const struct site *s, const char *dir, struct err *e)
{
	char temp[PATH_MAX], path[PATH_MAX];
	int fd;
	FILE *f;

	snprintf(path, sizeof(path), "%s/" NAME, dir);
	snprintf(temp, sizeof(temp), "%s/" NAME ".new", dir);
	fd = open(temp, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0640);
	f = fd == -1 ? NULL : fdopen(fd, "w");
	if (f == NULL)
		return err_sys(e, EX_CANTCREAT, "cannot make %s", temp);
	put_site(f, s);
	if (fclose(f) == EOF || rename(temp, path) == -1)
		return err_sys(e, EX_CANTCREAT, "cannot write %s", path);
	return 0;
}

bool
site_file_path(const char *dir, char out[static PATH_MAX])
{
	return snprintf(out, PATH_MAX, "%s/" NAME, dir) < PATH_MAX &&
	       access(out, R_OK) == 0;
}
