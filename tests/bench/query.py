# SPDX-License-Identifier: GPL-3.0-or-later
"""The same flows in a store of ours and in nfdump's file, and questions to
both in turn."""

import os
import shutil
import subprocess
import time
from dataclasses import dataclass

# limits.md's
FILTER = ("src net 11.11.0.0/16 and not dst net 11.11.0.0/16 and "
          "dst port in [22 6667]")


@dataclass
class Took:
    cpu: float
    wall: float
    rss_kib: int


def timed(argv):
    """One run of a program, with all that it used."""
    start = time.monotonic()
    with subprocess.Popen(argv, stdout=subprocess.DEVNULL) as child:
        _, status, used = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode != 0:
        raise SystemExit(f"{argv}: exit status {child.returncode}")
    return Took(used.ru_utime + used.ru_stime, time.monotonic() - start,
                used.ru_maxrss)


class Flows:
    """N SYNs between few hosts or many, as both keep them."""

    def __init__(self, programs, folder, n, hosts):
        self.n, self.synhive = n, programs("synhive")
        self.store, pcap = folder / hosts, folder / f"{hosts}.pcap"
        nf, table = folder / f"{hosts}.nf", folder / f"{hosts}.csv"
        nf.mkdir()
        with pcap.open("wb") as out:
            subprocess.run([programs("bench/syns"), str(n), hosts],
                           stdout=out, check=True)
        subprocess.run(["nfpcapd", "-r", pcap, "-w", nf, "-t", "86400", "-B",
                        str(n)], check=True, capture_output=True)
        pcap.unlink()
        self.file, = nf.glob("nfcapd.2*")
        with table.open("wb") as out:
            subprocess.run(["nfdump", "-r", self.file, "-q", "-o", "csv"],
                           stdout=out, check=True)
        subprocess.run([self.synhive, "import", "--store", self.store, table],
                       check=True, stdout=subprocess.DEVNULL)
        with table.open("r", encoding="utf-8") as lines:
            row = next(line for i, line in enumerate(lines) if i == 1000)
        ends = sorted(row.split(",")[3:5],
                      key=lambda a: a.startswith("11.11."))
        self.stranger, self.pot = ends
        table.unlink()

    def bytes_a_record(self):
        return sum(p.stat().st_size for p in self.store.iterdir()) / self.n

    def count(self, text):
        return int(subprocess.run(
            [self.synhive, "records", "--store", self.store, "--count", text],
            check=True, stdout=subprocess.PIPE).stdout)

    def their_count(self, text):
        out = subprocess.run(["nfdump", "-r", self.file, "-q", "-o", "fmt:%pr",
                              text], check=True, stdout=subprocess.PIPE).stdout
        return len(out.split())

    def compare(self, text, turns):
        """The best of some turns of each: ours, theirs."""
        ours, theirs = [], []
        for _ in range(turns):
            ours.append(timed([self.synhive, "records", "--store", self.store,
                               "--count", text]))
            theirs.append(timed(["nfdump", "-r", self.file, "-q", "-o",
                                 "null", text]))
        return best(ours), best(theirs)


def best(runs):
    return Took(min(r.cpu for r in runs), min(r.wall for r in runs),
                max(r.rss_kib for r in runs))


def why_not():
    return None if shutil.which("nfpcapd") else "there is no nfdump here"
