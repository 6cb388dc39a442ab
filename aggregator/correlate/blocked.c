/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "aggregator/correlate/blocked.h"

#include <string.h>

bool
blocked_says(const char *prefix)
{
	static const char *const words[] = {
	    "drop", "reject", "block", "deny", "denied"};

	if (prefix == NULL)
		return false;
	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
		if (strcasestr(prefix, words[i]) != NULL)
			return true;
	return false;
}

bool
blocked_row(struct blocked *k, size_t row)
{
	uint32_t name = batch_prefix(k->batch, row);
	uint64_t bit;

	if (name == 0)
		return false;
	if (name > 64)
		return blocked_says(k->batch->name[name - 1]);
	bit = UINT64_C(1) << (name - 1);
	if (!(k->known & bit)) {
		k->known |= bit;
		if (blocked_says(k->batch->name[name - 1]))
			k->says |= bit;
	}
	return k->says & bit;
}
