/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "aggregator/source/input_unpack.h"
#include "aggregator/source/input.h"

#include <stdlib.h>
#include <string.h>
#define ZLIB_CONST /* next_in is not written to */
#include <zlib.h>
#include <zstd.h>

#define ZSTD_BLOCK_HEAD 3 /* RFC 8878, 3.1.1.2 */

struct unpack {
	bool is_gzip;
	bool fresh; /* between two members or frames */
	z_stream z;
	ZSTD_DStream *zstd;
	size_t wants, wants_first; /* of zstd: a block, a frame's head */
};

static const uint8_t gzip_magic[] = {0x1f, 0x8b, 8}; /* RFC 1952: deflate */
static const uint8_t zstd_magic[] = {0x28, 0xb5, 0x2f, 0xfd}; /* RFC 8878 */

static bool
begins(const uint8_t *head, size_t len, const uint8_t *magic, size_t n)
{
	return len >= n && memcmp(head, magic, n) == 0;
}

static bool
open_gzip(struct unpack *u)
{
	u->is_gzip = true;
	/* RFC 1952 alone: no zlib, no guessing. */
	return inflateInit2(&u->z, 16 + MAX_WBITS) == Z_OK;
}

static bool
open_zstd(struct unpack *u)
{
	u->zstd = ZSTD_createDStream();
	if (u->zstd == NULL)
		return false;
	u->wants = u->wants_first = ZSTD_initDStream(u->zstd);
	return !ZSTD_isError(u->wants) &&
	       !ZSTD_isError(ZSTD_DCtx_setParameter(
		   u->zstd, ZSTD_d_windowLogMax, INPUT_WINDOW_LOG_MAX));
}

struct unpack *
unpack_new(const uint8_t *head, size_t len, bool *out_of_memory)
{
	bool gzip = begins(head, len, gzip_magic, sizeof(gzip_magic));
	struct unpack *u;

	*out_of_memory = false;
	if (!gzip && !begins(head, len, zstd_magic, sizeof(zstd_magic)))
		return NULL;
	u = calloc(1, sizeof(*u));
	if (u != NULL)
		u->fresh = true;
	if (u == NULL || !(gzip ? open_gzip(u) : open_zstd(u))) {
		unpack_free(u);
		*out_of_memory = true;
		return NULL;
	}
	return u;
}

void
unpack_free(struct unpack *u)
{
	if (u == NULL)
		return;
	if (u->is_gzip)
		inflateEnd(&u->z);
	ZSTD_freeDStream(u->zstd);
	free(u);
}

/* Some programs fill the last block of a tape or file with zeroes. */
static void
skip_zeroes(struct piece *in)
{
	while (in->left > 0 && *in->p == 0) {
		in->p++;
		in->left--;
	}
}

static enum unpack_state
step_gzip(struct unpack *u, struct piece *in, uint8_t *out, size_t *size)
{
	int rc;

	u->z.next_in = in->p;
	u->z.avail_in = (uInt)in->left;
	u->z.next_out = out;
	u->z.avail_out = (uInt)*size;
	rc = inflate(&u->z, Z_NO_FLUSH);
	in->p = u->z.next_in;
	in->left = u->z.avail_in;
	*size -= u->z.avail_out;
	if (rc == Z_STREAM_END) {
		u->fresh = true;
		return inflateReset(&u->z) == Z_OK ? UNPACK_WHOLE
						   : UNPACK_DAMAGED;
	}
	return rc == Z_OK || rc == Z_BUF_ERROR ? UNPACK_MORE : UNPACK_DAMAGED;
}

static enum unpack_state
step_zstd(struct unpack *u, struct piece *in, uint8_t *out, size_t *size)
{
	/* Block by block, each without the head of the next one, which is
	 * wanted too: where something is damaged, what came before it in the
	 * same call is lost. */
	size_t n =
	    u->wants > ZSTD_BLOCK_HEAD ? u->wants - ZSTD_BLOCK_HEAD : u->wants;
	ZSTD_inBuffer from = {in->p, in->left < n ? in->left : n, 0};
	ZSTD_outBuffer to = {out, *size, 0};
	size_t rc = ZSTD_decompressStream(u->zstd, &to, &from);

	in->p += from.pos;
	in->left -= from.pos;
	*size = to.pos;
	if (ZSTD_isError(rc))
		return UNPACK_DAMAGED;
	u->fresh = rc == 0;
	u->wants = u->fresh ? u->wants_first : rc;
	return u->fresh ? UNPACK_WHOLE : UNPACK_MORE;
}

enum unpack_state
unpack_step(struct unpack *u, struct piece *in, uint8_t *out, size_t *size)
{
	if (u->fresh && u->is_gzip)
		skip_zeroes(in);
	if (u->fresh && in->left == 0) {
		*size = 0;
		return UNPACK_WHOLE;
	}
	u->fresh = false;
	return u->is_gzip ? step_gzip(u, in, out, size)
			  : step_zstd(u, in, out, size);
}
