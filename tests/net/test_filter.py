# SPDX-License-Identifier: GPL-3.0-or-later
"""Filters on the command line: units, errors, and what cannot be answered."""

import pytest

from console import (DATAERR, HOME, USAGE, _store, answer, make_store, refusal,
                     rows, run)

# Two flows that were counted, and a SYN that was not.
FLOWS = """
record sensor=nf time=2026-11-21T10:00:00Z src=203.0.113.9 sport=999 dst=11.11.79.67 dport=22 flags=SYN packets=1 octets=60
record sensor=nf time=2026-11-21T10:00:01Z src=203.0.113.9 sport=998 dst=11.11.79.67 dport=22 flags=SYN packets=3000 octets=2097152
"""
KNOCK = ("record sensor=pot1 time=2026-11-21T10:00:02Z src=203.0.113.8 "
         "sport=997 dst=11.11.79.67 dport=80 flags=SYN hook=in\n")


@pytest.fixture(name="flows", params=["messages", "blocks"])
def _flows(tmp_path, request):
    more = "recut\n" if request.param == "blocks" else ""
    return make_store(tmp_path / "flows", FLOWS + KNOCK + more)


# --- what the data cannot answer ---------------------------------------------

def test_packets_over_syns_alone_is_said_to_be_no_answer(store):
    said = refusal(DATAERR, "records", "--store", store,
                   "host 11.11.79.67 and packets > 1")
    assert "column 22: 'packets > 1'" in said
    assert "the data cannot answer it" in said and "'packets'" in said
    assert refusal(DATAERR, "records", "--store", store, "--count",
                   "octets > 1k").count("octets") > 1


def test_packets_over_flows_is_answered(flows):
    assert [r["packets"] for r in rows("records", "--store", flows,
                                       "packets > 1")] == [3000]
    done = run("records", "--store", flows, "--count", "packets > 5k")
    assert (done.returncode, done.stdout) == (0, "0\n")
    assert "1 records do not know their 'packets'" in done.stderr


def test_those_that_are_asked_for_must_know(flows):
    """That others know does not help."""
    said = refusal(DATAERR, "records", "--store", flows,
                   "host 203.0.113.8 and packets > 1")
    assert "none of the 1 records that it is about" in said
    assert answer("records", "--store", flows, "--count",
                  "host 203.0.113.7 and packets > 1") == "0\n"


def test_connections_do_not_know_either(store):
    assert "the data cannot answer it" in refusal(
        DATAERR, "connections", "--store", store, *HOME, "packets > 1")


@pytest.mark.parametrize("words, count", [
    ("packets > 1k", 1),
    ("octets = 2MiB", 1),
    ("octets > 2M", 1),
    ("packets in [1, 2k-4k]", 2),
    ("time >= 2026-11-21T10:00:01Z and time < 2026-11-21T10:01Z", 2),
    ("time 2026-11-21", 3),
    ("not time 2026-11-21T10:00:01Z", 2),
    ("net [203.0.113.9, 198.51.100.0/24]", 2),
    ("src net 203.0.113.8-203.0.113.9", 3),
    ("ports [80, 998]", 2),
    ("flags syn and not packets > 1", 2),
])
def test_filters_count_what_they_say(flows, words, count):
    assert answer("records", "--store", flows, "--count", words) == (
        f"{count}\n")
    assert len(rows("records", "--store", flows, words)) == count


# --- connections -------------------------------------------------------------

@pytest.mark.parametrize("words, count", [
    ("attempts > 1", 1),
    ("attempts = 1", 2),
    ("outcome answered", 1),
    ("outcome [answered unknown unanswered]", 3),
    ("duration >= 1s", 1),
    ("uid 1000", 1),
    ("time < 2026-11-21T10:00:01Z", 1),
])
def test_connections_have_terms_of_their_own(store, words, count):
    assert answer("connections", "--store", store, *HOME, "--count",
                  words) == f"{count}\n"


@pytest.mark.parametrize("verb, words, says", [
    ("records", "port 22 and attempts > 1",
     "column 13: 'attempts > 1': only connections have 'attempts'"),
    ("records", "not outcome answered", "only connections have 'outcome'"),
    ("connections", "ttl < 64", "only records have 'ttl'"),
])
def test_terms_of_something_else_are_refused(store, verb, words, says):
    assert says in refusal(USAGE, verb, "--store", store, *HOME, words)


# --- errors ------------------------------------------------------------------

@pytest.mark.parametrize("words, mark", [
    ("dst prot 22", "      ^~~~"),
    ("port 22 and (host 1.2.3.4 or class irk)",
     "                                     ^~~"),
    ("port [22", "          ^"),
    ("packets > lots", "            ^~~~"),
    ("port 22 and attempts > 1", "              ^~~~~~~~"),
])
def test_an_error_shows_its_place(store, words, mark):
    lines = refusal(USAGE, "records", "--store", store, words).splitlines()
    assert lines[1:] == [f"  {words}", mark]


def test_an_error_far_right_is_still_shown(store):
    words = "port 22 and " * 100 + "prot 6"
    lines = refusal(USAGE, "records", "--store", store, words).splitlines()
    assert f"column {len(words) - 5}" in lines[0]
    at = lines[2].index("^")
    assert lines[1][at:] == "prot 6" and len(lines[1]) < 80


def test_an_error_writes_no_control_bytes(store):
    said = refusal(USAGE, "records", "--store", store, "port 22 \x1b[2Jx")
    assert "\x1b" not in said
