# SPDX-License-Identifier: GPL-3.0-or-later
"""Two honeypots fall, one after the other: the demo's story, with real sshd,
IRC server and client, and what the console says of it while it happens."""

import shlex
import sys

import pytest

from doc_pages import Shell, blocks
from hive import ROOT, synhive, when
from netns import Net, wait_until

sys.path.insert(0, str(ROOT / "tests/demo"))

import demo     # noqa: E402 (the path comes first)
from world import INTRUDER, IRC_SERVER, World, pot_address     # noqa: E402

POT1, POT2 = pot_address("pot1"), pot_address("pot2")


class Fallen:
    """The honeynet after the second act; everything still runs."""

    def __init__(self, net):
        self.world = World(net)
        self.ask = self.world.aggregator.ask
        self.world.start_services()
        self.world.start_synhive()
        self.listener = demo.Listener(self.world)
        story = demo.Story(self.world)
        for _, scenes in demo.ACTS:
            for scene in scenes:
                scene(story)
        for alert in demo.MUST_COME:
            self.listener.wait_for(*alert)
        wait_until(lambda: self.incident("pot2")["severity"] == "compromised",
                   10, "pot2 is compromised")

    def text(self, *argv):
        return synhive(*argv, "-c", self.world.aggregator.conf)

    def incident(self, honeypot):
        found = [i for i in self.ask("incidents") if i["honeypot"] == honeypot]
        return found[0] if found else {"severity": None}


@pytest.fixture(name="fallen", scope="module")
def _fallen():
    with Net() as net:
        fallen = Fallen(net)
        yield fallen
        fallen.listener.close()
        net.stop()
        for p in net.programs:
            assert "Sanitizer:" not in p.text(), p.text()
            assert ": runtime error:" not in p.text(), p.text()


def syn_of_pot2(fallen):
    """When pot2's own kernel saw its SYN to the IRC server."""
    row, = fallen.ask("records", "sensor", "pot2", "and", "src", "host", POT2,
                      "and", "dst", "port", "6667", "and", "flags", "syn")
    return when(row["time"])


def test_a_shared_peer_is_told_within_a_second_of_the_second_syn(fallen):
    arrived, alert = next((at, a) for at, a in fallen.listener.alerts
                          if a["detector"] == "shared-peer")
    assert 0 < arrived - syn_of_pot2(fallen) < 1
    assert alert["severity"] == "compromised"
    assert (alert["peer"], alert["port"]) == (IRC_SERVER, 6667)
    assert alert["honeypots"] == ["pot1", "pot2"]
    assert "in this order: pot1, pot2." in alert["text"]


def test_a_shared_peer_is_one_alert(fallen):
    alert, = (a for a in fallen.ask("alerts")
              if a["detector"] == "shared-peer")
    assert (alert["count"], alert["honeypots"]) == (2, ["pot1", "pot2"])


def test_an_irc_server_is_confirmed_by_its_ident(fallen):
    wait_until(lambda: {a["honeypot"] for a in fallen.ask("alerts")
                        if a["detector"] == "irc-confirmed"} ==
               {"pot1", "pot2"}, 10, "both are confirmed")


def test_the_tree_goes_from_outside_over_pot1_to_pot2(fallen):
    steps = fallen.ask("tree")
    assert [(x["depth"], x["from"], x["to"], x["address"], x["port"], x["by"],
             x["outside"]) for x in steps] == [
        (1, INTRUDER, "pot1", POT1, 22, "vector", True),
        (2, "pot1", "pot2", POT2, 22, "pivot", False)]
    assert when(steps[0]["time"]) < when(steps[1]["time"])
    lines = fallen.text("tree").splitlines()
    assert lines[0] == f"outside {INTRUDER}"
    assert lines[1].startswith("   -> pot1 port 22 at ")
    assert lines[2].startswith("      -> pot2 port 22 at ")
    assert all(x.endswith("; compromised") for x in lines[1:])
    assert len(lines) == 3


@pytest.mark.parametrize("honeypot, peer, address", [
    ("pot1", INTRUDER, POT1), ("pot2", POT1, POT2), (POT2, POT1, POT2)])
def test_the_likely_door_of_each_is_ssh(fallen, honeypot, peer, address):
    first = fallen.ask("vector", honeypot)[0]
    assert (first["rank"], first["peer"], first["address"], first["port"]) == (
        1, peer, address, 22)
    assert fallen.ask("records", first["filter"])
    assert f"  1. {peer} to {address} port 22, last " in fallen.text(
        "vector", honeypot)


def test_who_fell_is_seen_among_the_honeypots(fallen):
    assert {(x["honeypot"], x["severity"], x["state"])
            for x in fallen.ask("honeypots")} == {
        ("pot1", "compromised", "open"), ("pot2", "compromised", "open"),
        ("pot3", None, "quiet")}
    assert fallen.text("honeypot", "pot3").startswith(
        "pot3: nothing suspicious is known.\n")


def test_a_honeypot_is_asked_for_by_each_of_its_names(fallen):
    for name in ("pot2", POT2, "2001:db8:100::12"):
        row, = fallen.ask("honeypot", name)
        assert row["incident"] == fallen.incident("pot2")["incident"]
    assert fallen.text("honeypot", "pot2").startswith(
        f"pot2 ({POT2}) is compromised: ")


def test_an_incident_has_what_its_honeypot_did(fallen):
    ident = fallen.incident("pot1")["incident"]
    row, = fallen.ask("incident", ident)
    assert row == fallen.ask("incident", ident[:10])[0]
    assert {e["kind"] for e in row["evidence"]} == {
        "outbound-ssh", "outbound-irc", "irc-confirmed", "pivot",
        "shared-peer"}
    assert {e["peer"] for e in row["evidence"]
            if e["kind"] in ("pivot", "shared-peer")} == {POT2, IRC_SERVER}
    assert row["severity"] == "compromised"
    assert fallen.text("incident", ident).endswith(
        "This is not proof, but a place to start.\n")


def test_every_command_that_a_report_tells_can_be_typed(fallen):
    for line in fallen.text("incident", "pot1").splitlines():
        word, _, rest = line.strip().partition(" ")
        if word == "synhive":
            typed(fallen, rest)
        elif word == "see":
            typed(fallen, rest.strip().removeprefix("synhive "))


def typed(fallen, words):
    """Each answers with more than its header."""
    assert len(fallen.text(*shlex.split(words)).splitlines()) > 1, words


# --- the pages that are for an operator; the last one ends the incident -------

def documented(fallen, folder, page, conf=None):
    shell = Shell(folder, conf or fallen.world.aggregator.conf)
    return [shell.run(text) for text in blocks(ROOT / "docs/how-to" / page,
                                               "sh")]


def test_an_expectation_is_written_as_the_page_says(fallen, tmp_path):
    page = ROOT / "docs/how-to/write-an-expectation.md"
    conf = tmp_path / "aggregator.conf"
    conf.write_text(fallen.world.aggregator.conf.read_text("utf-8")
                    + "".join(blocks(page, "conf")), "utf-8")
    said = documented(fallen, tmp_path / "page", page.name, conf)
    assert "mirror" in said[3] and "backup" in said[3]


def test_an_incident_is_explained_as_the_page_says(fallen, tmp_path):
    said = documented(fallen, tmp_path / "page", "explain-an-incident.md")
    assert all(said)
    assert fallen.incident("pot1")["state"] == "closed"
