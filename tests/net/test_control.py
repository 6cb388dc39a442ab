# SPDX-License-Identifier: GPL-3.0-or-later
"""What operators do to incidents, through the control socket."""

import json
import re
import socket
import stat
import subprocess

import pytest
from jsonschema import Draft202012Validator

from feed import Subscriber
from hive import ROOT, USER, attempt, connect, program, synhive
from netns import wait_until

USAGE, NOINPUT, UNAVAILABLE, NOPERM = 64, 66, 69, 77


@pytest.fixture(name="fallen")
def _fallen(lab):
    """The honeypot called an SSH port: it has an incident."""
    lab.started()
    connect(lab.pot, lab.FAR, 22)
    wait_until(lambda: lab.aggregator.ask("incidents"), 10, "an incident")
    return lab


@pytest.fixture(name="feed")
def _feed(fallen):
    subscriber = Subscriber(fallen, fallen.soc, b"")
    subscriber.wait_for(b"meta/heartbeat/")
    yield subscriber
    subscriber.close()


def do(lab, verb, *words):
    return synhive(verb, "-c", lab.aggregator.conf, "--", *words)


def refusal(lab, status, verb, *words):
    code, said = attempt(program("synhive"), verb, "-c", lab.aggregator.conf,
                         "--", *words)
    assert code == status, said
    return said


def incident(lab, which=None):
    return lab.aggregator.ask("incident", which or lab.POT)[0]


def path(lab):
    return lab.aggregator.dir / "run" / "control"


def told(feed, kind):
    """What came under json/, as objects."""
    return [json.loads(m[1]) for m in feed.poll()
            if m[0].startswith(b"json/" + kind)]


# --- the verbs ---------------------------------------------------------------

def test_an_acknowledgement_has_a_name_and_is_told(fallen, feed):
    before = incident(fallen)
    assert before["acknowledged"] is None
    said = do(fallen, "ack", fallen.POT, "I", "am", "on", "it")
    assert before["incident"][:10] in said and "acknowledged by root" in said
    after = incident(fallen)
    assert after["acknowledged_by"] == "root"
    assert after["acknowledged"] is not None
    wait_until(lambda: [i for i in told(feed, b"incident/")
                        if i["synhive"]["acknowledged_by"] == "root"], 5,
               "the feed hears of it")
    row, = fallen.aggregator.ask("audit")
    assert (row["user"], row["uid"], row["verb"], row["reason"]) == (
        "root", 0, "ack", "I am on it")
    assert row["incident"] == before["incident"]
    report = synhive("incident", fallen.POT, "-c", fallen.aggregator.conf)
    assert "acked by  root" in report and "root: ack: I am on it" in report


def test_an_acknowledgement_survives_a_crash_and_what_comes_after(fallen):
    """It is younger than what is kept of the correlator's memory."""
    do(fallen, "ack", fallen.POT, "I am on it")
    fallen.aggregator.kill()
    fallen.aggregator.start()
    connect(fallen.pot, fallen.FAR, 6667)
    wait_until(lambda: len(incident(fallen)["evidence"]) > 1, 10, "more")
    assert incident(fallen)["acknowledged_by"] == "root"


def test_a_muted_incident_is_counted_and_told_later(fallen, feed):
    do(fallen, "mute", fallen.POT, "1h", "patching")
    connect(fallen.pot, fallen.FAR, 6667)
    wait_until(lambda: any(a["detector"] == "outbound-irc"
                           for a in fallen.aggregator.ask("alerts")), 10,
               "it is counted")
    assert incident(fallen)["severity"] == "compromised"
    # What is unmuted by and by comes behind it: it would have come before.
    connect(fallen.pot, fallen.FAR, 6668)
    wait_until(lambda: len(fallen.aggregator.ask("alerts")) >= 5, 10, "more")
    assert not [a for a in told(feed, b"alert/")
                if a["synhive"]["detector"] == "outbound-irc"]
    do(fallen, "mute", fallen.POT, "off")
    feed.wait_for(b"json/alert/lab/outbound-irc/", 2)
    alerts = [a["synhive"] for a in told(feed, b"alert/lab/outbound-irc/")]
    assert [(a["port"], a["update"]) for a in alerts] == [
        (6667, False), (6668, False)]
    assert told(feed, b"incident/")[-1]["synhive"]["severity"] == "compromised"


def test_a_mute_ends_by_itself_also_over_a_restart(fallen, feed):
    do(fallen, "mute", fallen.POT, "3s", "for a moment")
    connect(fallen.pot, fallen.FAR, 6667)
    wait_until(lambda: any(a["detector"] == "outbound-irc"
                           for a in fallen.aggregator.ask("alerts")), 10,
               "it is counted")
    assert incident(fallen)["muted_until"] is not None
    fallen.aggregator.kill()
    fallen.aggregator.start()
    feed.wait_for(b"json/alert/lab/outbound-irc/")
    assert incident(fallen)["muted_until"] is None


def test_closing_needs_a_verdict_or_a_reason(fallen):
    assert "verdict" in refusal(fallen, USAGE, "close", fallen.POT)
    assert incident(fallen)["state"] == "open"
    assert "is no verdict" in refusal(fallen, USAGE, "verdict", fallen.POT,
                                      "maybe")
    do(fallen, "verdict", fallen.POT, "false-alarm", "our own scanner")
    do(fallen, "close", fallen.POT)
    after = incident(fallen)
    assert (after["state"], after["verdict"]) == ("closed", "false-alarm")
    assert "was closed" in refusal(fallen, USAGE, "ack", fallen.POT)
    assert [a["verb"] for a in fallen.aggregator.ask("audit")] == [
        "verdict", "close"]


def test_evidence_after_the_close_is_another_incident(fallen, feed):
    first = incident(fallen)["incident"]
    do(fallen, "close", fallen.POT, "nothing to it")
    connect(fallen.pot, fallen.FAR, 6667)
    wait_until(lambda: len(fallen.aggregator.ask("incidents")) == 2, 10,
               "another incident")
    old, new = incident(fallen, first), incident(fallen)
    assert (old["state"], new["state"]) == ("closed", "open")
    assert new["previous"] == first and new["onset"] > old["closed"]
    assert {e["kind"] for e in new["evidence"]} == {"outbound-irc"}
    assert {e["kind"] for e in old["evidence"]} == {"outbound-ssh"}
    ops = [(i["event"]["action"], i["event"]["id"])
           for i in told(feed, b"incident/")]
    assert ("close", first) in ops and ("open", new["incident"]) in ops
    # The same after a restart.
    fallen.aggregator.kill()
    fallen.aggregator.start()
    connect(fallen.pot, fallen.FAR, 6669)
    wait_until(lambda: len(incident(fallen)["evidence"]) == 2, 10, "more")
    assert incident(fallen)["incident"] == new["incident"]
    assert len(fallen.aggregator.ask("incidents")) == 2


def test_a_rebuilt_honeypot_begins_anew(fallen):
    do(fallen, "rebuild", fallen.POT, "from image 7")
    after = incident(fallen)
    assert after["state"] == "closed" and after["rebuilt"] == after["closed"]


def test_what_the_feed_says_is_as_the_schema_says(fallen, feed):
    do(fallen, "ack", fallen.POT)
    do(fallen, "mute", fallen.POT, "1h", "why not")
    do(fallen, "verdict", fallen.POT, "unclear")
    do(fallen, "rebuild", fallen.POT)
    schema = json.loads((ROOT / "proto/feed.schema.json").read_text("utf-8"))
    validator = Draft202012Validator(schema)
    wait_until(lambda: len(told(feed, b"incident/")) >= 4, 5, "all is told")
    for message in told(feed, b""):
        assert not list(validator.iter_errors(message)), message


def test_the_examples_of_the_manual_work(lab):
    text = (ROOT / "docs/man/synhive.1").read_text("utf-8")
    found = re.findall(r"^\.Dl \$ synhive ((?:ack|mute|verdict|rebuild) .*)$",
                       text, re.MULTILINE)
    assert len(found) >= 4
    lab.aggregator.honeypots["combo"] = {"addresses": [lab.POT]}
    lab.started()
    connect(lab.pot, lab.FAR, 22)
    wait_until(lambda: lab.aggregator.ask("incidents"), 10, "an incident")
    for example in found:
        verb, *words = example.split()
        assert "combo, incident" in do(lab, verb, *words)


# --- who is not listened to ----------------------------------------------------

def test_without_an_aggregator_the_verbs_say_so(fallen):
    fallen.aggregator.stop()
    assert not path(fallen).exists()
    for verb, words in (("ack", ()), ("mute", ("1h", "x")), ("close", ()),
                        ("verdict", ("unclear",)), ("rebuild", ())):
        said = refusal(fallen, UNAVAILABLE, verb, fallen.POT, *words)
        assert "the aggregator does not run" in said and "control" in said


def test_a_socket_that_was_left_behind_is_replaced(fallen):
    fallen.aggregator.kill()
    assert path(fallen).exists()
    assert "does not run" in refusal(fallen, UNAVAILABLE, "ack", fallen.POT)
    fallen.aggregator.start()
    do(fallen, "ack", fallen.POT)


def test_the_socket_is_for_the_user_and_its_group(fallen):
    st = path(fallen).stat()
    assert stat.S_IMODE(st.st_mode) == 0o660
    assert path(fallen).owner() == USER
    done = subprocess.run(
        ["setpriv", "--reuid=daemon", "--regid=daemon", "--clear-groups",
         program("synhive"), "ack", "--store", fallen.aggregator.store,
         "--control", path(fallen), fallen.POT], text=True,
        capture_output=True, check=False, timeout=20)
    assert done.returncode == NOPERM, done.stderr


def test_an_unknown_incident_is_no_input(fallen):
    assert "no incident 'xyz'" in refusal(fallen, NOINPUT, "ack", "xyz")
    assert raw(fallen, json.dumps({"verb": "ack", "incident": "0" * 32}))[
        "code"] == NOINPUT


def test_a_folder_that_cannot_be_made_is_no_reason_to_stop(lab):
    lab.aggregator.change = {"control": "/proc/nowhere/control"}
    lab.aggregator.start()
    assert "no control socket" in lab.aggregator.program.text()


def test_a_folder_that_is_missing_is_made_for_the_user(lab):
    folder = lab.aggregator.dir / "made"
    lab.aggregator.change = {"control": folder / "control"}
    lab.aggregator.start()
    wait_until((folder / "control").exists, 5, "the socket")
    assert folder.owner() == USER and folder.stat().st_mode & 0o777 == 0o750


def test_a_long_path_is_no_trouble(fallen):
    folder = fallen.aggregator.dir / ("x" * 100)
    fallen.aggregator.stop()
    fallen.aggregator.change = {"control": folder / "control"}
    fallen.aggregator.start()
    wait_until((folder / "control").exists, 5, "the socket")
    do(fallen, "ack", fallen.POT)


# --- strangers -----------------------------------------------------------------

def talk(lab):
    s = socket.socket(socket.AF_UNIX)
    s.connect(str(path(lab)))
    s.settimeout(10)
    return s


def raw(lab, text):
    with talk(lab) as s:
        s.sendall(text.encode() + b"\n")
        return json.loads(s.makefile().readline())


NONSENSE = [
    ("", "no JSON"),
    ("[" * 3000, "no JSON"),
    ("[]", "not a JSON object"),
    ("{}", "no 'verb'"),
    ('{"verb": "drop"}', "there is no verb 'drop'"),
    ('{"verb": "ack", "verb": "close"}', "duplicate"),
    ('{"verb": "ack", "incident": "abc"}', "32 hex digits"),
    ('{"verb": "ack", "sudo": "yes"}', "unknown key 'sudo'"),
    ('{"verb": 7}', "'verb' is no text"),
    ('{"verb": "mute", "incident": "' + "a" * 32 + '"}', "no 'for'"),
    ('{"verb": "mute", "for": "1h", "incident": "' + "a" * 32 + '"}',
     "a mute has a reason"),
    ('{"verb": "ack", "reason": "' + "x" * 600 + '"}', "more than 511 bytes"),
    ('{"verb": "ack", "reason": "a\\u001b[2J", "incident": "' + "a" * 32
     + '"}', "control character"),
    ("x" * 5000, "too long"),
]


def test_nonsense_is_refused(fallen):
    for text, says in NONSENSE:
        reply = raw(fallen, text)
        assert reply["code"] == USAGE and says in reply["text"], text
    do(fallen, "ack", fallen.POT)


def test_who_says_nothing_is_hung_up_on_and_holds_nobody_up(fallen):
    silent = [talk(fallen) for _ in range(20)]
    silent[0].sendall(b'{"verb": ')
    # All places are taken; they are free again when these are out of time.
    do(fallen, "ack", fallen.POT)
    assert json.loads(silent[0].makefile().readline())["text"].startswith(
        "the request took too long")
    for s in silent:
        s.close()
    assert raw(fallen, "{}")["code"] == USAGE
