/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "aggregator/correlate/snapshot.h"

#include "common/err.h"
#include "common/rd.h"
#include "common/wr.h"

#include <sodium.h>
#include <string.h>
#include <sysexits.h>

/*
 * "SHSN", the machine's shape, version, name, what save() wrote, and the hash
 * of all that.
 */
#define MAGIC 0x5348534eU
#define SUM_BYTES 16
#define NAME_MAX_BYTES 64

/* Bytes as they lie in memory mean something only where this is the same. */
static uint32_t
shape(void)
{
	const uint32_t order = 0x01020304U;
	uint8_t first;

	memcpy(&first, &order, 1);
	return (uint32_t)first << 16 | (uint32_t)sizeof(void *) << 8 |
	       (uint32_t) _Alignof(long long);
}

static void
sum(const void *bytes, size_t n, uint8_t out[static SUM_BYTES])
{
	crypto_generichash(out, SUM_BYTES, bytes, n, NULL, 0);
}

static int
save_part(const struct snapshot_part *part, struct wr *w, snapshot_put_fn *put,
    void *arg, struct err *e)
{
	uint8_t hash[SUM_BYTES];

	wr_reset(w);
	wr_u32(w, MAGIC);
	wr_u32(w, shape());
	wr_u32(w, part->version);
	wr_text(w, part->name);
	part->save(part->self, w);
	if (w->bad)
		return err_set(e, EX_OSERR,
		    "the correlator's memory of '%s' is too large to be kept",
		    part->name);
	sum(w->p, w->n, hash);
	wr_bytes(w, hash, sizeof(hash));
	if (w->bad)
		return err_set(e, EX_OSERR, "out of memory");
	return put(arg, part->name, w->p, w->n, e);
}

int
snapshot_save(const struct snapshot_part *part, size_t n, snapshot_put_fn *put,
    void *arg, struct err *e)
{
	struct wr w = wr_init(SNAPSHOT_BYTES_MAX);
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < n; i++)
		rc = save_part(&part[i], &w, put, arg, e);
	wr_fini(&w);
	return rc;
}

/* Returns whether 'bytes' are whole and of this part and version; '*r' is at
 * what save() wrote. */
static bool
open_part(
    const struct snapshot_part *part, const void *bytes, size_t n, struct rd *r)
{
	uint8_t hash[SUM_BYTES];
	char name[NAME_MAX_BYTES];
	bool same;

	if (n < SUM_BYTES)
		return false;
	n -= SUM_BYTES;
	sum(bytes, n, hash);
	if (memcmp((const uint8_t *)bytes + n, hash, SUM_BYTES) != 0)
		return false;
	*r = rd_init(bytes, n);
	same = rd_u32(r) == MAGIC;
	same = rd_u32(r) == shape() && same;
	same = rd_u32(r) == part->version && same;
	rd_text(r, name, sizeof(name));
	return same && !r->bad && strcmp(name, part->name) == 0;
}

static int
load_part(const struct snapshot_part *part, snapshot_get_fn *get, void *arg,
    struct err *e)
{
	const void *bytes;
	size_t n;
	struct rd r;
	int got = get(arg, part->name, &bytes, &n, e);

	if (got == -1)
		return -1;
	if (got == 0)
		return err_set(e, EX_DATAERR,
		    "nothing is kept of the correlator's memory of '%s'",
		    part->name);
	if (!open_part(part, bytes, n, &r) || part->load(part->self, &r) == -1)
		return err_set(e, EX_DATAERR,
		    "what is kept of the correlator's memory of '%s' is "
		    "damaged, or of another version",
		    part->name);
	/* What is left over was written by somebody else. */
	if (r.bad || r.left > 0)
		return err_set(e, EX_DATAERR,
		    "what is kept of the correlator's memory of '%s' has "
		    "another length",
		    part->name);
	return 0;
}

int
snapshot_load(const struct snapshot_part *part, size_t n, snapshot_get_fn *get,
    void *arg, struct err *e)
{
	for (size_t i = 0; i < n; i++)
		if (load_part(&part[i], get, arg, e) == -1)
			return -1;
	return 0;
}
