# SPDX-License-Identifier: GPL-3.0-or-later
"""The pages of the documentation, and a shell in which their commands run."""

import gzip
import os
import re
import shlex
import struct
import subprocess

from hive import ROOT, program
from logs import FALL
from packets import SYN, segment

FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\(([^)#:]+)\)")
# Those that read a store, which on the pages lies where it lies by default.
OFFLINE = {"analyse", "analyze", "import", "key", "help", "--version"}
END_S = 60
RAW_IP = 101
ZEEK = ("#separator \\x09\n#unset_field\t-\n#path\tconn\n#fields\tts\tid.orig_h"
        "\tid.orig_p\tid.resp_h\tid.resp_p\tproto\tconn_state\n"
        "1591367999.305988\t198.51.100.7\t36844\t192.0.2.6\t6667\ttcp\tSF\n")
NFDUMP = ("ts,te,td,sa,da,sp,dp,pr,flg,ipkt,ibyt\n"
          "2010-11-09 10:15:23,2010-11-09 10:15:24,1.000,192.0.2.1,"
          "198.51.100.7,4381,22,TCP,......S.,1,60\n")


def pages():
    return sorted([ROOT / "README.md", *ROOT.glob("docs/**/*.md")])


def blocks(page, kind):
    return [text for what, text in FENCE.findall(page.read_text("utf-8"))
            if what == kind]


class Shell:
    """A folder with what the pages call by name, and programs of the build."""

    def __init__(self, folder, conf=None):
        self.folder, self.conf = folder, conf
        self.bin = folder / "bin"
        self.bin.mkdir(parents=True)
        self._program("synhive", self._synhive())
        self._program("synhive-aggregator", "exec " + shlex.quote(
            str(program("synhive-aggregator"))) + self._with_conf() + ' "$@"')
        self._program("journalctl", "cat kern.log")
        self._program("make", f"exec /usr/bin/make -n -C {ROOT} \"$@\"")
        self._files()

    def _with_conf(self):
        return f" -c {shlex.quote(str(self.conf))}" if self.conf else ""

    def _synhive(self):
        path = shlex.quote(str(program("synhive")))
        return (f'case "$1" in {"|".join(sorted(OFFLINE))}) exec {path} "$@"\n'
                f'esac\ncase "$*" in *--store*) exec {path} "$@"\nesac\n'
                f'exec {path} "$@"{self._with_conf()}')

    def _program(self, name, text):
        path = self.bin / name
        path.write_text(f"#!/bin/sh\n{text}\n", "ascii")
        path.chmod(0o755)

    def _files(self):
        d = self.folder
        (d / "kern.log").write_text(FALL, "ascii")
        with gzip.open(d / "kern.log.1.gz", "wt") as f:
            f.write(FALL.replace("Feb 26", "Feb 25"))
        packet = segment("203.0.113.77", "198.51.100.7", 40041, 80, SYN)
        (d / "syns.pcap").write_bytes(
            struct.pack("<IHHIIII", 0xa1b2c3d4, 2, 4, 0, 0, 65535, RAW_IP)
            + struct.pack("<IIII", 1109444441, 0, len(packet), len(packet))
            + packet)
        (d / "conn.log").write_text(ZEEK, "ascii")
        (d / "flows.csv").write_text(NFDUMP, "ascii")

    def run(self, text):
        """What it printed; fails with what it said when it fails."""
        done = subprocess.run(
            ["sh", "-euc", text], cwd=self.folder, text=True, check=False,
            capture_output=True, timeout=END_S,
            env={**os.environ, "PATH": f"{self.bin}:{os.environ['PATH']}"})
        assert done.returncode == 0, f"{text}\n{done.stdout}{done.stderr}"
        return done.stdout
