/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "aggregator/cli/cli.h"
#include "common/err.h"
#include "common/keys.h"

#include <string.h>
#include <sysexits.h>

static int
run(const struct cli *c, struct err *e)
{
	char text[KEY_TEXT_MAX];
	struct key public;

	if (c->n_word == 0 || strcmp(c->word[0], "new") != 0)
		return err_set(e, EX_USAGE, "'%s': say 'synhive key new FILE'",
		    c->n_word == 0 ? "" : c->word[0]);
	if (c->n_word == 1)
		return err_set(
		    e, EX_USAGE, "new: which file? Say 'synhive key new FILE'");
	if (key_create(c->word[1], &public, e) == -1)
		return -1;
	printf("%s\n", key_format(&public, text));
	return 0;
}

const struct command command_key = {
    .name = "key",
    .args = "new FILE",
    .doc = "make a key pair for an agent, the aggregator or a subscriber",
    .help = "\n"
	    "Writes FILE (the secret, mode 0600) and FILE.pub, and prints the\n"
	    "public key: 64 hex digits for the other side's configuration.\n"
	    "Neither file may exist.\n\n"
	    "Example:\n"
	    "  synhive key new /etc/synhive/pot1.key\n",
    .options = 0,
    .max_words = 2,
    .run = run,
};
