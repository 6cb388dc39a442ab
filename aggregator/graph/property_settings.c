/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "aggregator/graph/href.h"
#include "aggregator/graph/property_internal.h"
#include "aggregator/graph/property_words.h"
#include "common/err.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

typedef int set_fn(
    struct property_settings *s, size_t i, const char *value, struct err *e);

static int
set_shape(
    struct property_settings *s, size_t i, const char *value, struct err *e)
{
	static const char *const shapes[] = {"box", "polygon", "circle",
	    "ellipse", "invtriangle", "octagon", "pentagon", "diamond", "point",
	    "triangle", "plaintext", "Mrecord"};

	for (size_t k = 0; k < sizeof(shapes) / sizeof(*shapes); k++)
		if (strcmp(shapes[k], value) == 0) {
			s->shape[i] = shapes[k];
			return 0;
		}
	return err_set(e, EX_CONFIG,
	    "'%.40s': no such shape; there are box, polygon, circle, ellipse, "
	    "invtriangle, octagon, pentagon, diamond, point, triangle, "
	    "plaintext, Mrecord",
	    value);
}

static int
set_number(const char *value, uint64_t max, uint64_t *out, struct err *e)
{
	size_t n = strspn(value, "0123456789");

	if (n == 0 || n > 15 || value[n] != '\0' ||
	    (*out = strtoull(value, NULL, 10)) > max)
		return err_set(
		    e, EX_CONFIG, "'%.40s': not a number here", value);
	return 0;
}

static int
set_threshold(
    struct property_settings *s, size_t i, const char *value, struct err *e)
{
	return set_number(value, UINT64_MAX,
	    i == FIELDS ? &s->threshold : &s->thresholds[i], e);
}

static int
read_switch(const char *value, int *out, struct err *e)
{
	bool yes = strcmp(value, "1") == 0 || strcmp(value, "true") == 0;

	if (!yes && strcmp(value, "0") != 0 && strcmp(value, "false") != 0)
		return err_set(
		    e, EX_CONFIG, "'%.40s': 0 or 1 belongs here", value);
	*out = yes;
	return 0;
}

static int
set_sum(struct property_settings *s, size_t i, const char *value, struct err *e)
{
	int yes;

	if (read_switch(value, &yes, e) == -1)
		return -1;
	s->sum[i] = yes != 0;
	return 0;
}

static int
set_xlabels(
    struct property_settings *s, size_t i, const char *value, struct err *e)
{
	(void)i;
	return read_switch(value, &s->xlabels, e);
}

static int
set_concentrate(
    struct property_settings *s, size_t i, const char *value, struct err *e)
{
	(void)i;
	return read_switch(value, &s->concentrate, e);
}

/* It is about GDF, which is not made here. */
static int
set_nothing(
    struct property_settings *s, size_t i, const char *value, struct err *e)
{
	int yes;

	(void)s;
	(void)i;
	return read_switch(value, &yes, e);
}

static int
set_max_node_size(
    struct property_settings *s, size_t i, const char *value, struct err *e)
{
	double size = property_number(value);

	(void)i;
	if (value[strspn(value, "0123456789.")] != '\0' || size <= 0 ||
	    size > 20)
		return err_set(e, EX_CONFIG,
		    "'%.40s': not a size in inches, up to 20", value);
	s->max_node_size = size;
	return 0;
}

static int
set_url(struct property_settings *s, size_t i, const char *value, struct err *e)
{
	(void)i;
	if (!href_is_harmless(value))
		return err_set(e, EX_CONFIG,
		    "'%.40s': only http and https are linked to", value);
	snprintf(s->url, sizeof(s->url), "%s", value);
	return 0;
}

static const struct setting {
	const char *name;
	size_t i;
	set_fn *set;
} settings[] = {
    {"shape.source", PART_SOURCE, set_shape},
    {"shape.event", PART_EVENT, set_shape},
    {"shape.target", PART_TARGET, set_shape},
    {"threshold", FIELDS, set_threshold},
    {"threshold.source", PART_SOURCE, set_threshold},
    {"threshold.event", PART_EVENT, set_threshold},
    {"threshold.target", PART_TARGET, set_threshold},
    {"sum.source", PART_SOURCE, set_sum},
    {"sum.event", PART_EVENT, set_sum},
    {"sum.target", PART_TARGET, set_sum},
    {"maxnodesize", 0, set_max_node_size},
    {"maxNodeSize", 0, set_max_node_size},
    {"xlabels", 0, set_xlabels},
    {"concentrate", 0, set_concentrate},
    {"label.duplicate", 0, set_nothing},
    {"url", 0, set_url},
};

/* A setting's value: without quotes, ';' and a comment. */
static void
plain_value(char *s)
{
	size_t len, at = strspn(s, " \t");

	memmove(s, s + at, strlen(s + at) + 1);
	for (size_t i = 1; i < strlen(s); i++)
		if (s[i] == '#' && (s[i - 1] == ' ' || s[i - 1] == '\t'))
			s[i] = '\0';
	len = strlen(s);
	while (len > 0 && strchr(" \t;", s[len - 1]) != NULL)
		s[--len] = '\0';
	if (len >= 2 && scanner_is_quote(s[0]) && s[len - 1] == s[0]) {
		s[len - 1] = '\0';
		memmove(s, s + 1, len - 1);
	}
}

int
settings_set(
    struct property_settings *s, const char *name, char *value, struct err *e)
{
	for (size_t i = 0; i < sizeof(settings) / sizeof(*settings); i++)
		if (strcmp(settings[i].name, name) == 0) {
			plain_value(value);
			return settings[i].set(s, settings[i].i, value, e);
		}
	return 1;
}
