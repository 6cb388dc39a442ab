# SPDX-License-Identifier: GPL-3.0-or-later
"""What an intruder may write, from a file to every verb and format: no
terminal, spreadsheet or program takes it for more than text."""

import csv
import io
import os
import re

import pytest

from console import answer, rows, run

# Log prefixes of one thing each, in lines as the kernel writes them.
PREFIXES = [
    "=cmd|'/C calc'!A0", "+1+1", "-2+3", "@SUM(1)", " =1", "\uff1d1",
    "<script>alert(1)</script>", "a\"b,c", "it's", "`touch pwned`",
    "$(touch pwned)", "\x1b]0;owned\x07", "\x1b[2J\x1b[31m", "\x9b31m",
    "\u202egnp.exe", "\u200bhidden", "\udcff\udcfe", "a\tb", "\\\\x",
]
FORMULA = re.compile("[ ]*[=+@\uff1d\uff0b\uff0d\uff20-]")
HOME = ("--home", "11.11.0.0/16")


@pytest.fixture(name="store", scope="module")
def _store(tmp_path_factory):
    folder = tmp_path_factory.mktemp("hostile")
    log = folder / "=cmd()<script>.log"
    log.write_text("".join(
        f"Feb 26 19:00:{i:02} gw kernel: {prefix} IN= OUT=eth0 "
        f"SRC=11.11.79.67 DST=203.0.113.{i + 1} LEN=60 TOS=0x00 PREC=0x00 "
        f"TTL=64 ID=1 DF PROTO=TCP SPT={4000 + i} DPT=22 WINDOW=5840 "
        "RES=0x00 SYN URGP=0 \n" for i, prefix in enumerate(PREFIXES)),
        "utf-8", "surrogateescape")
    done = run("import", "--year", "2005", "--store", folder / "store", log)
    assert done.returncode == 0, done.stderr
    shown = done.stdout + done.stderr
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f]", shown)
    answer("case", "new", "x", "--reason", "=cmd()\x1b[2J\n<script>",
           "--store", folder / "store")
    answer("case", "exclude", "x", "y", "--reason", "@SUM(1)\x1b[2J\n\"',",
           "prefix", "'=cmd' # \x1b[2J", "--store", folder / "store")
    return folder / "store"


def asked(*argv, locale="C.UTF-8"):
    env = {**os.environ, "LC_ALL": locale}
    done = run(*argv, env=env, errors="surrogateescape")
    assert done.returncode == 0, done.stderr
    return done.stdout


VERBS = [["records"], ["connections"], ["top", "prefix", "-n0"],
         ["top", "prefix,in,out,sensor", "-n0"], ["top", "sensor"],
         ["peer", "203.0.113.0/24"], ["between", "11.11.79.67", "0.0.0.0/0"],
         ["case"], ["case", "show", "x"], ["case", "run", "x"],
         ["case", "run", "x", "--steps"], ["sensors"]]


@pytest.mark.parametrize("verb", VERBS, ids=" ".join)
@pytest.mark.parametrize("locale", ["C.UTF-8", "C"])
def test_a_table_has_only_what_can_be_seen(store, verb, locale):
    home = () if verb[0] in ("case", "sensors") else HOME
    text = asked(*verb, "--store", store, *home, locale=locale)
    assert text
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b\u202e\ud800-\udfff"
                         "]", text)
    if locale == "C":
        assert text.isascii()


@pytest.mark.parametrize("verb", VERBS, ids=" ".join)
def test_csv_has_no_formula_and_as_many_rows_as_json(store, verb):
    home = () if verb[0] in ("case", "sensors") else HOME
    argv = (*verb, "--store", store, *home)
    text = asked(*argv, "-o", "csv")
    assert not re.search("[\x00-\x09\x0b\x0c\x0e-\x1f\x7f-\x9f\u200b\u202e"
                         "\ud800-\udfff]", text)
    found = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    assert len({len(row) for row in found}) == 1
    assert len(found) - 1 == len(rows(*argv)) > 0
    for row in found:
        for cell in row:
            assert not FORMULA.match(cell), cell


def test_json_has_every_byte_that_is_text_and_escapes_it(store):
    text = asked("records", "-o", "json", "--store", store)
    assert text.isascii() and "\x1b" not in text
    found = [r["prefix"] for r in rows("records", "--store", store)]
    assert len(found) == len(PREFIXES)
    assert found[0].startswith("=cmd|'/C calc'!A0")
    assert "\x1b[2J\x1b[31m" in found[12]
    top = {r["prefix"] for r in rows("top", "prefix", "-n0", "--store", store)}
    assert top == set(found)


@pytest.mark.parametrize("name", ["psad-csv", "flow-print-3", "flow-print-5"])
def test_the_formats_of_other_tools_have_no_text_of_strangers(store, name):
    for verb in ("records", "connections"):
        text = asked(verb, "-o", name, "--store", store)
        assert len(text.splitlines()) >= len(PREFIXES)
        assert re.fullmatch(r"[0-9A-Za-z.,:\- \n]*", text)


def test_an_exported_case_is_one_line_a_comment(store):
    text = asked("case", "export", "x", "--store", store)
    comments = [line for line in text.splitlines() if line.startswith("#")]
    assert "# 1. exclude y" in "\n".join(comments)
    for line in comments:
        assert not re.search("[\x00-\x1f\x7f-\x9f]", line)
