/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef AGGREGATOR_AGGREGATOR_H
#define AGGREGATOR_AGGREGATOR_H

/*
 * The daemon.  Runs in the foreground until SIGTERM or SIGINT; SIGHUP checks
 * the configuration and, if it is good, begins again with it.
 *
 * conf: path of the configuration.  argv: for beginning again.
 * Returns an exit status of sysexits(3).
 */
int aggregator_run(const char *conf, char **argv);

/* Check everything that can be checked without running.  Returns a status;
 * says what is wrong on stderr. */
int aggregator_check(const char *conf);

/* What "--child ROLE" is: a process of the aggregator.  Returns a status. */
int aggregator_child(const char *role);

#endif
