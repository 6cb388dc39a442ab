/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef AGENT_AGENT_H
#define AGENT_AGENT_H

/*
 * The daemon: joins NFLOG, batches and the link.  Runs in the foreground
 * until SIGTERM or SIGINT.  All return an exit status of sysexits(3) and say
 * what is wrong on stderr; 'conf' is the configuration's path.
 */
int agent_run(const char *conf);
int agent_check(const char *conf);
int agent_print_rules(const char *conf);
int agent_remove_rules(void);

#endif
