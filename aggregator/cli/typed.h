/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef AGGREGATOR_CLI_TYPED_H
#define AGGREGATOR_CLI_TYPED_H

struct options;

/*
 * The options that say where the data lies, as they have to be typed behind a
 * verb again: " --store DIR", " -c FILE", both or none; quoted for a shell
 * where that is needed.  What does not fit is left out.
 */
#define TYPED_MAX 1024
const char *typed_place(const struct options *o, char out[static TYPED_MAX]);

#endif
