/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "agent/rules_text.h"
#include "common/err.h"
#include "common/log.h"

#include <ctype.h>
#include <errno.h>
#include <ifaddrs.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

/* The kernel takes nearly any name, and root gave it: it must not become a
 * word of nft's language. */
static bool
is_plain(const char *name)
{
	if (*name == '\0' || strlen(name) >= IF_NAMESIZE)
		return false;
	for (; *name != '\0'; name++)
		if (!isalnum((unsigned char)*name) &&
		    strchr("_.@+-:", *name) == NULL)
			return false;
	return true;
}

static int
compare_names(const void *a, const void *b)
{
	return strcmp(a, b);
}

static bool
has_device(const struct rules_plan *p, const char *name)
{
	for (size_t i = 0; i < p->n_device; i++)
		if (strcmp(p->device[i], name) == 0)
			return true;
	return false;
}

static void
add_device(struct rules_plan *p, const char *name)
{
	if (has_device(p, name))
		return;
	/* The caller has looked at the length. */
	memcpy(p->device[p->n_device++], name, strlen(name) + 1);
}

static int
add_configured(
    struct rules_plan *p, const struct agent_config *c, struct err *e)
{
	for (size_t i = 0; i < c->n_device; i++) {
		const char *name = c->device[i];

		if (!is_plain(name) || if_nametoindex(name) == 0)
			return err_set(
			    e, EX_CONFIG, "there is no device \"%s\"", name);
		add_device(p, name);
	}
	return 0;
}

static void
add_if_usable(struct rules_plan *p, const struct ifaddrs *a)
{
	if (!(a->ifa_flags & IFF_UP) || a->ifa_flags & IFF_LOOPBACK)
		return;
	if (!is_plain(a->ifa_name)) {
		log_warn("rules",
		    "raw packets through device \"%s\" go unseen: nft cannot "
		    "take its name",
		    a->ifa_name);
		return;
	}
	add_device(p, a->ifa_name);
}

static int
add_all_up(struct rules_plan *p, struct err *e)
{
	struct ifaddrs *list;

	if (getifaddrs(&list) == -1)
		return err_sys(e, EX_OSERR, "cannot list the devices");
	/* An entry for each address: a device may come several times. */
	for (const struct ifaddrs *a = list; a != NULL; a = a->ifa_next) {
		if (p->n_device == RULES_DEVICES_MAX) {
			log_warn("rules",
			    "more than %d devices: raw packets through the "
			    "others go unseen; name devices to choose",
			    RULES_DEVICES_MAX);
			break;
		}
		add_if_usable(p, a);
	}
	freeifaddrs(list);
	return 0;
}

static int
compare_nets(const void *a, const void *b)
{
	const struct net *x = a, *y = b;
	int order = addr_cmp(&x->a, &y->a);

	return order != 0 ? order : x->len - y->len;
}

/* Sort, and leave out what lies within another: nft refuses overlaps. */
static void
tidy(struct nets *s)
{
	size_t n = 0;

	if (s->n > 0)
		qsort(s->net, s->n, sizeof(*s->net), compare_nets);
	for (size_t i = 0; i < s->n; i++)
		if (n == 0 || !net_has(&s->net[n - 1], &s->net[i].a))
			s->net[n++] = s->net[i];
	s->n = n;
}

static int
split_home(struct rules_plan *p, const struct nets *home, struct err *e)
{
	for (size_t i = 0; i < home->n; i++) {
		const struct net *one = &home->net[i];
		bool v4 = addr_is_v4(&one->a) && one->len >= 96;

		if (nets_add(v4 ? &p->home4 : &p->home6, one) == -1)
			return err_sys(e, EX_OSERR, "home networks");
	}
	tidy(&p->home4);
	tidy(&p->home6);
	return 0;
}

int
rules_plan_init(
    struct rules_plan *p, const struct agent_config *c, struct err *e)
{
	memset(p, 0, sizeof(*p));
	p->group = c->group;
	p->group_in = c->group_in;
	p->mark = c->mark;
	if (c->mark == 0 || (c->mark & (c->mark - 1)) != 0)
		return err_set(e, EX_CONFIG, "mark 0x%x is not a single bit",
		    (unsigned int)c->mark);
	if (split_home(p, &c->home, e) == -1 ||
	    (c->n_device > 0 ? add_configured(p, c, e) : add_all_up(p, e)) ==
		-1) {
		rules_plan_fini(p);
		return -1;
	}
	qsort(p->device, p->n_device, sizeof(p->device[0]), compare_names);
	return 0;
}

void
rules_plan_fini(struct rules_plan *p)
{
	nets_fini(&p->home4);
	nets_fini(&p->home6);
}
