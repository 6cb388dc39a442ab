# SPDX-License-Identifier: GPL-3.0-or-later
"""Who is not known is refused, counted, named in the log; nothing of his is
in the store."""

import zmq

from feed import plain_socket
from hive import INGEST, Key, connect
from netns import wait_until


def refused(lab, why):
    return sum(r["count"] for r in lab.aggregator.refused()
               if r["why"] == why)


def assert_nothing_stored(lab):
    assert lab.aggregator.count() == 0


def test_an_agent_with_an_unknown_key(lab):
    lab.aggregator.start()
    agent = lab.agent("stranger", addresses=()).start()
    connect(lab.pot, lab.FAR, 22)
    wait_until(lambda: refused(lab, "unknown-key") > 0, 10, "the count")
    assert agent.key.public in lab.aggregator.program.text()
    assert_nothing_stored(lab)


def test_an_agent_that_expects_another_aggregator(lab):
    """The aggregator cannot tell who it is: no key ever arrives."""
    agent = lab.agent()
    lab.aggregator.start()
    other = Key(lab.net.dir / "other.key")
    agent.change["aggregator-key"] = other.public
    agent.start()
    connect(lab.pot, lab.FAR, 22)
    wait_until(lambda: refused(lab, "wrong-server-key") > 0, 10,
               "the count")
    assert "10.9.0.11" in lab.aggregator.program.text()
    agent.program.wait_for(lambda text: "key" in text.lower(),
                           what="says that the keys do not match")
    assert_nothing_stored(lab)


def test_an_agent_that_claims_to_be_another_sensor(lab):
    lab.aggregator.sensor("pot2", Key(lab.net.dir / "pot2.key").public,
                          ["198.51.100.12"])
    agent = lab.agent("pot1", name="pot2")
    lab.aggregator.start()
    agent.start()
    connect(lab.pot, lab.FAR, 22)
    wait_until(lambda: refused(lab, "wrong-name") > 0, 10, "the count")
    said = lab.aggregator.program.text()
    assert "pot1" in said and "pot2" in said
    agent.program.wait_for(lambda text: "refused" in text and "pot2" in text)
    assert_nothing_stored(lab)


def test_a_client_without_curve(lab):
    lab.aggregator.start()

    def tries():
        return refused(lab, "no-curve") + refused(lab, "handshake")

    def named():
        """One try.  The client sees as early as the aggregator that they do
        not match, and may be gone before it is looked at."""
        before = tries()
        with plain_socket(lab.pot, zmq.DEALER) as sock:
            sock.connect(lab.aggregator.endpoint(INGEST))
            sock.send(b"SH\x01\x01")
            wait_until(lambda: tries() > before, 10, "the count")
        return "10.9.0.11" in lab.aggregator.program.text()
    wait_until(named, 20, "the log names where it came from")
    assert_nothing_stored(lab)


def test_a_known_agent_is_still_served_after_all_of_them(lab):
    agent = lab.agent()
    lab.aggregator.start()
    stranger = lab.agent("stranger", addresses=(), group=15).start()
    wait_until(lambda: refused(lab, "unknown-key") > 0, 10, "the count")
    agent.start()
    connect(lab.pot, lab.FAR, 22)
    wait_until(lambda: lab.aggregator.count("dst", "host", lab.FAR) == 1, 10,
               "the record of the known one")
    assert stranger.program.running()
