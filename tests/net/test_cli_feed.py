# SPDX-License-Identifier: GPL-3.0-or-later
""""synhive alerts -f" and a publisher that is not ours."""

import importlib
import json
import re
import signal
import struct
import subprocess
import sys
import threading

import pytest
import zmq
from zmq.auth.thread import ThreadAuthenticator
from zmq.utils import z85

from hive import ROOT, Key, program
from netns import Failed, wait_until

NOPERM = 77
RUN = bytes(range(16))


@pytest.fixture(name="pb", scope="module")
def _pb(tmp_path_factory):
    folder = tmp_path_factory.mktemp("pb")
    subprocess.run(["protoc", f"--proto_path={ROOT}/proto",
                    f"--python_out={folder}", "alert.proto"], check=True)
    sys.path.insert(0, str(folder))
    yield importlib.import_module("alert_pb2")
    sys.path.remove(str(folder))


class Guests:
    """The keys that may come in, as pyzmq asks for them."""

    def __init__(self, *keys):
        self.keys = [z85.encode(bytes.fromhex(k.public)) for k in keys]

    def callback(self, _domain, key):
        return key in self.keys


class Feed:
    """What the aggregator's feed does, in a few lines of another language."""

    def __init__(self, pb, key, *guests):
        self.pb, self.key = pb, key
        self.ctx = zmq.Context()
        self.auth = ThreadAuthenticator(self.ctx)
        self.auth.start()
        self.auth.configure_curve_callback("synhive-feed",
                                           Guests(*guests))
        self.endpoint = "tcp://127.0.0.1:*"
        self.sock = None
        self.open()

    def open(self):
        self.sock = self.ctx.socket(zmq.XPUB)
        self.sock.linger = 0
        self.sock.curve_server = True
        self.sock.curve_secretkey = z85.encode(
            bytes.fromhex(self.key.path.read_text("ascii").strip()))
        self.sock.zap_domain = b"synhive-feed"
        self.sock.bind(self.endpoint)
        self.endpoint = self.sock.last_endpoint.decode()

    def close(self):
        self.sock.close()

    def end(self):
        self.close()
        self.auth.stop()
        self.ctx.term()

    def send(self, topic, payload, sequence):
        self.sock.send_multipart([topic.encode(), payload,
                                  RUN + struct.pack("<Q", sequence)])

    def beat(self, sequence):
        self.send("meta/heartbeat/", self.pb.FeedHeartbeat(
            run=RUN, sequence=sequence).SerializeToString(), sequence)

    def alert(self, sequence, **fields):
        alert = self.pb.Alert(detector="outbound-irc", severity=2,
                              honeynet="lab", honeypot="combo",
                              address="11.11.79.67", **fields)
        topic = "alert/lab/outbound-irc/"
        self.send("json/" + topic, b"{}", sequence)
        self.send("pb/" + topic, alert.SerializeToString(), sequence)


class Follower:
    """The program, and what it said up to now."""

    def __init__(self, *argv):
        self.popen = subprocess.Popen(
            [program("synhive"), "alerts", "-f", *map(str, argv)],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, text=True)
        self.out, self.err = [], []
        self.threads = [
            threading.Thread(target=self._read, args=pair, daemon=True)
            for pair in ((self.popen.stdout, self.out),
                         (self.popen.stderr, self.err))]
        for t in self.threads:
            t.start()

    @staticmethod
    def _read(stream, lines):
        for line in stream:
            lines.append(line)

    def said(self, text):
        return text in "".join(self.err)

    def alerts(self):
        return [json.loads(line) for line in list(self.out)]

    def end(self, signo=signal.SIGTERM):
        self.popen.send_signal(signo)
        return self.status()

    def status(self):
        status = self.popen.wait(10)
        for t in self.threads:
            t.join(10)
        return status


@pytest.fixture(name="bed")
def _bed(pb, tmp_path):
    """A feed, a key that it knows, and how to follow it."""
    server, soc = Key(tmp_path / "server"), Key(tmp_path / "soc")
    feed = Feed(pb, server, soc)
    followers = []

    def follow(*argv, key=soc, server_key=server.public):
        f = Follower("-o", "json", "--feed", feed.endpoint, "--server-key",
                     server_key, "--key", key.path, *argv)
        followers.append(f)
        return f

    yield feed, follow
    for f in followers:
        if f.popen.poll() is None:
            f.popen.kill()
            f.popen.wait()
    feed.end()


def listening(feed, follower, sequence=0):
    """Heartbeats until one arrives."""
    def look():
        feed.beat(sequence)
        return follower.said("listening to " + feed.endpoint)
    try:
        wait_until(look, 10, "the follower listens", poll_s=0.05)
    except Failed as e:
        raise Failed(f"{e}; it said {follower.err}") from None
    return follower


def test_each_alert_is_printed_once_and_updates_only_with_all(bed):
    feed, follow = bed
    f, every = listening(feed, follow()), listening(feed, follow("--all"))
    feed.alert(1, id="a1", count=1, text="first", peer="203.0.113.7",
               port=6667, first_ns=1_000_000_000, last_ns=1_000_000_000)
    feed.alert(2, id="a1", count=2, update=True, peer="203.0.113.7")
    feed.alert(3, id="b2", count=9, update=True)
    wait_until(lambda: len(every.alerts()) == 3, 5, "three publications")
    wait_until(lambda: len(f.alerts()) == 2, 5, "two alerts")
    first, other = f.alerts()
    assert (first["id"], first["count"], first["update"]) == ("a1", 1, False)
    assert (first["peer"], first["port"], first["first"]) == (
        "203.0.113.7", 6667, "1970-01-01T00:00:01Z")
    assert (first["severity"], first["text"]) == ("suspect", "first")
    assert (other["id"], other["peer"]) == ("b2", None)
    assert f.end() == 0 and every.end() == 0
    assert not f.said("missed")


def test_a_gap_is_said_and_which_events_it_was(bed):
    feed, follow = bed
    f = listening(feed, follow(), sequence=5)
    feed.alert(8, id="a1")
    wait_until(lambda: f.said("missed 2 events (6 to 7)"), 5, "a gap")
    feed.beat(9)
    wait_until(lambda: f.said("missed 1 events (9 to 9)"), 5, "the last one")
    assert f.end() == 0


def test_the_feed_goes_away_and_comes_back(bed):
    feed, follow = bed
    f = listening(feed, follow(), sequence=1)
    feed.close()
    wait_until(lambda: f.said("the connection broke"), 5, "it is gone")
    wait_until(lambda: f.said("nobody answers"), 5, "nobody there")
    feed.open()

    def look():
        feed.beat(4)
        return f.said("is back after") and f.said("missed 3 events (2 to 4)")
    wait_until(look, 15, "it is back, and what it missed", poll_s=0.05)
    feed.alert(5, id="a1")
    wait_until(lambda: len(f.alerts()) == 1, 5, "alerts come again")
    assert f.end() == 0


def test_silence_is_said(bed):
    feed, follow = bed
    f = listening(feed, follow())
    wait_until(lambda: f.said("no heartbeat for 3 s"), 8, "it is silent")
    assert f.end() == 0


def test_a_key_that_the_feed_does_not_know_ends_it(bed, tmp_path):
    feed, follow = bed
    stranger = Key(tmp_path / "stranger")
    f = follow(key=stranger)
    assert f.status() == NOPERM
    assert f.said(f"{feed.endpoint} does not know our key")
    assert f.said(stranger.public) and not f.said("broke")
    assert f.out == []


def test_a_wrong_server_key_is_said(bed, tmp_path):
    _, follow = bed
    f = follow(server_key=Key(tmp_path / "wrong").public)
    wait_until(lambda: f.said("is this the aggregator's public key?"), 10,
               "the handshake fails")
    assert f.end() == 0


def test_the_configuration_knows_where_the_feed_is_and_whose(bed, tmp_path):
    feed, _ = bed
    conf = tmp_path / "aggregator.conf"
    conf.write_text(f'feed = "{feed.endpoint}"\n'
                    f'key-file = "{feed.key.path}"\n', "ascii")
    f = Follower("-c", conf, "--key", tmp_path / "soc")
    listening(feed, f)
    assert f.end() == 0
    feed.key.path.chmod(0o644)
    f = Follower("-c", conf, "--key", tmp_path / "soc")
    assert f.status() == NOPERM and f.said("give --server-key")


def test_nobody_there_is_said(bed):
    feed, follow = bed
    feed.close()
    f = follow()
    wait_until(lambda: f.said("nobody answers; trying on"), 5, "nobody")
    feed.open()
    listening(feed, f)
    assert f.end() == 0


@pytest.mark.parametrize("signo", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_it_cleanly(bed, signo):
    feed, follow = bed
    f = listening(feed, follow())
    assert f.end(signo) == 0
    assert re.fullmatch("synhive: listening to .*\n", "".join(f.err))


def test_a_closed_pipe_ends_it_without_an_alert(bed):
    feed, _ = bed
    soc = Key(feed.key.path.parent / "soc")
    with subprocess.Popen(
            [program("synhive"), "alerts", "-f", "--feed", feed.endpoint,
             "--server-key", f"{feed.key.path}.pub", "--key", soc.path],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as p:
        assert p.stdout.readline().startswith("LAST")
        p.stdout.close()
        assert p.wait(10) == 0
        assert "Broken" not in p.stderr.read()


def test_what_is_no_alert_is_said_and_does_not_end_it(bed):
    feed, follow = bed
    f = listening(feed, follow())
    feed.send("pb/alert/lab/x/", b"\xff\xff\xff", 1)
    wait_until(lambda: f.said("cannot read an alert"), 5, "it is said")
    feed.sock.send_multipart([b"pb/alert/lab/x/", b"", b"short"])
    wait_until(lambda: f.said("without run and sequence"), 5, "it is said")
    feed.sock.send_multipart([b"a", b"b", b"c", b"d", b"e"])
    feed.alert(2, id="a1", text="\x1b[2J")
    wait_until(lambda: len(f.alerts()) == 1, 5, "alerts still come")
    assert f.end() == 0


@pytest.mark.parametrize("argv, says", [
    (["--server-key", "abc"], "--server-key 'abc'"),
    (["--key", "/nowhere/k"], "/nowhere/k"),
    (["--feed", "nonsense"], "cannot connect to 'nonsense'"),
])
def test_a_wrong_option_is_one_sentence(bed, argv, says):
    _, follow = bed
    f = follow(*argv)
    assert f.status() in (64, 66)
    assert f.said(says) and len(f.err) == 1
