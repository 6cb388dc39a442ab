/* SPDX-License-Identifier: GPL-3.0-or-later */
/* For LD_PRELOAD: what libnetfilter_log gives on a kernel without
 * nfnetlink_log, where nfnetlink knows no such subsystem. */
#include <errno.h>
#include <libnetfilter_log/libnetfilter_log.h>
#include <stddef.h>

struct nflog_g_handle *
nflog_bind_group(struct nflog_handle *h, uint16_t num)
{
	(void)h;
	(void)num;
	errno = EINVAL;
	return NULL;
}
