# SPDX-License-Identifier: GPL-3.0-or-later
"""The verbs that count and order: top, peer, between."""

import csv
import io
from collections import Counter, defaultdict

import pytest

from console import (CONFIG, DATAERR, HOME, USAGE, _conf, _store, answer,
                     make_store, refusal, rows, run)
from hive import ROOT

FLOWS = ROOT / "tests/data/first-flows.flow-print"
VICTIM, PEER = "189.22.36.165", "79.115.103.225"


@pytest.fixture(name="flows", scope="module")
def _flows(tmp_path_factory):
    store = tmp_path_factory.mktemp("verbs") / "store"
    answer("import", "--store", store, FLOWS)
    return store


# --- top ---------------------------------------------------------------------

@pytest.mark.parametrize("fields", ["src", "dst,dport", "proto", "sport,src"])
def test_top_counts_what_records_says(flows, fields):
    """Against the records themselves, counted here."""
    names = fields.split(",")
    records, octets, packets = Counter(), Counter(), Counter()
    for r in rows("records", "--store", flows):
        key = tuple(r[n] for n in names)
        records[key] += 1
        octets[key] += r["octets"]
        packets[key] += r["packets"]
    found = rows("top", fields, "--store", flows, "-n", 0)
    assert {tuple(r[n] for n in names): (r["records"], r["packets"],
                                         r["octets"]) for r in found} == {
        k: (records[k], packets[k], octets[k]) for k in records}
    assert [r["records"] for r in found] == sorted(records.values(),
                                                   reverse=True)


def test_top_counts_connections_attempts_and_peers(store):
    found = rows("top", "client", "--store", store, *HOME)
    assert [(r["client"], r["records"], r["connections"], r["attempts"],
             r["peers"]) for r in found] == [
        ("11.11.79.67", 5, 2, 3, 2), ("203.0.113.9", 1, 1, 1, 1)]
    assert found[0]["first"] == "2026-11-21T10:00:01.500Z"
    assert found[0]["last"] == "2026-11-21T10:10:00Z"


@pytest.mark.parametrize("argv, first", [
    (["honeypot,class"], ["11.11.79.67", "irc"]),
    (["peer", "--first"], ["203.0.113.9"]),
    (["peer", "--by", "attempts"], ["203.0.113.7"]),
    (["direction", "--by", "peers"], ["out"]),
    (["flags", "flags synack"], ["SYN|ACK"]),
    (["outcome", "-n1"], ["answered"]),
    (["hour"], ["2026-11-21T10:00:00Z"]),
    (["uid", "uid 1000"], [1000]),
    (["hook,sensor", "--by=records", "hook forward"], ["forward", "gw"]),
    (["address", "direction in"], ["11.11.79.67"]),
])
def test_top_by_any_field(store, argv, first):
    found = rows("top", *argv, "--store", store, *HOME)
    assert list(found[0].values())[:len(first)] == first


def test_top_says_that_there_is_more(store):
    done = run("top", "dst", "-n", "1", "--store", store)
    assert len(done.stdout.splitlines()) == 2
    assert "1 of 3 shown; -n 0 shows all" in done.stderr


@pytest.mark.parametrize("argv, status, says", [
    ([], USAGE, "of what?"),
    (["dts"], USAGE, "there is no field 'dts'; did you mean 'dst'?"),
    (["dst,"], USAGE, "there is no field ''"),
    (["dst,dst"], USAGE, "'dst' is there twice"),
    (["src,dst,sport,dport,proto"], USAGE, "more than 4 fields"),
    (["peer"], CONFIG, "'peer' needs to know what is home"),
    (["flags,outcome"], USAGE, "only records have 'flags'"),
    (["dst", "--by", "size"], USAGE, "--by size: say records"),
    (["dst", "--by", "peers", "--first"], USAGE, "--first and --by"),
    (["dst", "-n", "many"], USAGE, "-n many: not a number"),
    (["dst", "prot 5"], USAGE, "column 1"),
])
def test_what_top_cannot_count_is_said(store, argv, status, says):
    assert says in refusal(status, "top", *argv, "--store", store)


def test_records_without_times_have_no_since(flows):
    assert "have no time" in refusal(DATAERR, "top", "dst", "--store", flows,
                                     "--last", "1d")


def test_top_is_bounded_and_says_what_was_left_out(tmp_path):
    """More different ports than it remembers; none is counted wrongly."""
    many = 131_072 + 500
    text = "".join(
        f"record sensor=s time=2026-11-21T10:00:00Z src=10.{i >> 16}."
        f"{i >> 8 & 255}.{i & 255} sport=1 dst=10.9.9.9 dport=22 proto=6\n"
        for i in range(many))
    store = make_store(tmp_path / "store", text)
    done = run("top", "src,hook", "-n", 0, "-o", "json", "--store", store)
    assert done.returncode == 0
    assert len(done.stdout.splitlines()) == 131_072
    assert "500 records and connections were not counted" in done.stderr


# --- peer --------------------------------------------------------------------

def test_peer_shows_both_directions_in_order(store):
    found = rows("peer", "203.0.113.0/24", "--store", store, *HOME)
    assert [(r["direction"], r["honeypot"], r["port"], r["connections"],
             r["attempts"], r["answered"]) for r in found] == [
        ("in", "11.11.79.67", 22, 1, 1, 0),
        ("out", "11.11.79.67", 6667, 1, 2, 1),
        ("out", "11.11.79.67", 22, 1, 1, 0)]


def test_peer_without_home_shows_who_asked_whom(flows):
    found = rows("peer", PEER, "--store", flows)
    assert [(r["client"], r["server"], r["port"], r["records"])
            for r in found] == [(PEER, VICTIM, 22, 18), (PEER, VICTIM, 6667, 4),
                                (PEER, VICTIM, 8888, 2)]


def test_a_peer_is_an_address_or_a_network(store):
    assert "'combo' is no address" in refusal(USAGE, "peer", "combo",
                                              "--store", store)
    assert "did you mean 10.0.0.0/8?" in refusal(USAGE, "peer", "10.0.0.1/8",
                                                 "--store", store)
    assert "whose?" in refusal(USAGE, "peer", "--store", store)


# --- between -----------------------------------------------------------------

def test_between_is_what_both_exchanged(flows):
    everything = rows("records", "--store", flows)
    for a, b in ((VICTIM, PEER), (PEER, VICTIM)):
        assert rows("between", a, b, "--store", flows) == [
            r for r in everything if PEER in (r["src"], r["dst"])]


def test_between_is_in_order_of_time_however_it_came(tmp_path):
    """Two sensors whose records came one batch after the other."""
    text = "".join(
        f"record sensor=s{i % 2} time=2026-11-21T10:00:{59 - i:02}Z "
        f"src=10.0.0.1 sport={i} dst=10.0.0.2 dport=22 flags=SYN\n"
        for i in range(60))
    store = make_store(tmp_path / "store", text)
    found = rows("between", "10.0.0.1", "10.0.0.2", "--store", store)
    assert [r["sport"] for r in found] == list(range(59, -1, -1))
    assert answer("between", "10.0.0.2", "10.0.0.1", "--store", store,
                  "--count", "src port 1-10") == "10\n"


def test_between_takes_a_honeypot_by_name_with_all_its_addresses(store, conf):
    argv = ("203.0.113.7", "-c", conf)
    assert rows("between", "combo", *argv) == rows(
        "between", "11.11.79.69", *argv) == rows(
        "between", "11.11.79.67", *argv)
    assert len(rows("between", "combo", *argv)) == 4
    assert "no honeypot" in refusal(USAGE, "between", "nobody", *argv)
    assert "say both" in refusal(USAGE, "between", "combo", "-c", conf)


# --- honeypots ---------------------------------------------------------------

def test_honeypots_are_those_of_a_time(store, conf):
    def names(*argv):
        return [h["honeypot"] for h in rows("honeypots", "-c", conf, *argv)]
    assert set(names()) == {"combo", "11.11.79.80"}
    assert names("--since", "2026-11-21T10:30:00Z") == ["11.11.79.80"]
    assert names("--until", "2026-11-21T10:30:00Z") == ["combo"]
    assert names("--since", "2026-11-22") == []


# --- formats of other tools --------------------------------------------------

def test_only_records_and_connections_have_the_old_formats(store):
    for name in ("psad-csv", "flow-print-3", "flow-print-5"):
        assert "records and connections only" in refusal(
            USAGE, "sensors", "--store", store, "-o", name)
        for verb in ("records", "connections"):
            assert run(verb, "--store", store, "-o", name).returncode == 0


def test_flow_print_5_has_times_flags_and_what_is_unknown(store):
    lines = answer("records", "--store", store, "-o", "flow-print-5",
                   "src host 203.0.113.7").splitlines()
    assert lines[0].split() == [
        "Start", "End", "Sif", "SrcIPaddress", "SrcP", "DIf", "DstIPaddress",
        "DstP", "P", "Fl", "Pkts", "Octets"]
    assert lines[1] == ""
    assert lines[2].split() == [
        "1121.10:00:02.600", "1121.10:00:02.600", "0", "203.0.113.7", "6667",
        "0", "11.11.79.67", "4000", "6", "2", "-", "-"]


def test_a_counted_connection_is_two_flows(flows):
    shown = answer("connections", "--store", flows, "-o", "flow-print-3",
                   "port 8888").splitlines()[1:]
    assert sorted(" ".join(line.split()) for line in shown) == [
        f"{VICTIM} {PEER} 6 8888 4470 120 3",
        f"{PEER} {VICTIM} 6 4470 8888 192 3"]


def test_csv_and_json_agree(store):
    for argv in (["top", "dst,dport"], ["peer", "203.0.113.7"],
                 ["between", "11.11.79.67", "203.0.113.7"]):
        shown = list(csv.DictReader(io.StringIO(answer(
            *argv, "-o", "csv", "--store", store, *HOME))))
        found = rows(*argv, "--store", store, *HOME)
        assert len(shown) == len(found) > 0
        both = defaultdict(set)
        for a, b in zip(shown, found):
            for name in a:
                both[name].add((a[name], "" if b[name] is None
                                else str(b[name])))
        for name, pairs in both.items():
            assert all(a == b for a, b in pairs), name
