/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "common/operation.h"

#include "common/clock.h"
#include "common/utf8.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

static const char *const verbs[] = {
    [OPERATION_ACK] = "ack",
    [OPERATION_MUTE] = "mute",
    [OPERATION_VERDICT] = "verdict",
    [OPERATION_CLOSE] = "close",
    [OPERATION_REBUILD] = "rebuild",
};

#define VERBS (sizeof(verbs) / sizeof(*verbs))

static const char *const verdicts[] = {
    "compromised", "false-alarm", "expected", "unclear", NULL};

const char *
operation_name(enum operation_verb v)
{
	return verbs[v];
}

const char *
operation_verdict(size_t i)
{
	return i < sizeof(verdicts) / sizeof(*verdicts) ? verdicts[i] : NULL;
}

static int
check_verdict(const char *verdict, struct err *e)
{
	for (size_t i = 0; verdicts[i] != NULL; i++)
		if (strcmp(verdicts[i], verdict) == 0)
			return 0;
	return err_set(e, EX_USAGE,
	    "'%s' is no verdict: compromised, false-alarm, expected or "
	    "unclear",
	    verdict);
}

/* One line of text that a terminal may show. */
static int
check_reason(const char *reason, struct err *e)
{
	for (const char *p = reason; *p != '\0'; p++)
		if ((unsigned char)*p < ' ' || *p == 0x7f)
			return err_set(
			    e, EX_USAGE, "the reason has a control character");
	return reason[utf8_fit(reason, REASON_MAX)] == '\0'
		   ? 0
		   : err_set(e, EX_USAGE, "the reason is not in UTF-8");
}

int
operation_check(const struct operation *o, struct err *e)
{
	bool mute = o->verb == OPERATION_MUTE;

	if (strlen(o->incident) != ID_TEXT_MAX - 1 ||
	    strspn(o->incident, "0123456789abcdef") != ID_TEXT_MAX - 1)
		return err_set(e, EX_USAGE,
		    "an incident's id has 32 hex digits: '%s'", o->incident);
	if (mute && (o->mute_ns < 0 || o->mute_ns > MUTE_MAX_NS))
		return err_set(e, EX_USAGE, "muted at most for 30d");
	if (mute && o->mute_ns > 0 && o->reason[0] == '\0')
		return err_set(e, EX_USAGE, "say why: a mute has a reason");
	if (o->verb == OPERATION_VERDICT && check_verdict(o->verdict, e) == -1)
		return -1;
	return check_reason(o->reason, e);
}

static char *
dump(json_t *root)
{
	char *text = root == NULL ? NULL : json_dumps(root, JSON_COMPACT);
	char *line = NULL;

	json_decref(root);
	if (text != NULL && asprintf(&line, "%s\n", text) == -1)
		line = NULL;
	free(text);
	return line;
}

char *
operation_format(const struct operation *o)
{
	char how_long[32];
	json_t *root = json_pack("{s:s, s:s}", "verb", operation_name(o->verb),
	    "incident", o->incident);

	if (root == NULL)
		return NULL;
	snprintf(how_long, sizeof(how_long), "%" PRId64 "ns", o->mute_ns);
	if (o->verb == OPERATION_MUTE)
		json_object_set_new(root, "for", json_string(how_long));
	if (o->verb == OPERATION_VERDICT)
		json_object_set_new(root, "verdict", json_string(o->verdict));
	if (o->reason[0] != '\0' &&
	    json_object_set_new(root, "reason", json_string(o->reason)) == -1) {
		json_decref(root);
		return NULL;
	}
	return dump(root);
}

/* --- reading --- */

static int
find_verb(const char *name, enum operation_verb *out, struct err *e)
{
	for (size_t i = 0; i < VERBS; i++)
		if (strcmp(verbs[i], name) == 0) {
			*out = (enum operation_verb)i;
			return 0;
		}
	return err_set(e, EX_USAGE, "there is no verb '%.40s'", name);
}

static int
copy(const char *key, const char *value, char *to, size_t size, struct err *e)
{
	if (strlen(value) >= size)
		return err_set(
		    e, EX_USAGE, "'%s' has more than %zu bytes", key, size - 1);
	memcpy(to, value, strlen(value) + 1);
	return 0;
}

static int
set(struct operation *o, const char *key, const char *value, struct err *e)
{
	if (strcmp(key, "verb") == 0)
		return find_verb(value, &o->verb, e);
	if (strcmp(key, "incident") == 0)
		return copy(key, value, o->incident, sizeof(o->incident), e);
	if (strcmp(key, "verdict") == 0)
		return copy(key, value, o->verdict, sizeof(o->verdict), e);
	if (strcmp(key, "reason") == 0)
		return copy(key, value, o->reason, sizeof(o->reason), e);
	if (strcmp(key, "for") == 0)
		return duration_parse(value, &o->mute_ns) == 0
			   ? 0
			   : err_set(e, EX_USAGE,
				 "'for' is no duration: '%.40s'", value);
	return err_set(e, EX_USAGE, "unknown key '%.40s'", key);
}

/* An object of texts.  Returns NULL with 'e'. */
static json_t *
load(const char *line, size_t len, struct err *e)
{
	json_error_t why;
	json_t *root = json_loadb(line, len, JSON_REJECT_DUPLICATES, &why);

	if (root == NULL) {
		err_set(e, EX_USAGE, "no JSON: %.100s", why.text);
		return NULL;
	}
	if (json_is_object(root))
		return root;
	json_decref(root);
	err_set(e, EX_USAGE, "not a JSON object");
	return NULL;
}

int
operation_parse(
    const char *line, size_t len, struct operation *out, struct err *e)
{
	json_t *root = load(line, len, e), *value;
	const char *key;
	int rc = 0;

	*out = (struct operation){0};
	if (root == NULL)
		return -1;
	json_object_foreach(root, key, value)
	{
		const char *text = json_string_value(value);

		rc = text == NULL
			 ? err_set(e, EX_USAGE, "'%.40s' is no text", key)
			 : set(out, key, text, e);
		if (rc == -1)
			break;
	}
	if (rc == 0 && json_object_get(root, "verb") == NULL)
		rc = err_set(e, EX_USAGE, "no 'verb'");
	if (rc == 0 && out->verb == OPERATION_MUTE &&
	    json_object_get(root, "for") == NULL)
		rc = err_set(e, EX_USAGE, "no 'for'");
	json_decref(root);
	return rc == -1 ? -1 : operation_check(out, e);
}

char *
operation_format_reply(const struct err *reply)
{
	size_t len = utf8_fit(reply->text, ERR_TEXT_MAX);

	return dump(json_pack(
	    "{s:i, s:s%}", "code", reply->code, "text", reply->text, len));
}

int
operation_parse_reply(
    const char *line, size_t len, struct err *out, struct err *e)
{
	json_t *root = load(line, len, e);
	const char *text = json_string_value(json_object_get(root, "text"));
	json_t *code = json_object_get(root, "code");
	int rc = 0;

	if (text == NULL || !json_is_integer(code) ||
	    json_integer_value(code) < 0 || json_integer_value(code) > 255)
		rc = err_set(
		    e, EX_TEMPFAIL, "the aggregator's answer makes no sense");
	else
		err_set(out, (int)json_integer_value(code), "%s", text);
	json_decref(root);
	return rc;
}
