/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "agent/nflog_proc.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define LINE_BYTES 256 /* eleven columns of at most 20 characters */

struct nflog_proc {
	int fd;
	uint64_t inode;
};

struct nflog_proc *
nflog_proc_open(int fd)
{
	struct nflog_proc *p = calloc(1, sizeof(*p));
	struct stat st;

	if (p == NULL || fstat(fd, &st) == -1) {
		free(p);
		return NULL;
	}
	p->inode = st.st_ino;
	p->fd = open("/proc/self/net/netlink", O_RDONLY | O_CLOEXEC);
	if (p->fd == -1) {
		free(p);
		return NULL;
	}
	return p;
}

void
nflog_proc_close(struct nflog_proc *p)
{
	int saved = errno;

	if (p == NULL)
		return;
	close(p->fd);
	free(p);
	errno = saved;
}

/* The file from its beginning.  A stream that is kept would be rewound within
 * its buffer, and tell what was. */
static FILE *
reopen(int fd)
{
	int copy = fcntl(fd, F_DUPFD_CLOEXEC, 0);
	FILE *f;

	if (copy == -1)
		return NULL;
	if (lseek(copy, 0, SEEK_SET) == -1 || (f = fdopen(copy, "r")) == NULL) {
		close(copy);
		return NULL;
	}
	return f;
}

bool
nflog_proc_read(struct nflog_proc *p, struct nflog_socket *out)
{
	FILE *f = reopen(p->fd);
	char line[LINE_BYTES];
	uint64_t inode;
	bool found = false;

	if (f == NULL)
		return false;
	/* sk Eth Pid Groups Rmem Wmem Dump Locks Drops Inode */
	while (!found && fgets(line, sizeof(line), f) != NULL)
		found = sscanf(line,
			    "%*s %*s %*s %*s %" SCNu64 " %*s %*s %*s %" SCNu64
			    " %" SCNu64,
			    &out->queued_bytes, &out->drops, &inode) == 3 &&
			inode == p->inode;
	fclose(f);
	return found;
}

/* A port is most often the number of the process that opened it. */
static void
describe(uint32_t port, char out[static NFLOG_OWNER_MAX])
{
	char path[32], name[32];
	FILE *f;

	snprintf(out, NFLOG_OWNER_MAX, "netlink port %" PRIu32, port);
	snprintf(path, sizeof(path), "/proc/%" PRIu32 "/comm", port);
	if ((f = fopen(path, "re")) == NULL)
		return;
	if (fgets(name, sizeof(name), f) != NULL) {
		name[strcspn(name, "\n")] = '\0';
		snprintf(out, NFLOG_OWNER_MAX, "process %" PRIu32 " (%s)", port,
		    name);
	}
	fclose(f);
}

bool
nflog_proc_owner(uint16_t group, char out[static NFLOG_OWNER_MAX])
{
	FILE *f = fopen("/proc/self/net/netfilter/nfnetlink_log", "re");
	char line[LINE_BYTES];
	unsigned int number;
	uint32_t port;
	bool found = false;

	if (f == NULL)
		return false;
	while (!found && fgets(line, sizeof(line), f) != NULL)
		found = sscanf(line, "%u %" SCNu32, &number, &port) == 2 &&
			number == group;
	fclose(f);
	if (found)
		describe(port, out);
	return found;
}
