/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "common/nearest.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#define WORD_MAX 32 /* longer words are not guessed */

static size_t
least(size_t a, size_t b)
{
	return a < b ? a : b;
}

static bool
same(char a, char b)
{
	return tolower((unsigned char)a) == tolower((unsigned char)b);
}

/* The optimal string alignment distance; both at most WORD_MAX bytes. */
static size_t
distance(const char *a, size_t n, const char *b, size_t m)
{
	size_t d[WORD_MAX + 1][WORD_MAX + 1];

	for (size_t i = 0; i <= n; i++)
		d[i][0] = i;
	for (size_t j = 0; j <= m; j++)
		d[0][j] = j;
	for (size_t i = 1; i <= n; i++)
		for (size_t j = 1; j <= m; j++) {
			size_t change = same(a[i - 1], b[j - 1]) ? 0 : 1;
			size_t best = least(d[i - 1][j], d[i][j - 1]) + 1;

			best = least(best, d[i - 1][j - 1] + change);
			if (i > 1 && j > 1 && same(a[i - 1], b[j - 2]) &&
			    same(a[i - 2], b[j - 1]))
				best = least(best, d[i - 2][j - 2] + 1);
			d[i][j] = best;
		}
	return d[n][m];
}

struct nearest
nearest_to(const char *word, size_t len)
{
	/* A third of the letters may be wrong: "prot", "agregator". */
	return (struct nearest){
	    .word = word,
	    .len = len,
	    .distance = (len + 2) / 3 + 1,
	};
}

void
nearest_try(struct nearest *n, const char *known)
{
	size_t m = strlen(known), d;

	if (n->len > WORD_MAX || m > WORD_MAX)
		return;
	d = distance(n->word, n->len, known, m);
	/* "x" is no misspelt "y". */
	if (d < n->distance && d < m && d < n->len) {
		n->distance = d;
		n->found = known;
	}
}

const char *
nearest_hint(const struct nearest *n, char out[static NEAREST_HINT_MAX])
{
	out[0] = '\0';
	if (n->found != NULL)
		snprintf(
		    out, NEAREST_HINT_MAX, "; did you mean '%s'?", n->found);
	return out;
}
