# SPDX-License-Identifier: GPL-3.0-or-later
"""The feed, read by a program that shares no code with ours."""

import importlib
import json
import sys

import pytest
import zmq
from jsonschema import Draft202012Validator

from feed import Subscriber, plain_socket, position
from hive import FEED, ROOT, Key, connect
from netns import command, wait_until


@pytest.fixture(name="pb", scope="session")
def _pb(tmp_path_factory):
    """proto/alert.proto, compiled for Python."""
    folder = tmp_path_factory.mktemp("pb")
    command("protoc", f"-I{ROOT}/proto", f"--python_out={folder}",
            "alert.proto")
    sys.path.insert(0, str(folder))
    return importlib.import_module("alert_pb2")


@pytest.fixture(name="subscribe")
def _subscribe(lab):
    made = []

    def make(key, *topics):
        made.append(Subscriber(lab, key, *topics))
        return made[-1]
    yield make
    for subscriber in made:
        subscriber.close()


def test_both_topic_families_say_the_same(lab, pb, subscribe):
    lab.started()
    sub = subscribe(lab.soc, b"")
    sub.wait_for(b"meta/heartbeat/")
    connect(lab.pot, lab.FAR, 6667)
    topic = b"alert/lab/outbound-irc/"
    as_json = json.loads(sub.wait_for(b"json/" + topic)[0][1])
    as_pb = pb.Alert.FromString(sub.wait_for(b"pb/" + topic)[0][1])
    assert as_pb.detector == "outbound-irc"
    assert as_pb.severity == pb.SUSPECT
    assert as_pb.honeypot == lab.POT
    assert as_pb.peer == lab.FAR
    assert as_pb.port == 6667
    flat = json.dumps(as_json)
    for value in (as_pb.id, as_pb.text, as_pb.peer, as_pb.detector):
        assert value in flat
    assert as_json["event"]["id"] == as_pb.id
    assert as_json["destination"] == {"ip": lab.FAR, "port": 6667}
    assert sub.wait_for(b"json/incident/lab/")


def test_sequence_numbers_have_no_gap(lab, subscribe):
    lab.started()
    sub = subscribe(lab.soc, b"")
    sub.wait_for(b"meta/heartbeat/")
    for port in range(7000, 7020):
        connect(lab.pot, lab.FAR, port)
    sub.wait_for(b"json/alert/", 20)
    sub.wait_for(b"pb/alert/", 20)
    for family in (b"json/", b"pb/"):
        numbers = sorted(position(m)[1] for m in sub.messages
                         if m[0].startswith(family))
        assert numbers == sorted(set(numbers))
    seen = sorted({position(m)[1] for m in sub.messages
                   if m[0].split(b"/")[0] in (b"json", b"pb")})
    assert seen == list(range(seen[0], seen[-1] + 1))
    assert len({position(m)[0] for m in sub.messages}) == 1


def test_all_json_is_as_the_schema_says(lab, subscribe):
    with open(ROOT / "proto" / "feed.schema.json", encoding="utf-8") as f:
        schema = Draft202012Validator(json.load(f))
    lab.started()
    sub = subscribe(lab.soc, b"")
    sub.wait_for(b"meta/heartbeat/")
    connect(lab.pot, lab.FAR, 22)
    connect(lab.pot, lab.FAR, 6667)
    sub.wait_for(b"json/alert/lab/outbound-irc/")
    sub.wait_for(b"json/incident/lab/")
    texts = [m[1] for m in sub.messages if m[0].startswith(b"json/")]
    assert len(texts) >= 5
    for text in texts:
        schema.validate(json.loads(text))
    broken = json.loads(texts[0])
    del broken["event"]["id"]
    assert not schema.is_valid(broken)


def test_a_heartbeat_comes_every_second(lab, pb, subscribe):
    lab.aggregator.start()
    sub = subscribe(lab.soc, b"meta/heartbeat/")
    beats = [pb.FeedHeartbeat.FromString(m[1])
             for m in sub.wait_for(b"meta/heartbeat/", 3)]
    gaps = [(b.wall_ns - a.wall_ns) / 1e9 for a, b in zip(beats, beats[1:])]
    assert all(0.8 < gap < 1.5 for gap in gaps), gaps


def test_a_subscriber_with_an_unknown_key_gets_nothing(lab, subscribe):
    lab.aggregator.start()
    known = subscribe(lab.soc, b"")
    stranger = subscribe(Key(lab.net.dir / "stranger.key"), b"")
    known.wait_for(b"meta/heartbeat/", 3)
    assert stranger.poll() == []
    wait_until(lambda: any(r["why"] == "unknown-subscriber"
                           for r in lab.aggregator.refused()), 10,
               "it is counted")


def test_a_sensor_key_does_not_open_the_feed(lab, subscribe):
    agent = lab.agent()
    lab.aggregator.start()
    known = subscribe(lab.soc, b"")
    sensor = subscribe(agent.key, b"")
    known.wait_for(b"meta/heartbeat/", 2)
    assert sensor.poll() == []


def test_without_curve_the_feed_says_nothing(lab):
    lab.aggregator.start()
    with plain_socket(lab.agg, zmq.SUB) as sock:
        sock.subscribe(b"")
        sock.connect(lab.aggregator.endpoint(FEED))
        assert sock.poll(2500) == 0
