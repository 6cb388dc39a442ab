/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "agent/rules.h"
#include "agent/rules_diff.h"
#include "agent/rules_nft.h"
#include "agent/rules_text.h"
#include "common/err.h"
#include "common/log.h"

#include <linux/membarrier.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sysexits.h>
#include <unistd.h>

struct rules {
	enum rules_mode mode;
	struct rules_plan plan;
	uint64_t frozen; /* what the log rules had counted, at the start */
};

/* The plan as text, behind 'head'; the caller frees.  NULL: no memory. */
static char *
text_of(const struct rules_plan *p, enum rules_phase phase, const char *head)
{
	char *text = NULL;
	size_t size;
	FILE *f = open_memstream(&text, &size);

	if (f == NULL)
		return NULL;
	fputs(head, f);
	rules_text_print(p, phase, f);
	if (fclose(f) != 0) {
		free(text);
		return NULL;
	}
	return text;
}

static char *
flat_plan(const struct rules_plan *p)
{
	char *text = text_of(p, RULES_LOGGING, ""), *flat;

	if (text == NULL)
		return NULL;
	flat = rules_flatten(text);
	free(text);
	return flat;
}

/* What stands, flattened; the caller frees.  NULL with 'e'. */
static char *
flat_standing(const struct rules_tables *t, struct err *e)
{
	char *text, *flat;

	if (rules_nft_list(t, &text, e) == -1)
		return NULL;
	if ((flat = rules_flatten(text)) == NULL)
		err_set(e, EX_OSERR, "cannot list the nft tables: no memory");
	free(text);
	return flat;
}

int
rules_print(const struct agent_config *c, FILE *out, struct err *e)
{
	struct rules_plan p;

	if (rules_plan_init(&p, c, e) == -1)
		return -1;
	fputs("# What synhive-agent loads; for nft -f.\n", out);
	rules_text_print(&p, RULES_LOGGING, out);
	rules_plan_fini(&p);
	return 0;
}

/* Until no packet is on its way through rules that were replaced: every
 * processor has left the read-side section in which it walks a chain. */
static void
wait_for_packets_under_way(void)
{
	(void)syscall(SYS_membarrier, MEMBARRIER_CMD_GLOBAL, 0, 0);
}

static int
load(const struct rules_plan *p, enum rules_phase phase, const char *head,
    struct err *e)
{
	char *text = text_of(p, phase, head);
	int rc;

	if (text == NULL)
		return err_set(e, EX_OSERR, "nft rules: no memory");
	if ((rc = rules_nft_load(text, e)) == -1)
		err_within(e, "cannot load the nft rules");
	free(text);
	wait_for_packets_under_way();
	return rc;
}

/* Commands that remove the tables of 't'. */
static void
print_removal(const struct rules_tables *t, char *out, size_t size)
{
	size_t n = 0;

	out[0] = '\0';
	for (size_t i = 0; i < RULES_FAMILIES; i++)
		if (t->handle[i] != 0)
			n += (size_t)snprintf(out + n, size - n,
			    "delete table %s " RULES_TABLE "\n",
			    rules_families[i].name);
}

static bool
any(const struct rules_tables *t)
{
	for (size_t i = 0; i < RULES_FAMILIES; i++)
		if (t->handle[i] != 0)
			return true;
	return false;
}

/* The commands that must come first, so that the plan can be loaded over
 * what stands. */
static int
prepare(const struct rules_plan *p, char *head, size_t size, struct err *e)
{
	struct rules_tables t;
	char *expected, *standing;
	int rc = -1;

	head[0] = '\0';
	if (rules_nft_tables(&t, e) == -1)
		return -1;
	if (!any(&t))
		return 0;
	expected = flat_plan(p);
	standing = flat_standing(&t, e);
	if (expected == NULL)
		err_set(e, EX_OSERR, "nft rules: no memory");
	if (expected == NULL || standing == NULL)
		goto done;
	rc = 0;
	if (!rules_same_shape(expected, standing)) {
		log_warn("rules",
		    "the standing nft tables are of another shape: made anew, "
		    "their counters begin at zero");
		print_removal(&t, head, size);
	} else if (!rules_same_devices(expected, standing)) {
		snprintf(
		    head, size, "delete chain netdev " RULES_TABLE " egress\n");
	}
done:
	free(expected);
	free(standing);
	return rc;
}

static int
compare(const struct rules_plan *p, struct err *e)
{
	struct rules_tables t;
	char *expected = flat_plan(p), *standing;
	int rc;

	if (expected == NULL)
		return err_set(e, EX_OSERR, "nft rules: no memory");
	if (rules_nft_tables(&t, e) == -1 ||
	    (standing = flat_standing(&t, e)) == NULL) {
		free(expected);
		return -1;
	}
	rc = rules_diff(expected, standing, e);
	free(expected);
	free(standing);
	return rc;
}

int
rules_check(const struct agent_config *c, struct err *e)
{
	struct rules_plan p;
	int rc;

	if (rules_plan_init(&p, c, e) == -1)
		return -1;
	rc = compare(&p, e);
	rules_plan_fini(&p);
	return rc;
}

/* After this the seen_* counters stand still. */
static int
begin_blind(struct rules *r, struct err *e)
{
	char head[256]; /* three lines of 32 */
	struct rules_sums sums;

	if (prepare(&r->plan, head, sizeof(head), e) == -1 ||
	    load(&r->plan, RULES_BLIND, head, e) == -1 ||
	    rules_nft_counters(&sums, e) == -1)
		return -1;
	r->frozen = sums.seen;
	return 0;
}

static int
begin_checked(struct rules *r, struct err *e)
{
	struct rules_sums sums;

	if (compare(&r->plan, e) == -1 || rules_nft_counters(&sums, e) == -1)
		return -1;
	r->frozen = sums.seen + sums.blind;
	return 0;
}

static int
begin(struct rules *r, struct err *e)
{
	switch (r->mode) {
	case RULES_APPLY:
		return begin_blind(r, e);
	case RULES_CHECK:
		return begin_checked(r, e);
	case RULES_OFF:
		return 0;
	}
	return 0;
}

struct rules *
rules_begin(const struct agent_config *c, struct err *e)
{
	struct rules *r = calloc(1, sizeof(*r));

	if (r == NULL) {
		err_sys(e, EX_OSERR, "nft rules");
		return NULL;
	}
	r->mode = c->rules;
	if ((r->mode != RULES_OFF && rules_plan_init(&r->plan, c, e) == -1) ||
	    begin(r, e) == -1) {
		rules_free(r);
		return NULL;
	}
	return r;
}

/* A number that no other network namespace of this boot has had. */
static uint64_t
namespace_id(void)
{
	uint64_t cookie = 0;
	socklen_t size = sizeof(cookie);
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	struct stat st;

	if (fd != -1 &&
	    getsockopt(fd, SOL_SOCKET, SO_NETNS_COOKIE, &cookie, &size) == -1 &&
	    stat("/proc/self/ns/net", &st) == 0)
		cookie = st.st_ino;
	if (fd != -1)
		close(fd);
	return cookie;
}

/* Counters live as long as their table: boot, namespace and handles. */
static int
identify(uint8_t id[static RULES_TABLE_ID_BYTES], struct err *e)
{
	struct {
		char boot[40]; /* a UUID */
		uint64_t namespace;
		struct rules_tables tables;
	} what;
	FILE *f = fopen("/proc/sys/kernel/random/boot_id", "re");

	memset(&what, 0, sizeof(what));
	if (f != NULL && fgets(what.boot, sizeof(what.boot), f) == NULL)
		what.boot[0] = '\0';
	if (f != NULL)
		fclose(f);
	what.namespace = namespace_id();
	if (rules_nft_tables(&what.tables, e) == -1)
		return -1;
	crypto_generichash(id, RULES_TABLE_ID_BYTES,
	    (const unsigned char *)&what, sizeof(what), NULL, 0);
	return 0;
}

static int
arm_logging(struct rules *r, struct rules_counts *out, struct err *e)
{
	struct rules_sums sums;

	if (load(&r->plan, RULES_LOGGING, "", e) == -1 ||
	    rules_nft_counters(&sums, e) == -1)
		return -1;
	out->counted_before = r->frozen + sums.blind;
	return identify(out->table_id, e);
}

int
rules_arm(struct rules *r, struct rules_counts *out, struct err *e)
{
	*out = (struct rules_counts){.counted_before = r->frozen};
	switch (r->mode) {
	case RULES_APPLY:
		return arm_logging(r, out, e);
	case RULES_CHECK:
		return identify(out->table_id, e);
	case RULES_OFF:
		return 0;
	}
	return 0;
}

void
rules_free(struct rules *r)
{
	if (r == NULL)
		return;
	rules_plan_fini(&r->plan);
	free(r);
}

int
rules_remove(struct err *e)
{
	struct rules_tables t;
	char script[256]; /* three lines of 32 */

	if (rules_nft_tables(&t, e) == -1)
		return -1;
	print_removal(&t, script, sizeof(script));
	if (script[0] == '\0')
		return 0;
	if (rules_nft_load(script, e) == -1)
		return err_within(e, "cannot remove the nft tables");
	return 0;
}

const char *
rules_mode_text(enum rules_mode mode)
{
	switch (mode) {
	case RULES_APPLY:
		return "applied";
	case RULES_CHECK:
		return "checked";
	case RULES_OFF:
		return "off";
	}
	return "off";
}
