# SPDX-License-Identifier: GPL-3.0-or-later
"""Synhive's programs in namespaces, and the small honeynet most tests use."""

import json
import os
import re
import shutil
import signal
import socket
import subprocess
from datetime import datetime
from pathlib import Path

from netns import Failed, command, wait_until

ROOT = Path(__file__).resolve().parents[2]
USER = "nobody"                 # the daemons drop root
HOME = ("198.51.100.0/24", "2001:db8:100::/64")
AGGREGATOR = "10.9.0.2"
INGEST, FEED, REPLAY = 7761, 7762, 7763
READY = re.compile(r"ready$", re.MULTILINE)


def is_ready(text):
    return READY.search(text) is not None


def program(name):
    return Path(os.environ.get("SYNHIVE_BUILD", ROOT / "build"), name)


def sanitized():
    """Are the programs under test built with sanitizers?"""
    return b"__asan_init" in program("synhive").read_bytes()


def synhive(*argv, **options):
    """Run the console; returns what it printed."""
    return command(program("synhive"), *argv, **options)


def connect(ns, address, port, source=None):
    """One SYN; nobody waits for the answer.  Returns the client's port."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with ns.entered(), socket.socket(family) as s:
        if source:
            s.bind((source, 0))
        s.setblocking(False)
        s.connect_ex((address, port))
        return s.getsockname()[1]


def synsend(ns, target, to, port, n, rate=0, before=()):
    """n SYNs from everywhere out of eth0 into that of 'target'; returns when
    all are sent.  rate: SYNs a second; 0: as fast as it goes."""
    mac = json.loads(target.ip("-json", "link", "show", "eth0"))[0]["address"]
    sent = ns.run(*before, program("tools/synsend"), "--dev", "eth0",
                  "--src", "192.0.2.0/24", "--unique", "--dst", to,
                  "--dst-mac", mac, "--dport", port, "--count", n,
                  "--rate", rate, timeout=120)
    assert int(sent) == n


def attempt(*argv, **options):
    """Run anything; returns its exit status and what it said on stderr."""
    done = subprocess.run([str(a) for a in argv], text=True, check=False,
                          stdin=subprocess.DEVNULL, capture_output=True,
                          **{"timeout": 20, **options})
    return done.returncode, done.stderr


class Key:
    """A key pair in a file, made by "synhive key new"."""

    def __init__(self, path):
        self.path = Path(path)
        if not self.path.exists():
            synhive("key", "new", self.path)
        self.public = Path(f"{path}.pub").read_text("ascii").strip()
        self.secret = self.path.read_text("ascii").strip()


def own(path):
    """A folder that a daemon may write after it dropped root."""
    path.mkdir(parents=True, exist_ok=True)
    shutil.chown(path, USER)
    return path


def setting(value):
    """A value as libconfuse reads it."""
    if isinstance(value, (list, tuple)):
        return "{" + ", ".join(f'"{v}"' for v in value) + "}"
    return str(value) if isinstance(value, int) else f'"{value}"'


def settings(values):
    return "".join(f"{k.replace('_', '-')} = {setting(v)}\n"
                   for k, v in values.items())


class Aggregator:
    def __init__(self, net, ns, address=AGGREGATOR, home=HOME):
        self.net, self.ns, self.address = net, ns, address
        self.dir = net.dir / "aggregator"
        self.store = own(self.dir / "store")
        self.key = Key(self.dir / "key")
        self.conf = self.dir / "aggregator.conf"
        self.home = home
        self.sensors, self.subscribers, self.honeypots = {}, {}, {}
        self.change = {}        # of the settings below
        self.program = None

    def endpoint(self, port):
        return f"tcp://{self.address}:{port}"

    def sensor(self, name, public, addresses):
        self.sensors[name] = {"key": public, "addresses": addresses}

    def subscriber(self, name):
        """A new key that may read the feed."""
        key = Key(self.dir / f"{name}.key")
        self.subscribers[name] = {"key": key.public}
        return key

    def write(self):
        text = settings({
            "listen": self.endpoint(INGEST), "feed": self.endpoint(FEED),
            "replay": self.endpoint(REPLAY),
            "control": own(self.dir / "run") / "control",
            "key-file": self.key.path, "store": self.store, "user": USER,
            **self.change})
        text += f"honeynet lab {{\nhome = {setting(self.home)}\n}}\n"
        for kind, entries in (("sensor", self.sensors),
                              ("subscriber", self.subscribers),
                              ("honeypot", self.honeypots)):
            for name, values in entries.items():
                text += f"{kind} {name} {{\n{settings(values)}}}\n"
        self.conf.write_text(text, "utf-8")

    def start(self, before=()):
        """Returns when it says that it is ready.  before: a command line's
        beginning, such as taskset's."""
        self.write()
        self.program = self.ns.start(*before, program("synhive-aggregator"),
                                     "-c", self.conf)
        self.program.wait_for(is_ready)
        return self

    def processes(self):
        """{"core": pid, "ingest": pid, "feed": pid}"""
        return {role(p): p for p in self.ns.pids() if _is_ours(p)}

    def kill(self):
        """kill -9 of the core; its children must not outlive it."""
        children = set(self.processes().values())
        self.program.kill()
        wait_until(lambda: not any(map(_is_ours, children)), 5,
                   "ingest and feed end when the core is killed")

    def kill_child(self, which):
        os.kill(self.processes()[which], signal.SIGKILL)

    def stop(self):
        return self.program.stop()

    def ask(self, *argv):
        """One dict for each line that "synhive VERB -o json" prints."""
        text = synhive(*argv, "-c", self.conf, "-o", "json")
        return [json.loads(line) for line in text.splitlines()]

    def count(self, *filter_words):
        return int(synhive("records", "--count", "-c", self.conf,
                           *filter_words))

    def sensor_row(self, name):
        return next(s for s in self.ask("sensors") if s["sensor"] == name)

    def await_up(self, *names):
        def up():
            rows = {s["sensor"] for s in self.ask("sensors")
                    if s["state"] == "up"}
            return rows >= set(names)
        wait_until(up, 10, f"{', '.join(names)} up")

    def refused(self):
        return self.ask("sensors", "--refused")

    def follow(self, key, *argv):
        """"synhive alerts -f" as a subscriber in another namespace."""
        return [program("synhive"), "alerts", "-f", "--feed",
                self.endpoint(FEED), "--server-key", self.key.public, "--key",
                key.path, *argv]


def _words(pid):
    try:
        return Path(f"/proc/{pid}/cmdline").read_text("utf-8").split("\0")
    except OSError:
        return [""]


def _is_ours(pid):
    return Path(_words(pid)[0]).name == "synhive-aggregator"


def role(pid):
    """Which of the aggregator's processes it is."""
    words = _words(pid)
    return words[2] if words[1:2] == ["--child"] else "core"


class Agent:
    """An agent on a host; known to 'aggregator' if it has 'addresses'."""

    def __init__(self, ns, sensor, aggregator, addresses=(), **change):
        self.ns, self.name, self.aggregator = ns, sensor, aggregator
        self.dir = ns.net.dir / f"agent-{sensor}"
        self.spool = own(self.dir / "spool")
        self.key = Key(self.dir / "key")
        self.conf = self.dir / "agent.conf"
        self.change = change
        self.program = None
        if addresses:
            aggregator.sensor(sensor, self.key.public, addresses)

    def write(self):
        self.conf.write_text(settings({
            "aggregator": self.aggregator.endpoint(INGEST),
            "aggregator-key": self.aggregator.key.public,
            "key-file": self.key.path, "spool": self.spool, "user": USER,
            "name": self.name, **self.change}), "utf-8")

    def start(self, before=()):
        """Returns when its rules and groups stand."""
        self.write()
        self.program = self.ns.start(*before, program("synhive-agent"), "-c",
                                     self.conf)
        self.program.wait_for(is_ready)
        return self

    def kill(self):
        return self.program.kill()

    def stop(self):
        return self.program.stop()

    def counted(self):
        """What the kernel counted at the rules, whether or not anybody was
        there to be told."""
        return counters(self.ns, ("seen_", "blind_"))


def counters(ns, beginnings):
    listed = json.loads(ns.run("nft", "--json", "list", "counters"))
    found = [i["counter"] for i in listed["nftables"] if "counter" in i]
    return sum(c["packets"] for c in found if c["table"] == "synhive"
               and c["name"].startswith(beginnings))


def management(net, agg, hosts):
    """A network of its own: the aggregator is 10.9.0.2 and 'hosts' maps each
    other namespace to the last byte of its address."""
    for ns, number in hosts.items():
        net.link(ns, "mgmt", agg, f"to-{ns.name}")
        ns.address("mgmt", f"10.9.0.{number}/24")
    agg.bridge("mgmt", *(f"to-{ns.name}" for ns in hosts))
    agg.address("mgmt", AGGREGATOR + "/24")


class Lab:
    """A honeypot, an outside world, and the aggregator's own network.

        pot  198.51.100.11 --- [gw] --- 203.0.113.6  far
        pot, gw            --- 10.9.0.2 agg
    """
    POT, POT6 = "198.51.100.11", "2001:db8:100::11"
    FAR, FAR6 = "203.0.113.6", "2001:db8:bad::6"
    FAR_MORE = ("203.0.113.7", "203.0.113.22", "203.0.113.66")

    def __init__(self, net, routed=False):
        self.net = net
        self.pot, self.far, self.agg = map(net.namespace,
                                           ("pot", "far", "agg"))
        self.gw = net.namespace("gw") if routed else None
        if routed:
            self._wire_gateway()
        else:
            net.link(self.pot, "eth0", self.far, "eth0")
        self.pot.address("eth0", self.POT + "/24", self.POT6 + "/64")
        self.far.address("eth0", self.FAR + "/24", self.FAR6 + "/64",
                         *(a + "/24" for a in self.FAR_MORE))
        for ns, via in ((self.pot, "198.51.100.1"), (self.far, "203.0.113.1")):
            ns.route("default", *(("via", via) if routed else ()), "dev",
                     "eth0")
            if not routed:
                ns.route("::/0", "dev", "eth0")
        management(net, self.agg, {self.pot: 11,
                                   **({self.gw: 1} if routed else {})})
        self.aggregator = Aggregator(net, self.agg)
        self.soc = self.aggregator.subscriber("soc")

    def _wire_gateway(self):
        self.net.link(self.pot, "eth0", self.gw, "lan")
        self.net.link(self.far, "eth0", self.gw, "wan")
        self.gw.address("lan", "198.51.100.1/24")
        self.gw.address("wan", "203.0.113.1/24")
        self.gw.forward()

    def agent(self, sensor="pot1", addresses=(POT, POT6), **change):
        return Agent(self.pot, sensor, self.aggregator, addresses, **change)

    def started(self, *agents):
        """Aggregator and agents (one on the honeypot) run and have spoken."""
        agents = agents or (self.agent(),)
        self.aggregator.start()
        for agent in agents:
            agent.start()
        self.aggregator.await_up(*(a.name for a in agents))
        return agents[0]

    def counted_in(self):
        """SYNs that reached the honeypot's rules."""
        return counters(self.pot, ("seen_in", "blind_in"))

    def follow(self, *argv):
        """Alerts as they come, one JSON object a line."""
        follower = self.agg.start(*self.aggregator.follow(
            self.soc, "-o", "json", *argv))
        follower.wait_for(lambda text: "listening to" in text)
        return follower


def alerts_in(text):
    """The complete lines of "synhive alerts -f -o json"."""
    return [json.loads(line) for line in text.splitlines()
            if line.startswith("{") and line.endswith("}")]


def await_alert(follower, timeout_s=5, **wanted):
    """The first alert whose fields are as wanted."""
    def look():
        return next((a for a in alerts_in(follower.text())
                     if all(a.get(k) == v for k, v in wanted.items())), None)
    try:
        return wait_until(look, timeout_s, f"an alert with {wanted}")
    except Failed as e:
        raise Failed(f"{e}\nthere was:\n{follower.text()}") from None


def when(rfc3339):
    """Seconds since 1970."""
    return datetime.fromisoformat(rfc3339).timestamp()
