#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Benchmarks; prints "name value unit", one a line.

    agent     CPU of the agent for each SYN, and what it lost at full speed,
              beside a reader that does nothing else, in the same run
    ingest    records the aggregator takes a second: CURVE, detectors, durable
              commit, acknowledgement
    latency   from connect() to the alert at a subscriber
    analyse   lines of a honeynet's log a second, read and correlated, beside
              psad's on the beginning of the same log in the same run, in
              turns; of each the best
    pipeline  records of that log a second through the correlator alone, beside
              unpacking the same messages

Two cores are assumed: one sends, the other reads.
"""

import argparse
import itertools
import json
import os
import resource
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "net"))

from feed import Subscriber                             # noqa: E402
from hive import (HOME, INGEST, Agent, Aggregator,      # noqa: E402
                  Key, Lab, connect, program, synsend)
from netns import Net, exit_on_signals, wait_until      # noqa: E402
from psad import Psad                                   # noqa: E402
from query import FILTER, Flows, why_not                # noqa: E402

SENDING, READING = ["taskset", "-c", "0"], ["taskset", "-c", "1"]
IDLE = ["chrt", "--idle", "0"]      # the aggregator, while the agent is timed
PORT = 80
BARE_GROUP = 7
BARE_RULES = f"""
table inet bare {{
    chain pre {{
        type filter hook prerouting priority -310;
        tcp flags syn / fin,syn,rst,ack log group {BARE_GROUP} \\
            queue-threshold 1024
    }}
}}
"""
NO_ANSWER = f"""
table inet quiet {{
    chain in {{
        type filter hook prerouting priority -290; tcp dport {PORT} drop
    }}
}}
"""


def say(name, value, unit):
    text = f"{value:.3f}".rstrip("0").rstrip(".")
    print(f"{name:32} {text:>14} {unit}", flush=True)


def cpu_ns(pid):
    """Time on a processor of all threads, ended ones not counted."""
    return sum(int(p.read_text("ascii").split()[0])
               for p in Path(f"/proc/{pid}/task").glob("*/schedstat"))


def rss_kib(pid, what="VmRSS"):
    for line in Path(f"/proc/{pid}/status").read_text("ascii").splitlines():
        if line.startswith(what + ":"):
            return int(line.split()[1])
    return 0


def flood(lab, n):
    """n SYNs into the honeypot; returns the rate."""
    start = time.monotonic()
    synsend(lab.far, lab.pot, lab.POT, PORT, n, before=SENDING)
    return n / (time.monotonic() - start)


# --- agent --------------------------------------------------------------------

def bare_reader(options):
    """The floor: CPU for each SYN of a loop that receives and parses."""
    with Net() as net:
        lab = Lab(net)
        lab.pot.nft(NO_ANSWER)
        lab.pot.nft(BARE_RULES)
        reader = lab.pot.start(*READING, program("bench/bare_nflog"),
                               BARE_GROUP)
        reader.wait_for(lambda text: "ready" in text)
        before = cpu_ns(reader.pid)
        rate = flood(lab, options.syns)
        quiet(reader.pid)
        spent = cpu_ns(reader.pid) - before
        reader.signal(signal.SIGTERM)
        reader.wait()
        packets = int(reader.text().split()[1])
    say("bare_cpu", spent / max(packets, 1), "ns/SYN")
    say("bare_lost", options.syns - packets, "SYN")
    say("bare_rate", rate, "SYN/s")
    return spent / max(packets, 1)


def quiet(pid):
    """Wait until a process has used next to no CPU for half a second."""
    last = [cpu_ns(pid), time.monotonic()]

    def same():
        now = cpu_ns(pid)
        if now - last[0] > 2_000_000:
            last[:] = now, time.monotonic()
        return time.monotonic() - last[1] > 0.5
    wait_until(same, 60, "it is quiet", poll_s=0.05)


def bench_agent(options):
    floor = bare_reader(options)
    with Net() as net:
        lab = Lab(net)
        lab.pot.nft(NO_ANSWER)
        agent = lab.agent()
        lab.aggregator.start(before=IDLE)
        agent.start(before=READING)
        lab.aggregator.await_up(agent.name)
        pid = agent.program.pid
        say("agent_idle_rss", rss_kib(pid) / 1024, "MiB")
        before = cpu_ns(pid)
        rate = flood(lab, options.syns)
        wait_until(lambda: lost(lab, agent) + stored(lab) >= options.syns, 120,
                   "every SYN is stored or counted as lost", poll_s=0.2)
        spent = cpu_ns(pid) - before
        say("agent_cpu", spent / options.syns, "ns/SYN")
        say("agent_cpu_ratio", spent / options.syns / floor, "x bare")
        say("agent_lost", options.syns - stored(lab), "SYN")
        say("agent_rate", rate, "SYN/s")
        say("agent_peak_rss", rss_kib(pid, "VmHWM") / 1024, "MiB")
        bench_idle(pid, options)


def stored(lab):
    return lab.aggregator.count("dst", "port", str(PORT))


def lost(lab, agent):
    row = lab.aggregator.sensor_row(agent.name)
    return row["kernel_lost"] + row["spool_dropped"]


def bench_idle(pid, options):
    """What an agent with nothing to do costs."""
    def switches():
        return sum(int(line.split()[1])
                   for p in Path(f"/proc/{pid}/task").glob("*/status")
                   for line in p.read_text("ascii").splitlines()
                   if line.startswith("voluntary_ctxt"))
    quiet(pid)
    cpu, woken, start = cpu_ns(pid), switches(), time.monotonic()
    wait_until(lambda: time.monotonic() - start > options.idle,
               options.idle + 1, "nothing happens", poll_s=0.1)
    took = time.monotonic() - start
    say("agent_idle_cpu", (cpu_ns(pid) - cpu) / took / 1e7, "% of a core")
    say("agent_idle_wakeups", (switches() - woken) / took, "1/s")


# --- ingest -------------------------------------------------------------------

def bench_ingest(options):
    for sensors in (1, 4):
        with Net() as net:
            ingest(options, net, sensors)


def ingest(options, net, sensors):
    aggregator = Aggregator(net, net.namespace("agg"), "127.0.0.1")
    keys = [Key(aggregator.dir / f"sensor{i}.key") for i in range(sensors)]
    for i, key in enumerate(keys):
        aggregator.sensor(f"s{i}", key.public, [f"198.51.100.{10 + i}"])
    aggregator.start()
    out = aggregator.ns.run(
        program("bench/flood"), aggregator.endpoint(INGEST),
        aggregator.key.public, options.records, 1024,
        *(f"{k.path}=198.51.100.{10 + i}" for i, k in enumerate(keys)),
        timeout=600)
    records, size, took = map(float, out.split())
    name = f"ingest_{sensors}"
    say(f"{name}_rate", records / took, "records/s")
    say(f"{name}_missing", records - aggregator.count(), "records")
    say(f"{name}_wire", size / records, "bytes/record")
    say(f"{name}_store", folder_size(aggregator.store) / records,
        "bytes/record")
    for role, pid in aggregator.processes().items():
        say(f"{name}_peak_rss_{role}", rss_kib(pid, "VmHWM") / 1024, "MiB")


def folder_size(path):
    return sum(p.stat().st_size for p in path.rglob("*") if p.is_file())


# --- latency ------------------------------------------------------------------

def bench_latency(options):
    with Net() as net:
        lab = Lab(net)
        lab.started()
        sub = Subscriber(lab, lab.soc, b"pb/alert/", b"meta/heartbeat/")
        sub.wait_for(b"meta/heartbeat/")
        ms = [one_latency(lab, sub, 20000 + i)
              for i in range(options.latencies)]
        sub.close()
    ms.sort()
    for percent in (50, 99):
        say(f"latency_p{percent}", ms[len(ms) * percent // 100], "ms")
    say("latency_max", ms[-1], "ms")


def one_latency(lab, sub, port):
    """A SYN to a port of its own makes an alert of its own."""
    del sub.messages[:]
    start = time.monotonic()
    connect(lab.pot, lab.FAR, port)
    while not any(m[0].startswith(b"pb/alert/") for m in sub.poll(1)):
        if time.monotonic() - start > 5:
            raise SystemExit(f"no alert for port {port} within 5 s")
    return (time.monotonic() - start) * 1000


# --- analyse ------------------------------------------------------------------

NET = "10.66.0.0/24"


def honeynet_log(folder):
    """Thirteen days of tests/tools/honeynet are a million lines."""
    log = Path(folder, "log")
    with log.open("wb") as out:
        subprocess.run([program("tools/honeynet"), "--days", "13"],
                       stdout=out, stderr=subprocess.DEVNULL, check=True)
    return log


def bench_analyse(options):
    """Other work on the machine hits all: best of some rounds, in turns."""
    with tempfile.TemporaryDirectory(prefix="synhive-bench-") as folder:
        log, head = honeynet_log(folder), Path(folder, "head")
        with log.open("rb") as f, head.open("wb") as out:
            out.writelines(itertools.islice(f, options.psad_lines))
        psad = Psad(program("."))
        why = psad.prepare()
        rates = {"psad": 0, "import": 0, "analyse": 0}
        for i in range(options.rounds):
            for verb, more in (
                    ("import", ["--store", Path(folder, f"store{i}")]),
                    ("analyse", ["--home", NET])):
                rates[verb] = max(rates[verb], offline(verb, log, more))
            if why is None:
                rates["psad"] = max(
                    rates["psad"], options.psad_lines / psad.seconds(head, NET))
    say_rates(rates, options, why)


def say_rates(rates, options, why):
    for verb in "import", "analyse":
        say(f"{verb}_rate", rates[verb], "lines/s")
    if why is not None:
        print(f"# psad is not compared: {why}", flush=True)
        return
    say("psad_lines", options.psad_lines, "lines, the log's first")
    say("psad_rate", rates["psad"], "lines/s")
    for verb in "import", "analyse":
        say(f"{verb}_ratio", rates[verb] / rates["psad"], "x psad")


def offline(verb, log, more):
    """One call of the console on a log; returns lines a second."""
    start = time.monotonic()
    done = subprocess.run([program("synhive"), verb, "-o", "json", *more, log],
                          check=True, stdout=subprocess.PIPE,
                          stderr=subprocess.DEVNULL)
    took = time.monotonic() - start
    row = json.loads(done.stdout.splitlines()[0])
    lines = row.get("coverage", [row])[0]["lines"]
    say(f"{verb}_lines", lines, "lines")
    # of the children so far: the largest was the last, or as large
    say(f"{verb}_peak_rss",
        resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024, "MiB")
    return lines / took


# --- pipeline -----------------------------------------------------------------

def bench_pipeline(_options):
    with tempfile.TemporaryDirectory(prefix="synhive-bench-") as folder:
        done = subprocess.run(
            [program("bench/bench_pipeline"), honeynet_log(folder), NET],
            check=True, stdout=subprocess.PIPE, text=True)
    records, bare, correlated, _ = map(float, done.stdout.split())
    say("unpack_rate", records / bare, "records/s")
    say("pipeline_rate", records / correlated, "records/s")
    say("pipeline_ratio", correlated / bare, "x unpacking")


# --- query --------------------------------------------------------------------

def bench_query(options):
    """"few": the hosts asked for are in every block; "many": in few."""
    why = why_not()
    if why is not None:
        print(f"# nfdump is not compared: {why}", flush=True)
        return
    for hosts in ("few", "many"):
        with tempfile.TemporaryDirectory(prefix="synhive-bench-") as folder:
            query(options, Flows(program, Path(folder), options.records,
                                 hosts), hosts)


def query(options, flows, hosts):
    say(f"query_{hosts}_store", flows.bytes_a_record(), "bytes/record")
    for name, text in (("filter", FILTER),
                       ("stranger", f"host {flows.stranger}"),
                       ("honeypot", f"host {flows.pot}"),
                       ("port", "port 31337")):
        ours, theirs = flows.compare(text, options.turns)
        if flows.count(text) != flows.their_count(text):
            raise SystemExit(f"{text}: not the same rows")
        name = f"query_{hosts}_{name}"
        say(f"{name}_rate", flows.n / ours.wall / 1e6, "M records/s")
        say(f"{name}_ratio", theirs.wall / ours.wall, "x nfdump")
        say(f"{name}_cpu_ratio", theirs.cpu / ours.cpu, "x nfdump")
        say(f"{name}_peak_rss", ours.rss_kib / 1024, "MiB")


BENCHES = {"agent": bench_agent, "ingest": bench_ingest,
           "latency": bench_latency, "analyse": bench_analyse,
           "pipeline": bench_pipeline,
           "query": bench_query}


def main():
    p = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    p.add_argument("--build", type=Path)
    p.add_argument("--syns", type=int, default=2_000_000)
    p.add_argument("--records", type=int, default=4_000_000)
    p.add_argument("--latencies", type=int, default=500)
    p.add_argument("--turns", type=int, default=10,
                   help="of each question to us and to nfdump")
    p.add_argument("--psad-lines", type=int, default=20_000)
    p.add_argument("--rounds", type=int, default=3)
    p.add_argument("--idle", type=float, default=5, help="seconds")
    p.add_argument("bench", nargs="*", help=", ".join(BENCHES))
    options = p.parse_args()
    if options.build:
        os.environ["SYNHIVE_BUILD"] = str(options.build.absolute())
    if os.geteuid() != 0:
        sys.exit("This needs root.  Type:  sudo make bench")
    exit_on_signals()
    for name in options.bench or BENCHES:
        BENCHES[name](options)


if __name__ == "__main__":
    main()
