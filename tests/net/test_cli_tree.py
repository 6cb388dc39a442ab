# SPDX-License-Identifier: GPL-3.0-or-later
"""Doors, the attacker's path and honeypots, from a store that mkstore made."""

import pytest

from console import (CONFIG, DATAERR, FALLEN, NOINPUT, USAGE, answer,
                     make_store, refusal, rows)

LAB = ("--home", "10.0.0.0/16")


@pytest.fixture(name="store", scope="module")
def _store(tmp_path_factory):
    return make_store(tmp_path_factory.mktemp("tree") / "store", FALLEN)


def test_the_path_goes_from_outside_to_the_last_honeypot(store):
    assert answer("tree", "--store", store).splitlines() == [
        "outside 203.0.113.9",
        "   -> pot1 port 22 at 2026-11-21T09:59:50Z, 3 connections, "
        "the likely door, evidence: strong; compromised",
        "      -> pot2 port 22 at 2026-11-21T10:00:00Z, 3 connections, "
        "seen; compromised",
        "         -> 10.0.0.3 port 22 at 2026-11-21T11:00:00Z, 1 connection, "
        "seen",
        "outside 2001:db8:2:1::9",
        "   -> pot1 port 8080 at 2026-11-21T19:59:00Z, 1 connection, "
        "the likely door, evidence: weak; compromised (reached before)",
    ]


def test_the_path_as_rows_says_how_deep_each_step_is(store):
    assert [(x["depth"], x["from"], x["to"], x["by"], x["port"], x["outside"])
            for x in rows("tree", "--store", store)] == [
                (1, "203.0.113.9", "pot1", "vector", 22, True),
                (2, "pot1", "pot2", "pivot", 22, False),
                (3, "pot2", "10.0.0.3", "pivot", 22, False),
                (1, "2001:db8:2:1::9", "pot1", "vector", 8080, True)]


def test_a_net_where_nobody_fell_has_no_path(tmp_path):
    store = make_store(tmp_path / "store", "sensor sensor=pot1 state=up\n")
    assert answer("tree", "--store", store) == (
        "No honeypot fell, as far as is known.\n")
    assert rows("tree", "--store", store) == []


@pytest.mark.parametrize("which", ["pot1", "10.0.0.1", "10.0.1.1"])
def test_the_doors_of_each_episode_are_listed(store, which):
    text = answer("vector", which, "--store", store)
    assert text.startswith(
        "Ways in to pot1 before 2026-11-21T10:00:00Z\n"
        "  It may be older: nothing is known before 2026-11-21T08:00:00Z.\n"
        "  1. 203.0.113.9 to 10.0.0.1 port 22, last 2026-11-21T09:59:50Z; "
        "evidence: strong\n")
    assert f"     see      synhive records --store {store} 'net " \
        "2001:db8:2:1::/64 and host 10.0.0.1 and port 8080'\n" in text
    assert "  and 3 less likely ones\n" in text
    assert text.endswith("not proof, but a place to start.\n")
    found = rows("vector", which, "--store", store)
    assert [x["rank"] for x in found] == [1, 2, 1]
    assert found[0]["for"][0] == (
        "the honeypot began a connection to it afterwards")


def test_an_incident_has_the_vectors_of_its_first_episode(store):
    found = rows("incident", "pot1", "--store", store)[0]
    assert [x["peer"] for x in found["vectors"]] == [
        "203.0.113.9", "203.0.113.8"]
    assert found["vectors"] == found["episodes"][0]["vectors"]
    assert {"rank", "peer", "address", "port", "last", "for", "against",
            "filter"} <= set(found["vectors"][0])
    assert found["episodes"][0]["may_be_older"]
    assert found["episodes"][1]["onset"] == "2026-11-21T20:00:00Z"
    for vector in found["vectors"]:
        answer("records", vector["filter"], "--store", store)


def test_the_first_line_of_a_report_says_it_all(store):
    first = answer("incident", "pot1", "--store", store).splitlines()[0]
    assert first == (
        "pot1 (10.0.0.1) is compromised: went on to other honeypots on port "
        "22 (10.0.0.2); likely door: port 22 of 10.0.0.1, by 203.0.113.9 10 s "
        "before, strong evidence; not visible: what was said, how much, "
        "anything before 2026-11-21T08:00:00Z: it may be older; next: "
        f"synhive records --store {store} 'host 203.0.113.9 and host 10.0.0.1 "
        "and port 22'")


def test_doors_of_any_time_come_from_the_records(store):
    found = rows("vector", "10.0.0.1", "--at", "2026-11-21T10:00:00Z",
                 "--store", store, *LAB)
    assert [(x["peer"], x["port"], x["outcome"]) for x in found] == [
        ("203.0.113.9", 22, "answered"), ("203.0.113.8", 80, "unknown")]
    # Whom it called back is seen in what came after.
    assert "the honeypot began a connection to it afterwards" in (
        found[0]["for"])
    text = answer("vector", "10.0.0.9", "--at", "2026-11-21T10:00:00Z",
                  "--store", store, *LAB)
    assert "  No visitor with supporting evidence was seen.\n" in text
    assert "nothing of the 24 h before" in refusal(
        DATAERR, "vector", "10.0.0.1", "--at", "2026-11-20T10:00:00Z",
        "--store", store, *LAB)


def test_a_honeypot_without_an_incident_needs_a_time(store):
    assert "10.0.0.9 has no incident: say when it fell, with --at" in refusal(
        NOINPUT, "vector", "10.0.0.9", "--store", store, *LAB)
    assert "no honeypot 'nobody' is known" in refusal(
        NOINPUT, "vector", "nobody", "--store", store, *LAB)
    assert "which honeypot?" in refusal(USAGE, "vector", "--store", store)
    assert "what is home is not known" in refusal(
        CONFIG, "vector", "pot1", "--at", "2026-11-21T10:00:00Z", "--store",
        store)
    assert "--at soon: not a time" in refusal(
        USAGE, "vector", "pot1", "--at", "soon", "--store", store)


def test_honeypots_are_listed_with_their_state(store, tmp_path):
    conf = tmp_path / "aggregator.conf"
    conf.write_text(f'store = "{store}"\n'
                    'honeynet lab { home = {"10.0.0.0/16"} }\n'
                    'honeypot quiet { addresses = {"10.0.0.77"} }\n', "utf-8")
    found = rows("honeypots", "-c", conf)
    assert [(x["honeypot"], x["severity"], x["state"], x["alerts"])
            for x in found] == [
                ("10.0.0.3", None, "quiet", 1),
                ("pot1", "compromised", "open", 2),
                ("pot2", "compromised", "open", 1),
                ("quiet", None, "quiet", 0)]
    assert answer("honeypots", "--count", "-c", conf) == "4\n"


def test_a_honeypot_tells_all_that_was_noticed(store):
    text = answer("honeypot", "pot1", "--store", store)
    assert text.startswith("pot1 (10.0.0.1) is compromised: ")
    assert "\nAll that was noticed\n" in text
    assert text.endswith("not proof, but a place to start.\n")
    found = rows("honeypot", "10.0.1.1", "--store", store)[0]
    assert found["honeypot"] == "pot1" and found["episodes"] == 2
    assert [x["id"] for x in found["noticed"]] == ["aaaa1111", "aaaa1112"]
    quiet = answer("honeypot", "10.0.0.9", "--store", store, *LAB)
    assert quiet.startswith("10.0.0.9: nothing suspicious is known.\n")
    assert rows("honeypot", "10.0.0.9", "--store", store, *LAB)[0][
        "noticed"] == []
