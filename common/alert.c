/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "common/alert.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const severity_names[] = {
    [SEVERITY_NOTICE] = "notice",
    [SEVERITY_SUSPECT] = "suspect",
    [SEVERITY_COMPROMISED] = "compromised",
    [SEVERITY_INFO] = "info",
    [SEVERITY_DEGRADED] = "degraded",
    [SEVERITY_ALARM] = "alarm",
};

#define SEVERITIES (sizeof(severity_names) / sizeof(*severity_names))

const char *
severity_name(enum severity s)
{
	return s >= SEVERITY_NOTICE && s < SEVERITIES ? severity_names[s]
						      : "unset";
}

enum severity
severity_parse(const char *name)
{
	for (size_t i = SEVERITY_NOTICE; i < SEVERITIES; i++)
		if (strcmp(severity_names[i], name) == 0)
			return (enum severity)i;
	return 0;
}

void
names_add(struct names *s, const char *name)
{
	size_t at = 0, len = strnlen(name, SITE_NAME_MAX - 1);
	int order = 1;

	while (at < s->n && (order = strcmp(name, s->name[at])) > 0)
		at++;
	if ((at < s->n && order == 0) || s->n == ALERT_NAMES_MAX)
		return;
	memmove(
	    s->name[at + 1], s->name[at], (s->n - at) * sizeof(s->name[at]));
	s->n++;
	memcpy(s->name[at], name, len);
	s->name[at][len] = '\0';
}

static void *
copy_of(const void *from, size_t bytes)
{
	void *to = malloc(bytes + 1);

	if (to != NULL && bytes > 0)
		memcpy(to, from, bytes);
	return to;
}

int
incident_copy(struct incident *to, const struct incident *from)
{
	*to = *from;
	to->evidence =
	    copy_of(from->evidence, from->n_evidence * sizeof(*from->evidence));
	to->episode =
	    copy_of(from->episode, from->n_episode * sizeof(*from->episode));
	if (to->evidence != NULL && to->episode != NULL)
		return 0;
	incident_fini(to);
	return -1;
}

void
incident_fini(struct incident *i)
{
	free(i->evidence);
	free(i->episode);
	i->evidence = NULL;
	i->episode = NULL;
	i->n_evidence = i->n_episode = 0;
}
