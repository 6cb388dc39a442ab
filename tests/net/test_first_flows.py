# SPDX-License-Identifier: GPL-3.0-or-later
"""Flows as somebody printed them, who looked for the way in by hand: what he
found, found by the program alone."""

import os
import pathlib
import re

import pytest

from console import answer, rows
from hive import ROOT

FLOWS = ROOT / "tests/data/first-flows.flow-print"
SEEDS = pathlib.Path(os.environ.get("SYNHIVE_SHARED",
                                    ROOT.parent / "shared")) / "seeds"
VICTIM, VISITOR = "189.22.36.165", "79.115.103.225"
HOME = ("--home", f"{VICTIM}/32")
ROW = re.compile(r"^([\d.]+)\s+([\d.]+)\s+(\d+)\s+(\d+)\s+(\d+)\s+(\d+)\s+"
                 r"(\d+)\s*$", re.MULTILINE)


@pytest.fixture(name="incident", scope="module")
def _incident():
    only, = rows("analyse", *HOME, FLOWS)
    return only


def test_every_row_that_was_printed_is_there():
    text = FLOWS.read_text("utf-8")
    assert "\u00a0" in text                 # as the page has its blanks
    mine = ROW.findall(text)
    assert len(mine) == 38
    page = next(SEEDS.glob("000_*.txt"), None) if SEEDS.is_dir() else None
    if page is None:
        pytest.skip(f"the page is not in {SEEDS}")
    assert set(ROW.findall(page.read_text("utf-8"))) == set(mine)


@pytest.mark.parametrize("blank", [" ", "\u00a0", " \u00a0", "\t"])
def test_whatever_the_blanks_are_the_answer_is_the_same(tmp_path, blank,
                                                        incident):
    path = tmp_path / FLOWS.name
    path.write_text(re.sub(r"[ \u00a0]+", blank, FLOWS.read_text("utf-8")),
                    "utf-8")
    only, = rows("analyse", *HOME, path)
    for row in (only, incident):
        row.pop("coverage", None)
    assert only == incident


def test_the_visitor_on_ssh_is_the_first_vector(incident):
    first, *others = incident["vectors"]
    assert (first["rank"], first["peer"], first["address"],
            first["port"]) == (1, VISITOR, VICTIM, 22)
    assert "afterwards it tried ports here that hardly anybody tries" in (
        first["for"])
    assert any(r.startswith("454 packets in one connection")
               for r in first["for"])
    assert VISITOR not in {v["peer"] for v in others}
    assert incident["onset"] is None and first["last"] is None


def test_odd_ports_from_client_ports_that_go_on(incident):
    assert [(e["kind"], e["peer"], e["port"], e["count"])
            for e in incident["evidence"]] == [
        ("odd-port-in", VISITOR, 6667, 2), ("odd-port-in", VISITOR, 8888, 1)]
    irc, weak = (e["text"] for e in incident["evidence"])
    assert "after port 22, client port 4385 continues 4382;" in irc
    assert "after port 22, client port 4470 continues 4382;" in weak


def test_what_became_of_them_is_a_reading_of_the_sizes(incident):
    for e in incident["evidence"]:
        assert ("it looks refused, a reading of the sizes: 3 packets of 64 "
                "octets, 3 of 40 back.") in e["text"]


def test_flows_one_way_only_look_unanswered(tmp_path):
    """Where the six answers to the odd ports were not seen at all."""
    path = tmp_path / "one-way.flow-print"
    path.write_text("".join(
        line for line in FLOWS.read_text("utf-8").splitlines(True)
        if not re.match(VICTIM + r"\s+" + VISITOR + r"\s+6\s+(6667|8888)\s",
                        line)), "utf-8")
    only, = rows("analyse", *HOME, path)
    assert [(e["port"], e["count"]) for e in only["evidence"]] == [
        (6667, 2), (8888, 1)]
    for e in only["evidence"]:
        assert "looks unanswered, a reading of the sizes" in e["text"]


def test_nobody_claims_an_irc_session(incident):
    text = answer("analyse", *HOME, FLOWS)
    assert incident["severity"] == "suspect"
    for words in ("IRC server", "IRC session", "irc-confirmed",
                  "outbound-irc", "compromised"):
        assert words not in text, words
    assert text.count("That is a port: nothing says that anybody spoke "
                      "IRC.") == 2


def test_the_order_of_the_lines_is_the_order_of_the_sessions(tmp_path):
    store = tmp_path / "store"
    answer("analyse", *HOME, "--store", store, FLOWS)
    found = rows("connections", "--store", store, *HOME, f"host {VISITOR}")
    assert [(c["client_port"], c["port"]) for c in found] == [
        (4381, 22), (4383, 22), (4382, 22), (4384, 6667), (4385, 6667),
        (4470, 8888)]
    assert {c["client"] for c in found} == {VISITOR}
    assert all(c["guessed"] for c in found)
