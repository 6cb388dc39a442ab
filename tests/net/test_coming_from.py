# SPDX-License-Identifier: GPL-3.0-or-later
"""docs/how-to/coming-from.md: each pair of commands, theirs and ours, on the
same data.  Rows are compared, not prose."""

import csv
import io
import json
import os
import random
import re
import shutil
import struct
import subprocess

import pytest

from console import answer
from hive import ROOT, program
from packets import ACK, PSH, SYN, segment

PAGE = ROOT / "docs/how-to/coming-from.md"
FLOWS = ROOT / "tests/data/first-flows.flow-print"
FILTERS = ROOT / "docs/examples/filter.cfg"
HOSTS = ["11.11.79.67", "11.11.79.69", "79.115.103.225", "203.0.113.7",
         "198.51.100.9"]
PORTS = [22, 80, 6667, 6660, 25, 1024, 1025]
# The seed of all link pictures: ovals, boxes, circles.
COLORS = """xlabels=0
color.source="yellow"
color.event="lightblue"
color.target="green"
shape.event=box
shape.target=circle
"""
RAW_IP = 101
END_S = 60


def pairs(section):
    """(theirs, ours) of a section's table."""
    text = PAGE.read_text("utf-8").split(f"\n## {section}\n")[1]
    rows = re.findall(r"^\| (.*?[^\\]) \| `(.*)` \|$", text.split("\n## ")[0],
                      re.M)
    found = [(a.strip("`").replace("\\|", "|"), b.replace("\\|", "|"))
             for a, b in rows]
    assert len(found) > 1
    return found


def tool(name):
    path = shutil.which(name, path=os.environ["PATH"] + ":/usr/sbin")
    if path is None:
        pytest.skip(f"{name} is not installed")
    return path


class Folder:
    """Where both sides find their files; ours asks the store."""

    def __init__(self, path):
        self.path = path
        (path / "bin").mkdir(parents=True)
        ours = path / "bin/synhive"
        ours.write_text(f'#!/bin/sh\nexec {program("synhive")} "$@" --store '
                        f'{path}/store\n', "ascii")
        ours.chmod(0o755)
        (path / "filter.cfg").write_bytes(FILTERS.read_bytes())

    def run(self, command):
        done = subprocess.run(
            ["sh", "-c", command], cwd=self.path, text=True, check=False,
            capture_output=True, timeout=END_S, env={
                **os.environ, "PATH": f"{self.path}/bin:{os.environ['PATH']}"
                                      ":/usr/sbin"})
        assert done.returncode == 0, f"{command}\n{done.stderr}"
        return done.stdout

    def rows(self, command):
        return [json.loads(line) for line in self.run(
            f"{command} -o json").splitlines()]


def counted(rows, command, *counts):
    """What "top" says: the fields, then these counts."""
    fields = re.search(r"synhive top (\S+)", command)[1].split(",")
    return {tuple(str(r[f]) for f in fields)
            + tuple(r[c] for c in counts) for r in rows}


# --- psad --------------------------------------------------------------------

def iptables_log():
    """SYNs, answers, UDP, to and fro; the same each time."""
    chance = random.Random(4)
    for i in range(200):
        src, dst = chance.sample(HOSTS, 2)
        proto, flags = chance.choice(
            [("TCP", "SYN ")] * 6 + [("TCP", "ACK SYN "), ("TCP", "ACK "),
                                     ("UDP", "")])
        ends = f"SPT={3000 + i} DPT={chance.choice(PORTS)} "
        tail = (f"{ends}WINDOW=5840 RES=0x00 {flags}URGP=0 "
                if proto == "TCP" else f"{ends}LEN=40 ")
        yield (f"Feb 26 19:{i // 60:02}:{i % 60:02} gw kernel: OUTG CONN: "
               f"IN=br0 OUT=eth0 SRC={src} DST={dst} LEN=60 TOS=0x00 "
               f"PREC=0x00 TTL=64 ID={i} DF PROTO={proto} {tail}\n")


@pytest.fixture(name="log", scope="module")
def _log(tmp_path_factory):
    tool("psad")
    if os.geteuid() != 0:
        pytest.skip("psad runs as root only")
    folder = Folder(tmp_path_factory.mktemp("psad") / "psad")
    (folder.path / "iptables.log").write_text("".join(iptables_log()), "ascii")
    (folder.path / "color.nf").write_text(COLORS, "ascii")
    answer("import", "--year", "2005", "--store", folder.path / "store",
           folder.path / "iptables.log")
    return folder


def plotted(path):
    """Rows of a .dat file: "2, 22, 4  ### 2=11.11.79.69"."""
    return {(found[2], found[0], int(found[1])) for found in re.findall(
        r"^\d+, (\d+), (\d+)  ### \d+=(\S+)", path.read_text("ascii"), re.M)}


@pytest.mark.parametrize("theirs, ours", pairs("psad"))
def test_psad(log, theirs, ours):
    said = log.run(theirs)
    if "psad-csv" in ours:
        assert len(said.splitlines()) > 3
        assert log.run(ours) == said
        return
    expected = plotted(log.path / "counts.dat")
    assert len(expected) > 3
    assert counted(log.rows(ours), ours, "records") == expected


PICTURES = pairs("psad's and AfterGlow's pictures")


def test_psads_points(log):
    """The same points with the same ranks, in the same order."""
    theirs, ours = PICTURES[0]
    data = []
    for command in (theirs, ours):
        log.run(command)
        data.append([line for line in (log.path / "points.dat").read_text(
            "ascii").splitlines() if line and not line.startswith("#")])
        (log.path / "points.dat").unlink()
    assert len(data[0]) > 10
    assert data[0] == data[1]


def test_afterglows_links(log):
    """What AfterGlow would draw of the rows that psad gives it."""
    theirs, ours = PICTURES[1]
    psad, _, afterglow = theirs.partition(" | ")
    assert afterglow == "afterglow.pl -c color.nf"
    rows = [[word.strip() for word in line.split(",")]
            for line in log.run(psad).splitlines()]
    edges = {(r[0], r[1]) for r in rows} | {(r[1], r[2]) for r in rows}
    log.run(ours)
    dot = (log.path / "links.dot").read_text("utf-8")
    assert set(re.findall(r'^"(.*?)" -> "(.*?)"', dot, re.M)) == edges
    shapes = dict(re.findall(r'^"([^"]*)" \[.*?\bshape=(\w+)', dot, re.M))
    assert {shapes[r[1]] for r in rows} == {"box"}
    assert {shapes[r[2]] for r in rows} == {"circle"}
    assert {shapes.get(r[0], "ellipse") for r in rows} == {"ellipse"}


# --- flow-tools --------------------------------------------------------------

@pytest.fixture(name="flows", scope="module")
def _flows(tmp_path_factory):
    folder = Folder(tmp_path_factory.mktemp("flow-tools") / "flow-tools")
    answer("import", "--store", folder.path / "store", FLOWS)
    return folder


def nfilter(theirs, flow):
    """What flow-nfilter does with a flow, its definitions by hand."""
    src, dst, _, sport, dport, _, packets = flow
    victim = "189.22.36.165"
    browsing = ((src == victim and dport == "80")
                or (dst == victim and sport == "80"))
    known = {"victim-browsing": not browsing, "gt1packet": int(packets) > 1}
    return all(known[name] if name in known else value in (src, dst)
               for name, value in re.findall(
                   r"flow-nfilter -F (\S+)(?: -v ADDR=(\S+))?", theirs))


@pytest.mark.parametrize("theirs, ours", pairs("flow-tools"))
def test_flow_tools(flows, theirs, ours):
    if theirs == "the same":
        theirs = pairs("flow-tools")[1][0]
    everything = [line.split()
                  for line in FLOWS.read_text("utf-8").splitlines()[1:]]
    expected = [f for f in everything if nfilter(theirs, f)]
    shown = [line.split() for line in flows.run(ours).splitlines()[1:]]
    if "-f 5" in theirs:
        shown = [[r[3], r[6], r[8], r[4], r[7], r[11], r[10]]
                 for r in shown if r]
    assert len(expected) > 3
    assert shown == expected


# --- nfdump ------------------------------------------------------------------

def capture():
    """Conversations of one to 30 packets, one way."""
    chance = random.Random(5)
    second = 1109444400
    yield struct.pack("<IHHIIII", 0xa1b2c3d4, 2, 4, 0, 0, 65535, RAW_IP)
    for i in range(80):
        src, dst = chance.sample(HOSTS, 2)
        port = chance.choice(PORTS)
        for k in range(chance.choice([1, 1, 1, 2, 5, 30])):
            packet = segment(src, dst, 2000 + i, port,
                             PSH | ACK if k else SYN, seq=k + 1)
            yield struct.pack("<IIII", second, 0, len(packet), len(packet))
            yield packet
            second += 1


@pytest.fixture(name="captured", scope="module")
def _captured(tmp_path_factory):
    tool("nfdump")
    folder = Folder(tmp_path_factory.mktemp("nfdump") / "nfdump")
    (folder.path / "x.pcap").write_bytes(b"".join(capture()))
    folder.run("mkdir d && nfpcapd -r x.pcap -l d -t 86400 && "
               "mv d/nfcapd.2* flows.nf && nfdump -r flows.nf -o csv "
               ">flows.csv")
    answer("import", "--store", folder.path / "store",
           folder.path / "flows.csv")
    return folder


def listed(folder, theirs):
    """Flows that nfdump shows."""
    said = folder.run(f"{theirs} -q -N -o 'fmt:%sa,%sp,%da,%dp,%pkt,%byt'")
    return sorted(tuple(word.strip() for word in line.split(","))
                  for line in said.splitlines())


def summed(folder, theirs):
    """Rows of -s: the value, flows, packets, bytes."""
    said = folder.run(f"{theirs} -o csv").split("\n\nSummary")[0]
    table = csv.reader(io.StringIO(said))
    next(table)
    return {(r[4], int(r[5]), int(r[7]), int(r[9])) for r in table}


def aggregated(folder, theirs):
    """Rows of -A srcip,dstport."""
    said = folder.run(f"{theirs} -q -N -o 'fmt:%sa,%dp,%fl,%pkt,%byt'")
    return {(w[0], w[1], int(w[2]), int(w[3]), int(w[4])) for w in (
        [word.strip() for word in line.split(",")]
        for line in said.splitlines())}


@pytest.mark.parametrize("theirs, ours", pairs("nfdump"))
def test_nfdump(captured, theirs, ours):
    rows = captured.rows(ours)
    assert len(rows) > 1
    if " top " not in ours:
        assert sorted(tuple(str(r[n]) for n in (
            "src", "sport", "dst", "dport", "packets", "octets"))
            for r in rows) == listed(captured, theirs)
        return
    both = aggregated if " -A " in theirs else summed
    assert counted(rows, ours, "records", "packets", "octets") == both(
        captured, theirs)
    by = re.search(r"--by (\w+)", ours)
    shown = [r[by[1] if by else "records"] for r in rows]
    assert shown == sorted(shown, reverse=True)
