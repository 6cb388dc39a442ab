/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A capture, plain or packed. */
#include "tests/fuzz/source.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	fuzz_source("pcap", data, size);
	return 0;
}
