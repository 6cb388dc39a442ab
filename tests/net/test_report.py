# SPDX-License-Identifier: GPL-3.0-or-later
"""The report of "synhive analyse", as somebody reads it who was woken up."""

import os
import subprocess

import pytest

from console import answer, rows, run
from hive import program
from logs import FALL, line

HOME = ("--home", "198.51.100.0/24", "--year", 2005)


@pytest.fixture(name="log")
def _log(tmp_path):
    path = tmp_path / "kern.log"
    path.write_text(FALL, "ascii")
    return path


def shell(text):
    """What somebody sees who copies that to a shell."""
    path = f"{program('synhive').parent}:{os.environ['PATH']}"
    done = subprocess.run(["sh", "-euc", text], text=True, check=False,
                          capture_output=True, timeout=60,
                          env={**os.environ, "PATH": path})
    assert done.returncode == 0, done.stderr
    return done.stdout


def commands(report):
    """Those at the end of a report, as one script; those in it, each."""
    lines = report.splitlines()
    first = lines.index("Whom it called, who came before, every packet:")
    last = lines.index("", first)
    return (lines[first + 1:last],
            [x.split("see      ")[1] for x in lines if "     see  " in x]
            + [lines[0].split("; next: ")[1]])


def test_every_command_of_a_report_can_be_copied(log, tmp_path):
    store = tmp_path / "it's a case"
    report = answer("analyse", *HOME, "--store", store, log)
    at_the_end, others = commands(report)
    assert len(at_the_end) == 3 and len(others) >= 2
    for text in at_the_end + others:
        assert len(shell(text).splitlines()) > 1, text


def test_many_addresses_are_named_once(log, tmp_path):
    aliases = tmp_path / "aliases"
    aliases.write_text("198.51.100.7 198.51.100.70 198.51.100.71\n", "ascii")
    report = answer("analyse", *HOME, "--aliases", aliases, "--store",
                    tmp_path / "store", log)
    at_the_end, _ = commands(report)
    assert at_the_end[0] == "  H='198.51.100.7 198.51.100.70 198.51.100.71'"
    assert at_the_end[1].endswith('"client host [$H]"')
    assert len(shell("\n".join(at_the_end)).splitlines()) > 3


def test_what_was_not_kept_has_to_be_kept_first(log):
    report = answer("analyse", *HOME, log)
    assert ("Nothing was kept: for the commands below call this one again "
            "with --store DIR, a new folder.\n") in report
    for text in sum(commands(report), []):
        assert " --store DIR " in text


def test_each_deed_says_to_whom(log):
    log.write_text(FALL + "".join(
        line(s, "198.51.100.7", f"192.0.2.{s}", 4444, minute=1)
        for s in range(10, 30)), "ascii")
    first = answer("analyse", *HOME, log).splitlines()[0]
    assert first.startswith(
        "198.51.100.7 is compromised: called IRC port 6667 (192.0.2.6), called "
        "SSH port 22 (192.0.2.7), swept the net on port 4444 (several hosts); "
        "likely door: port 80 of 198.51.100.7, by 203.0.113.77 9 s before")


def test_a_peer_has_all_its_connections_once(log):
    """Several detectors, and several days, speak of the same ones."""
    log.write_text(FALL + "".join(
        line(50 + i, "198.51.100.7", "192.0.2.6", 6667, day=day)
        for day in (27, 28) for i in range(2)), "ascii")
    report = answer("analyse", *HOME, log)
    assert "\n  192.0.2.6        port 6667, 5 connections\n" in report


def test_a_file_without_any_tcp_says_nothing_of_honeypots(log):
    log.write_text(FALL.replace("PROTO=TCP", "PROTO=UDP"), "ascii")
    report = answer("analyse", log)
    assert ("Nothing can be said of any honeypot: not one TCP connection is "
            "begun, answered or refused in it.") in report
    assert "suspicious" not in report
    done = run("analyse", "-o", "json", log)
    assert "home could not be guessed: there are no records" in done.stderr
    assert rows("analyse", log) == []


def test_one_connection_is_not_connections(log):
    log.write_text(line(41, "203.0.113.77", "198.51.100.7", 80), "ascii")
    assert "\n1 connection in all: 0 answered, 0 refused" in answer(
        "analyse", *HOME, log)
