/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "common/filter.h"

#include "common/err.h"
#include "common/filter_parse.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

/*
 * The tree is compiled to steps: ask a term, go to one step or another.  A
 * step's targets were made before it, so a match ends after at most as many
 * steps as there are.
 */
enum {
	STEP_NO,
	STEP_YES,
	STEP_FIRST,
};

struct step {
	uint32_t term;
	uint32_t yes, no;
};

struct filter {
	const struct site *site;
	struct tree tree;
	struct step *step; /* one per term, behind STEP_FIRST unused ones */
	uint32_t n_step, start;
	bool oriented; /* a term asks which end is the client */
};

/* Returns where to begin in order to come to 'yes' or 'no'. */
static uint32_t
compile(struct filter *f, const struct node *n, uint32_t yes, uint32_t no)
{
	const struct node *node = f->tree.node;
	uint32_t goal_yes = n->negate ? no : yes;
	uint32_t goal_no = n->negate ? yes : no;
	uint32_t at = n->kind == NODE_ALL ? goal_yes : goal_no;

	if (n->kind == NODE_TERM) {
		f->step[f->n_step] = (struct step){n->term, goal_yes, goal_no};
		return f->n_step++;
	}
	for (uint32_t c = n->last; c != 0; c = node[c].prev)
		at = n->kind == NODE_ALL ? compile(f, &node[c], at, goal_no)
					 : compile(f, &node[c], goal_yes, at);
	return at;
}

struct filter *
filter_parse(const char *text, const struct site *site, struct err *e)
{
	struct filter *f = calloc(1, sizeof(*f));

	if (f == NULL) {
		err_set(e, EX_OSERR, "out of memory");
		return NULL;
	}
	f->site = site;
	if (tree_parse(&f->tree, text, site, e) == -1)
		goto fail;
	f->step = calloc(f->tree.n_term + STEP_FIRST, sizeof(*f->step));
	if (f->step == NULL) {
		err_set(e, EX_OSERR, "out of memory");
		goto fail;
	}
	f->n_step = STEP_FIRST;
	f->start = compile(f, &f->tree.node[f->tree.root], STEP_YES, STEP_NO);
	for (size_t i = 0; i < f->tree.n_term; i++)
		f->oriented |= term_is_oriented(&f->tree.term[i]);
	return f;
fail:
	filter_free(f);
	return NULL;
}

void
filter_free(struct filter *f)
{
	int saved = errno;

	if (f == NULL)
		return;
	tree_fini(&f->tree);
	free(f->step);
	free(f);
	errno = saved;
}

bool
filter_client_is_src(const struct filter *f, const struct filter_subject *s)
{
	return f->oriented && subject_client_is_src(s, f->site);
}

static bool
match(const struct filter *f, const struct filter_subject *s, bool unexpected)
{
	bool client_is_src = filter_client_is_src(f, s);
	uint32_t at;

	for (at = f->start; at >= STEP_FIRST;) {
		const struct step *step = &f->step[at];
		const struct term *t = &f->tree.term[step->term];

		at = !(unexpected && t->field == FIELD_expected) &&
			     term_holds(t, s, client_is_src, f->site)
			 ? step->yes
			 : step->no;
	}
	return at == STEP_YES;
}

bool
filter_match(const struct filter *f, const struct filter_subject *s)
{
	return f == NULL || match(f, s, false);
}

bool
filter_match_unexpected(const struct filter *f, const struct filter_subject *s)
{
	return f == NULL || match(f, s, true);
}

bool
filter_match_connection_at(const struct filter *f, const struct addr *client,
    uint16_t client_port, const struct addr *server, uint16_t server_port,
    int64_t time_ns, const char *sensor)
{
	struct record syn = {
	    .time_ns = time_ns,
	    .src = *client,
	    .dst = *server,
	    .sport = client_port,
	    .dport = server_port,
	    .has = HAS_FLAGS | (time_ns == TIME_NONE ? 0 : HAS_TIME),
	    .proto = 6,
	    .flags = TCP_SYN,
	};

	return filter_match(
	    f, &(struct filter_subject){.record = &syn, .sensor = sensor});
}

bool
filter_match_connection(const struct filter *f, const struct addr *client,
    uint16_t client_port, const struct addr *server, uint16_t server_port,
    const char *sensor)
{
	return filter_match_connection_at(
	    f, client, client_port, server, server_port, TIME_NONE, sensor);
}

const struct tree *
filter_tree(const struct filter *f)
{
	return &f->tree;
}

const struct site *
filter_site(const struct filter *f)
{
	return f->site;
}
