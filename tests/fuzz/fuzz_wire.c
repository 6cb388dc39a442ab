/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any bytes as a message; what is accepted must be usable. */
#include "common/wire.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct wire *w;
	struct wire_message m;
	struct record r;
	struct alert a;
	bool update;

	if (w == NULL && (w = wire_new()) == NULL)
		abort();
	if (wire_unpack(w, data, size, &m, NULL) == 0 && m.kind == WIRE_BATCH)
		for (size_t i = 0; i < m.batch.records.n; i++)
			batch_get(&m.batch.records, i, &r);
	wire_unpack_alert(w, data, size, &a, &update, NULL);
	return 0;
}
