# SPDX-License-Identifier: GPL-3.0-or-later
"""What the terminal console answers, and what it says to wrong questions."""

import re

import pytest

from console import (CANTCREAT, CONFIG, DATAERR, HOME, NOINPUT, USAGE,
                     _conf, _store, answer, make_store, refusal, rows, run)


# --- verbs and options -------------------------------------------------------

def test_help_names_every_verb_and_every_verb_has_examples():
    verbs = re.findall(r"^  (\w+)", answer("--help"), re.MULTILINE)
    assert {"key", "sensors", "records", "connections", "incidents",
            "incident", "alerts"} <= set(verbs)
    for verb in verbs:
        text = answer("help", verb)
        assert f"  synhive {verb}" in text
        assert text == answer(verb, "--help")


def test_version():
    assert re.fullmatch(r"synhive \d+\.\d+\.\d+\n", answer("--version"))


@pytest.mark.parametrize("argv, says", [
    (["recrods"], "unknown verb 'recrods'; did you mean 'records'?"),
    (["xyzzy"], "unknown verb 'xyzzy'"),
    (["--store", "x"], "'--store': no such option, or no verb behind it"),
    (["--stoer", "x", "records"], "'--stoer': no such option"),
    (["records", "--conut"], "records: unknown option '--conut'"),
    (["sensors", "--count"], "sensors: --count means nothing here"),
    (["incidents", "combo"], "incidents: combo: one word too many"),
    (["incident"], "incident: which one?"),
    (["key", "old", "f"], "key: 'old': say 'synhive key new FILE'"),
    (["key", "new"], "key: new: which file?"),
    (["alerts", "--key", "k"], "go with -f"),
    (["alerts", "-f", "--count"], "-f is about what comes"),
    (["alerts", "-f"], "-f needs --key FILE"),
])
def test_wrong_words_are_named(argv, says):
    assert says in refusal(USAGE, *argv)


def test_no_verb_shows_the_usage():
    done = run()
    assert done.returncode == USAGE
    assert "usage: synhive VERB" in done.stderr


def test_key_new_prints_the_public_key(tmp_path):
    path = tmp_path / "k"
    public = answer("key", "new", path).strip()
    assert re.fullmatch("[0-9a-f]{64}", public)
    assert (tmp_path / "k.pub").read_text("ascii").strip() == public
    assert path.stat().st_mode & 0o777 == 0o600
    assert str(path) in refusal(CANTCREAT, "key", "new", path)


def test_a_folder_without_a_store_is_said(tmp_path):
    for verb in ("records", "connections", "sensors", "incidents", "alerts"):
        assert str(tmp_path) in refusal(NOINPUT, verb, "--store", tmp_path)
    assert "/nowhere" in refusal(NOINPUT, "records", "--store", "/nowhere")


def test_a_configuration_that_is_not_there_is_said(tmp_path):
    assert "none.conf" in refusal(NOINPUT, "records", "-c",
                                  tmp_path / "none.conf")


# --- records and connections -------------------------------------------------

def test_records_as_json_have_all_fields(store):
    found = rows("records", "--store", store, *HOME, "dst port 6667")
    assert found[0].pop("received").endswith("Z")
    assert found[0] == {
        "time": "2026-11-21T10:00:01.500Z", "sensor": "pot1",
        "direction": "out", "src": "11.11.79.67", "sport": 4000,
        "dst": "203.0.113.7", "dport": 6667, "proto": "tcp", "flags": "SYN",
        "ttl": 64, "window": 1024, "seq": 77, "ack": 0, "hook": "out",
        "in": None, "out": "eth0", "prefix": None, "mark": 16, "uid": 1000,
        "packets": None, "octets": None}
    assert [r["sensor"] for r in found] == ["pot1", "gw", "pot1"]


def test_an_answer_has_the_direction_of_its_connection(store):
    found = rows("records", "--store", store, *HOME, "flags synack")
    assert [(r["src"], r["direction"], r["flags"]) for r in found] == [
        ("203.0.113.7", "out", "SYN|ACK")]


@pytest.mark.parametrize("words, count", [
    ([], 6),
    (["flags syn"], 5),
    (["host", "203.0.113.7"], 4),
    (["direction", "in"], 1),
    (["sensor", "gw"], 1),
    (["--since", "2026-11-21T10:00:02Z"], 3),
    (["--since", "2026-11-21T10:00:02Z", "--until", "2026-11-21T10:00:03Z"],
     2),
    (["--until", "2026-11-21T10:00:00Z"], 0),
])
def test_count_and_rows_agree(store, words, count):
    argv = ("records", "--store", store, *HOME, *words)
    assert answer(*argv, "--count") == f"{count}\n"
    assert len(rows(*argv)) == count


def test_options_may_stand_before_the_verb(store):
    asked = ("--since", "2026-11-21T10:00:02Z", f"--store={store}", *HOME)
    assert rows(*asked, "records") == rows("records", *asked)
    assert answer(*asked, "--count", "records", "flags syn") == "2\n"


def test_direction_without_home_is_no_guess(store):
    assert "'direction' needs to know what is home" in refusal(
        CONFIG, "records", "--store", store, "direction out")
    assert {r["direction"] for r in rows("records", "--store", store)} == {
        None}


def test_an_error_in_a_filter_names_word_and_column(store):
    said = refusal(USAGE, "records", "--store", store, "host 1.2.3.4 prot 22")
    assert "column 14" in said and "prot" in said


def test_since_over_records_without_times_is_not_answered_by_silence(
        tmp_path):
    store = make_store(tmp_path / "s", "record sensor=x src=1.1.1.1 sport=1 "
                       "dst=2.2.2.2 dport=2\n")
    assert "have no time" in refusal(DATAERR, "records", "--store", store,
                                     "--since", "2026-01-01")


def test_connections_fold_retransmissions_and_witnesses(conf):
    found = rows("connections", "-c", conf, "server host 203.0.113.7")
    assert len(found) == 1
    c = found[0]
    assert (c["client"], c["client_port"], c["port"]) == (
        "11.11.79.67", 4000, 6667)
    assert (c["attempts"], c["outcome"], c["direction"]) == (
        2, "answered", "out")
    assert c["start"] == "2026-11-21T10:00:01.500Z"
    assert c["last"] == "2026-11-21T10:00:02.500Z"
    assert sorted(c["witnesses"]) == ["gw", "pot1"]
    assert c["client_honeypot"] == "combo" and c["server_honeypot"] is None
    assert c["uid"] == 1000 and c["expected"] is False


@pytest.mark.parametrize("words, count", [
    ([], 3),
    (["direction out"], 2),
    (["client host 203.0.113.9"], 1),
    (["sensor gw"], 1),
    (["--since", "2026-11-21T10:00:02Z"], 1),
    (["--since", "2026-11-21T10:00:01Z", "--until", "2026-11-21T10:01Z"], 1),
])
def test_connections_are_counted(conf, words, count):
    argv = ("connections", "-c", conf, *words)
    assert answer(*argv, "--count") == f"{count}\n"
    assert len(rows(*argv)) == count


# --- state -------------------------------------------------------------------

def test_sensors_say_who_is_silent_and_what_was_lost(store):
    found = {r["sensor"]: r for r in rows("sensors", "--store", store)}
    up, silent, never = found["pot1"], found["gw"], found["pot9"]
    assert (silent["state"], never["state"]) == ("silent", "never")
    assert never["last_seen"] is None and never["clock"] is None
    assert (silent["kernel_lost"], silent["spool_dropped"], silent["gaps"],
            silent["duplicates"]) == (12, 3, 2, 4)
    assert (up["records"], up["version"], up["rules"], up["clock"]) == (
        5, "synhive-agent 0.1.0", "applied", 0.25)
    assert {"refused", "undecoded", "address"} <= set(up)


def test_a_sensor_that_was_just_heard_is_up(tmp_path):
    store = make_store(tmp_path / "s",
                       "sensor sensor=a state=up last_seen=now\n")
    assert rows("sensors", "--store", store)[0]["state"] == "up"


def test_refusals_are_listed_and_pointed_at(store):
    assert rows("sensors", "--refused", "--store", store) == [
        {"why": "unknown-key", "who": "key 0123456789abcdef", "count": 3,
         "last": "2026-11-21T09:00:00Z"}]
    table = run("sensors", "--store", store)
    assert table.returncode == 0 and "--refused" in table.stderr
    assert run("sensors", "--store", store, "-o", "json").stderr == ""


def test_alerts_are_listed_once_and_with_all_as_published(store):
    found = rows("alerts", "--store", store)
    assert [(a["id"], a["count"]) for a in found] == [
        ("aaaa1111", 2), ("bbbb2222", 1)]
    wanted = {"id", "detector", "severity", "honeypot", "peer", "port",
              "first", "last", "count", "honeypots", "text", "sensors"}
    assert wanted <= set(found[0])
    assert found[0]["sensors"] == ["pot1"] and found[0]["port"] == 6667
    assert found[1]["peer"] is None and found[1]["port"] is None
    every = rows("alerts", "--all", "--store", store)
    assert [(a["id"], a["count"], a["update"]) for a in every] == [
        ("aaaa1111", 1, False), ("aaaa1111", 2, True), ("bbbb2222", 1, False)]
    assert len(rows("alerts", "--store", store, "--since",
                    "2026-11-21T10:06:00Z")) == 1


def test_incidents_have_the_promised_fields(store):
    found = rows("incidents", "--store", store)
    assert [i["incident"] for i in found] == ["dddd0001", "dddd0002"]
    first = found[0]
    assert {"incident", "honeypot", "address", "aliases", "severity", "onset",
            "last", "evidence", "episodes", "vectors"} <= set(first)
    assert first["aliases"] == ["11.11.79.69"]
    assert first["evidence"][1] == {
        "kind": "outbound-ssh", "time": "2026-11-21T10:10:00Z",
        "peer": "203.0.113.8", "port": 22, "count": 1,
        "text": "combo called ssh port 22",
            "filter": "host 203.0.113.8 and host [11.11.79.67 11.11.79.69] "
                      "and server port 22"}
    assert answer("incidents", "--store", store, "--count") == "2\n"


@pytest.mark.parametrize("which", ["dddd0001", "DDDD0001", "combo",
                                   "11.11.79.67"])
def test_an_incident_is_found_by_id_name_or_address(store, which):
    text = answer("incident", which, "--store", store)
    first, *rest = text.splitlines()
    assert first.startswith(
        "combo (11.11.79.67) is compromised: called IRC port 6667 "
        "(203.0.113.7), called SSH port 22 (203.0.113.8); no visitor with "
        "supporting evidence was seen; not visible: ")
    assert "15 lost records, 2 missing messages" in first
    assert first.endswith(f"; next: synhive connections --store {store} "
                          "'host 11.11.79.67'")
    assert "sensor gw: 12 records lost by the kernel" in text
    assert (f"  synhive records --store {store} "
            "'host [11.11.79.67 11.11.79.69]'") in rest
    assert rest[-1].endswith("not proof, but a place to start.")
    assert rows("incident", which, "--store", store) == rows(
        "incidents", "--store", store)[:1]


def test_an_incident_that_is_none_or_many_is_said(store):
    assert "no incident 'nobody'" in refusal(
        NOINPUT, "incident", "nobody", "--store", store)
    assert "2 incidents begin with 'dddd'" in refusal(
        USAGE, "incident", "dddd", "--store", store)
