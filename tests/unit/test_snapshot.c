/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is kept of the correlator's memory, cut anywhere or with any byte
 * changed: it is refused, and said which part of it. */
#include "tests/unit/cm.h"
#include "tests/unit/piping.h"

#include "common/rd.h"
#include "common/wr.h"

#include <malloc.h>
#include <sysexits.h>

#define SITE                                                                   \
	"home lab 10.0.0.0/24\n"                                               \
	"honeypot combo 10.0.0.5 10.0.0.6\n"                                   \
	"relay combo 998\n"                                                    \
	"sensor pot1 10.0.0.5\n"

#define LINES                                                                  \
	"+0 pot1 5.6.7.8:9 > 10.0.0.5:22 S seq=1 hook=in\n"                    \
	"+0.1 pot1 10.0.0.5:22 > 5.6.7.8:9 SA seq=1 ack=2 hook=out\n"          \
	"+1 pot1 10.0.0.5:1 > 1.2.3.4:22 S seq=2 hook=out\n"                   \
	"+2 gw 10.0.0.8:1 > 1.2.3.4:22 S seq=2 hook=in\n"                      \
	"+3 gw 10.0.0.8:2 > 10.0.0.9:22 S seq=2 hook=in\n"

/* --- one part --- */

static void
save_text(const void *self, struct wr *w)
{
	wr_text(w, self);
}

static int
load_text(void *self, struct rd *r)
{
	char text[64];

	rd_text(r, text, sizeof(text));
	if (r->bad)
		return -1;
	snprintf(self, sizeof(text), "%s", text);
	return 0;
}

static void
a_part_cut_anywhere_or_with_any_bit_changed_is_refused(void **state)
{
	char text[64] = "what was remembered";
	struct snapshot_part part = {"text", 3, text, save_text, load_text};
	struct piping_kept kept = {.n = 0};
	struct err e;
	uint8_t *bytes;
	size_t n;

	(void)state;
	assert_int_equal(snapshot_save(&part, 1, piping_keep, &kept, &e), 0);
	assert_int_equal(snapshot_load(&part, 1, piping_kept, &kept, &e), 0);
	bytes = kept.part[0].bytes;
	n = kept.part[0].n;
	for (size_t i = 0; i < n; i++) {
		kept.part[0].n = i;
		assert_int_equal(
		    snapshot_load(&part, 1, piping_kept, &kept, &e), -1);
		assert_int_equal(e.code, EX_DATAERR);
		kept.part[0].n = n;
		for (int bit = 0; bit < 8; bit++) {
			bytes[i] ^= 1U << bit;
			assert_int_equal(
			    snapshot_load(&part, 1, piping_kept, &kept, &e),
			    -1);
			bytes[i] ^= 1U << bit;
		}
	}
	assert_non_null(strstr(e.text, "'text'"));
	part.version = 4;
	assert_int_equal(snapshot_load(&part, 1, piping_kept, &kept, &e), -1);
	piping_kept_fini(&kept);
}

/* --- all of them --- */

static void
refuses(struct piping *x, struct piping_kept *kept)
{
	struct err e = {0};

	pipeline_free(x->p);
	piping_open_pipeline(x);
	assert_int_equal(pipeline_resume(x->p, piping_kept, kept, &e), -1);
	assert_int_equal(e.code, EX_DATAERR);
	assert_non_null(strstr(e.text, "correlator's memory"));
}

static void
a_damaged_memory_is_refused_whichever_part_it_is(void **state)
{
	struct piping *x = piping_open(SITE);
	struct piping_kept kept = {.n = 0};
	unsigned int seed = 1;
	struct err e;

	(void)state;
	mallopt(M_MMAP_THRESHOLD, 1 << 17);
	piping_put(x, LINES);
	assert_int_equal(pipeline_snapshot(x->p, piping_keep, &kept, &e), 0);
	for (size_t i = 0; i < kept.n; i++) {
		struct piping_part *p = &kept.part[i];
		uint8_t *bytes = p->bytes;
		size_t n = p->n, at = (size_t)rand_r(&seed) % n;

		bytes[at] ^= 0x40;
		refuses(x, &kept);
		bytes[at] ^= 0x40;
		p->n = (size_t)rand_r(&seed) % n;
		refuses(x, &kept);
		p->n = n;
		p->name[0] ^= 1; /* there is none */
		refuses(x, &kept);
		p->name[0] ^= 1;
	}
	pipeline_free(x->p);
	piping_open_pipeline(x);
	assert_int_equal(pipeline_resume(x->p, piping_kept, &kept, &e), 0);
	piping_kept_fini(&kept);
	piping_close(x);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(
		a_part_cut_anywhere_or_with_any_bit_changed_is_refused),
	    cmocka_unit_test(a_damaged_memory_is_refused_whichever_part_it_is),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
