/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "common/outcome.h"

#include <stdint.h>

const char *
outcome_name(enum outcome o)
{
	switch (o) {
	case OUTCOME_UNKNOWN:
		return "unknown";
	case OUTCOME_ANSWERED:
		return "answered";
	case OUTCOME_REFUSED:
		return "refused";
	case OUTCOME_BLOCKED:
		return "blocked";
	case OUTCOME_UNANSWERED:
		return "unanswered";
	}
	return "unknown";
}

int
outcome_beats(enum outcome a, enum outcome b)
{
	static const uint8_t weight[] = {
	    [OUTCOME_UNKNOWN] = 0,
	    [OUTCOME_UNANSWERED] = 1,
	    [OUTCOME_REFUSED] = 2,
	    [OUTCOME_BLOCKED] = 3,
	    [OUTCOME_ANSWERED] = 4,
	};

	return weight[a] > weight[b];
}
