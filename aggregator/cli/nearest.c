/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "aggregator/cli/nearest.h"

#include <stdint.h>
#include <string.h>

#define WORD_MAX 32	/* longer ones are nobody's slip of the finger */
#define DISTANCE_MAX 3	/* more than that is another word */

static size_t
least(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* Levenshtein's: letters to change, add or leave out. */
static size_t
distance(const char *a, const char *b)
{
	size_t row[WORD_MAX + 1], len = strlen(b);

	if (len > WORD_MAX || strlen(a) > WORD_MAX)
		return SIZE_MAX;
	for (size_t j = 0; j <= len; j++)
		row[j] = j;
	for (size_t i = 1; a[i - 1] != '\0'; i++) {
		size_t corner = row[0];

		row[0] = i;
		for (size_t j = 1; j <= len; j++) {
			size_t change = corner + (a[i - 1] != b[j - 1]);

			corner = row[j];
			row[j] = least(change,
			    least(row[j] + 1, row[j - 1] + 1));
		}
	}
	return row[len];
}

void
nearest_try(struct nearest *n, const char *word, const char *name)
{
	size_t d = distance(word, name);
	size_t len = strlen(word);

	/* Another word if half of it would have to change. */
	if (d > DISTANCE_MAX || 2 * d > len)
		return;
	if (n->best == NULL || d < n->distance) {
		n->best = name;
		n->distance = d;
	}
}
