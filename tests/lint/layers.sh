#!/bin/sh
# Who may include whom.  Left: a file or the folder it lies in; right: the
# prefixes of what it may include; the longest match counts.  A file may always
# include those of its own noun (nflog.c: nflog_packet.h).  Includes are full
# paths from the root, so this is one grep.
set -eu
cd "$(dirname "$0")/../.."
rules='
common                         common/
agent                          common/ agent/config.h
agent/link                     common/ agent/window.h
agent/agent                    common/ agent/
agent/main                     common/ agent/agent.h agent/config.h
aggregator/config              common/ aggregator/config.h
aggregator/ingest              common/ aggregator/ingest/
aggregator/feed                common/ aggregator/feed/
aggregator/store               common/ aggregator/store/
aggregator/correlate           common/ aggregator/correlate/
aggregator/source              common/ aggregator/source/
aggregator/format              common/ aggregator/format/ aggregator/correlate/connection.h
aggregator/graph               common/ aggregator/graph/ aggregator/format/text.h
aggregator/pipeline            common/ aggregator/pipeline.h aggregator/correlate/
aggregator/aggregator          common/ aggregator/
aggregator/core                common/ aggregator/
aggregator/child               common/ aggregator/child.h
aggregator/control             common/ aggregator/control.h
aggregator/main                common/ aggregator/aggregator.h aggregator/config.h
aggregator/cli                 common/ aggregator/cli/ aggregator/format/ aggregator/graph/ aggregator/config.h aggregator/store/store.h aggregator/store/state.h aggregator/store/sql.h aggregator/pipeline.h aggregator/correlate/connection.h aggregator/source/
'
fences='
libnetfilter_log/              agent/nflog
sqlite3.h                      aggregator/store/
zstd.h                         aggregator/store/ aggregator/source/input
zlib.h                         aggregator/source/input
pcap/                          aggregator/source/source_pcap aggregator/source/pcaplink
confuse.h                      common/conf
\.pb-c\.h                      common/wire
zmq.h                          common/loop common/zap common/keys agent/link aggregator/ingest/ aggregator/feed/ aggregator/cli/subscribe
'
fail=0
files=$(find common agent aggregator -name '*.[ch]' | sort)
for f in $files; do
	allow=$(printf '%s\n' "$rules" | awk -v f="$f" '
	    NF && (index(f, $1 "/") == 1 || index(f, $1 ".") == 1 ||
	        index(f, $1 "_") == 1) && length($1) > n {
	        n = length($1); $1 = ""; a = $0 } END { print a }')
	noun=${f%/*}/$(basename "$f" | sed 's/[_.].*//')
	for inc in $(sed -n 's/^#include "\([^"]*\/[^"]*\)".*/\1/p' "$f"); do
		ok=no
		for a in $allow "$noun."  "${noun}_"; do
			case $inc in "$a"*) ok=yes ;; esac
		done
		[ $ok = yes ] || {
			echo "$f: may not include $inc (allowed:$allow)"
			fail=1
		}
	done
	fenced=$(printf '%s\n' "$fences" | while read -r header homes; do
		[ -n "$header" ] || continue
		grep -q "^#include [<\"][^>\"]*$header" "$f" || continue
		ok=no
		for h in $homes; do
			case $f in "$h"*) ok=yes ;; esac
		done
		[ $ok = yes ] || echo "$f: only $homes may include $header"
	done)
	[ -z "$fenced" ] || {
		echo "$fenced"
		fail=1
	}
done
exit $fail
