/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "aggregator/store/state_internal.h"
#include "common/err.h"

#include <stdlib.h>
#include <sysexits.h>
#include <zstd.h>

/* Mostly zeroes: fast is what matters. */
#define LEVEL 1

/* No more is made of what the file says: 128 MiB and a frame around it, as
 * much as a part of the correlator's memory may have. */
#define PART_BYTES_MAX ((128 << 20) + 4096)

int
state_begin_snapshot(
    struct state *s, const struct state_moment *m, struct err *e)
{
	struct query q = query_start(s->db, STATE_FORGET_SNAPSHOT);

	if (query_run(&q, e) == -1)
		return -1;
	q = query_start(s->db, STATE_PUT_MOMENT);
	query_i64(&q, m->pos.day);
	query_i64(&q, m->pos.id);
	query_time(&q, m->clock_ns);
	return query_run(&q, e);
}

static int
put_packed(struct state *s, const char *part, const void *packed, size_t n,
    struct err *e)
{
	struct query q = query_start(s->db, STATE_PUT_SNAPSHOT);

	query_text(&q, part);
	query_blob(&q, packed, n);
	return query_run(&q, e);
}

int
state_put_snapshot(struct state *s, const char *part, const void *bytes,
    size_t n, struct err *e)
{
	size_t room = ZSTD_compressBound(n), len;
	void *packed = malloc(room);
	int rc;

	if (packed == NULL)
		return err_set(e, EX_OSERR, "out of memory");
	len = ZSTD_compress(packed, room, bytes, n, LEVEL);
	if (ZSTD_isError(len))
		rc = err_set(e, EX_SOFTWARE, "cannot compress '%s'", part);
	else
		rc = put_packed(s, part, packed, len, e);
	free(packed);
	return rc;
}

int
state_moment(struct state *s, struct state_moment *m, struct err *e)
{
	struct query q = query_start(s->db, STATE_MOMENT);
	int rc = query_step(&q, e);

	*m = (struct state_moment){.clock_ns = TIME_NONE};
	if (rc != 1)
		return rc;
	m->pos.day = (int32_t)query_get_i64(&q);
	m->pos.id = query_get_i64(&q);
	m->clock_ns = query_get_time(&q);
	query_end(&q);
	return 1;
}

/* What does not unpack is no bytes: whoever asked sees that they are not his.
 */
static int
unpack(
    struct state *s, const void *packed, size_t len, size_t *n, struct err *e)
{
	unsigned long long size = ZSTD_getFrameContentSize(packed, len);
	size_t got;

	*n = 0;
	free(s->snapshot);
	s->snapshot = NULL;
	if (size > PART_BYTES_MAX) /* so are ZSTD's two errors */
		return 1;
	s->snapshot = malloc((size_t)size + 1);
	if (s->snapshot == NULL)
		return err_set(e, EX_OSERR, "out of memory");
	got = ZSTD_decompress(s->snapshot, (size_t)size, packed, len);
	if (!ZSTD_isError(got))
		*n = got;
	return 1;
}

int
state_snapshot(struct state *s, const char *part, const void **bytes, size_t *n,
    struct err *e)
{
	struct query q = query_start(s->db, STATE_SNAPSHOT);
	const void *packed;
	size_t len;
	int rc;

	query_text(&q, part);
	if ((rc = query_step(&q, e)) != 1)
		return rc;
	packed = query_get_blob(&q, &len);
	rc = unpack(s, packed, len, n, e);
	*bytes = s->snapshot;
	query_end(&q);
	return rc;
}

int
state_set_clock(struct state *s, int64_t clock_ns, struct err *e)
{
	struct query q = query_start(s->db, STATE_SET_CLOCK);

	query_time(&q, clock_ns);
	return query_run(&q, e);
}

int
state_clock(struct state *s, int64_t *clock_ns, struct err *e)
{
	struct query q = query_start(s->db, STATE_CLOCK);
	int rc = query_step(&q, e);

	*clock_ns = TIME_NONE;
	if (rc != 1)
		return rc;
	*clock_ns = query_get_time(&q);
	query_end(&q);
	return 0;
}
