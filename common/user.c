/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "common/user.h"

#include <errno.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>

enum user_found
user_uid(const char *text, uint32_t *uid)
{
	size_t digits = strspn(text, "0123456789");
	const struct passwd *pw;
	unsigned long n;

	if (digits > 0 && text[digits] == '\0') {
		errno = 0;
		n = strtoul(text, NULL, 10);
		/* The highest number means "no user" (POSIX chown()). */
		if (errno != 0 || n >= UINT32_MAX)
			return USER_BAD;
		*uid = (uint32_t)n;
		return USER_FOUND;
	}
	if (*text == '\0' || text[strcspn(text, " \t:,/")] != '\0')
		return USER_BAD;
	pw = getpwnam(text);
	if (pw == NULL)
		return USER_UNKNOWN;
	*uid = pw->pw_uid;
	return USER_FOUND;
}
