# SPDX-License-Identifier: GPL-3.0-or-later
"""A month of a honeynet of 250 hosts: those who fell are found, nobody else."""

import json
import subprocess

import pytest

from hive import program

HOME = "10.66.0.0/24"


def month(*options):
    """What honeynet says happened, and what analyse finds in its log."""
    with subprocess.Popen(
            [program("tools/honeynet"), *map(str, options)],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE) as log:
        found = subprocess.run(
            [program("synhive"), "analyse", "--home", HOME, "-o", "json", "-"],
            stdin=log.stdout, stdout=subprocess.PIPE, check=True, timeout=300)
        said = log.stderr.read().decode().split("\n")[:-1]
        assert log.wait() == 0
    return ([line.split() for line in said],
            [json.loads(line) for line in found.stdout.splitlines()])


@pytest.fixture(name="fallen", scope="module")
def _fallen():
    return month("--seed", 1)


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


def test_a_month_in_which_nobody_fell_has_no_incidents():
    said, found = month("--seed", 2, "--quiet-net", "--scale", 20)
    assert said == []
    assert [i["honeypot"] for i in found] == []
