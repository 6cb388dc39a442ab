# SPDX-License-Identifier: GPL-3.0-or-later
"""A subscriber to the alert feed that shares no code with Synhive."""

import contextlib
import struct

import zmq
from zmq.utils import z85

from hive import FEED
from netns import wait_until


def encode(digits):
    """A key as ZeroMQ for Python wants it."""
    return z85.encode(bytes.fromhex(digits))


@contextlib.contextmanager
def plain_socket(ns, kind):
    """A ZeroMQ socket in a namespace, without CURVE; its unsent messages do
    not outlive the block, or the interpreter would wait for them."""
    with ns.entered():                  # its I/O thread stays in there
        context = zmq.Context()
        sock = context.socket(kind)
    try:
        yield sock
    finally:
        context.destroy(linger=0)


class Subscriber:
    def __init__(self, lab, key, *topics):
        with lab.agg.entered():         # its I/O thread stays in there
            self.context = zmq.Context()
            self.socket = self.context.socket(zmq.SUB)
        self.socket.curve_serverkey = encode(lab.aggregator.key.public)
        self.socket.curve_publickey = encode(key.public)
        self.socket.curve_secretkey = encode(key.secret)
        for topic in topics:
            self.socket.subscribe(topic)
        self.socket.connect(lab.aggregator.endpoint(FEED))
        self.messages = []

    def poll(self, timeout_ms=0):
        """Everything that came so far."""
        self.socket.poll(timeout_ms)
        while self.socket.poll(0):
            self.messages.append(self.socket.recv_multipart())
        return self.messages

    def wait_for(self, prefix, n=1):
        def look():
            found = [m for m in self.poll() if m[0].startswith(prefix)]
            return found if len(found) >= n else None
        return wait_until(look, 10, f"{n} messages of {prefix}")

    def close(self):
        self.context.destroy(linger=0)


def position(message):
    """Publisher's run and sequence, the third frame."""
    run, sequence = message[2][:16], message[2][16:]
    return run, struct.unpack("<Q", sequence)[0]
