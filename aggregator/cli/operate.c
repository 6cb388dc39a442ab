/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "aggregator/cli/operate.h"
#include "aggregator/cli/cli.h"
#include "aggregator/cli/incident_find.h"
#include "aggregator/cli/output.h"
#include "aggregator/cli/place.h"
#include "aggregator/config.h"
#include "common/err.h"
#include "common/local.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sysexits.h>
#include <unistd.h>

#define ANSWER_TIMEOUT_S 10

/* --- the socket --- */

static int
cannot_connect(const char *path, struct err *e)
{
	switch (errno) {
	case ENOENT:
	case ENOTDIR:
	case ECONNREFUSED:
		return err_set(e, EX_UNAVAILABLE,
		    "the aggregator does not run, or has no control socket "
		    "%.200s",
		    path);
	case EACCES:
	case EPERM:
		return err_sys(e, EX_NOPERM, "%.200s", path);
	default:
		return err_sys(e, EX_TEMPFAIL, "%.200s", path);
	}
}

/* Returns the socket, or -1 with 'e'. */
static int
connect_to(const char *path, struct err *e)
{
	const struct timeval patience = {.tv_sec = ANSWER_TIMEOUT_S};
	struct sockaddr_un at;
	int dir, fd, rc;

	if (local_address(path, &at, &dir, e) == -1)
		return -1;
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience));
	rc = connect(fd, (const struct sockaddr *)&at, sizeof(at));
	if (rc == -1)
		cannot_connect(path, e);
	if (dir != -1)
		close(dir);
	if (rc == 0)
		return fd;
	if (fd != -1)
		close(fd);
	return -1;
}

static int
no_answer(struct err *e)
{
	return err_set(e, EX_TEMPFAIL,
	    "the aggregator did not answer: whether it did it 'synhive audit' "
	    "says");
}

/* What the aggregator says to 'o'.  Returns 0, or -1 with 'e'. */
static int
ask(int fd, const struct operation *o, struct err *said, struct err *e)
{
	char *line = operation_format(o), answer[OPERATION_LINE_MAX];
	size_t len = 0;
	ssize_t n;

	if (line == NULL)
		return err_set(e, EX_OSERR, "out of memory");
	n = send(fd, line, strlen(line), MSG_NOSIGNAL);
	if (n != (ssize_t)strlen(line)) {
		free(line);
		return no_answer(e);
	}
	free(line);
	do {
		n = recv(fd, answer + len, sizeof(answer) - len, 0);
		len += n > 0 ? (size_t)n : 0;
	} while (
	    n > 0 && len < sizeof(answer) && memchr(answer, '\n', len) == NULL);
	if (len == 0 || answer[len - 1] != '\n')
		return no_answer(e);
	return operation_parse_reply(answer, len - 1, said, e);
}

/* --- the operation --- */

static int
join_reason(const struct cli *c, size_t from, char out[static REASON_MAX],
    struct err *e)
{
	size_t len = 0;

	out[0] = '\0';
	for (size_t i = from; i < c->n_word; i++) {
		int n = snprintf(out + len, REASON_MAX - len, "%s%s",
		    i == from ? "" : " ", c->word[i]);

		if ((size_t)n >= REASON_MAX - len)
			return err_set(e, EX_USAGE,
			    "the reason is longer than %d bytes",
			    REASON_MAX - 1);
		len += (size_t)n;
	}
	return 0;
}

static int
find(const struct place *p, const char *which, struct incident_name *out,
    struct err *e)
{
	struct state *s = place_state(p, e);
	int rc = s == NULL ? -1 : incident_find(s, which, out, e);

	state_close(s);
	return rc;
}

static int
do_it(const struct place *p, const struct cli *c, struct operation *o,
    struct err *e)
{
	const char *path = c->opt.control != NULL ? c->opt.control
			   : p->config != NULL	  ? p->config->control
						  : CONFIG_CONTROL;
	struct incident_name name;
	struct err said;
	int fd = connect_to(path, e), rc;

	if (fd == -1)
		return -1;
	rc = find(p, c->word[0], &name, e);
	if (rc == 0) {
		memcpy(o->incident, name.id, sizeof(o->incident));
		rc = operation_check(o, e);
	}
	if (rc == 0)
		rc = ask(fd, o, &said, e);
	close(fd);
	if (rc == 0 && said.code != EX_OK)
		rc = err_set(e, said.code, "%s", said.text);
	if (rc == 0)
		output_line("%s, incident %.10s, %s", name.honeypot, name.id,
		    said.text);
	return rc;
}

int
operate(const struct cli *c, struct operation *o, size_t reason, struct err *e)
{
	struct place p;
	int rc;

	if (c->n_word == 0)
		return err_set(e, EX_USAGE,
		    "which one? Say the incident's id, the beginning of it, "
		    "or the honeypot");
	if (join_reason(c, reason, o->reason, e) == -1 ||
	    place_open(&p, &c->opt, e) == -1)
		return -1;
	rc = do_it(&p, c, o, e);
	place_close(&p);
	return rc;
}
