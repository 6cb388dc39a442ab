/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "aggregator/cli/graph.h"
#include "aggregator/cli/output.h"
#include "aggregator/format/text.h"
#include "aggregator/graph/plot.h"
#include "aggregator/graph/tool.h"
#include "common/err.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#define TITLE_MAX 320
#define FILTER_SAID 110 /* characters */

struct points {
	const struct graph *g;
	struct axes axes;
	struct plot *plot; /* NULL: each row is written to 'dat' */
	FILE *dat;
	uint64_t learned, rows;
};

/* --- records --- */

static int
learn(void *arg, const struct opening *x, struct err *e)
{
	struct points *p = arg;

	p->learned++;
	return axes_learn(&p->axes, x, e);
}

/* A store may grow meanwhile: what was not learned ends it. */
static int
put(void *arg, const struct opening *x, struct err *e)
{
	struct axis_value value[AXES_MAX];
	struct points *p = arg;

	if (p->rows == p->learned)
		return 1;
	p->rows++;
	for (size_t i = 0; i < p->axes.n; i++)
		if (axes_value(&p->axes, i, x, &value[i], e) == -1)
			return -1;
	if (p->plot != NULL) {
		plot_add(p->plot, value, p->axes.n);
		return 0;
	}
	plot_dat(p->dat, value, p->axes.n);
	return ferror(p->dat) ? output_check(p->dat, e) : 0;
}

static int
read_points(struct points *p, struct err *e)
{
	struct graph quiet = *p->g;
	int rc;

	quiet.quiet = true;
	rc = graph_openings(&quiet, learn, p, e);
	if (rc != 0)
		return rc;
	axes_ready(&p->axes);
	rc = graph_openings(p->g, put, p, e);
	return rc == 1 ? 0 : rc;
}

static const char *
title(const struct points *p, char out[static TITLE_MAX])
{
	const char *filter = p->g->filter_text;
	char rest[60] = "";

	if (p->plot != NULL && plot_left_out(p->plot) > 0)
		snprintf(rest, sizeof(rest), ", %" PRIu64 " of them not drawn",
		    plot_left_out(p->plot));
	snprintf(out, TITLE_MAX, "%" PRIu64 " records%s%s%.*s%s", p->rows, rest,
	    *filter == '\0' ? "" : ": ", FILTER_SAID, filter,
	    strlen(filter) > FILTER_SAID ? "..." : "");
	return out;
}

/* --- psad's two files --- */

/*
 * A path as gnuplot takes it for one: "<x" would be a command to run, "~" a
 * home, and what is not visible would not survive quoting.
 */
static char *
safe_path(const char *prefix, const char *suffix, struct err *e)
{
	static const char harmless[] =
	    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
	    "._/";
	char *path = NULL, clean[4096];

	text_clean(prefix, false, clean, sizeof(clean));
	if (strcmp(clean, prefix) != 0) {
		err_set(e, EX_USAGE,
		    "-O: characters that are not visible in the name");
		return NULL;
	}
	if (asprintf(&path, "%s%s%s",
		strchr(harmless, prefix[0]) == NULL ? "./" : "", prefix,
		suffix) == -1) {
		err_set(e, EX_OSERR, "out of memory");
		return NULL;
	}
	return path;
}

static int
write_gnu(const struct points *p, const char *path, const char *dat,
    const char *png, struct err *e)
{
	FILE *gnu = tmpfile();
	char text[TITLE_MAX];
	int rc;

	if (gnu == NULL)
		return err_sys(e, EX_CANTCREAT, "a temporary file");
	plot_gnu(gnu, &p->axes, title(p, text), dat, png);
	rc = graph_save(gnu, path, e);
	fclose(gnu);
	return rc;
}

static int
write_dat(struct points *p, const char *path, struct err *e)
{
	int rc;

	p->dat = fopen(path, "we");
	if (p->dat == NULL)
		return err_sys(e, EX_CANTCREAT, "%s", path);
	rc = read_points(p, e);
	if (rc == 0) {
		fflush(p->dat);
		rc = output_check(p->dat, e);
	}
	fclose(p->dat);
	return rc == 0 ? 0 : err_within(e, "%s", path);
}

static int
write_files(struct points *p, struct err *e)
{
	const char *out = p->g->opt->out;
	size_t len = strlen(out);
	char *prefix, *gnu = NULL, *dat = NULL, *png = NULL;
	int rc = -1;

	if (strcmp(out, "-") == 0)
		return err_set(e, EX_USAGE,
		    "-O -: these are two files, FILE.gnu and FILE.dat");
	if (len > 4 && (strcmp(out + len - 4, ".gnu") == 0 ||
			   strcmp(out + len - 4, ".dat") == 0))
		len -= 4;
	prefix = strndup(out, len);
	if (prefix == NULL)
		return err_set(e, EX_OSERR, "out of memory");
	if ((gnu = safe_path(prefix, ".gnu", e)) != NULL &&
	    (dat = safe_path(prefix, ".dat", e)) != NULL &&
	    (png = safe_path(prefix, ".png", e)) != NULL)
		rc = write_dat(p, dat, e);
	if (rc == 0)
		rc = write_gnu(p, gnu, dat, png, e);
	free(prefix);
	free(gnu);
	free(dat);
	free(png);
	return rc;
}

/* --- pictures --- */

static int
save(const struct points *p, FILE *drawn, FILE *room, struct err *e)
{
	if (p->g->format == GRAPH_PNG)
		return graph_save(drawn, p->g->opt->out, e);
	plot_link(drawn, room, p->plot, &p->axes, p->g->filter_text, p->g->url);
	return graph_save(room, p->g->opt->out, e);
}

static int
draw(const struct points *p, FILE *script, FILE *out, FILE *room, struct err *e)
{
	static const char *const argv[] = {"gnuplot", "-", NULL};
	static const struct tool tool = {
	    .argv = argv, .package = "gnuplot-nox"};
	char text[TITLE_MAX];

	if (script == NULL || out == NULL || room == NULL)
		return err_sys(e, EX_CANTCREAT, "a temporary file");
	plot_script(script, p->plot, &p->axes, title(p, text),
	    p->g->format == GRAPH_SVG ? PLOT_SVG : PLOT_PNG);
	if (tool_run(&tool, script, out, e) == -1)
		return -1;
	return save(p, out, room, e);
}

static int
write_picture(struct points *p, struct err *e)
{
	FILE *file[3] = {NULL};
	int rc;

	p->plot = plot_new();
	rc = p->plot == NULL ? err_set(e, EX_OSERR, "out of memory")
			     : read_points(p, e);
	if (rc == 0) {
		for (size_t i = 0; i < 3; i++)
			file[i] = tmpfile();
		rc = draw(p, file[0], file[1], file[2], e);
		for (size_t i = 0; i < 3; i++)
			if (file[i] != NULL)
				fclose(file[i]);
	}
	plot_free(p->plot);
	return rc;
}

int
graph_points(const struct graph *g, struct err *e)
{
	struct points p = {.g = g};
	const char *axes = g->opt->axes == NULL ? AXES_USUAL : g->opt->axes;
	int rc = axes_parse(&p.axes, axes, e);

	if (rc == 0)
		rc = g->format == GRAPH_GNU ? write_files(&p, e)
					    : write_picture(&p, e);
	axes_fini(&p.axes);
	if (rc == 0 && p.rows == 0)
		remark("nothing that opens a connection matches: the picture "
		       "is empty");
	return rc;
}
