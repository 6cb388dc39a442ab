# SPDX-License-Identifier: GPL-3.0-or-later
"""A month of a honeynet of 250 hosts: those who fell are found, nobody else.

HONEYNET_SEEDS="1 2 3" in the environment: as many months.
"""

import json
import os
import subprocess

import pytest

from hive import program

CONFIG = """
honeynet lab { home = {"10.66.0.0/24"} }
honeypot relay { addresses = {"10.66.0.77"} relay-uid = {"999"} }
"""
SEEDS = os.environ.get("HONEYNET_SEEDS", "1").split()
# Who gets an address that nobody had before: all it does is new there.
MOVED = {f"10.66.0.{n}" for n in range(251, 255)}


def month(folder, *options):
    """What honeynet says happened, and what analyse finds in its log."""
    conf = folder / "aggregator.conf"
    conf.write_text(CONFIG, "ascii")
    with subprocess.Popen(
            [program("tools/honeynet"), *map(str, options)],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE) as log:
        found = subprocess.run(
            [program("synhive"), "analyse", "-c", conf, "-o", "json", "-"],
            stdin=log.stdout, stdout=subprocess.PIPE, check=True, timeout=300)
        said = log.stderr.read().decode().split("\n")[:-1]
        assert log.wait() == 0
    return ([line.split() for line in said],
            [json.loads(line) for line in found.stdout.splitlines()])


@pytest.fixture(name="fallen", scope="module", params=SEEDS)
def _fallen(request, tmp_path_factory):
    return month(tmp_path_factory.mktemp("month"), "--seed", request.param)


def incident_of(found, honeypot):
    only, = (i for i in found if i["honeypot"] == honeypot)
    return only


def kinds(incident):
    return {e["kind"] for e in incident["evidence"]}


def test_exactly_those_who_fell_are_compromised(fallen):
    said, found = fallen
    assert {i["honeypot"] for i in found
            if i["severity"] == "compromised"} == {who for _, who, *_ in said}
    assert len(said) == 6


def test_nobody_else_is_suspect_but_who_moved(fallen):
    said, found = fallen
    others = [i for i in found if i["honeypot"] not in
              {who for _, who, *_ in said}]
    assert {i["honeypot"] for i in others} <= MOVED
    for i in others:
        assert i["severity"] == "suspect"
        assert kinds(i) == {"first-out"}


def test_when_they_fell_is_known(fallen):
    said, found = fallen
    for _, who, when, *_ in said:
        assert incident_of(found, who)["onset"][:19] == when[:19]


def test_each_kind_of_fall_leaves_its_evidence(fallen):
    said, found = fallen
    expected = {"shared-irc": {"irc-confirmed", "shared-peer"},
                "chain": {"outbound-ssh", "outbound-irc"},
                "beacon": {"beacon"}}
    for what, who, *_ in said:
        assert expected[what] <= kinds(incident_of(found, who)), who
    for who in ("10.66.0.50", "10.66.0.51"):
        assert "pivot" in kinds(incident_of(found, who))


def test_the_door_is_the_first_vector(fallen):
    said, found = fallen
    for _, who, _, peer, port in said:
        first = incident_of(found, who)["vectors"][0]
        assert (first["peer"], first["port"]) == (peer, int(port)), who


def test_everything_was_read(fallen):
    coverage, = fallen[1][0]["coverage"]
    assert coverage["unreadable"] == coverage["foreign"] == 0
    assert coverage["tcp"] > 2_000_000
    assert coverage["udp"] > 30_000


def test_in_a_month_in_which_nobody_fell_nobody_is_compromised(tmp_path):
    said, found = month(tmp_path, "--seed", 2, "--quiet-net", "--scale", 20)
    assert said == []
    assert {i["honeypot"] for i in found} <= MOVED
    assert {i["severity"] for i in found} <= {"suspect"}


def test_the_same_seed_gives_the_same_month_and_another_another():
    def log(*options):
        return subprocess.run(
            [program("tools/honeynet"), "--days", "1", "--scale", "5",
             *map(str, options)], check=True, capture_output=True).stdout
    assert log("--seed", 1) == log("--seed", 1)
    assert log("--seed", 1) != log("--seed", 2)


def test_the_noise_has_what_honeynets_have(tmp_path):
    """Each kind of it, counted in the records of the days that have it."""
    log, store = tmp_path / "gw.log", tmp_path / "store"
    with open(log, "wb") as to:
        subprocess.run([program("tools/honeynet"), "--days", "10", "--scale",
                        "5"], check=True, stdout=to,
                       stderr=subprocess.DEVNULL)
    subprocess.run([program("synhive"), "import", "--store", store, log],
                   check=True, stdout=subprocess.DEVNULL)

    def count(filter_):
        return int(subprocess.run(
            [program("synhive"), "records", "--store", store, "--home",
             "10.66.0.0/24", "--count", filter_], check=True,
            stdout=subprocess.PIPE).stdout)
    assert count("direction in and dst port 445 and flags syn") > 1000
    # Two scanners went through all ports: also what nobody else tries.
    assert count("direction in and dst port 60001 and flags syn") == 2
    assert count("direction in and dst port 22 and flags syn") > 500
    assert count("src port 80 and dst net 10.66.0.0/24 and not flags syn "
                 "and not src host 151.101.2.200") > 400
    for port, times in ((53, 2500), (443, 5000), (4460, 10000)):
        assert count(f"direction out and dst port {port} and flags syn and "
                     "not src host 10.66.0.77") >= times
    assert count("src host 10.66.0.77 and uid 999 and dst port 22") > 0
    assert count("src host 10.66.0.77 and uid 999 and direction within") > 0
    # The last day's flood is of strangers who come once.
    assert count("direction in and dst port 80 and flags syn") > 3000
