# SPDX-License-Identifier: GPL-3.0-or-later
"""Investigations that are kept: made, continued, asked again, handed on."""

import json
import os
import subprocess

import pytest

from console import (CANTCREAT, DATAERR, NOINPUT, USAGE, answer, make_store,
                     refusal, rows, run)
from hive import ROOT, program

FLOWS = ROOT / "tests/data/first-flows.flow-print"
FILTERS = ROOT / "docs/examples/filter.cfg"
VICTIM, PEER = "189.22.36.165", "79.115.103.225"
HOSTILE = "x'; touch pwned; \"$(touch pwned)`touch pwned`\n touch pwned # \x1b[2J"


@pytest.fixture(name="store")
def _store(tmp_path):
    answer("import", "--store", tmp_path / "store", FLOWS)
    return tmp_path / "store"


def case(store, *argv):
    return answer("case", *argv, "--store", store)


def make(store, name="dev"):
    """The victim's flows without its browsing, of more than one packet."""
    case(store, "new", name, "--reason", "who got in?")
    case(store, "add", name, "victim", f"host {VICTIM}")
    case(store, "exclude", name, "browsing", "--nfilter", FILTERS, "-F",
         "ip-port", "-v", "PORT=80", "--reason", "its own browsing")
    case(store, "add", name, "big", "packets > 1 # not a knock")


def test_a_case_is_subtract_and_continue(store):
    make(store)
    assert [(r["name"], r["kind"], r["before"], r["taken"], r["left"])
            for r in rows("case", "run", "dev", "--steps", "--store", store)
            ] == [("victim", "filter", 38, 0, 38),
                  ("browsing", "exclude", 38, 9, 29),
                  ("big", "filter", 29, 0, 29)]
    left = rows("case", "run", "dev", "--store", store)
    assert left == rows("records", "--store", store,
                        "not port 80 and packets > 1")
    assert case(store, "run", "dev", "--count", "port", "6667") == "4\n"
    case(store, "exclude", "dev", "suspect", f"host {PEER}", "--reason",
         "known by now")
    assert case(store, "run", "dev", "--count") == "5\n"


def test_it_is_asked_again_on_newer_data(store, tmp_path):
    make(store)
    newer = tmp_path / "newer"
    make_store(newer, f"record sensor=s time=2026-11-21T10:00:00Z src={PEER} "
                      f"sport=1 dst={VICTIM} dport=22 packets=5 octets=300\n")
    (newer / "cases").mkdir()
    (newer / "cases/dev.json").write_bytes(
        (store / "cases/dev.json").read_bytes())
    found, = rows("case", "run", "dev", "--store", newer)
    assert (found["src"], found["dport"]) == (PEER, 22)
    path = store / "cases/dev.json"
    assert case(newer, "run", path, "--count") == "1\n"
    assert case(newer, "run", path, "--count", "--since",
                "2026-11-22") == "0\n"


def test_who_made_each_step_when_and_why_is_kept(store):
    make(store)
    shown = rows("case", "show", "dev", "--store", store)
    assert [(r["step"], r["kind"], r["name"], r["reason"]) for r in shown] == [
        (1, "filter", "victim", None),
        (2, "exclude", "browsing", "its own browsing"),
        (3, "filter", "big", None)]
    user = subprocess.run(["id", "-un"], capture_output=True, text=True,
                          check=True).stdout.strip()
    assert {r["user"] for r in shown} == {user}
    listed, = rows("case", "--store", store)
    assert (listed["case"], listed["steps"], listed["user"],
            listed["reason"]) == ("dev", 3, user, "who got in?")
    case(store, "remove", "dev", "browsing")
    assert [r["name"] for r in rows("case", "show", "dev", "--store", store)
            ] == ["victim", "big"]
    gone, = json.loads(case(store, "export", "dev", "-o", "json"))["removed"]
    assert gone["name"] == "browsing"
    assert gone["removed"]["user"] == user
    case(store, "remove", "dev")
    assert rows("case", "--store", store) == []


def test_the_exported_script_asks_the_same(store, tmp_path):
    make(store)
    case(store, "exclude", "dev", "odd", "prefix", "\"it's\"", "--reason",
         HOSTILE)
    script = tmp_path / "dev.sh"
    script.write_text(case(store, "export", "dev"), "utf-8")
    env = {**os.environ,
           "PATH": f"{program('synhive').parent}:{os.environ['PATH']}"}
    done = subprocess.run(
        ["sh", script, "--store", store, "-o", "json"], cwd=tmp_path, env=env,
        capture_output=True, text=True, check=True, timeout=60)
    assert [json.loads(line) for line in done.stdout.splitlines()] == rows(
        "case", "run", "dev", "--store", store)
    assert done.stderr.split() == ["38", "29", "29", "29"]
    assert not (tmp_path / "pwned").exists()
    assert "\x1b" not in script.read_text("utf-8")


def test_a_case_may_be_a_file_of_ones_own(store, tmp_path):
    path = tmp_path / "mine.json"
    make(store, path)
    assert rows("case", "--store", store) == []
    assert case(store, "run", path, "--count") == "29\n"
    assert path.stat().st_mode & 0o777 == 0o640


@pytest.mark.parametrize("name", [
    "", "..", ".hidden", "a b", "x" * 64, "\x1b[2J", "=cmd()", "<script>",
    "a\nb", "ümlaut"])
def test_hostile_names_are_refused_and_not_repeated(store, name):
    for argv in (["new", name], ["add", "dev", name, "port 5"]):
        case(store, "new", "dev") if argv[0] == "add" else None
        said = refusal(USAGE, "case", *argv, "--store", store)
        assert "is made of at most 63 letters" in said
        assert "\x1b" not in said and "<script>" not in said


def test_a_name_never_leaves_the_store(store, tmp_path):
    """With a '/' it is a path that the operator typed; a link is no case."""
    (store / "cases").mkdir()
    (store / "cases/link.json").symlink_to(tmp_path / "elsewhere")
    (tmp_path / "elsewhere").write_text("{}", "ascii")
    assert "link.json" in run("case", "show", "link", "--store", store).stderr
    assert refusal(CANTCREAT, "case", "new", "link", "--store", store)
    assert (tmp_path / "elsewhere").read_text("ascii") == "{}"


@pytest.mark.parametrize("text, says", [
    ("", "no JSON"),
    ("[1]", "this is no case"),
    ('{"case": 9}', "newer version"),
    ('{"case": 1}', "no text 'reason'"),
    ('{"case": 1, "reason": "", "user": "a", "time": "soon"}',
     "'time' is no time"),
    ('{"case": 1, "reason": "", "user": "a", "time": "@1", "steps": [{}], '
     '"removed": []}', "no text 'kind'"),
])
def test_a_broken_file_is_named_with_what_is_wrong(store, text, says):
    (store / "cases").mkdir()
    (store / "cases/broken.json").write_text(text, "utf-8")
    said = refusal(DATAERR, "case", "run", "broken", "--store", store)
    assert "broken.json" in said and says in said
    listed = run("case", "--store", store)
    assert listed.returncode == 0 and "broken.json" in listed.stderr


def test_a_filter_in_a_file_cannot_reach_out_of_its_parentheses(store):
    """One that never passed "case add"."""
    make(store)
    path = store / "cases/dev.json"
    made = json.loads(path.read_text("utf-8"))
    made["steps"][0]["filter"] = "port 1) or (port 2"
    path.write_text(json.dumps(made), "utf-8")
    said = refusal(USAGE, "case", "run", "dev", "--store", store)
    assert "step 'victim'" in said and "column 7" in said


@pytest.mark.parametrize("argv, status, says", [
    (["shwo", "dev"], USAGE, "did you mean 'show'?"),
    (["show"], USAGE, "show: which case?"),
    (["show", "nobody"], NOINPUT, "there is no case 'nobody'"),
    (["new", "dev"], CANTCREAT, "there is a case 'dev' already"),
    (["add", "dev"], USAGE, "the name of the step is missing"),
    (["add", "dev", "x"], USAGE, "which records? Say a filter"),
    (["add", "dev", "x", "# nothing"], USAGE, "which records?"),
    (["add", "dev", "x", "prot 5"], USAGE, "column 1: unknown word 'prot'"),
    (["add", "dev", "victim", "port 5"], USAGE,
     "there is a step 'victim' already"),
    (["exclude", "dev", "x", "port 5"], USAGE, "why is it excluded?"),
    (["remove", "dev", "x"], USAGE, "there is no step 'x'"),
    (["new", "y", "--reason", "r" * 600], USAGE, "longer than 511 bytes"),
    (["export", "dev", "-o", "csv"], USAGE, "export: a shell script"),
])
def test_mistakes_are_said_and_change_nothing(store, argv, status, says):
    make(store)
    before = (store / "cases/dev.json").read_bytes()
    assert says in refusal(status, "case", *argv, "--store", store)
    assert (store / "cases/dev.json").read_bytes() == before


def test_a_full_disk_leaves_the_case_as_it_was(store):
    """No space: RLIMIT_FSIZE stands for it."""
    make(store)
    path = store / "cases/dev.json"
    before = path.read_bytes()
    done = subprocess.run(
        ["sh", "-c", 'trap "" XFSZ; ulimit -f 1; exec "$@"', "sh",
         program("synhive"), "case", "add", "dev", "large",
         "port [" + ",".join(map(str, range(1, 600))) + "]", "--store",
         store], capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 74, done.stderr
    assert path.read_bytes() == before
    assert [p.name for p in path.parent.iterdir()] == ["dev.json"]
