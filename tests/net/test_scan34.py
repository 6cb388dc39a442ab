# SPDX-License-Identifier: GPL-3.0-or-later
"""The log of a real honeynet: who fell, and by which door."""

import json
import os
import pathlib

import pytest

from console import answer, rows, run
from hive import ROOT

DATA = pathlib.Path(os.environ.get("SYNHIVE_SHARED",
                                   ROOT.parent / "shared")) / "data"
LOG, ALIASES = DATA / "scan34-part1.log.gz", DATA / "scan34-aliases.txt"
HOW = ("--home", "11.11.79.0/24", "--year", "2005")

if not LOG.exists():
    pytest.skip(f"{LOG} is not there", allow_module_level=True)
if run("analyse", "--help").returncode != 0:
    pytest.skip("there is no verb analyse", allow_module_level=True)


@pytest.fixture(name="fallen", scope="module")
def _fallen():
    found = rows("analyse", *HOW, "--aliases", ALIASES, LOG)
    assert len(found) == 1
    return found[0]


def test_the_door_is_the_web_server_thirteen_seconds_before(fallen):
    assert fallen["onset"] == "2005-02-26T19:00:52Z"
    door = fallen["vectors"][0]
    assert (door["rank"], door["peer"], door["address"], door["port"],
            door["last"]) == (1, "213.135.2.227", "11.11.79.89", 80,
                              "2005-02-26T19:00:39Z")
    said = " ".join(door["for"])
    assert "it came 13 s before" in said
    assert "before last 2005-02-26T18:57:37Z" in said
    assert door["against"] == ["whether it was answered was not seen"]
    assert not fallen["episodes"][0]["may_be_older"]


def test_the_report_names_the_door_first(fallen):
    text = answer("analyse", *HOW, "--aliases", ALIASES, LOG)
    assert fallen["honeypot"] in text
    assert ("likely door: port 80 of 11.11.79.89, by 213.135.2.227 13 s "
            "before") in text
    assert text.endswith("not proof, but a place to start.\n")


def test_without_the_aliases_nobody_is_blamed():
    found = rows("analyse", *HOW, LOG)
    assert [x["address"] for x in found] == ["11.11.79.67"]
    assert all(v["strength"] == "none" for v in found[0]["vectors"])
    text = answer("analyse", *HOW, LOG)
    assert "no visitor with supporting evidence was seen" in text


def test_all_evidence_has_the_filter_that_shows_its_records(tmp_path):
    kept = ("--store", tmp_path / "kept")
    found, = rows("analyse", *HOW, "--aliases", ALIASES, *kept, LOG)
    shown = {e["filter"]: e for e in found["evidence"]}
    for text in shown:
        assert int(answer("records", *kept, "--count", text)) > 0, text
    irc, = (f for f, e in shown.items()
            if (e["kind"], e["port"]) == ("outbound-irc", 6667))
    assert answer("records", *kept, "--count", irc, "flags syn") == "102\n"
    ident = next(f for f, e in shown.items() if e["kind"] == "irc-confirmed")
    assert {r["dport"] for r in rows("records", *kept, ident, "flags syn")
            } >= {113}


def test_the_same_records_give_the_same_bytes():
    one = answer("analyse", *HOW, "--aliases", ALIASES, LOG, "-o", "json")
    assert one == answer("analyse", *HOW, "--aliases", ALIASES, LOG,
                         "-o", "json")
    json.loads(one.splitlines()[0])
