#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""A honeynet is attacked, and Synhive tells of it while it happens.

Everything in it is real but the wires: sshd, ssh, an IRC server and client,
the kernel's packet log, agents, aggregator, console.  The exit status is 0
only when the alerts came that must come.
"""

import argparse
import json
import os
import shlex
import sys
import threading
import time
from pathlib import Path

import rootless
from world import (CHANNEL, INTRUDER, IRC_SERVER, POTS, SSH_SERVER,
                   SSH_SERVER6, WORMS, World, pot_address)
from hive import connect, program, synhive, when
from netns import Failed, Net, exit_on_signals, wait_until

ALERT_LIMIT_S = 10
MUST_COME = (("outbound-ssh", "pot1", SSH_SERVER),
             ("outbound-irc", "pot1", IRC_SERVER),
             ("outbound-irc", "pot2", IRC_SERVER))

_terminal = threading.Lock()


def say(text=""):
    with _terminal:
        print(text, flush=True)


class Listener:
    """"synhive alerts -f": once for people, once for this program."""

    def __init__(self, world):
        self.alerts = []                # (arrived, alert)
        argv = world.aggregator.follow(world.soc)
        self.people = world.agg.start(*argv, log="alerts.txt")
        self.machine = world.agg.start(*argv, "-o", "json", log="alerts.json")
        for follower in (self.people, self.machine):
            follower.wait_for(lambda text: "listening to" in text)
        self.end = threading.Event()
        self.thread = threading.Thread(target=self._read, daemon=True)
        self.thread.start()

    def _read(self):
        with open(self.people.log, encoding="utf-8") as people, \
                open(self.machine.log, encoding="utf-8") as machine:
            while not self.end.wait(0.001):
                now = time.time()
                for line in complete_lines(machine):
                    if line.startswith("{"):
                        self.alerts.append((now, json.loads(line)))
                for line in complete_lines(people):
                    if line.startswith("synhive:"):
                        continue
                    say(f"    {line.rstrip()}")

    def wait_for(self, detector, honeypot, peer):
        """The first alert of that kind, and how long after its SYN it came."""
        def look():
            return next(((at, a) for at, a in list(self.alerts)
                         if a["detector"] == detector
                         and a["honeypot"] == honeypot
                         and a["peer"] in (peer, None)), None)
        at, alert = wait_until(look, ALERT_LIMIT_S,
                               f"{detector} on {honeypot}")
        return alert, (at - when(alert["first"])) * 1000

    def close(self):
        self.end.set()
        self.thread.join()


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

    def act(self, text):
        say(f"\n[{time.monotonic() - self.started:5.1f} s] {text}")

    def noise(self):
        self.act("Worms knock at every honeypot, as they always do.")
        for worm in WORMS:
            for name in POTS:
                for port in (22, 23, 445, 3389):
                    connect(self.world.out, pot_address(name), port,
                            source=worm)

    def break_in(self):
        self.act(f"{INTRUDER} logs in to pot1 by ssh, with a stolen key.")
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
        self.act(f"From pot1 a real ssh goes out to {SSH_SERVER}, and to "
                 f"{SSH_SERVER6}.")
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
        self.act(f"pot1 becomes a bot: it joins {CHANNEL} at {IRC_SERVER}.")
        self.start_bot("pot1", self.on_pot1)

    def spread(self):
        self.act("From pot1 the intruder reaches pot2.")
        self.on_pot2("true")
        self.act(f"pot2 joins {CHANNEL} too.  pot3 was only knocked at.")
        self.start_bot("pot2", self.on_pot2)


def said(path):
    return path.read_text(errors="replace") if path.exists() else ""


def verdict(world, listener):
    """What must have come; returns what did not, each a sentence."""
    missing, times = [], []
    for detector, honeypot, peer in MUST_COME:
        try:
            alert, ms = listener.wait_for(detector, honeypot, peer)
            times.append((ms, alert["detector"], honeypot))
        except Failed as e:
            missing.append(str(e))
    by_pot = {}

    def compromised():
        by_pot.update((i["honeypot"], i) for i in
                      world.aggregator.ask("incidents"))
        return by_pot.get("pot1", {}).get("severity") == "compromised"
    try:
        wait_until(compromised, ALERT_LIMIT_S,
                   "an incident 'compromised' of pot1")
    except Failed as e:
        missing.append(str(e))
    if "pot3" in by_pot:
        missing.append("pot3 did nothing, and yet has an incident")
    return missing, times, by_pot.get("pot1")


def report(world, incident, times):
    conf = world.aggregator.conf
    for verb in ("sensors", "incidents"):
        say(f"\n$ synhive {verb}")
        say(synhive(verb, "-c", conf).rstrip())
    say()
    if incident is not None:
        say(f"$ synhive incident {incident['incident']}")
        say(synhive("incident", incident["incident"], "-c", conf))
    for ms, detector, honeypot in times:
        say(f"{detector} of {honeypot}: {ms:.1f} ms from the SYN to the alert "
            "at the subscriber")


def play(world):
    world.start_services()
    world.start_synhive()
    say(f"{len(world.agents)} agents, the aggregator, sshd and ngircd run.")
    listener = Listener(world)
    story = Story(world)
    for act in (story.noise, story.break_in, story.go_out, story.join_irc,
                story.spread):
        act()
    missing, times, incident = verdict(world, listener)
    listener.close()
    report(world, incident, times)
    for text in missing:
        say(f"MISSING: {text}")
    say(f"\n{'FAILED' if missing else 'As it should be'} after "
        f"{time.monotonic() - story.started:.0f} s.")
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
