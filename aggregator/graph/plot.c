/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "aggregator/graph/plot.h"
#include "aggregator/graph/color.h"
#include "aggregator/graph/plot_internal.h"
#include "aggregator/graph/quote.h"
#include "common/map.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define TICS_MAX 8	/* of values */
#define ADDRESSES_MAX 5 /* that are named on an axis: they are long */
#define TIC_END 7	/* characters of a long address */
#define LINES_MAX 400	/* more points stand for themselves */
#define POINTS_FEW 2000 /* more are drawn smaller */

/* --- psad's files --- */

void
plot_dat(FILE *to, const struct axis_value *value, size_t n)
{
	for (size_t i = 0; i < n; i++)
		fprintf(to, "%s%" PRIu64, i == 0 ? "" : ", ", value[i].number);
	fputs("  ### ", to);
	for (size_t i = 0; i < n; i++) {
		if (!value[i].is_text)
			continue;
		fprintf(to, "%" PRIu64 "=", value[i].number);
		quote_line(to, value[i].text);
		fputc(' ', to);
	}
	fputc('\n', to);
}

static void
set_text(FILE *to, const char *what, const char *text)
{
	fprintf(to, "set %s ", what);
	quote_gnuplot(to, text);
	/* No mark-up: "_" is an underscore. */
	fputs(" noenhanced\n", to);
}

static void
set_labels(FILE *to, const struct axes *x)
{
	static const char *const labels[] = {"xlabel", "ylabel", "zlabel"};

	for (size_t i = 0; i < x->n; i++)
		set_text(to, labels[i], axes_name(x, i));
}

static void using(FILE *to, const struct axes *x)
{
	fputs(x->n == 3 ? " using 1:2:3 with " : " using 1:2 with ", to);
}

void
plot_gnu(FILE *to, const struct axes *x, const char *title, const char *dat,
    const char *png)
{
	fputs("reset\n", to);
	set_text(to, "title", title);
	fputs("set terminal png transparent nocrop enhanced\nset output ", to);
	quote_gnuplot(to, png);
	fputc('\n', to);
	set_labels(to, x);
	if (x->n == 3)
		fputs("set view 71,63\n", to);
	fputs(x->n == 3 ? "splot " : "plot ", to);
	quote_gnuplot(to, dat);
	using(to, x);
	fprintf(to, "%s title '(", x->n == 3 ? "points" : "linespoints");
	for (size_t i = 0; i < x->n; i++)
		fprintf(to, "%s%s", i == 0 ? "" : ",", axes_name(x, i));
	fputs(")'\n", to);
}

/* --- different points --- */

struct plot *
plot_new(void)
{
	struct plot *p = calloc(1, sizeof(*p));

	if (p == NULL)
		return NULL;
	p->map =
	    map_new(sizeof(struct plot_key), sizeof(uint64_t), PLOT_POINTS_MAX);
	p->point = calloc(PLOT_POINTS_MAX, sizeof(*p->point));
	if (p->map != NULL && p->point != NULL)
		return p;
	plot_free(p);
	return NULL;
}

void
plot_free(struct plot *p)
{
	if (p == NULL)
		return;
	map_free(p->map);
	free(p->point);
	free(p);
}

void
plot_add(struct plot *p, const struct axis_value *value, size_t n)
{
	struct plot_key key = {{0}};
	uint64_t *records;
	bool is_new;

	for (size_t i = 0; i < n; i++)
		key.at[i] = value[i].number;
	records = map_get(p->map, &key);
	if (records == NULL && map_count(p->map) == PLOT_POINTS_MAX) {
		p->left_out++;
		return;
	}
	if (records == NULL)
		records = map_put(p->map, &key, &is_new);
	++*records;
}

uint64_t
plot_left_out(const struct plot *p)
{
	return p->left_out;
}

static int
compare_points(const void *a, const void *b)
{
	const struct plot_point *x = a, *y = b;

	for (size_t i = 0; i < AXES_MAX; i++)
		if (x->key.at[i] != y->key.at[i])
			return x->key.at[i] < y->key.at[i] ? -1 : 1;
	return 0;
}

static void
sort(struct plot *p)
{
	p->n = 0;
	for (uint64_t *v = map_oldest(p->map); v != NULL;
	     v = map_younger(p->map, v))
		p->point[p->n++] = (struct plot_point){
		    *(const struct plot_key *)map_key(p->map, v), *v};
	qsort(p->point, p->n, sizeof(*p->point), compare_points);
}

/* --- the script --- */

static int
compare_numbers(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

/* The different values on an axis, sorted, in 'out'; returns their number. */
static size_t
different(const struct plot *p, size_t axis, uint64_t *out)
{
	size_t n = 0;

	for (size_t i = 0; i < p->n; i++)
		out[i] = p->point[i].key.at[axis];
	if (p->n > 0)
		qsort(out, p->n, sizeof(*out), compare_numbers);
	for (size_t i = 0; i < p->n; i++)
		if (n == 0 || out[n - 1] != out[i])
			out[n++] = out[i];
	return n;
}

static void
write_tic(FILE *to, const struct axes *x, size_t axis, uint64_t value)
{
	char text[ADDR_TEXT_MAX], shown[2 * TIC_END + 8];
	size_t len;

	if (axes_is_address(x, axis) && value > 0 && value <= x->ranks.n)
		addr_format(&x->ranks.addr[value - 1], text);
	else
		snprintf(text, sizeof(text), "%" PRIu64, value);
	len = strlen(text);
	if (len > 2 * TIC_END + 3) /* IPv6: both ends of it */
		snprintf(shown, sizeof(shown), "%.*s...%s", TIC_END, text,
		    text + len - TIC_END);
	else
		snprintf(shown, sizeof(shown), "%s", text);
	quote_gnuplot(to, shown);
	fprintf(to, " %" PRIu64, value);
}

/* Few values each have a mark; of many addresses some have. */
static void
set_axis(FILE *to, const struct plot *p, const struct axes *x, size_t axis,
    uint64_t *room)
{
	static const char letters[] = "xyz";
	char c = letters[axis];
	size_t n = different(p, axis, room), most = TICS_MAX;
	uint64_t last = n == 0 ? 1 : room[n - 1];
	uint64_t first = n == 0 ? 0 : room[0];
	uint64_t margin = (last - first) / 20 + 1;

	if (axes_is_address(x, axis))
		most = ADDRESSES_MAX;
	fprintf(to, "set %crange [%" PRIu64 ":%" PRIu64 "]\n", c,
	    first > margin && axis < 2 ? first - margin : 0, last + margin);
	if (n == 0 || (n > most && most == TICS_MAX))
		return;
	fprintf(to, "set %ctics (", c);
	for (size_t i = 0; i < n && i < most; i++) {
		size_t pick = n <= most ? i : i * (n - 1) / (most - 1);

		fputs(i == 0 ? "" : ", ", to);
		write_tic(to, x, axis, room[pick]);
	}
	fputs(") noenhanced\n", to);
}

static void
set_all(FILE *to, const struct plot *p, const struct axes *x)
{
	uint64_t *room = calloc(p->n + 1, sizeof(*room));

	for (size_t i = 0; room != NULL && i < x->n; i++)
		set_axis(to, p, x, i, room);
	free(room);
	if (x->n == 3)
		fputs("set view 71,63\nset xyplane 0\n"
		      "set origin 0.04,0.02\nset size 0.96,0.98\n"
		      "set xtics offset -0.5,-0.4\nset ytics offset 1.5,-0.6\n"
		      "set xlabel offset -5,-2\nset ylabel offset 5,-2\n"
		      "set zlabel offset -2,0\n"
		      "set grid xtics ytics ztics lt 1 lc rgb '#DDDDDD'\n",
		    to);
	else
		fputs("set grid lt 1 lc rgb '#DDDDDD'\n", to);
}

static void
write_points(FILE *to, const struct plot *p, const struct axes *x)
{
	fputs("$points << EOD\n", to);
	/* Without any point gnuplot draws no axes. */
	if (p->n == 0)
		fputs("-1 -1 -1\n", to);
	for (size_t i = 0; i < p->n; i++)
		for (size_t k = 0; k < x->n; k++)
			fprintf(to, "%" PRIu64 "%c", p->point[i].key.at[k],
			    k + 1 == x->n ? '\n' : ' ');
	fputs("EOD\n", to);
}

void
plot_script(FILE *to, struct plot *p, const struct axes *x, const char *title,
    enum plot_terminal t)
{
	sort(p);
	fprintf(to,
	    "set terminal %s size 1000,750 font 'DejaVu Sans,%d' "
	    "noenhanced background '#FFFFFF'\n",
	    t == PLOT_SVG ? "svg" : "pngcairo", t == PLOT_SVG ? 12 : 9);
	write_points(to, p, x);
	set_text(to, "title", title);
	set_labels(to, x);
	set_all(to, p, x);
	fputs("set nokey\n", to);
	fputs(x->n == 3 ? "splot " : "plot ", to);
	if (p->n <= LINES_MAX) {
		fputs("$points", to);
		using(to, x);
		fprintf(to, "impulses lc rgb '%s', ", COLOR_GRAY);
	}
	fputs("$points", to);
	using(to, x);
	fprintf(to, "points pt 7 ps %s lc rgb '%s'\n",
	    p->n <= POINTS_FEW ? "0.9" : "0.4", COLOR_BLUE);
}
