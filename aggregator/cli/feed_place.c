/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "aggregator/cli/feed_place.h"
#include "aggregator/cli/options.h"
#include "aggregator/cli/place.h"
#include "aggregator/config.h"
#include "common/err.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>

void
endpoint_to_connect(const char *listen, char out[static ENDPOINT_MAX])
{
	static const struct {
		const char *any, *here;
	} hosts[] = {
	    {"tcp://0.0.0.0:", "tcp://127.0.0.1:"},
	    {"tcp://*:", "tcp://127.0.0.1:"},
	    {"tcp://[::]:", "tcp://[::1]:"},
	};

	for (size_t i = 0; i < sizeof(hosts) / sizeof(*hosts); i++) {
		size_t n = strlen(hosts[i].any);

		if (strncmp(listen, hosts[i].any, n) == 0) {
			snprintf(out, ENDPOINT_MAX, "%s%s", hosts[i].here,
			    listen + n);
			return;
		}
	}
	snprintf(out, ENDPOINT_MAX, "%s", listen);
}

/* 64 hex digits, or the file that "synhive key new" made of them. */
static int
public_key(const char *word, struct key *out, struct err *e)
{
	char text[KEY_TEXT_MAX + 1] = "";
	FILE *f;

	if (key_parse(word, out) == 0)
		return 0;
	f = fopen(word, "re");
	if (f == NULL)
		return err_sys(e, errno == EACCES ? EX_NOPERM : EX_NOINPUT,
		    "--server-key '%s': not 64 hex digits, and no file that "
		    "could be read",
		    word);
	if (fgets(text, sizeof(text), f) != NULL)
		text[strcspn(text, "\r\n")] = '\0';
	fclose(f);
	if (key_parse(text, out) == -1)
		return err_set(e, EX_CONFIG,
		    "--server-key '%s': does not hold 64 hex digits", word);
	return 0;
}

static int
key_of_daemon(const struct config *c, struct key *out, struct err *e)
{
	struct key_pair pair;

	if (key_load(c->key_file, &pair, e) == -1)
		return err_within(
		    e, "the aggregator's key is not known: give --server-key");
	*out = pair.public;
	key_wipe(&pair);
	return 0;
}

static int
ask_config(struct feed_place *p, const struct options *o, struct err *e)
{
	struct place place;
	int rc = 0;

	if (place_open(&place, o, e) == -1)
		return -1;
	if (place.config == NULL)
		rc = err_set(e, EX_USAGE,
		    "-f needs to know where the feed is: give --feed and "
		    "--server-key, or -c FILE");
	if (rc == 0 && o->feed == NULL)
		endpoint_to_connect(place.config->feed, p->endpoint);
	if (rc == 0 && o->server_key == NULL)
		rc = key_of_daemon(place.config, &p->server_key, e);
	place_close(&place);
	return rc;
}

int
feed_place_find(struct feed_place *out, const struct options *o, struct err *e)
{
	*out = (struct feed_place){0};
	if (o->key == NULL)
		return err_set(e, EX_USAGE,
		    "-f needs --key FILE, the secret key of a subscriber; "
		    "'synhive key new FILE' makes one");
	if (o->feed != NULL)
		endpoint_to_connect(o->feed, out->endpoint);
	if (o->server_key != NULL &&
	    public_key(o->server_key, &out->server_key, e) == -1)
		return -1;
	if ((o->feed == NULL || o->server_key == NULL) &&
	    ask_config(out, o, e) == -1)
		return -1;
	return key_load(o->key, &out->key, e);
}

void
feed_place_fini(struct feed_place *p)
{
	key_wipe(&p->key);
}
