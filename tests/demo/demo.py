#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""A honeynet is attacked, and Synhive tells of it while it happens.

Everything in it is real but the wires: sshd, ssh, an IRC server and client,
the kernel's packet log, agents, aggregator, console.  The exit status is 0
only when the alerts came that must come, each in time.
"""

import argparse
import json
import os
import shlex
import sys
import textwrap
import threading
import time
from pathlib import Path

import rootless
from world import (CHANNEL, INTRUDER, IRC_SERVER, MAP, POTS, SSH_SERVER,
                   SSH_SERVER6, WORMS, World, pot_address)
from hive import connect, program, synhive, when
from netns import Failed, Net, exit_on_signals, wait_until

ALERT_LIMIT_S = 10      # how long we wait for one
IN_TIME_MS = 1000       # how long it may take
MUST_COME = (("outbound-ssh", "pot1", SSH_SERVER),
             ("outbound-irc", "pot1", IRC_SERVER),
             ("irc-confirmed", "pot1", IRC_SERVER),
             ("pivot", "pot1", pot_address("pot2")),
             ("shared-peer", "pot1", IRC_SERVER))
PATH = [("203.0.113.66", "pot1"), ("pot1", "pot2")]

INTRODUCTION = f"""\
A honeynet in network namespaces.  Only the wires are not real.

{MAP}

An agent reads in its kernel who begins a connection to whom, and tells the
aggregator at once.  What the aggregator concludes is printed below as a
subscriber to its feed gets it, with the time since the packet that was the
reason.  Mere notices are not printed."""

_terminal = threading.Lock()


def say(text=""):
    with _terminal:
        print(text, flush=True)


class Listener:
    """"synhive alerts -f", read as it writes."""

    def __init__(self, world):
        self.alerts = []                # (arrived, alert)
        self.follower = world.agg.start(
            *world.aggregator.follow(world.soc), "-o", "json", log="alerts")
        self.follower.wait_for(lambda text: "listening to" in text)
        self.end = threading.Event()
        self.thread = threading.Thread(target=self._read, daemon=True)
        self.thread.start()

    def _read(self):
        with open(self.follower.log, encoding="utf-8") as file:
            while not self.end.wait(0.001):
                now = time.time()
                for line in complete_lines(file):
                    if line.startswith("{"):
                        self._take(now, json.loads(line))

    def _take(self, now, alert):
        self.alerts.append((now, alert))
        if alert["severity"] != "notice":
            say(told(alert, since_packet_ms(now, alert)))

    def wait_for(self, detector, honeypot, peer):
        """The first alert of that kind, and how long after its SYN it came."""
        def look():
            return next(((at, a) for at, a in list(self.alerts)
                         if a["detector"] == detector
                         and a["honeypot"] == honeypot
                         and a["peer"] in (peer, None)), None)
        at, alert = wait_until(look, ALERT_LIMIT_S,
                               f"{detector} on {honeypot}")
        return alert, since_packet_ms(at, alert)

    def close(self):
        self.end.set()
        self.thread.join()


def since_packet_ms(arrived, alert):
    return (arrived - when(alert["last"])) * 1000


def told(alert, ms):
    """An alert for people: its head, and its sentence below that."""
    head = f"{alert['severity'].upper()}  {alert['detector']}"
    text = textwrap.fill(alert["text"], 78, initial_indent=" " * 12,
                         subsequent_indent=" " * 12, break_on_hyphens=False)
    return f"    +{ms:4.0f} ms  {head}\n{text}"


def complete_lines(file):
    """Whole lines only; the rest of one is read again later."""
    while True:
        at = file.tell()
        line = file.readline()
        if not line.endswith("\n"):
            file.seek(at)
            return
        yield line


class Story:
    def __init__(self, world):
        self.world = world
        self.started = time.monotonic()

    def scene(self, text):
        say("\n" + textwrap.fill(
            f"[{time.monotonic() - self.started:4.1f} s] {text}", 78,
            subsequent_indent=" " * 9, break_on_hyphens=False))

    def noise(self):
        self.scene("Worms knock at every honeypot, as they always do.  Nobody "
                   "is to be woken for that.")
        for worm in WORMS:
            for name in POTS:
                for port in (22, 23, 445, 3389):
                    connect(self.world.out, pot_address(name), port,
                            source=worm)

    def break_in(self):
        self.scene(f"{INTRUDER} logs in to pot1 by ssh, with a stolen key.  "
                   "To the network that is one more visitor.")
        self.intruder = self.world.ssh(pot_address("pot1"), "-b", INTRUDER)
        self.world.out.run(*self.intruder, "true", timeout=20)

    def on_pot1(self, *argv):
        """What the intruder types at pot1's shell."""
        self.world.out.run(*self.intruder, shlex.join(map(str, argv)),
                           timeout=20)

    def on_pot2(self, *argv):
        """... and from there on pot2's."""
        self.on_pot1(*self.world.ssh(pot_address("pot2")),
                     shlex.join(map(str, argv)))

    def go_out(self):
        self.scene(f"From pot1 a real ssh goes out to {SSH_SERVER}, and to "
                   f"{SSH_SERVER6}.  A honeypot has no business out there.")
        for server in (SSH_SERVER, SSH_SERVER6):
            self.on_pot1(*self.world.ssh(server), "true")

    def start_bot(self, name, shell):
        """A real IRC client, which joins the channel."""
        bot = self.world.bot(name)
        shell("sh", "-c", f"setsid ii -s {IRC_SERVER} -p 6667 -n {name} "
              f"-i {bot.parent} </dev/null >/dev/null 2>&1 &")
        wait_until(lambda: "Welcome" in said(bot / "out"), 10,
                   f"{name} is on IRC")
        shell("sh", "-c", f"echo '/j {CHANNEL}' >{bot}/in")
        wait_until(lambda: "has joined" in said(bot / CHANNEL / "out"), 10,
                   f"{name} joins {CHANNEL}")

    def join_irc(self):
        self.scene(f"pot1 becomes a bot: it joins {CHANNEL} at {IRC_SERVER}.  "
                   "The server asks back who that is (ident), as only an IRC "
                   "server does.")
        self.start_bot("pot1", self.on_pot1)

    def spread(self):
        self.scene("From pot1 the intruder logs in to pot2, by ssh.")
        self.on_pot2("true")

    def join_too(self):
        self.scene(f"pot2 joins {CHANNEL}, too.  Two honeypots with one "
                   "master are one break-in.")
        self.start_bot("pot2", self.on_pot2)


ACTS = (("First act: pot1 falls",
         (Story.noise, Story.break_in, Story.go_out, Story.join_irc)),
        ("Second act: from pot1 to pot2",
         (Story.spread, Story.join_too)))


def said(path):
    return path.read_text(errors="replace") if path.exists() else ""


def check_alerts(listener):
    """What did not come, or too late, each a sentence; and how long each
    that came took."""
    missing, times = [], []
    for detector, honeypot, peer in MUST_COME:
        try:
            alert, ms = listener.wait_for(detector, honeypot, peer)
        except Failed as e:
            missing.append(str(e))
            continue
        times.append((ms, detector, alert))
        if ms > IN_TIME_MS:
            missing.append(f"{detector} took {ms:.0f} ms")
        if detector == "shared-peer" and alert["honeypots"] != ["pot1",
                                                                "pot2"]:
            missing.append(f"shared-peer names {alert['honeypots']}")
    return missing, times


def check_store(world):
    """What the console does not say, each a sentence."""
    ask = world.aggregator.ask
    fallen = {}

    def both_fell():
        fallen.update((i["honeypot"], i["severity"]) for i in ask("incidents"))
        return [fallen.get(x) for x in ("pot1", "pot2")] == ["compromised"] * 2
    missing = []
    try:
        wait_until(both_fell, ALERT_LIMIT_S,
                   "pot1 and pot2 have incidents, compromised")
    except Failed as e:
        missing.append(str(e))
    if "pot3" in fallen:
        missing.append("pot3 did nothing, and yet has an incident")
    path = [(step["from"], step["to"]) for step in ask("tree")]
    if path != PATH:
        missing.append(f"the tree is {path}")
    return missing


def report(world, times):
    say("\n--- What an operator sees now " + "-" * 48)
    for verb, what in (("sensors", "Is everybody there, was nothing lost?"),
                       ("honeypots", "Who fell?"),
                       ("tree", "Which way did they take?")):
        say(f"\n{what}\n$ synhive {verb}")
        say(synhive(verb, "-c", world.aggregator.conf).rstrip())
    say("\nHow long it took from the SYN in the honeypot's kernel to the "
        "alert at the\nsubscriber:")
    for ms, detector, alert in times:
        say(f"    {ms:6.1f} ms  {detector} of "
            f"{' and '.join(alert['honeypots'] or [alert['honeypot']])}")
    say("\nWhat happened to pot1, and what to type next?"
        "\n$ synhive incident pot1")
    say(synhive("incident", "pot1", "-c", world.aggregator.conf).rstrip())


def play(world):
    say(INTRODUCTION)
    world.start_services()
    world.start_synhive()
    listener = Listener(world)
    story = Story(world)
    for title, scenes in ACTS:
        say(f"\n--- {title} " + "-" * (73 - len(title)))
        for scene in scenes:
            scene(story)
    missing, times = check_alerts(listener)
    missing += check_store(world)
    listener.close()
    report(world, times)
    for text in missing:
        say(f"MISSING: {text}")
    say(f"\n[{'FAILED' if missing else 'All came as it should'}, in "
        f"{time.monotonic() - story.started:.0f} s]")
    return 1 if missing else 0


def main():
    p = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    p.add_argument("--build", type=Path, help="where the programs are")
    build = p.parse_args().build
    if build:
        os.environ["SYNHIVE_BUILD"] = str(build.absolute())
    rootless.become_root("sudo make demo")
    exit_on_signals()
    for name in ("synhive-agent", "synhive-aggregator", "synhive"):
        if not program(name).exists():
            sys.exit(f"{program(name)} is not built; type:  make")
    with Net() as net:
        return play(World(net))


if __name__ == "__main__":
    try:
        sys.exit(main())
    except Failed as e:
        sys.exit(f"demo: {e}")
    except KeyboardInterrupt:
        say("\ninterrupted; all is cleaned up")
        sys.exit(130)
