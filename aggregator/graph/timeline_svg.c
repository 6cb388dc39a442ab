/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "aggregator/graph/color.h"
#include "aggregator/graph/href.h"
#include "aggregator/graph/quote.h"
#include "aggregator/graph/timeline_internal.h"
#include "common/clock.h"

#include <inttypes.h>
#include <string.h>

/* All in pixels; a character of the lanes' font is at most this wide. */
#define CHAR 7.4
#define PLOT 900
#define LANE 16
#define TOP 46
#define AXIS 40
#define BOTTOM 34
#define TICKS 9
#define NAME_TEXT 64

struct svg {
	FILE *to;
	const struct timeline *t;
	const struct timeline_text *text;
	double left, right; /* what is beside the plot */
	double height;
	size_t in; /* lanes above the axis */
};

/* --- places --- */

static double
x_of(const struct svg *s, int64_t ns)
{
	const struct timeline *t = s->t;

	return s->left + (double)(ns - t->first_ns) /
			     (double)(t->last_ns - t->first_ns) * PLOT;
}

static double
axis_y(const struct svg *s)
{
	return TOP + (double)s->in * LANE;
}

/* The middle of a lane: inbound from the axis up, outbound from it down. */
static double
y_of(const struct svg *s, size_t lane)
{
	if (lane < s->in)
		return axis_y(s) - ((double)lane + 0.5) * LANE;
	return axis_y(s) + AXIS + ((double)(lane - s->in) + 0.5) * LANE;
}

/* --- texts --- */

static const char *
lane_name(const struct lane *l, char out[static NAME_TEXT])
{
	if (l->others == 0)
		return addr_format(&l->peer, out);
	snprintf(out, NAME_TEXT, "%" PRIu64 " others", l->others);
	return out;
}

static const char *
lane_ports(const struct lane *l, char out[static NAME_TEXT])
{
	size_t shown = l->ports < TIMELINE_PORTS ? l->ports : TIMELINE_PORTS;
	size_t at = (size_t)snprintf(out, NAME_TEXT, "%" PRIu64 "x", l->events);

	for (size_t i = 0; i < shown; i++)
		at += (size_t)snprintf(out + at, NAME_TEXT - at, "%s%u",
		    i == 0 ? " port " : ",", l->port[i]);
	if (l->ports > shown)
		snprintf(out + at, NAME_TEXT - at, ",... (%zu)", l->ports);
	return out;
}

static void
measure(struct svg *s)
{
	size_t name = 0, ports = 0;
	char text[NAME_TEXT];

	for (size_t i = 0; i < s->t->n; i++) {
		const struct lane *l = &s->t->lane[i];
		size_t len = strlen(lane_name(l, text));

		name = len > name ? len : name;
		len = strlen(lane_ports(l, text));
		ports = len > ports ? len : ports;
		s->in += !l->out;
	}
	s->left = (double)name * CHAR + 24;
	s->right = (double)ports * CHAR + 24;
	/* A date below the first or the last tick. */
	if (s->left < 60)
		s->left = 60;
	if (s->right < 60)
		s->right = 60;
	s->height = TOP + AXIS + BOTTOM + (double)s->t->n * LANE;
}

/* --- links --- */

static void
open_link(const struct svg *s, const struct lane *l, uint16_t port)
{
	char own[128] = "", peer[ADDR_TEXT_MAX];
	char both[HREF_FILTER_MAX], href[HREF_MAX];
	size_t at = 0;

	if (l->others == 0)
		at = (size_t)snprintf(own, sizeof(own), "%s host %s",
		    l->out ? "server" : "client", addr_format(&l->peer, peer));
	if (port != 0)
		snprintf(own + at, sizeof(own) - at, "%sserver port %u",
		    at == 0 ? "" : " and ", port);
	href_make(
	    s->text->url, "%s", href_filter(s->text->filter, own, both), href);
	fputs("<a xlink:href=\"", s->to);
	quote_xml(s->to, href);
	fputs("\">", s->to);
}

/* --- lanes --- */

static const struct look {
	const char *name, *fill, *stroke;
} looks[] = {
    {"answered", COLOR_BLUE, COLOR_BLUE},
    {"refused or blocked", COLOR_ORANGE, COLOR_ORANGE},
    {"no answer", "#FFFFFF", COLOR_DARK_GRAY},
    {"outcome not seen", COLOR_GRAY, COLOR_DARK_GRAY},
};

/* What most matters of a mark: an answer. */
static const struct look *
look_of(const struct mark *m)
{
	if (m->outcome[OUTCOME_ANSWERED] > 0)
		return &looks[0];
	if (m->outcome[OUTCOME_REFUSED] + m->outcome[OUTCOME_BLOCKED] > 0)
		return &looks[1];
	return m->outcome[OUTCOME_UNANSWERED] > 0 ? &looks[2] : &looks[3];
}

static uint64_t
sum(const struct mark *m)
{
	uint64_t n = 0;

	for (size_t i = 0; i < TIMELINE_OUTCOMES; i++)
		n += m->outcome[i];
	return n;
}

static void
tell_mark(const struct svg *s, const struct lane *l, const struct mark *m)
{
	char first[TIME_TEXT_MAX], last[TIME_TEXT_MAX], name[NAME_TEXT];
	uint64_t n = sum(m);

	fprintf(
	    s->to, "<title>%s %s", l->out ? "to" : "from", lane_name(l, name));
	if (m->port != 0)
		fprintf(s->to, ", port %u", m->port);
	fprintf(s->to, ": %" PRIu64 " connection%s, %s", n, n == 1 ? "" : "s",
	    time_format(m->first_ns, first));
	if (m->last_ns != m->first_ns)
		fprintf(s->to, " to %s", time_format(m->last_ns, last));
	for (size_t i = 0; i < TIMELINE_OUTCOMES; i++)
		if (m->outcome[i] > 0)
			fprintf(s->to, ", %" PRIu32 " %s", m->outcome[i],
			    outcome_name((enum outcome)i));
	fputs("</title>", s->to);
}

static void
draw_mark(const struct svg *s, const struct lane *l, size_t lane, size_t column)
{
	const struct mark *m = &l->mark[column];
	const struct look *look = look_of(m);
	uint64_t n = sum(m);
	double x = s->left + ((double)column + 0.5) * PLOT / TIMELINE_COLUMNS;
	double r = 2.5 + 0.35 * (63 - __builtin_clzll(n | 1));

	if (n == 0)
		return;
	open_link(s, l, m->port);
	tell_mark(s, l, m);
	fprintf(s->to,
	    "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"%.1f\" fill=\"%s\" "
	    "stroke=\"%s\"/></a>\n",
	    x, y_of(s, lane), r > LANE / 2.0 ? LANE / 2.0 : r, look->fill,
	    look->stroke);
}

static void
draw_text(const struct svg *s, double x, double y, const char *anchor,
    const char *more, const char *text)
{
	fprintf(s->to, "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\"%s>", x,
	    y + 4, anchor, more);
	quote_xml(s->to, text);
	fputs("</text>", s->to);
}

static void
draw_lane(const struct svg *s, size_t i)
{
	const struct lane *l = &s->t->lane[i];
	double y = y_of(s, i);
	char text[NAME_TEXT];

	fprintf(s->to, "<path d=\"M%.1f %.1fH%.1f\" stroke=\"#DDDDDD\"/>\n",
	    s->left, y, s->left + PLOT);
	open_link(s, l, 0);
	draw_text(s, s->left - 8, y, "end",
	    l->marked ? " font-weight=\"bold\"" : "", lane_name(l, text));
	fputs("</a>\n", s->to);
	draw_text(s, s->left + PLOT + 8, y, "start", "", lane_ports(l, text));
	fputc('\n', s->to);
	for (size_t k = 0; k < TIMELINE_COLUMNS; k++)
		draw_mark(s, l, i, k);
}

/* --- the rest --- */

static void
draw_axis(const struct svg *s)
{
	const struct timeline *t = s->t;
	struct scale scale = scale_of(t->first_ns, t->last_ns, TICKS);
	char date[TICK_TEXT], before[TICK_TEXT] = "", clock[TICK_TEXT];
	double y = axis_y(s);

	fprintf(s->to,
	    "<rect x=\"%.1f\" y=\"%.1f\" width=\"%d\" height=\"%d\" "
	    "fill=\"#F2F2F2\"/>\n",
	    s->left, y + 2, PLOT, AXIS - 4);
	for (int64_t ns = scale.first_ns; ns <= t->last_ns;
	     ns += scale.step_ns) {
		double x = x_of(s, ns);

		fprintf(s->to,
		    "<path d=\"M%.1f %.1fV%.1fM%.1f %.1fV%.1f\" "
		    "stroke=\"#595959\"/>\n",
		    x, y + 2, y + 7, x, y + AXIS - 7, y + AXIS - 2);
		draw_text(s, x, y + 13, "middle", "",
		    tick_clock(ns, scale.step_ns, clock));
		if (strcmp(tick_date(ns, date), before) != 0)
			draw_text(s, x, y + (clock[0] == '\0' ? 20 : 27),
			    "middle", "", date);
		memcpy(before, date, sizeof(before));
		fputc('\n', s->to);
	}
}

static void
draw_moments(const struct svg *s)
{
	bool named = false;

	for (size_t i = 0; i < s->t->n_moment; i++) {
		char text[TIME_TEXT_MAX + 16], when[TIME_TEXT_MAX];
		int64_t ns = s->t->moment[i];
		double x = x_of(s, ns);

		if (ns < s->t->first_ns || ns > s->t->last_ns)
			continue;
		snprintf(text, sizeof(text), "onset %s", time_format(ns, when));
		fprintf(s->to,
		    "<g><title>%s</title><path d=\"M%.1f %dV%.1f\" "
		    "stroke=\"%s\" stroke-width=\"1.5\" "
		    "stroke-dasharray=\"5 3\"/></g>\n",
		    text, x, TOP - 4, s->height - BOTTOM, COLOR_VERMILLION);
		/* On the side that has room for it. */
		if (!named)
			draw_text(s, x, TOP - 12,
			    x < s->left + PLOT / 2.0 ? "start" : "end",
			    " font-weight=\"bold\"", text);
		named = true;
	}
	fputc('\n', s->to);
}

static void
draw_legend(const struct svg *s)
{
	double x = s->left, y = s->height - BOTTOM / 2.0;

	for (size_t i = 0; i < sizeof(looks) / sizeof(*looks); i++) {
		fprintf(s->to,
		    "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"4\" fill=\"%s\" "
		    "stroke=\"%s\"/>",
		    x, y, looks[i].fill, looks[i].stroke);
		draw_text(s, x + 9, y, "start", "", looks[i].name);
		fputc('\n', s->to);
		x += (double)strlen(looks[i].name) * CHAR + 32;
	}
	draw_text(s, s->left + PLOT, y, "end", "",
	    "above: inbound, below: outbound; bold: evidence");
	fputc('\n', s->to);
}

static void
draw_title(const struct svg *s, double width)
{
	size_t room = (size_t)((width - 24) / (CHAR * 14 / 12));
	char text[512];

	snprintf(text, sizeof(text), "%s", s->text->title);
	if (strlen(text) > room)
		snprintf(text + room - 3, sizeof(text) - room + 3, "...");
	fputs("<title>", s->to);
	quote_xml(s->to, s->text->title);
	fputs("</title>\n", s->to);
	draw_text(s, 12, 14, "start", " font-size=\"14\"", text);
	fputc('\n', s->to);
}

void
timeline_svg(
    FILE *to, const struct timeline *t, const struct timeline_text *text)
{
	struct svg s = {.to = to, .t = t, .text = text};
	double width;

	measure(&s);
	width = s.left + PLOT + s.right;
	fprintf(to,
	    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
	    "<svg xmlns=\"http://www.w3.org/2000/svg\" "
	    "xmlns:xlink=\"http://www.w3.org/1999/xlink\" width=\"%.0f\" "
	    "height=\"%.0f\" viewBox=\"0 0 %.0f %.0f\" "
	    "font-family=\"DejaVu Sans Mono, monospace\" font-size=\"12\">\n",
	    width, s.height, width, s.height);
	fputs("<rect width=\"100%\" height=\"100%\" fill=\"#FFFFFF\"/>\n", to);
	draw_title(&s, width);
	draw_axis(&s);
	draw_moments(&s); /* below the marks */
	for (size_t i = 0; i < t->n; i++)
		draw_lane(&s, i);
	draw_legend(&s);
	fputs("</svg>\n", to);
}
