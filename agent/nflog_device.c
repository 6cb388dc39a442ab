/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "agent/nflog_device.h"
#include "common/clock.h"

#include <linux/if_arp.h>
#include <string.h>
#include <sys/ioctl.h>

#define FRESH_NS (5 * NS_PER_SEC) /* two system calls per device and time */

static enum decode_link
link_of_type(int type)
{
	return type == ARPHRD_ETHER || type == ARPHRD_LOOPBACK ? DECODE_ETHERNET
							       : DECODE_NETWORK;
}

/* These ioctls work on a socket of any family, and without privileges. */
static int
look_up(struct nflog_device *d, int fd, uint32_t index, int64_t now_ns)
{
	struct ifreq r = {.ifr_ifindex = (int)index};

	memset(d, 0, sizeof(*d));
	if (ioctl(fd, SIOCGIFNAME, &r) == -1)
		return -1;
	memcpy(d->name, r.ifr_name, sizeof(d->name));
	d->name[sizeof(d->name) - 1] = '\0';
	if (ioctl(fd, SIOCGIFHWADDR, &r) == -1)
		return -1;
	d->link = link_of_type(r.ifr_hwaddr.sa_family);
	d->looked_up_ns = now_ns;
	d->index = index;
	return 0;
}

const struct nflog_device *
nflog_device_get(
    struct nflog_devices *d, int fd, uint32_t index, int64_t now_ns)
{
	struct nflog_device *at = &d->device[index % NFLOG_DEVICES];
	int64_t age_ns = now_ns - at->looked_up_ns;

	if (index == 0)
		return NULL;
	if (at->index == index && age_ns >= 0 && age_ns < FRESH_NS)
		return at;
	return look_up(at, fd, index, now_ns) == 0 ? at : NULL;
}
