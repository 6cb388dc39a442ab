# SPDX-License-Identifier: GPL-3.0-or-later
"""Files instead of sensors: synhive import and analyse, as a user types it."""

import gzip
import json
import os
import re
import subprocess
from collections import Counter
from pathlib import Path

import pytest

from console import (CONFIG, DATAERR, NOINPUT, USAGE, answer, refusal, rows,
                     run)
from hive import ROOT, program
from logs import FALL, NOISE, line

SHARED = Path(os.environ.get("SYNHIVE_SHARED", ROOT.parent / "shared")) / "data"
FLOWS = ROOT / "tests/data/first-flows.flow-print"
POT, ALIASES = "11.11.79.67", SHARED / "scan34-aliases.txt"
SCAN34 = ("--home", "11.11.79.0/24", "--year", 2005,
          SHARED / "scan34-part1.log.gz")
LIVING = {"193.110.95.1", "129.27.9.248", "66.198.160.2", "213.48.150.1",
          "195.47.220.2", "195.54.102.4"}

third_party = pytest.mark.skipif(
    not SHARED.is_dir(), reason=f"no third-party data in {SHARED}")


@pytest.fixture(name="log")
def _log(tmp_path):
    path = tmp_path / "kern.log"
    path.write_text(FALL, "ascii")
    return path


# --- the Honeynet Project's Scan 34 -------------------------------------------

@pytest.fixture(name="scan34", scope="module")
def _scan34(tmp_path_factory):
    if not SHARED.is_dir():
        pytest.skip(f"no third-party data in {SHARED}")
    store = tmp_path_factory.mktemp("scan34") / "store"
    found = rows("analyse", *SCAN34, "--aliases", ALIASES, "--store", store)
    return store, found


def test_scan34_every_line_is_counted(scan34):
    found = scan34[1][0]["coverage"][0]
    assert {k: found[k] for k in (
        "lines", "tcp", "udp", "icmp", "other", "syn", "synack", "unreadable",
        "foreign", "first", "last", "year_guessed")} == {
            "lines": 34583, "tcp": 31769, "udp": 2057, "icmp": 757,
            "other": 0, "syn": 28364, "synack": 1202, "unreadable": 0,
            "foreign": 0, "first": "2005-02-25T12:11:24Z",
            "last": "2005-03-03T23:57:00Z", "year_guessed": False}


def test_scan34_outbound_syns_are_all_there(scan34):
    out = rows("records", "--store", scan34[0], "--home", "11.11.79.0/24",
               "direction out and flags syn")
    assert len(out) == 111
    assert {r["src"] for r in out} == {POT}
    assert len({r["dst"] for r in out}) == 20
    assert Counter(r["dport"] for r in out) == {6667: 102, 8888: 6, 80: 3}
    first = min(out, key=lambda r: r["time"])
    assert (first["time"], first["dst"], first["dport"]) == (
        "2005-02-26T19:00:52Z", "81.196.20.134", 80)
    strangers = rows("records", "--store", scan34[0], "src net 11.11.0.0/16 "
                     "and not src net 11.11.79.0/24 and flags syn")
    assert len(strangers) == 198


def test_scan34_has_one_incident(scan34):
    incident, = scan34[1]
    assert incident["honeypot"] == incident["address"] == POT
    assert incident["severity"] == "compromised"
    assert len(incident["aliases"]) in (22, 23)
    assert incident["onset"] == "2005-02-26T19:00:52Z"
    assert incident["home"] == "11.11.79.0/24"
    assert not incident["home_guessed"]


def test_scan34_the_six_living_servers_are_confirmed(scan34):
    confirmed = [e for e in scan34[1][0]["evidence"]
                 if e["kind"] == "irc-confirmed"]
    assert {e["peer"] for e in confirmed} == LIVING
    assert {e["port"] for e in confirmed} == {6667, 8888}
    assert all(e["port"] == 8888 for e in confirmed
               if e["peer"] == "66.198.160.2")


def test_scan34_the_way_in_is_the_first_vector(scan34):
    first = scan34[1][0]["vectors"][0]
    assert (first["rank"], first["peer"], first["address"],
            first["port"], first["last"]) == (
                1, "213.135.2.227", "11.11.79.89", 80, "2005-02-26T19:00:39Z")
    assert any("13 s before" in reason for reason in first["for"])
    packets = rows("records", "--store", scan34[0], first["filter"])
    assert packets[-1]["dst"] == "11.11.79.89"


def test_scan34_the_store_has_what_was_found(scan34):
    stored, = rows("incidents", "--store", scan34[0])
    assert {k: v for k, v in scan34[1][0].items() if k in stored} == stored
    assert rows("alerts", "--store", scan34[0])


@third_party
def test_scan34_home_is_guessed_and_the_first_line_says_so():
    argv = [a for a in SCAN34 if a not in ("--home", "11.11.79.0/24")]
    first, second = answer("analyse", *argv).splitlines()[:2]
    assert first.startswith("Home is guessed: 11.11.79.0/24 (")
    assert "--home" in first
    assert second.startswith(f"{POT} is compromised: ")


@third_party
def test_scan34_without_aliases_no_visitor_has_evidence():
    incident, = rows("analyse", *SCAN34)
    assert (incident["honeypot"], incident["severity"]) == (
        POT, "compromised")
    out = answer("analyse", *SCAN34)
    assert "no visitor with supporting evidence" in out.lower()


# --- other third-party data ---------------------------------------------------

@third_party
def test_of_psads_scans_every_tcp_line_is_read(tmp_path):
    for path in sorted((SHARED / "psad-scans").iterdir()):
        text = path.read_text("latin-1")
        got, = rows("import", "--store", tmp_path / "store", path)
        tcp = [t for t in text.splitlines() if "PROTO=TCP" in t]
        syn = [t for t in tcp
               if re.search(r"RES=0x00 (CWR )?(ECE )?(URG )?(PSH )?SYN URGP",
                            t)]
        assert (got["tcp"], got["syn"], got["unreadable"]) == (
            len(tcp), len(syn), 0), path


@third_party
def test_log_lines_in_the_wild_are_read_or_refused_with_a_reason(tmp_path):
    for path in sorted((SHARED / "log-formats").iterdir()):
        done = run("import", "--store", tmp_path / "store", path)
        assert done.returncode == 0, done.stderr
        complaints = re.findall(r"^    line \d+: (.*)$", done.stdout, re.M)
        number = re.search(r"(\d+) lines? could not be read", done.stdout)
        assert len(complaints) == min(5, int(number[1]) if number else 0)
        assert all(c.startswith(("no OUT= behind IN=", "no SRC="))
                   for c in complaints)


@third_party
@pytest.mark.parametrize("name, port", [("irc", 6667), ("ssh", 22)])
def test_a_captured_session_is_one_connection(tmp_path, name, port):
    store = tmp_path / "store"
    answer("import", "--store", store, SHARED / f"pcap/{name}-session.pcap")
    only, = rows("connections", "--store", store)
    assert (only["port"], only["outcome"]) == (port, "answered")


@third_party
def test_nflog_captures_are_read(tmp_path):
    got, = rows("import", "--store", tmp_path / "store",
                SHARED / "pcap/nflog.pcap")
    assert (got["lines"], got["udp"], got["unreadable"]) == (4, 4, 0)


# --- flows --------------------------------------------------------------------

def test_flows_without_times_are_read_in_the_order_of_their_lines(tmp_path):
    store = tmp_path / "store"
    out = answer("analyse", "--home", "189.22.36.165/32", "--store", store,
                 FLOWS)
    assert "no times: the order of the lines is the order of events" in out
    assert answer("records", "--store", store, "--count") == "38\n"
    ssh = rows("connections", "--store", store,
               "client host 79.115.103.225 and server port 22")
    assert [c["client_port"] for c in ssh] == [4381, 4383, 4382]
    assert all(c["guessed"] for c in ssh)


def test_the_flows_of_a_first_look_lead_to_the_visitor():
    incident, = rows("analyse", "--home", "189.22.36.165/32", FLOWS)
    first = incident["vectors"][0]
    assert (first["rank"], first["peer"], first["port"]) == (
        1, "79.115.103.225", 22)
    odd = {e["port"]: e for e in incident["evidence"]
           if e["kind"] == "odd-port-in"}
    assert {port: e["count"] for port, e in odd.items()} == {6667: 2, 8888: 1}
    for e in odd.values():
        assert e["peer"] == "79.115.103.225"
        assert "continues 4382" in e["text"]
        assert "refused, a reading of the sizes" in e["text"]
        assert "IRC server" not in e["text"]
    assert incident["onset"] is None
    assert "outbound-irc" not in {e["kind"] for e in incident["evidence"]}


# --- analyse ------------------------------------------------------------------

def test_nothing_but_a_file_is_needed(log):
    lines = answer("analyse", "--year", 2005, log).splitlines()
    assert lines[0].startswith("Home is guessed: 198.51.100.0/24 (")
    assert lines[1].startswith("198.51.100.7 is compromised: ")
    assert lines[-1] == "This is not proof, but a place to start."
    assert answer("analyze", "--year", 2005, log).splitlines() == lines


def test_an_answer_says_what_it_rests_on(log):
    log.write_text(FALL + "Feb 26 20:00:00 gw kernel: IN=br0 OUT= SRC=x\n")
    out = answer("analyse", log)
    for text in (f"{log}: 45 lines, iptables or nftables LOG text",
                 "TCP 44 (44 SYN)", "the year is guessed",
                 "1 line could not be read", "line 45: SRC= is no address",
                 "1 of 45 lines or packets could not be read",
                 "no replies", "no packets and octets", "UTC is assumed"):
        assert text in out, text
    row, = rows("analyse", log)
    assert row["coverage"][0]["unreadable"] == 1
    assert any("no replies" in m["text"] for m in row["missing"])


def test_a_year_that_was_guessed_wrong_is_noticed(tmp_path):
    log = tmp_path / "log"
    log.write_text(NOISE + "".join(
        NOISE.replace("Feb 26", f"{month} 10") for month in
        ("Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov",
         "Dec", "Jan", "Feb", "Mar")))
    os.utime(log, (1142035200, 1142035200))     # 2006-03-11
    out = answer("import", "--store", tmp_path / "store", log)
    assert "would be younger than the file" in out
    out = answer("import", "--store", tmp_path / "2", "--year", 2005, log)
    assert "younger" not in out
    assert "to 2006-03-10T" in out


def test_times_are_moved_into_their_zone(log):
    row, = rows("analyse", "--year", 2005, "--tz", "+02:00", log)
    assert row["onset"] == "2005-02-26T17:00:50Z"
    assert not row["coverage"][0]["zone_guessed"]


def test_files_in_any_order_give_the_same(log, tmp_path):
    whole = rows("analyse", "--year", 2005, log)
    parts = FALL.splitlines(keepends=True)
    old, new = tmp_path / "old.1.gz", tmp_path / "new"
    old.write_bytes(gzip.compress("".join(parts[:20]).encode()))
    new.write_text("".join(parts[20:]))

    def found(*files):
        return [{k: v for k, v in r.items() if k != "coverage"}
                for r in rows("analyse", "--year", 2005, *files)]
    assert found(old, new) == found(new, old)
    assert [r["incident"] for r in found(old, new)] == [
        r["incident"] for r in whole]


def test_standard_input_is_a_file_too(log):
    done = subprocess.run([program("synhive"), "analyse", "--year", "2005",
                           "-o", "json", "-"], input=gzip.compress(
                               log.read_bytes()), capture_output=True,
                          timeout=60, check=True)
    assert json.loads(done.stdout)["honeypot"] == "198.51.100.7"


def test_aliases_are_one_honeypot(log, tmp_path):
    aliases = tmp_path / "aliases"
    aliases.write_text("# one machine\n198.51.100.9 198.51.100.7, "
                       "198.51.100.8\n")
    row, = rows("analyse", "--year", 2005, "--aliases", aliases, log)
    assert row["honeypot"] == row["address"] == "198.51.100.9"


def test_a_configuration_may_say_what_is_home(log, tmp_path):
    conf = tmp_path / "aggregator.conf"
    conf.write_text('honeynet lab { home = {"198.51.100.0/24"} }\n'
                    'honeypot combo { addresses = {"198.51.100.7"} }\n'
                    'class ssh { ports = "2222" }\n')
    row, = rows("analyse", "--year", 2005, "-c", conf, log)
    assert (row["honeypot"], row["severity"]) == ("combo", "suspect")


def test_who_was_not_reported_is_explained(log, tmp_path):
    conf = tmp_path / "aggregator.conf"
    conf.write_text(
        'honeynet lab { home = {"198.51.100.0/24"} }\n'
        'expected chat { match = "dst host 192.0.2.6" owner = "ops"\n'
        '                reason = "the team\'s own server" }\n'
        'expected admin { match = "dst host 192.0.2.7" owner = "ops"\n'
        '                 reason = "backup" }\n')
    out = answer("analyse", "--year", 2005, "-c", conf, log,
                 "--explain", "198.51.100.7")
    for text in ("198.51.100.7 was not reported",
                 "it began 2, of which 2 are expected",
                 "chat: 1 (the team's own server)", "admin: 1 (backup)",
                 "outbound-irc", "0 to an IRC port"):
        assert text in out, text
    out = answer("analyse", "--year", 2005, log, "--explain", "203.0.113.9")
    assert "not home" in out
    out = answer("analyse", "--year", 2005, log, "--explain", "198.51.100.7")
    assert "198.51.100.7 was reported: incident " in out


def test_without_a_fall_it_says_so(tmp_path):
    path = tmp_path / "log"
    path.write_text(NOISE)
    out = answer("analyse", "--home", "198.51.100.0/24", path)
    assert out.startswith("No honeypot did anything suspicious.\n")
    assert "40 lines" in out
    done = run("analyse", "--home", "198.51.100.0/24", path, "-o", "json")
    assert (done.returncode, done.stdout) == (0, "")
    assert "40 lines, 40 records, 0 could not be read" in done.stderr


def test_mistakes_are_named(log, tmp_path):
    nothing, junk = tmp_path / "nothing", tmp_path / "junk"
    junk.write_text("hello\n")
    assert "which file?" in refusal(USAGE, "analyse")
    assert str(nothing) in refusal(NOINPUT, "analyse", nothing)
    assert "none of the formats" in refusal(DATAERR, "analyse", junk)
    assert "--year" in refusal(USAGE, "analyse", "--year", "05", log)
    assert "--tz" in refusal(USAGE, "analyse", "--tz", "Nowhere", log)
    assert "--explain" in refusal(USAGE, "analyse", "--explain", "x", log)
    assert "named twice" in refusal(USAGE, "analyse", log, log)
    assert str(nothing) in refusal(NOINPUT, "analyse", "--aliases", nothing,
                                   log)
    assert f"{junk}:1: 'hello'" in refusal(DATAERR, "analyse", "--aliases",
                                           junk, log)
    junk.write_text("10.0.0.1 10.0.0.2\n")
    assert f"{junk}:1: " in refusal(CONFIG, "analyse", "--aliases", junk,
                                    "--home", "198.51.100.0/24", log)
    assert "--store" in refusal(USAGE, "import", log)


# --- import -------------------------------------------------------------------

def test_importing_again_adds_nothing_and_says_so(log, tmp_path):
    store = tmp_path / "store"
    first = answer("import", "--store", store, "--year", 2005, log)
    assert "44 records into" in first
    packed = tmp_path / "kern.log.3.gz"
    packed.write_bytes(gzip.compress(log.read_bytes()))
    for again in (log, packed):
        out = answer("import", "--store", store, "--year", 2005, again)
        assert "was imported" in out and "nothing added" in out
    assert answer("records", "--store", store, "--count") == "44\n"
    assert {r["sensor"] for r in rows("records", "--store", store)} == {
        "kern.log"}


def test_of_a_log_that_has_grown_only_what_is_new_is_added(tmp_path):
    log, store = tmp_path / "log", tmp_path / "store"
    log.write_text(NOISE * 200)         # 8,000 records: several batches
    answer("import", "--store", store, "--year", 2005, log)
    log.write_text(NOISE * 200 + FALL)
    got, = rows("import", "--store", store, "--year", 2005, log)
    assert got["known"] > 4000
    assert got["known"] + got["added"] == 8044


def test_what_was_imported_can_be_asked_for(log, tmp_path):
    store = tmp_path / "store"
    answer("import", "--store", store, "--year", 2005, log)
    only, = rows("connections", "--store", store, "class irc")
    assert (only["client"], only["server"], only["start"]) == (
        "198.51.100.7", "192.0.2.6", "2005-02-26T19:00:50Z")
    sensor, = rows("sensors", "--store", store)
    assert (sensor["sensor"], sensor["state"], sensor["records"]) == (
        "kern.log", "file", 44)
