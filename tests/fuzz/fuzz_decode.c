/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any packet: the first byte's lowest bit chooses what it begins with. */
#include "common/decode.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct record r;
	enum decode_result result;

	if (size == 0)
		return 0;
	result = decode_packet(data[0] & 1 ? DECODE_ETHERNET : DECODE_NETWORK,
	    data + 1, size - 1, &r);
	if (decode_result_text(result) == NULL)
		abort();
	if (result != DECODE_OK)
		return 0;
	/* 40: the two smallest headers. */
	if (size - 1 < 40 || r.proto != 6 || !(r.has & HAS_FLAGS))
		abort();
	/* A code follows no end of the list. */
	for (uint32_t o = r.opts; o != 0; o >>= 3)
		if ((o & 7) == DECODE_OPT_NONE)
			abort();
	return 0;
}
