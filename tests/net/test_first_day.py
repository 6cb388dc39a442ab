# SPDX-License-Identifier: GPL-3.0-or-later
"""What somebody runs into on the first day: silence must not look like an
answer, and two answers about the same thing must agree."""

import re
import subprocess

import pytest

from console import DATAERR, USAGE, answer, refusal, rows, run
from hive import program
from logs import FALL, NOISE, line

HOME = ("--home", "198.51.100.0/24")


@pytest.fixture(name="log")
def _log(tmp_path):
    path = tmp_path / "kern.log"
    path.write_text(FALL, "ascii")
    return path


@pytest.fixture(name="kept")
def _kept(log, tmp_path):
    store = tmp_path / "kept"
    answer("import", "--store", store, "--year", 2005, log)
    return store


def test_a_wrong_home_is_no_all_clear(log):
    done = run("analyse", "--home", "10.0.0.0/8", log)
    assert done.returncode == DATAERR
    assert done.stdout.startswith("Nothing can be said of any honeypot: ")
    assert "none of 44 connections has an end in 10.0.0.0/8" in done.stderr
    done = run("analyse", "--home", "10.0.0.0/8", log, "-o", "json")
    assert (done.returncode, done.stdout) == (DATAERR, "")
    assert "is that home?" in done.stderr


def test_the_report_and_the_store_count_the_same(tmp_path):
    """After a silence, 62 s between two attempts, across two batches."""
    first = line(2, "198.51.100.7", "192.0.2.6", 6667, minute=30)
    log, store = tmp_path / "log", tmp_path / "store"
    log.write_text(NOISE + first + first.replace("19:30:02", "19:31:04"))
    out = answer("analyse", *HOME, "--year", 2005, "--store", store, log)
    assert "began a connection to IRC port 6667 of 192.0.2.6. (1x)" in out
    count, = re.findall(r"^(\d+) connections in all", out, re.MULTILINE)
    assert answer("connections", "--count", "--store", store) == f"{count}\n"
    irc, = rows("connections", "--store", store, "class irc")
    assert irc["attempts"] == 2


def test_a_store_of_files_knows_who_was_home(tmp_path):
    log, store = tmp_path / "log", tmp_path / "store"
    aliases = tmp_path / "aliases"
    aliases.write_text("198.51.100.7 198.51.100.70\n2001:db8::7\n")
    log.write_text(line(1, "203.0.113.80", "198.51.100.70", 80)
                   + line(2, "198.51.100.7", "192.0.2.6", 6667))
    answer("analyse", *HOME, "--home", "2001:db8::/32", "--year", 2005,
           "--aliases", aliases, "--store", store, log)
    kept = ("--store", store)
    assert [r["dst"] for r in rows("records", *kept, "direction out")] == [
        "192.0.2.6"]
    assert [r["dst"] for r in
            rows("between", *kept, "198.51.100.7", "203.0.113.80")] == [
                "198.51.100.70"]
    # What is said counts more.
    assert rows("records", *kept, "--home", "192.0.2.0/24",
                "direction out") == []


def test_backscatter_makes_nobody_unanswered(tmp_path):
    """A firewall logs a SYN+ACK that belongs to nothing, and no others."""
    log, store = tmp_path / "log", tmp_path / "store"
    log.write_text(line(1, "203.0.113.80", "198.51.100.7", 2000, "ACK SYN")
                   + line(2, "198.51.100.7", "192.0.2.6", 6667))
    out = answer("analyse", *HOME, "--year", 2005, "--store", store, log)
    assert "1 reply to none of them" in out
    irc, = rows("connections", "--store", store, *HOME, "class irc")
    assert irc["outcome"] == "unknown"


@pytest.mark.parametrize("argv", [
    ["--since", "2005-02-30"], ["--until", "2005-04-31T00:00:00Z"],
    ["time > 2005-02-29"]])
def test_a_day_that_never_was_is_refused(kept, argv):
    assert "2005-0" in refusal(USAGE, "records", "--store", kept, *argv)


def test_only_of_a_29_february_the_year_may_be_wrong(log):
    for day, why in ((29, " (29 February: is --year right?)"), (30, "")):
        log.write_text(
            line(1, "203.0.113.1", "198.51.100.1", 22, day=day) + FALL)
        out = answer("analyse", *HOME, "--year", 2005, log)
        assert f"line 1: there is no such date{why}\n" in out


def test_what_nothing_knows_is_no_order(kept):
    for by in ("packets", "octets"):
        assert f"no record knows its {by}" in refusal(
            DATAERR, "top", "dst", "--by", by, "--store", kept)
    assert rows("top", "dst", "--by", "attempts", "--store", kept)


def test_before_and_after_the_records_nobody_knows_who_came(kept):
    for at in ("2004-01-01", "2030-01-01T00:00:00Z"):
        assert "nothing of the 24 h before" in refusal(
            DATAERR, "vector", "198.51.100.7", "--at", at, *HOME,
            "--store", kept)
    assert "203.0.113.77" in answer(
        "vector", "198.51.100.7", "--at", "2005-02-26T19:00:50Z", *HOME,
        "--store", kept)


def test_a_picture_that_fails_leaves_the_one_before(kept, tmp_path):
    """On a disk that is too small, in a mount namespace of its own."""
    folder, argv = tmp_path / "pictures", [
        program("synhive"), "graph", "links", "--store", kept, "-O"]
    folder.mkdir()
    script = ('mount -t tmpfs -o size=8k none "$1" && cd "$1" && shift && '
              'echo before >p.dot && ! "$@" p.dot && cat p.dot && ls')
    done = subprocess.run(
        ["unshare", "-rm", "sh", "-c", script, "sh", folder, *argv],
        capture_output=True, text=True, check=False, timeout=60)
    assert done.stdout == "before\np.dot\n", done.stderr
    assert "p.dot: cannot write the output: No space left" in done.stderr
    path = folder / "p.dot"
    path.touch(0o600)
    subprocess.run([*argv, path], check=True, timeout=60)
    assert path.read_text("utf-8").startswith("digraph")
    assert path.stat().st_mode & 0o777 == 0o600
    assert [p.name for p in folder.iterdir()] == ["p.dot"]
