/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "agent/rules_nft.h"
#include "common/err.h"

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <unistd.h>

/* All counters of a host with 100,000 of them, 100 bytes each, and our table
 * with a few hundred networks: 10 MB. */
#define OUTPUT_MAX (16 * 1024 * 1024)
#define COMPLAINT_MAX 2048 /* of stderr; more than an err holds */
#define COMMAND_ARGS 8

static const char *const places[] = {
    "/usr/sbin/nft", "/sbin/nft", "/usr/bin/nft", "/bin/nft"};
#define PLACES (sizeof(places) / sizeof(places[0]))

/* stdin, stdout and stderr of a run: files in memory, so that neither side
 * ever waits for the other. */
struct run {
	int fd[3];
};

static int
run_open(struct run *r, const char *input, struct err *e)
{
	size_t n = strlen(input);

	*r = (struct run){{-1, -1, -1}};
	for (size_t i = 0; i < 3; i++)
		if ((r->fd[i] = memfd_create("nft", MFD_CLOEXEC)) == -1)
			return err_sys(e, EX_OSERR, "cannot run nft");
	if (write(r->fd[0], input, n) != (ssize_t)n ||
	    lseek(r->fd[0], 0, SEEK_SET) == -1)
		return err_sys(e, EX_OSERR, "cannot run nft");
	return 0;
}

static void
run_close(struct run *r)
{
	int saved = errno;

	for (size_t i = 0; i < 3; i++)
		if (r->fd[i] != -1)
			close(r->fd[i]);
	errno = saved;
}

/* All that was written to 'fd', with an end; NULL with 'e'. */
static char *
read_all(int fd, size_t most, struct err *e)
{
	struct stat st;
	char *text;
	size_t n;

	if (fstat(fd, &st) == -1) {
		err_sys(e, EX_OSERR, "cannot read what nft said");
		return NULL;
	}
	n = (size_t)st.st_size > most ? most : (size_t)st.st_size;
	if ((text = malloc(n + 1)) == NULL ||
	    pread(fd, text, n, 0) != (ssize_t)n) {
		err_sys(e, EX_OSERR, "cannot read what nft said");
		free(text);
		return NULL;
	}
	text[n] = '\0';
	return text;
}

static _Noreturn void
become_nft(const char *path, const char *const args[], const struct run *r)
{
	char *argv[COMMAND_ARGS + 2] = {strdup("nft")};
	char *env[] = {strdup("LC_ALL=C"), NULL};
	sigset_t none;

	for (size_t i = 0; i < COMMAND_ARGS && args[i] != NULL; i++)
		argv[i + 1] = strdup(args[i]);
	/* The loop blocks signals to read them from a file; nft must not. */
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	for (int i = 0; i < 3; i++)
		if (dup2(r->fd[i], i) == -1)
			_exit(EX_OSERR);
	close_range(3, ~0U, 0);
	execve(path, argv, env);
	_exit(EX_OSERR);
}

static const char *
find_nft(struct err *e)
{
	for (size_t i = 0; i < PLACES; i++)
		if (access(places[i], X_OK) == 0)
			return places[i];
	err_set(e, EX_UNAVAILABLE,
	    "nft is not installed (package nftables): not in /usr/sbin, /sbin, "
	    "/usr/bin or /bin");
	return NULL;
}

/* From nft's complaint to a sentence: what it means, where we know. */
static int
complain(const struct run *r, struct err *e)
{
	static const struct {
		const char *said, *means;
		int code;
	} known[] = {
	    {"Operation not permitted",
		"nft needs root, or CAP_NET_ADMIN in this network namespace",
		EX_NOPERM},
	    {"cache initialization failed", "the kernel has no nf_tables",
		EX_UNAVAILABLE},
	    {"Protocol not supported", "the kernel has no nf_tables",
		EX_UNAVAILABLE},
	};
	char *text = read_all(r->fd[2], COMPLAINT_MAX, e), *at;

	if (text == NULL)
		return -1;
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (strstr(text, known[i].said) != NULL) {
			free(text);
			return err_set(e, known[i].code, "%s", known[i].means);
		}
	/* "/dev/stdin:7:1-2: Error: reason", the line, and marks below it */
	at = strstr(text, "Error: ");
	at = at == NULL ? text : at + strlen("Error: ");
	at[strcspn(at, "^")] = '\0';
	for (size_t n = strlen(at); n > 0 && strchr(" \n", at[n - 1]); n--)
		at[n - 1] = '\0';
	for (char *nl = at; (nl = strchr(nl, '\n')) != NULL;)
		*nl = ' ';
	err_set(e, EX_UNAVAILABLE, "nft refused: %s", at);
	free(text);
	return -1;
}

static int
wait_for(pid_t pid, struct err *e)
{
	int status;

	while (waitpid(pid, &status, 0) == -1)
		if (errno != EINTR)
			return err_sys(e, EX_OSERR, "cannot wait for nft");
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128;
}

/* Returns what nft printed, which the caller frees; NULL with 'e'. */
static char *
run_nft(const char *const args[], const char *input, struct err *e)
{
	const char *path = find_nft(e);
	struct run r;
	char *output = NULL;
	pid_t pid;
	int status;

	if (path == NULL)
		return NULL;
	if (run_open(&r, input, e) == -1)
		goto done;
	if ((pid = fork()) == -1) {
		err_sys(e, EX_OSERR, "cannot run nft");
		goto done;
	}
	if (pid == 0)
		become_nft(path, args, &r);
	if ((status = wait_for(pid, e)) == -1)
		goto done;
	if (status != 0)
		complain(&r, e);
	else
		output = read_all(r.fd[1], OUTPUT_MAX, e);
done:
	run_close(&r);
	return output;
}

int
rules_nft_load(const char *script, struct err *e)
{
	static const char *const args[] = {"-f", "-", NULL};
	char *output = run_nft(args, script, e);

	free(output);
	return output == NULL ? -1 : 0;
}

/* Call 'fn' with each object of 'kind' in what "nft -j list 'what'" says. */
static int
list_json(const char *what, const char *kind,
    void (*fn)(const json_t *object, void *arg), void *arg, struct err *e)
{
	const char *const args[] = {"-j", "list", what, NULL};
	char *text = run_nft(args, "", e);
	json_error_t why;
	json_t *root, *item;
	size_t i;

	if (text == NULL)
		return -1;
	root = json_loads(text, 0, &why);
	free(text);
	if (root == NULL)
		return err_set(e, EX_UNAVAILABLE,
		    "cannot read what nft listed as %s: %s", what, why.text);
	json_array_foreach(json_object_get(root, "nftables"), i, item)
	{
		const json_t *object = json_object_get(item, kind);

		if (object != NULL)
			fn(object, arg);
	}
	json_decref(root);
	return 0;
}

static const char *
json_text(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	return text == NULL ? "" : text;
}

/* Which of rules_families; -1: none. */
static int
family_index(const char *name)
{
	for (int i = 0; i < RULES_FAMILIES; i++)
		if (strcmp(rules_families[i].name, name) == 0)
			return i;
	return -1;
}

static void
take_table(const json_t *object, void *arg)
{
	struct rules_tables *t = arg;
	int i = family_index(json_text(object, "family"));

	if (i != -1 && strcmp(json_text(object, "name"), RULES_TABLE) == 0)
		t->handle[i] = (uint64_t)json_integer_value(
		    json_object_get(object, "handle"));
}

int
rules_nft_tables(struct rules_tables *out, struct err *e)
{
	memset(out, 0, sizeof(*out));
	return list_json("tables", "table", take_table, out, e);
}

static void
take_counter(const json_t *object, void *arg)
{
	struct rules_sums *sums = arg;
	const char *name = json_text(object, "name");
	uint64_t n =
	    (uint64_t)json_integer_value(json_object_get(object, "packets"));

	if (family_index(json_text(object, "family")) == -1 ||
	    strcmp(json_text(object, "table"), RULES_TABLE) != 0)
		return;
	if (strncmp(name, "seen_", 5) == 0)
		sums->seen += n;
	else if (strncmp(name, "blind_", 6) == 0)
		sums->blind += n;
}

int
rules_nft_counters(struct rules_sums *out, struct err *e)
{
	*out = (struct rules_sums){0, 0};
	return list_json("counters", "counter", take_counter, out, e);
}

int
rules_nft_list(const struct rules_tables *t, char **text, struct err *e)
{
	char *all = NULL;
	size_t size;
	FILE *f = open_memstream(&all, &size);
	int rc = 0;

	if (f == NULL)
		return err_sys(e, EX_OSERR, "cannot list the nft tables");
	for (size_t i = 0; i < RULES_FAMILIES && rc == 0; i++) {
		const char *const args[] = {"-y", "list", "table",
		    rules_families[i].name, RULES_TABLE, NULL};
		char *one;

		if (t->handle[i] == 0)
			continue;
		if ((one = run_nft(args, "", e)) == NULL)
			rc = -1;
		else
			fputs(one, f);
		free(one);
	}
	if (fclose(f) != 0 && rc == 0)
		rc = err_sys(e, EX_OSERR, "cannot list the nft tables");
	if (rc == -1)
		free(all);
	else
		*text = all;
	return rc;
}
