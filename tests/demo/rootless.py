# SPDX-License-Identifier: GPL-3.0-or-later
"""Be root, or as good as root in a user namespace of our own.

sshd changes users, so one mapped user is not enough: newuidmap (package
uidmap) and a line for the user in /etc/subuid are needed.
"""

import os
import signal
import subprocess
import sys

EX_NOPERM = 77
INSIDE = "SYNHIVE_ROOTLESS"
UNSHARE = ["unshare", "--map-root-user", "--map-auto", "--net", "--mount",
           "--pid", "--fork", "--kill-child", "--mount-proc"]
# "ip netns" keeps its names in /run.
START = ["sh", "-c", "mount -t tmpfs none /run && exec \"$@\"", "sh"]


def works(argv):
    return subprocess.run(argv + ["true"], capture_output=True,
                          check=False).returncode == 0


def become_root(command_to_type):
    """Returns when this process may make namespaces; else ends it."""
    if os.environ.get(INSIDE) or (os.geteuid() == 0
                                  and works(["unshare", "--net"])):
        return
    if works(UNSHARE + START):
        sys.exit(_again())
    print("This needs root, or user namespaces with many users (package "
          "uidmap,\nand a line for you in /etc/subuid and /etc/subgid).  "
          f"Type:\n\n    {command_to_type}\n", file=sys.stderr)
    sys.exit(EX_NOPERM)


def _again():
    """The same program in a user namespace; nothing in it outlives us."""
    print("not root: everything happens in a user namespace", flush=True)
    child = subprocess.Popen(
        UNSHARE + START + [sys.executable, *sys.argv],
        env={**os.environ, INSIDE: "1"}, start_new_session=True)

    def leave(*_):
        os.killpg(child.pid, signal.SIGINT)
    for signo in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(signo, leave)
    return child.wait()
