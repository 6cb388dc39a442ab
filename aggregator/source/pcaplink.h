/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef AGGREGATOR_SOURCE_PCAPLINK_H
#define AGGREGATOR_SOURCE_PCAPLINK_H

#include "common/decode.h"
#include "common/rd.h"

#include <stdbool.h>
#include <stdint.h>

/* What captured packets begin with. */

/* What a packet's beginning said, beside the packet. */
struct outside {
	uint8_t hook;
	uint16_t has;
	uint32_t mark, uid;
	int64_t time_ns; /* TIME_NONE: the file's is good */
	struct rd prefix;
};

/* Moves 'r' to what decode_packet() wants; false: it is not IP. */
typedef bool strip_fn(struct rd *r, struct outside *out);

struct link {
	int dlt; /* libpcap's number */
	enum decode_link decode;
	strip_fn *strip;
};

/* NULL: not read. */
const struct link *pcaplink_find(int dlt);

#endif
