#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# need.sh PACKAGE...: install those that are missing (root), or say the
# command to type.  No daemon that comes with them is started, now or at the
# next boot: the demo's servers are not to become the machine's.
set -eu
policy=/usr/sbin/policy-rc.d

missing=
for p in "$@"; do
	dpkg-query -W -f='${Status}' "$p" 2>/dev/null | grep -q 'ok installed' ||
		missing="$missing $p"
done
[ -n "$missing" ] || exit 0
# shellcheck disable=SC2086  # words, not a word
set -- apt-get install -y --no-install-recommends $missing
if [ "$(id -u)" != 0 ]; then
	echo "These packages are missing.  Type:  sudo $*" >&2
	exit 1
fi
echo "Installing:$missing"
log=$(mktemp)
made=
trap 'rm -f "$log"; [ -z "$made" ] || rm -f "$policy"' EXIT
trap 'exit 130' INT TERM HUP
if [ ! -e "$policy" ]; then
	made=yes
	printf '#!/bin/sh\nexit 101\n' >"$policy"
	chmod 755 "$policy"
fi
export DEBIAN_FRONTEND=noninteractive
"$@" >"$log" 2>&1 ||
	{ apt-get update >"$log" 2>&1 && "$@" >>"$log" 2>&1; } ||
	{ cat "$log" >&2; exit 1; }
for p in $missing; do
	dpkg -L "$p" | sed -n 's,.*/systemd/system/\([^/@]*\.service\)$,\1,p'
done | xargs -r systemctl --quiet disable >/dev/null 2>&1 || :
