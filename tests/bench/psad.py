# SPDX-License-Identifier: GPL-3.0-or-later
"""psad, to be beaten: unpacked beside the build, not installed.

Installing Debian's package would bring a mail server and a syslog daemon, and
start psad's own; only its Perl is wanted.  The packages are fetched once with
apt-get download.
"""

import os
import re
import shutil
import subprocess
import time
from pathlib import Path

PACKAGES = ("psad", "libunix-syslog-perl", "libnet-ip-perl",
            "libdate-calc-perl", "libcarp-clan-perl", "libbit-vector-perl",
            "libiptables-parse-perl", "libiptables-chainmgr-perl",
            "libnetaddr-ip-perl")
# It looks at the firewall's rules before it reads a file.
IPTABLES = """#!/bin/sh
echo "Chain INPUT (policy ACCEPT)"
echo "target     prot opt source               destination"
"""
SETTINGS = {"ALERTING_METHODS": "nomail", "HOSTNAME": "bench",
            "ENABLE_OVERRIDE_FW_CMD": "Y"}


class Psad:
    def __init__(self, folder):
        self.folder = Path(folder, "psad").absolute()
        self.root = self.folder / "root"

    def prepare(self):
        """Fetch and unpack it; returns why it cannot be had, or None."""
        if shutil.which("perl") is None or shutil.which("apt-get") is None:
            return "no perl or no apt-get here"
        if not (self.root / "usr/sbin/psad").exists():
            self.folder.mkdir(parents=True, exist_ok=True)
            got = subprocess.run(
                ["apt-get", "-q", "-o", "APT::Sandbox::User=root", "download",
                 *PACKAGES], cwd=self.folder, capture_output=True, text=True,
                check=False)
            if got.returncode != 0:
                return f"apt-get download: {got.stderr.strip()}"
            for deb in self.folder.glob("*.deb"):
                subprocess.run(["dpkg", "-x", deb, self.root], check=True)
            # make takes every NAME.d below the build for dependencies
            for path in self.root.glob("etc/*.d"):
                shutil.rmtree(path)
        self.configure()
        return None

    def configure(self):
        iptables = self.folder / "iptables"
        iptables.write_text(IPTABLES, "ascii")
        iptables.chmod(0o755)
        for place in ("log", "run", "lib"):
            (self.root / "var" / place / "psad").mkdir(
                parents=True, exist_ok=True)
        text = (self.root / "etc/psad/psad.conf").read_text("utf-8")
        text = re.sub(r"^(\w+Cmd\s+).*;", r"\1/bin/true;", text, flags=re.M)
        for key, value in {**SETTINGS, "INSTALL_ROOT": self.root,
                           "FW_CMD": iptables}.items():
            text = re.sub(rf"^({key}\s+).*;", rf"\g<1>{value};", text,
                          flags=re.M)
        (self.folder / "psad.conf").write_text(text, "utf-8")

    def seconds(self, log, home):
        """How long its outbound SYNs of 'log' take: seed 003's question."""
        libs = [self.root / "usr/share/perl5",
                *(self.root / "usr/lib").glob("*/perl5/*")]
        start = time.monotonic()
        done = subprocess.run(
            ["perl", self.root / "usr/sbin/psad", "-c",
             self.folder / "psad.conf", "-m", log, "--CSV", "--CSV-fields",
             f"src:{home} dst:not{home} dp", "--CSV-regex", "SYN URGP="],
            env={**os.environ, "PERL5LIB": ":".join(map(str, libs))},
            capture_output=True, text=True, check=False)
        if done.returncode != 0 or not done.stdout:
            raise SystemExit(f"psad: {done.stderr or done.stdout}")
        return time.monotonic() - start
