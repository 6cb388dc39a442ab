# SPDX-License-Identifier: GPL-3.0-or-later
"""nflogdump, an agent without a wire, and what it is shown.

It loads the rules, binds the groups and prints what it reads.
"""

import json
import signal
import sys

import pytest
from hive import attempt, program
from netns import wait_until

DUMP = program("tools/nflogdump")
SEND = program("tools/synsend")
OUT, IN = 5, 6                  # the groups
SYN, SYNACK, REFUSAL, ECN_SYN = 0x02, 0x12, 0x14, 0xc2
UNAVAILABLE, NOPERM, CONFIG = 69, 77, 78        # sysexits(3)
HERE = {4: "192.0.2.1", 6: "2001:db8::1"}
THERE = {4: "192.0.2.2", 6: "2001:db8::2"}
V4_V6 = pytest.mark.parametrize("family", (4, 6))

LISTEN = """
import socket, sys
s = socket.create_server((sys.argv[1], int(sys.argv[2])),
                         family=socket.AF_INET6 if ":" in sys.argv[1]
                         else socket.AF_INET)
print("listening", flush=True)
while True:
    s.accept()
"""
CONNECT = """
import socket, sys
try:
    socket.create_connection((sys.argv[1], int(sys.argv[2])), 3).close()
    print("connected")
except OSError as e:
    print(e)
"""


class Dump:
    """nflogdump in a namespace, reading."""

    def __init__(self, ns, *options):
        self.program = ns.start(DUMP, *options, "read")
        self.program.wait_for(lambda text: "\nready\n" in text)

    def lines(self, key):
        text = self.program.text()
        parsed = (json.loads(line) for line in text.splitlines()
                  if line.startswith("{") and line.endswith("}"))
        return [line for line in parsed if key in line]

    def records(self, **wanted):
        return [r for r in self.lines("src")
                if all(r.get(k) == v for k, v in wanted.items())]

    def wait(self, n=1, **wanted):
        """Wait for n records, and return them."""
        return wait_until(
            lambda: (found := self.records(**wanted)) and len(found) >= n
            and found, 5, f"{n} x {wanted}: {self.program.text()}")

    def one(self, **wanted):
        found = self.wait(**wanted)
        assert len(found) == 1, found
        return found[0]

    def stats(self):
        """The counters of now, by group."""
        before = len(self.lines("stats"))
        self.program.signal(signal.SIGUSR1)
        wait_until(lambda: len(self.lines("stats")) == before + 2, 5, "stats")
        return {s["stats"]: s for s in self.lines("stats")[-2:]}

    def hold(self):
        self.program.signal(signal.SIGUSR2)
        self.program.wait_for(lambda text: "held\n" in text)

    def release(self):
        self.program.signal(signal.SIGUSR2)
        self.program.wait_for(lambda text: "released\n" in text)

    def start(self):
        """What it said of the rules' counters when it began."""
        return self.lines("counted_before")[0]


def connect(ns, address, port, *before):
    return ns.run(*before, sys.executable, "-c", CONNECT, address, port).strip()


def listen(ns, address, port):
    program = ns.start(sys.executable, "-c", LISTEN, address, port)
    program.wait_for(lambda text: "listening" in text)


def mac(ns, device="eth0"):
    return json.loads(ns.ip("-j", "link", "show", device))[0]["address"]


def send(ns, *options, device="eth0", **named):
    """synsend; returns how many it sent."""
    argv = [x for k, v in named.items()
            for x in (f"--{k.replace('_', '-')}", v)]
    return int(ns.run(SEND, "--dev", device, *argv, *options))


def counters(ns, prefix="seen_"):
    """The packets that our counters have, added up."""
    listed = json.loads(ns.run("nft", "-j", "list", "counters"))["nftables"]
    return sum(c["counter"]["packets"] for c in listed if "counter" in c
               and c["counter"]["table"] == "synhive"
               and c["counter"]["name"].startswith(prefix))


def counters_in(ns):
    """SYNs that the inbound rules counted."""
    listed = json.loads(ns.run("nft", "-j", "list", "counter", "inet",
                               "synhive", "seen_in"))["nftables"]
    return next(c["counter"]["packets"] for c in listed if "counter" in c)


def wait_until_quiet(dump):
    """All packets of both groups, once no more come."""
    def total():
        return sum(s["received"] + s["undecoded"] + s["lost"]
                   for s in dump.stats().values())
    before = [total()]

    def same():
        now = total()
        quiet, before[0] = now == before[0], now
        return quiet
    wait_until(same, 10, "quiet", poll_s=0.1)   # longer than the timer's 20 ms
    return before[0]


def rules(ns, *options):
    """Exit status and complaint of a verb of nflogdump."""
    return attempt(*ns.inside(DUMP, *options))


@pytest.fixture
def pair(net):
    """Two hosts, and a link between them."""
    here, there = net.namespace("here"), net.namespace("there")
    net.link(here, "eth0", there, "eth0")
    here.address("eth0", HERE[4] + "/24", HERE[6] + "/64")
    there.address("eth0", THERE[4] + "/24", THERE[6] + "/64")
    return here, there


@pytest.fixture
def routed(net):
    """A honeypot, a router, and a host outside."""
    pot, router, outside = map(net.namespace, ("pot", "router", "outside"))
    net.link(pot, "eth0", router, "in0")
    net.link(router, "out0", outside, "eth0")
    pot.address("eth0", "198.51.100.2/24", "2001:db8:1::2/64")
    router.address("in0", "198.51.100.1/24", "2001:db8:1::1/64")
    router.address("out0", "192.0.2.1/24", "2001:db8:2::1/64")
    outside.address("eth0", "192.0.2.2/24", "2001:db8:2::2/64")
    for ns, via4, via6 in ((pot, "198.51.100.1", "2001:db8:1::1"),
                           (outside, "192.0.2.1", "2001:db8:2::1")):
        ns.route("default", "via", via4)
        ns.route("default", "via", via6)
    router.forward()
    return pot, router, outside


ROUTED = {"pot": {4: "198.51.100.2", 6: "2001:db8:1::2"},
          "outside": {4: "192.0.2.2", 6: "2001:db8:2::2"}}
