# SPDX-License-Identifier: GPL-3.0-or-later
"""Filter files of flow-tools on flows, as somebody who has some would ask."""

import subprocess

import pytest

from console import NOINPUT, USAGE, answer, refusal, rows, run
from hive import ROOT, program

FLOWS = ROOT / "tests/data/first-flows.flow-print"
FILE = ROOT / "docs/examples/filter.cfg"
VICTIM, PEER = "189.22.36.165", "79.115.103.225"


def lines(text):
    """The words of the rows; the file has blanks that a web page made."""
    return [" ".join(line.split()) for line in text.splitlines()[1:]]


@pytest.fixture(name="store", scope="module")
def _store(tmp_path_factory):
    store = tmp_path_factory.mktemp("nfilter") / "store"
    answer("import", "--store", store, FLOWS)
    return store


def flows(store, *argv):
    return lines(answer("records", "--store", store, "-o", "flow-print-3",
                        "--nfilter", FILE, *argv))


def test_flow_print_3_gives_back_what_was_imported(store):
    assert lines(answer("records", "--store", store, "-o", "flow-print-3")
                 ) == lines(FLOWS.read_text("utf-8"))


def test_subtracting_the_victims_browsing_leaves_the_known_rows(store):
    """What is left of the first rows, by hand: the victim's own port 80 and
    who asked it are no browsing."""
    assert flows(store, "-F", "victim-browsing")[:7] == [
        "189.22.36.165 82.135.96.18 6 445 59423 80 2",
        "82.135.96.18 189.22.36.165 6 59423 445 96 2",
        "189.22.36.165 72.167.161.47 6 80 51428 40 1",
        "72.167.161.47 189.22.36.165 6 51404 21 84 2",
        "72.167.161.47 189.22.36.165 6 49768 21 296 6",
        "189.22.36.165 72.167.161.47 6 21 49768 262 3",
        "72.167.161.47 189.22.36.165 6 51428 80 40 1"]


def test_more_than_one_packet_shows_the_irc_ports(store):
    found = flows(store, "-F", "ip-addr", "-v", f"ADDR={VICTIM}", "-F",
                  "victim-browsing", "-F", "gt1packet",
                  f"src host {VICTIM} and dst host {PEER}")
    for row in ("189.22.36.165 79.115.103.225 6 22 4382 3703 19",
                "189.22.36.165 79.115.103.225 6 22 4383 3095 11",
                "189.22.36.165 79.115.103.225 6 6667 4384 120 3",
                "189.22.36.165 79.115.103.225 6 6667 4385 120 3"):
        assert row in found
    assert all(int(row.split()[6]) > 1 for row in found)


def test_two_definitions_are_a_pipe_each_with_its_own_variables(store):
    """flow-nfilter -F ip-addr -v ADDR=A | flow-nfilter -F ip-addr -v ADDR=B"""
    everything = lines(FLOWS.read_text("utf-8"))
    assert flows(store, "-F", "ip-addr", "-v", f"ADDR={VICTIM}", "-F",
                 "ip-addr", "-v", f"ADDR={PEER}") == [
        row for row in everything if PEER in row]
    assert flows(store, "-v", f"ADDR={PEER}", "-F", "ip-src-addr") == [
        row for row in everything if row.startswith(PEER)]


def test_the_installed_file_has_the_definitions(tmp_path):
    subprocess.run(["make", "-C", ROOT, "install", "PREFIX=/usr",
                    f"DESTDIR={tmp_path}", f"B={program('synhive').parent}"],
                   check=True, capture_output=True, timeout=300)
    installed = tmp_path / "usr/share/synhive/filter.cfg"
    assert installed.read_bytes() == FILE.read_bytes()
    for name in ("ip-addr", "port80", "victim-browsing", "gt1packet"):
        assert f"filter-definition {name}\n" in installed.read_text("ascii")


@pytest.mark.parametrize("argv, status, says", [
    (["-F", "nix"], USAGE, "has no filter-definition 'nix'; there are: "
                           "ip-addr"),
    ([], USAGE, "has no filter-definition 'default'"),
    (["-F", "ip-addr"], USAGE, "line 11: the variable 'ADDR' is not set"),
    (["-F", "ip-addr", "-v", "ADDR"], USAGE, "write -v VARIABLE=VALUE"),
    (["-F", "ip-addr", "-v", "ADDR=nowhere.example"], USAGE,
     "line 11: 'nowhere.example' is no IPv4 address"),
    (["-F", "port80", "dst prot 5"], USAGE, "column 5: unknown word 'prot'"),
    (["-F", "port80", "port 5) or (port 6"], USAGE, "column 7"),
])
def test_mistakes_are_named(store, argv, status, says):
    assert says in refusal(status, "records", "--store", store, "--nfilter",
                           FILE, *argv)


def test_a_file_is_needed_and_must_be_there(store):
    assert "need --nfilter FILE" in refusal(
        USAGE, "records", "--store", store, "-F", "ip-addr")
    assert "/nowhere" in refusal(NOINPUT, "records", "--store", store,
                                 "--nfilter", "/nowhere", "-F", "x")


def test_what_no_record_knows_is_refused_by_name(store, tmp_path):
    path = tmp_path / "filter.cfg"
    path.write_text("filter-primitive long\n  type counter\n"
                    "  permit gt 1000\nfilter-definition long\n"
                    "  match duration long\n", "ascii")
    said = refusal(USAGE, "records", "--store", store, "--nfilter", path,
                   "-F", "long")
    assert f"{path} line 5: 'match duration' cannot be answered" in said


def test_two_permits_that_let_everything_through_are_told(store, tmp_path):
    path = tmp_path / "filter.cfg"
    path.write_text("filter-primitive between\n  type counter\n"
                    "  permit gt 1000\n  permit lt 2000\n"
                    "filter-definition between\n  match octets between\n",
                    "ascii")
    done = run("records", "--store", store, "--nfilter", path, "-F",
               "between", "--count")
    assert done.returncode == 0
    assert done.stdout == "38\n"
    assert "line 1: 'between' lets everything through" in done.stderr


def test_connections_take_filter_files_too(store):
    found = rows("connections", "--store", store, "--nfilter", FILE, "-F",
                 "ip-dst-port", "-v", "PORT=6667")
    assert {(c["client"], c["server"], c["port"]) for c in found} == {
        (PEER, VICTIM, 6667)}
