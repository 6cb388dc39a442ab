# SPDX-License-Identifier: GPL-3.0-or-later
"""Programs of another protocol version are refused politely, on both ends."""

import importlib
import sys
from contextlib import contextmanager

import pytest
import zmq
from feed import encode
from hive import INGEST, ROOT, AGGREGATOR
from netns import command, wait_until

HELLO, WELCOME, REFUSAL = 1, 2, 3


@pytest.fixture(name="pb", scope="module")
def _pb(tmp_path_factory):
    """proto/sensor.proto, compiled for Python."""
    folder = tmp_path_factory.mktemp("sensor")
    command("protoc", f"-I{ROOT}/proto", f"--python_out={folder}",
            "sensor.proto")
    sys.path.insert(0, str(folder))
    return importlib.import_module("sensor_pb2")


def frame(kind, message):
    return b"SH\x01" + bytes([kind]) + message.SerializeToString()


@contextmanager
def socket_in(ns, kind, key, **curve):
    with ns.entered():                  # its I/O thread stays in there
        context = zmq.Context()
        sock = context.socket(kind)
    sock.curve_publickey = encode(key.public)
    sock.curve_secretkey = encode(key.secret)
    for option, value in curve.items():
        setattr(sock, option, value)
    try:
        yield sock
    finally:
        context.destroy(linger=0)


def test_an_agent_of_the_future_is_told_who_must_be_upgraded(lab, pb):
    agent = lab.agent()
    lab.aggregator.start()
    with socket_in(lab.pot, zmq.DEALER, agent.key,
                   curve_serverkey=encode(lab.aggregator.key.public)) as sock:
        sock.connect(lab.aggregator.endpoint(INGEST))
        sock.send(frame(HELLO, pb.Hello(version_min=7, version_max=9)))
        assert sock.poll(10000)
        answer = sock.recv()
    assert answer[:4] == b"SH\x01\x03"
    refusal = pb.Refusal.FromString(answer[4:])
    assert refusal.code == pb.Refusal.VERSION
    assert "7 to 9" in refusal.reason
    assert refusal.reason.endswith("upgrade the aggregator")
    assert refusal.reason in lab.aggregator.program.text()
    wait_until(lambda: [r for r in lab.aggregator.refused()
                        if r["why"] == "version"], 5, "it is counted")
    assert lab.aggregator.count() == 0


@pytest.mark.parametrize("kind", [WELCOME, REFUSAL])
def test_an_agent_says_that_its_aggregator_is_of_another_version(
        lab, pb, kind):
    agent = lab.agent()
    with socket_in(lab.agg, zmq.ROUTER, lab.aggregator.key,
                   curve_server=True) as sock:
        with lab.agg.entered():         # this thread binds
            sock.bind(f"tcp://{AGGREGATOR}:{INGEST}")
        agent.start()
        assert sock.poll(10000)
        who, hello = sock.recv_multipart()
        assert hello[:4] == b"SH\x01\x01"
        said = pb.Hello.FromString(hello[4:])
        assert (said.version_min, said.version_max) == (1, 1)
        sock.send_multipart([who, frame(kind, {
            WELCOME: pb.Welcome(version=9),
            REFUSAL: pb.Refusal(code=pb.Refusal.VERSION,
                                reason="upgrade the agent"),
        }[kind])])
        agent.program.wait_for(lambda text: "upgrade" in text)
        # It does not give up.
        assert sock.poll(10000)
        assert sock.recv_multipart()[1][:4] == b"SH\x01\x01"
