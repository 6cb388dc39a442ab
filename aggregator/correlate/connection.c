/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "aggregator/correlate/connection.h"

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
