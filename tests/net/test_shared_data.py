# SPDX-License-Identifier: GPL-3.0-or-later
"""What data/README.md says of the third-party data, from the program's own
output; test_analyse.py and test_scan34.py have the rest of it."""

import csv
import gzip
import os
import pathlib
import re
from collections import Counter

import pytest

from console import answer, rows
from hive import ROOT

DATA = pathlib.Path(os.environ.get("SYNHIVE_SHARED",
                                   ROOT.parent / "shared")) / "data"
LOG, ALIASES = DATA / "scan34-part1.log.gz", DATA / "scan34-aliases.txt"
HOME = ("--home", "11.11.79.0/24")
HOW = (*HOME, "--year", "2005", "--aliases", ALIASES)
POT = "11.11.79.67"
LIVING = {"193.110.95.1", "129.27.9.248", "66.198.160.2", "213.48.150.1",
          "195.47.220.2", "195.54.102.4"}

if not LOG.exists():
    pytest.skip(f"{LOG} is not there", allow_module_level=True)


@pytest.fixture(name="lines", scope="module")
def _lines():
    return gzip.decompress(LOG.read_bytes()).decode("latin-1").splitlines(True)


@pytest.fixture(name="store", scope="module")
def _store(tmp_path_factory):
    store = tmp_path_factory.mktemp("shared") / "store"
    answer("analyse", *HOW, "--store", store, LOG)
    return store


def imported(tmp_path, lines):
    """The counts of a file with these lines, and its records."""
    path, store = tmp_path / "some.log", tmp_path / "store"
    path.write_text("".join(lines), "latin-1")
    counts, = rows("import", "--year", 2005, "--store", store, path)
    return counts, rows("records", "--store", store)


# --- the traps in Scan 34 ----------------------------------------------------

def test_a_prefix_may_be_glued_to_what_follows(tmp_path, lines):
    glued = [t for t in lines if re.search(r"[^ S]IN=", t)]
    assert len(glued) == 14
    counts, found = imported(tmp_path, glued)
    assert (counts["lines"], counts["udp"], counts["tcp"], counts["syn"],
            counts["unreadable"]) == (14, 6, 8, 6, 0)
    assert {r["prefix"] for r in found} == {"Drop TCP after 17 attempts"}
    assert {r["in"] for r in found} == {"eth1"}
    assert [r["dst"] for r in found if r["flags"] == "SYN"] == [
        "129.27.3.14", "140.99.102.4", "140.99.102.4", "62.250.14.6",
        "62.250.14.6", "213.48.150.1"]


def test_a_dot_may_stand_where_a_blank_should(tmp_path, lines):
    dotted = [t for t in lines if re.search(r"SRC=[\d.]+\.DST=", t)]
    assert len(dotted) == 3
    counts, found = imported(tmp_path, dotted)
    assert (counts["syn"], counts["unreadable"]) == (3, 0)
    assert {(r["src"], r["dst"]) for r in found} == {
        ("219.255.10.22", "11.11.79.81")}


def test_an_ecn_syn_is_a_syn(tmp_path, lines):
    ecn = [t for t in lines if re.search(r"RES=\S+ (CWR |ECE )+SYN URGP", t)]
    assert len(ecn) == 6
    counts, found = imported(tmp_path, ecn)
    assert (counts["syn"], len(found)) == (6, 6)


def test_blanks_at_the_end_of_a_line_are_nothing(tmp_path, lines):
    assert all(t.endswith(" \n") for t in lines)
    bare = imported(tmp_path, [t.rstrip() + "\n" for t in lines[:500]])
    (tmp_path / "other").mkdir()
    assert [b.get("dst") for b in bare[1]] == [
        r["dst"] for r in imported(tmp_path / "other", lines[:500])[1]]


# --- who was compromised, and who was not -------------------------------------

def test_nobody_else_is_compromised(store):
    alerts = rows("alerts", "--store", store)
    assert {a["honeypot"] for a in alerts
            if a["severity"] == "compromised"} == {POT}
    assert len(rows("incidents", "--store", store)) == 1
    asked = {(a["peer"], a["port"]) for a in alerts
             if a["detector"] == "irc-confirmed"}
    assert {peer for peer, _ in asked} == LIVING
    assert {port for _, port in asked} == {6667, 8888}
    assert ("66.198.160.2", 8888) in asked
    assert ("66.198.160.2", 6667) not in asked


def test_whom_it_called_most_never_answered(store):
    syns = rows("records", "--store", store, *HOME,
                "direction out and flags syn")
    (most, times), = Counter(r["dst"] for r in syns).most_common(1)
    assert (most, times) == ("62.250.14.6", 13)
    assert not rows("records", "--store", store,
                    f"src host {most} and dst host {POT}")
    incident, = rows("incidents", "--store", store)
    assert most not in {e["peer"] for e in incident["evidence"]
                        if e["kind"] == "irc-confirmed"}


def test_the_living_servers_called_back_to_ident(store):
    asked = rows("records", "--store", store, "dst host " + POT +
                 " and dst port 113 and flags syn")
    assert {r["src"] for r in asked} >= LIVING


def test_the_honeypot_has_all_its_addresses(store):
    incident, = rows("incidents", "--store", store)
    listed = ALIASES.read_text("ascii").splitlines()[-1].split()
    assert len(listed) == 23
    assert {incident["address"], *incident["aliases"]} == set(listed)


def test_without_the_aliases_nobody_else_is_compromised_either():
    incident, = rows("analyse", *HOME, "--year", 2005, LOG)
    assert (incident["address"], incident["severity"],
            incident["onset"]) == (POT, "compromised", "2005-02-26T19:00:52Z")


# --- the other folders ---------------------------------------------------------

@pytest.mark.parametrize("scan", ["ack", "fin", "null", "xmas", "udp", "syn"])
def test_only_true_syns_become_syn_records(tmp_path, scan):
    to = 1500 if scan == "syn" else 1150
    path, store = DATA / f"psad-scans/{scan}_scan_1000_{to}", tmp_path / "s"
    text = path.read_text("latin-1")
    counts, = rows("import", "--store", store, path)
    assert (counts["lines"], counts["unreadable"]) == (200, 0)
    assert counts["tcp"] == text.count("PROTO=TCP ")
    assert counts["udp"] == text.count("PROTO=UDP ")
    syns = 200 if scan == "syn" else 0
    assert counts["syn"] == syns
    assert len(rows("records", "--store", store, "flags syn")) == syns


def test_psads_rows_are_found(tmp_path):
    """Source in the honeynet, destination not, SYN: in psad's order."""
    store = tmp_path / "store"
    answer("import", "--store", store, "--year", 2005,
           DATA / "psad-golden/iptables.data")
    found = rows("records", "--store", store, "src net 11.11.0.0/16 and not "
                 "dst net 11.11.0.0/16 and flags syn")
    with open(DATA / "psad-golden/out.csv", encoding="ascii") as f:
        psad = [tuple(row) for row in csv.reader(f, skipinitialspace=True)]
    assert [(r["src"], r["dst"], str(r["dport"])) for r in found] == psad


@pytest.mark.parametrize("name, port", [("irc", 6667), ("ssh", 22)])
def test_a_captured_session_has_one_syn(tmp_path, name, port):
    store = tmp_path / "store"
    counts, = rows("import", "--store", store,
                   DATA / f"pcap/{name}-session.pcap")
    assert (counts["syn"], counts["synack"], counts["unreadable"]) == (1, 1, 0)
    syn, = rows("records", "--store", store, "flags syn")
    assert syn["dport"] == port
