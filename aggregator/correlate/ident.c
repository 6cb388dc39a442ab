/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "aggregator/correlate/ident.h"

#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#define ID_BYTES 16

static int64_t
floor_div(int64_t a, int64_t b)
{
	return a / b - (a % b < 0);
}

void
ident_make(const char *what, int64_t time_ns, int64_t quiet_ns,
    char out[static ID_TEXT_MAX])
{
	unsigned char hash[ID_BYTES], edge[8] = {0};
	crypto_generichash_state state;
	char period[24] = "-";
	int64_t shift = 0;

	crypto_generichash(hash, sizeof(hash), (const unsigned char *)what,
	    strlen(what), NULL, 0);
	for (size_t i = 0; i < sizeof(edge); i++)
		shift = (shift << 7 | (hash[i] & 0x7f)) % quiet_ns;
	if (time_ns != TIME_NONE)
		snprintf(period, sizeof(period), "%" PRId64,
		    floor_div(time_ns / 2 - shift / 2, quiet_ns / 2));
	crypto_generichash_init(&state, NULL, 0, sizeof(hash));
	crypto_generichash_update(
	    &state, (const unsigned char *)what, strlen(what));
	crypto_generichash_update(
	    &state, (const unsigned char *)period, strlen(period));
	crypto_generichash_final(&state, hash, sizeof(hash));
	sodium_bin2hex(out, ID_TEXT_MAX, hash, sizeof(hash));
}
