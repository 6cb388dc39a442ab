# SPDX-License-Identifier: GPL-3.0-or-later
"""How the terminal console prints, and that its manual tells the truth."""

import csv
import io
import os
import re
import subprocess
from pathlib import Path

import pytest

from console import (IOERR, _conf, _store, answer, make_store, rows, run)
from hive import ROOT, program, sanitized

MAN = ROOT / "docs/man/synhive.1"


# --- output ------------------------------------------------------------------

def test_hostile_text_reaches_no_terminal_and_no_spreadsheet(store):
    for argv in (["records"], ["alerts"], ["records", "-o", "csv"],
                 ["incident", "combo"], ["records", "-o", "json"]):
        done = run(*argv, "--store", store, env={**os.environ,
                                                 "LC_ALL": "C.UTF-8"})
        assert done.returncode == 0
        assert not re.search("[^\x20-\x7e\r\n]", done.stdout)
    found = list(csv.DictReader(io.StringIO(
        answer("records", "-o", "csv", "--store", store))))
    assert found[-1]["prefix"] == "'=cmd|'/C calc'!A0?[2J?"
    assert rows("records", "--store", store)[-1]["prefix"] == (
        "=cmd|'/C calc'!A0\x1b[2J\N{REPLACEMENT CHARACTER}")


def test_a_table_is_aligned_and_without_colours_in_a_pipe(store):
    lines = answer("sensors", "--store", store).splitlines()
    column = lines[0].index("STATE")
    assert {line[column - 1] for line in lines} == {" "}
    assert [line[column:].split()[0] for line in lines[1:]] == [
        r["state"] for r in rows("sensors", "--store", store)]


def many(count):
    return "".join(
        "record sensor=s time=2026-11-21T10:00:00Z src=10.0.0.1 "
        f"sport={i % 60000} dst=10.0.{i // 250 % 250}.{i % 250} dport=22 "
        "flags=SYN\n" for i in range(count))


@pytest.fixture(name="large", scope="module")
def _large(tmp_path_factory):
    return make_store(tmp_path_factory.mktemp("large") / "store",
                      many(100_000))


def test_a_reader_that_goes_away_ends_it_quietly(large):
    for output in ("table", "json", "csv"):
        with subprocess.Popen(
                [program("synhive"), "records", "--store", large, "-o",
                 output], stdout=subprocess.PIPE, stderr=subprocess.PIPE) as p:
            p.stdout.readline()
            p.stdout.close()
            assert p.stderr.read() == b""
            assert p.wait(30) == 0


def test_a_full_disk_is_said(large):
    with open("/dev/full", "wb") as full:
        for argv in (["records"], ["records", "--count"], ["sensors"],
                     ["--help"]):
            store = [] if argv == ["--help"] else ["--store", large]
            done = subprocess.run([program("synhive"), *argv, *store],
                                  stdout=full, stderr=subprocess.PIPE,
                                  text=True, check=False, timeout=60)
            assert done.returncode == IOERR
            assert "No space left on device" in done.stderr


def most_memory(pid):
    """In KiB, since its exec()."""
    status = Path(f"/proc/{pid}/status").read_text("ascii")
    return int(re.search(r"VmHWM:\s+(\d+) kB", status)[1])


def test_rows_are_not_held_in_memory(large):
    if sanitized():
        pytest.skip("the sanitizer needs memory of its own")
    for output in ("table", "json", "csv"):
        with subprocess.Popen([program("synhive"), "records", "--store",
                               large, "-o", output],
                              stdout=subprocess.PIPE) as p:
            for _ in range(90_000):
                assert p.stdout.readline()
            used = most_memory(p.pid)
            rest = sum(1 for _ in p.stdout)
            assert p.wait(30) == 0
        assert rest == 10_000 + (output != "json")
        assert used < 40 * 1024     # as cells the rows are 70 MiB


# --- the manual --------------------------------------------------------------

def examples():
    text = MAN.read_text("utf-8").replace("\\&", "")
    return re.findall(r"^\.Dl \$ (synhive .*)$", text, re.MULTILINE)


def test_the_examples_of_the_manual_work(store, conf, tmp_path):
    """As printed; only where the configuration lies is added."""
    wrapper = tmp_path / "bin" / "synhive"
    wrapper.parent.mkdir()
    wrapper.write_text(
        f'#!/bin/sh\n[ "$1" = key ] && exec {program("synhive")} "$@"\n'
        f'exec {program("synhive")} "$@" -c {conf}\n', "utf-8")
    wrapper.chmod(0o755)
    env = {**os.environ, "PATH": f"{wrapper.parent}:{os.environ['PATH']}"}
    found = [e for e in examples() if " -f " not in e]
    assert len(found) >= 10
    for example in found:
        done = subprocess.run(["sh", "-c", example], cwd=tmp_path, env=env,
                              capture_output=True, text=True, check=False,
                              timeout=60)
        assert done.returncode == 0, f"{example}: {done.stderr}"


def test_the_manual_knows_every_verb_option_and_format():
    text = MAN.read_text("utf-8").replace("\\-", "-")
    for verb in re.findall(r"^  (\w+)", answer("--help"), re.MULTILINE):
        assert re.search(rf"^\.It Cm {verb}\b", text, re.MULTILINE), verb
        for option in re.findall(r"--([a-z-]+)", answer("help", verb)):
            assert option == "help" or f"-{option}" in text, option
