/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "aggregator/graph/tool.h"
#include "aggregator/format/text.h"
#include "common/err.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <unistd.h>

#define COMPLAINT_MAX 160

static int
spawn(const struct tool *t, FILE *in, FILE *out, FILE *said, pid_t *pid)
{
	posix_spawn_file_actions_t actions;
	int rc = posix_spawn_file_actions_init(&actions);

	if (rc != 0)
		return rc;
	rc = posix_spawn_file_actions_adddup2(&actions, fileno(in), 0);
	if (rc == 0)
		rc = posix_spawn_file_actions_adddup2(&actions, fileno(out), 1);
	if (rc == 0)
		rc =
		    posix_spawn_file_actions_adddup2(&actions, fileno(said), 2);
	if (rc == 0)
		rc = posix_spawnp(pid, t->argv[0], &actions, NULL,
		    (char *const *)(uintptr_t)t->argv, environ);
	posix_spawn_file_actions_destroy(&actions);
	return rc;
}

static int
limit_of(const struct tool *t)
{
	return t->limit_ms != 0 ? t->limit_ms : TOOL_SECONDS * 1000;
}

static void
limit(pid_t pid)
{
	const struct rlimit memory = {TOOL_MEMORY, TOOL_MEMORY};
	const struct rlimit output = {TOOL_OUTPUT, TOOL_OUTPUT};

	prlimit(pid, RLIMIT_AS, &memory, NULL);
	prlimit(pid, RLIMIT_FSIZE, &output, NULL);
}

/* Returns its status as waitpid(); -1 when it was killed after its time. */
static int
wait_for(pid_t pid, int limit_ms)
{
	struct pollfd p = {.fd = pidfd_open(pid, 0), .events = POLLIN};
	bool late = false;
	int status = 0, rc;

	if (p.fd != -1) {
		do
			rc = poll(&p, 1, limit_ms);
		while (rc == -1 && errno == EINTR);
		late = rc != 1;
		close(p.fd);
	}
	if (late)
		kill(pid, SIGKILL);
	while (waitpid(pid, &status, 0) == -1 && errno == EINTR)
		;
	return late ? -1 : status;
}

/* The first line that it complained with. */
static const char *
complaint(FILE *said, char out[static COMPLAINT_MAX])
{
	char line[COMPLAINT_MAX] = "";

	rewind(said);
	do
		if (fgets(line, sizeof(line), said) == NULL)
			line[0] = '\0';
	while (line[0] == '\n');
	line[strcspn(line, "\n")] = '\0';
	text_clean(line, false, out, COMPLAINT_MAX);
	return out;
}

static int
judge(const struct tool *t, int status, FILE *said, struct err *e)
{
	char text[COMPLAINT_MAX];

	if (status == -1)
		return err_set(e, EX_UNAVAILABLE,
		    "%s was not done after %d s: draw less", t->argv[0],
		    limit_of(t) / 1000);
	if (WIFSIGNALED(status))
		return err_set(e, EX_UNAVAILABLE,
		    "%s was ended by signal %d: draw less", t->argv[0],
		    WTERMSIG(status));
	if (WEXITSTATUS(status) != 0)
		return err_set(e, EX_UNAVAILABLE,
		    "%s failed with status %d: %s", t->argv[0],
		    WEXITSTATUS(status), complaint(said, text));
	return 0;
}

int
tool_run(const struct tool *t, FILE *in, FILE *out, struct err *e)
{
	FILE *said = tmpfile();
	pid_t pid;
	int rc;

	if (said == NULL)
		return err_sys(e, EX_CANTCREAT, "a temporary file");
	if (fflush(in) == EOF || lseek(fileno(in), 0, SEEK_SET) == -1) {
		fclose(said);
		return err_sys(e, EX_IOERR, "a temporary file");
	}
	rc = spawn(t, in, out, said, &pid);
	if (rc == 0) {
		limit(pid);
		rc = judge(t, wait_for(pid, limit_of(t)), said, e);
	} else if (rc == ENOENT) {
		rc = err_set(e, EX_UNAVAILABLE,
		    "%s is not installed; type:  apt install %s", t->argv[0],
		    t->package);
	} else {
		rc = err_set(
		    e, EX_OSERR, "cannot run %s: %s", t->argv[0], strerror(rc));
	}
	fclose(said);
	return rc;
}
