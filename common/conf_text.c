/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "common/conf_text.h"

#include "common/conf.h"
#include "common/err.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>

#define READ_STEP ((size_t)64 * 1024)

/*
 * What libconfuse 3.3 does with a text that it is given as it is, measured:
 * each "#" comment counts as three lines and each C comment as one too many,
 * so that all places behind it are wrong; a comment that never ends is no
 * error, nor is a section; "${NAME}" becomes what the environment says; stray
 * marks are left out without a word; reading a folder ends the process.  None
 * of that gets past this file.
 */
struct scan {
	const char *path;
	struct conf_text *out;
	char *at;
	unsigned int line;
	char last; /* that was neither blank nor comment */
	size_t depth;
	unsigned int brace; /* line of the last "{" */
	struct err *e;
};

static int
no_memory(struct err *e)
{
	return err_set(e, EX_OSERR, "out of memory");
}

static void
blank(struct scan *s)
{
	if (*s->at == '\n')
		s->line++;
	else
		*s->at = ' ';
	s->at++;
}

static void
skip_line_comment(struct scan *s)
{
	while (*s->at != '\0' && *s->at != '\n')
		blank(s);
}

static int
skip_block_comment(struct scan *s)
{
	unsigned int began = s->line;

	blank(s);
	blank(s);
	while (s->at[0] != '\0' && (s->at[0] != '*' || s->at[1] != '/'))
		blank(s);
	if (*s->at == '\0')
		return err_set(s->e, EX_CONFIG,
		    "%s:%u: this comment is not closed", s->path, began);
	blank(s);
	blank(s);
	return 0;
}

static int
check_dollar(struct scan *s)
{
	if (s->at[0] != '$' || s->at[1] != '{')
		return 0;
	return err_set(s->e, EX_CONFIG,
	    "%s:%u: '${...}' is not replaced here; write \"\\${\" for the "
	    "characters",
	    s->path, s->line);
}

static int
skip_quoted(struct scan *s)
{
	unsigned int began = s->line;
	char quote = *s->at++;

	for (; *s->at != quote; s->at++) {
		if (quote == '"' && check_dollar(s) == -1)
			return -1;
		if (*s->at == '\\' && s->at[1] != '\0')
			s->at++;
		if (*s->at == '\0')
			return err_set(s->e, EX_CONFIG,
			    "%s:%u: this quote is not closed", s->path, began);
		if (*s->at == '\n')
			s->line++;
	}
	s->at++;
	s->last = quote;
	return 0;
}

/* Remember where a section begins: a list has a "=" before its brace. */
static int
note_brace(struct scan *s)
{
	struct conf_text *t = s->out;
	unsigned int *more;

	s->depth++;
	s->brace = s->line;
	if (s->last == '=')
		return 0;
	more = reallocarray(t->opened, t->n_opened + 1, sizeof(*more));
	if (more == NULL)
		return no_memory(s->e);
	t->opened = more;
	more[t->n_opened++] = s->line;
	return 0;
}

static bool
ends_word(char c)
{
	return c == '\0' || strchr(" \t\r\n={},\"'", c) != NULL;
}

/* Whether a "//" at hand is a comment: inside a word, as in tcp://, not. */
static bool
is_line_comment(const struct scan *s)
{
	if (*s->at == '#')
		return true;
	return s->at[0] == '/' && s->at[1] == '/' &&
	       (s->at == s->out->text || ends_word(s->at[-1]));
}

static int
plain_byte(struct scan *s)
{
	if (check_dollar(s) == -1)
		return -1;
	if (strchr("*+()|", *s->at) != NULL)
		return err_set(s->e, EX_CONFIG,
		    "%s:%u: '%c' stands outside of quotes", s->path, s->line,
		    *s->at);
	/* libconfuse would read "sensor=pot1|key" = ... as a path. */
	if (*s->at == '=' && (s->last == '"' || s->last == '\''))
		return err_set(s->e, EX_CONFIG,
		    "%s:%u: a key stands without quotes", s->path, s->line);
	if (*s->at == '{' && note_brace(s) == -1)
		return -1;
	if (*s->at == '}' && s->depth > 0)
		s->depth--;
	if (*s->at == '\n')
		s->line++;
	if (!ends_word(*s->at) || strchr("={},", *s->at) != NULL)
		s->last = *s->at;
	s->at++;
	return 0;
}

static int
scan(struct scan *s)
{
	int rc = 0;

	while (*s->at != '\0' && rc == 0) {
		if (is_line_comment(s))
			skip_line_comment(s);
		else if (s->at[0] == '/' && s->at[1] == '*')
			rc = skip_block_comment(s);
		else if (*s->at == '"' || *s->at == '\'')
			rc = skip_quoted(s);
		else
			rc = plain_byte(s);
	}
	if (rc == 0 && s->depth > 0)
		return err_set(s->e, EX_CONFIG,
		    "%s:%u: this brace is not closed", s->path, s->brace);
	return rc;
}

static int
check_bytes(const char *path, const char *buf, size_t len, struct err *e)
{
	unsigned int line = 1;

	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)buf[i];

		if (c == '\n')
			line++;
		else if ((c < ' ' && c != '\t' && c != '\r') || c == 0x7f)
			return err_set(e, EX_CONFIG,
			    "%s:%u: this is no text: it has the byte 0x%02x",
			    path, line, c);
	}
	return 0;
}

int
conf_text_put(const char *path, const char *buf, size_t len,
    struct conf_text *out, struct err *e)
{
	struct scan s = {.path = path, .out = out, .line = 1, .e = e};

	*out = (struct conf_text){0};
	if (check_bytes(path, buf, len, e) == -1)
		return -1;
	out->text = malloc(len + 1);
	if (out->text == NULL)
		return no_memory(e);
	memcpy(out->text, buf, len);
	out->text[len] = '\0';
	s.at = out->text;
	if (scan(&s) == 0)
		return 0;
	conf_text_fini(out);
	return -1;
}

void
conf_text_fini(struct conf_text *t)
{
	free(t->text);
	free(t->opened);
	*t = (struct conf_text){0};
}

static int
check_regular(int fd, const char *path, struct conf_text *out, struct err *e)
{
	struct stat st;

	if (fstat(fd, &st) == -1)
		return err_sys(e, EX_IOERR, "cannot look at '%s'", path);
	if (!S_ISREG(st.st_mode))
		return err_set(e, EX_CONFIG, "'%s' is no regular file", path);
	out->device = st.st_dev;
	out->inode = st.st_ino;
	return 0;
}

/* All that the file holds.  Returns it, to be freed, or NULL with 'e'. */
static char *
read_all(int fd, const char *path, size_t *len, struct err *e)
{
	char *buf = NULL, *more;
	ssize_t n = 1;

	/* In steps: files in /proc do not say how large they are. */
	for (*len = 0; n > 0 && *len <= CONF_FILE_MAX; *len += (size_t)n) {
		more = realloc(buf, *len + READ_STEP);
		if (more == NULL) {
			no_memory(e);
			goto fail;
		}
		buf = more;
		n = read(fd, buf + *len, READ_STEP);
		if (n == -1) {
			err_sys(e, EX_IOERR, "cannot read '%s'", path);
			goto fail;
		}
	}
	if (*len <= CONF_FILE_MAX)
		return buf;
	err_set(
	    e, EX_CONFIG, "'%s' is larger than %d bytes", path, CONF_FILE_MAX);
fail:
	free(buf);
	return NULL;
}

int
conf_text_load(const char *path, struct conf_text *out, struct err *e)
{
	/* A pipe must not make us wait before fstat() can say what it is. */
	int rc = -1, fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	struct conf_text file = {0};
	char *buf = NULL;
	size_t len;

	*out = (struct conf_text){0};
	if (fd == -1)
		return err_sys(e,
		    errno == EACCES || errno == EPERM ? EX_NOPERM : EX_NOINPUT,
		    "cannot open '%s'", path);
	if (check_regular(fd, path, &file, e) == 0)
		buf = read_all(fd, path, &len, e);
	close(fd);
	if (buf != NULL)
		rc = conf_text_put(path, buf, len, out, e);
	free(buf);
	out->device = file.device;
	out->inode = file.inode;
	return rc;
}
