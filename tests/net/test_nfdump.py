# SPDX-License-Identifier: GPL-3.0-or-later
"""nfdump's filters and ours select the same rows of the same packets."""

import csv
import random
import shutil
import socket
import struct
import subprocess

import pytest

from console import answer, rows

pytestmark = pytest.mark.skipif(shutil.which("nfpcapd") is None,
                                reason="no nfdump here")

SEED = 20050226
FLOWS = 1500
FILTERS = 80
BEGIN = 1109444452          # 2005-02-26T19:00:52Z
FIN, SYN, RST, ACK, ECE, CWR = 1, 2, 4, 16, 64, 128
KINDS = (SYN, SYN, SYN, SYN | ECE | CWR, SYN | ACK, RST | ACK)
HOSTS = ("11.11.79.67", "11.11.79.80", "11.11.80.1", "203.0.113.9",
         "203.0.113.200", "198.51.100.7", "2001:db8::1", "2001:db8:1::9")
NETS = ("11.11.0.0/16", "11.11.79.0/24", "203.0.113.0/25", "0.0.0.0/0",
        "198.51.100.7/32", "2001:db8::/32", "2001:db8:1::/48")
PORTS = (22, 80, 113, 443, 6660, 6667, 6669, 8888, 40000, 65535)


# --- packets -----------------------------------------------------------------

def tcp(sport, dport, flags):
    return struct.pack("!HHIIBBHHH", sport, dport, 0, 0, 5 << 4, flags, 1024,
                       0, 0)


def frame(src, dst, sport, dport, flags):
    segment = tcp(sport, dport, flags)
    if ":" in src:
        head = struct.pack("!IHBB", 6 << 28, len(segment), 6, 64)
        kind, family = 0x86dd, socket.AF_INET6
    else:
        head = struct.pack("!BBHHHBBH", 0x45, 0, 20 + len(segment), 0, 0, 64,
                           6, 0)
        kind, family = 0x0800, socket.AF_INET
    return (bytes(12) + struct.pack("!H", kind) + head
            + socket.inet_pton(family, src) + socket.inet_pton(family, dst)
            + segment)


def random_packets(rng):
    """Some packets of each of some flows: one flow is always one kind."""
    seen = {}
    while len(seen) < FLOWS:
        src = rng.choice(HOSTS)
        dst = rng.choice([h for h in HOSTS if (":" in h) == (":" in src)])
        ends = src, dst, rng.choice(PORTS), rng.choice(
            (*PORTS, rng.randrange(1, 65536)))
        seen[ends] = rng.choice(KINDS), rng.choice((1, 1, 1, 2, 5))
    packets = [(*ends, flags) for ends, (flags, n) in seen.items()
               for _ in range(n)]
    rng.shuffle(packets)
    return packets


def write_pcap(path, packets):
    with path.open("wb") as f:
        f.write(struct.pack("<IHHiIII", 0xa1b2c3d4, 2, 4, 0, 0, 65535, 1))
        for i, p in enumerate(packets):
            data = frame(*p)
            f.write(struct.pack("<IIII", BEGIN + i // 1000, i % 1000 * 1000,
                                len(data), len(data)))
            f.write(data)


class Both:
    """The same packets as nfpcapd's flows, as our records, and nfdump's flows
    as our records."""

    def __init__(self, folder):
        pcap = folder / "random.pcap"
        write_pcap(pcap, random_packets(random.Random(SEED)))
        (folder / "nf").mkdir()
        subprocess.run(["nfpcapd", "-r", pcap, "-w", folder / "nf", "-t",
                        "3600"], check=True, capture_output=True, timeout=60)
        self.flows = next((folder / "nf").glob("nfcapd.2*"))
        table = folder / "flows.csv"
        table.write_text(self.nfdump("-o", "csv"), "utf-8")
        self.packets, self.counted = folder / "packets", folder / "counted"
        answer("import", "--store", self.packets, pcap)
        answer("import", "--store", self.counted, table)

    def nfdump(self, *argv):
        return subprocess.run(["nfdump", "-r", self.flows, "-q", *argv],
                              check=True, capture_output=True, text=True,
                              timeout=60).stdout

    def theirs(self, text):
        found = csv.reader(self.nfdump("-o", "csv", text).splitlines())
        return {(sa, int(sp), da, int(dp))
                for _, _, _, sa, da, sp, dp, *_ in
                (r for r in found if len(r) > 7)}

    @staticmethod
    def ours(store, text):
        return {(r["src"], r["sport"], r["dst"], r["dport"])
                for r in rows("records", "--store", store, text)}


@pytest.fixture(name="both", scope="module")
def _both(tmp_path_factory):
    return Both(tmp_path_factory.mktemp("nfdump"))


# --- filters, in nfdump's words and in ours ----------------------------------

def term(rng):
    side = rng.choice(("", "src ", "dst "))
    kind = rng.randrange(7)
    if kind == 0:
        host = rng.choice(HOSTS)
        return f"{side}host {host}", f"{side}host {host}"
    if kind == 1:
        net = rng.choice(NETS)
        return f"{side}net {net}", f"{side}net {net}"
    if kind == 2:
        port = rng.choice(PORTS)
        return f"{side}port {port}", f"{side}port {port}"
    if kind == 3:
        some = " ".join(map(str, rng.sample(PORTS, 3)))
        return f"{side}port in [ {some} ]", f"{side}port in [{some}]"
    if kind == 4:
        port = rng.choice(PORTS[:-1])
        return f"{side}port > {port}", f"{side}port {port + 1}-65535"
    if kind == 5:
        # several letters at once and "not" are more than 1.7.1 can do
        return rng.choice((
            ("(flags S and not flags A)", "flags syn"),
            ("(flags S and flags A)", "flags synack"),
            ("flags R", "flags rst")))
    some = rng.sample(HOSTS[:6], 2)
    return (f"{side}ip in [ {' '.join(some)} ]",
            f"{side}host in [{', '.join(some)}]")


def counted_term(rng):
    what = rng.choice(("packets", "bytes"))
    compare = rng.choice((">", "<", "="))
    n = rng.choice((1, 2, 4) if what == "packets" else (40, 120, 200, "1k"))
    ours = what.replace("bytes", "octets")
    return f"{what} {compare} {n}", f"{ours} {compare} {n}"


def random_filter(rng, depth, terms):
    if depth == 0 or rng.random() < 0.3:
        return rng.choice(terms)(rng)
    theirs, ours = random_filter(rng, depth - 1, terms)
    if rng.random() < 0.25:
        return f"not ({theirs})", f"not ({ours})"
    more, more_ours = random_filter(rng, depth - 1, terms)
    word = rng.choice(("and", "or"))
    return f"({theirs}) {word} ({more})", f"({ours}) {word} ({more_ours})"


@pytest.mark.parametrize("what, terms", [
    ("packets", [term]),
    ("counted", [term, counted_term]),
])
def test_the_same_rows_are_selected(both, what, terms):
    rng = random.Random(SEED + len(terms))
    store, sizes = getattr(both, what), []
    for _ in range(FILTERS // 2):
        theirs, ours = random_filter(rng, 3, terms)
        expected = both.theirs(theirs)
        assert both.ours(store, ours) == expected, f"{theirs}\n{ours}"
        sizes.append(len(expected))
    # neither all nor nothing
    assert sum(0 < n < FLOWS for n in sizes) > FILTERS // 4


def test_the_number_of_rows_is_that_of_the_flows(both):
    assert len(both.theirs("any")) == FLOWS
    assert len(both.ours(both.packets, "")) == FLOWS
    assert answer("records", "--store", both.counted, "--count") == (
        f"{FLOWS}\n")
