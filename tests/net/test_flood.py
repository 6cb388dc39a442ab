# SPDX-License-Identifier: GPL-3.0-or-later
"""Nothing is lost uncounted, and nothing is stored twice, at 100,000 SYNs a
second and whoever is killed."""

import threading

import pytest

from hive import synsend
from netns import wait_until

SYNS, RATE, PORT = 200_000, 100_000, 80
# Answers would be records too; these tests count.
NO_ANSWER = f"""
table inet quiet {{
    chain in {{
        type filter hook input priority 0; tcp dport {PORT} drop
    }}
}}
"""


@pytest.fixture(name="flooded")
def _flooded(lab):
    """A lab with an agent, and SYNs on their way into its honeypot."""
    lab.pot.nft(NO_ANSWER)
    agent = lab.started()
    sender = threading.Thread(target=synsend, args=(
        lab.far, lab.pot, lab.POT, PORT, SYNS, RATE))
    yield lab, agent, sender
    if sender.is_alive():
        sender.join()


def stored(lab):
    return lab.aggregator.count("dst", "port", str(PORT))


def row(lab, agent):
    return lab.aggregator.sensor_row(agent.name)


def after(lab, part):
    """Wait until that part of the flood has been counted by the kernel."""
    wait_until(lambda: lab.counted_in() >= SYNS * part, 20,
               f"{part:.0%} of the flood", poll_s=0.05)


def all_stored(lab):
    wait_until(lambda: stored(lab) >= SYNS, 60, "all are stored", poll_s=0.2)
    assert stored(lab) == SYNS


def balanced(lab, agent):
    """Stored + lost + dropped is what the kernel counted, to the packet."""
    def books():
        sensor = row(lab, agent)
        return agent.counted() == (sensor["records"] + sensor["kernel_lost"]
                                   + sensor["spool_dropped"])
    wait_until(books, 30, "the books balance", poll_s=0.2)


def nothing_lost(lab, agent):
    sensor = row(lab, agent)
    assert (sensor["kernel_lost"], sensor["spool_dropped"],
            sensor["gaps"]) == (0, 0, 0)


def test_200_000_syns_are_200_000_records(flooded):
    lab, agent, sender = flooded
    sender.start()
    sender.join()
    all_stored(lab)
    balanced(lab, agent)
    nothing_lost(lab, agent)


def test_an_aggregator_killed_in_the_middle_loses_and_doubles_nothing(flooded):
    lab, agent, sender = flooded
    sender.start()
    after(lab, 0.3)
    lab.aggregator.kill()
    after(lab, 0.5)
    lab.aggregator.start()
    sender.join()
    all_stored(lab)
    balanced(lab, agent)
    nothing_lost(lab, agent)


def test_ingest_killed_in_the_middle_loses_and_doubles_nothing(flooded):
    """The process that faces strangers dies, and the core starts another."""
    lab, agent, sender = flooded
    sender.start()
    after(lab, 0.3)
    lab.aggregator.kill_child("ingest")
    sender.join()
    all_stored(lab)
    balanced(lab, agent)
    nothing_lost(lab, agent)
    assert lab.aggregator.program.running()


def test_what_an_agent_lost_when_it_was_killed_is_counted(flooded):
    lab, agent, sender = flooded
    sender.start()
    after(lab, 0.3)
    agent.kill()
    after(lab, 0.6)
    agent.start()
    sender.join()
    balanced(lab, agent)
    sensor = row(lab, agent)
    assert sensor["kernel_lost"] > 0
    assert stored(lab) < SYNS


def test_an_agent_stopped_and_started_again_loses_nothing_uncounted(lab):
    lab.pot.nft(NO_ANSWER)
    agent = lab.started()
    for _ in range(3):
        synsend(lab.far, lab.pot, lab.POT, PORT, 1000, RATE)
        agent.stop()
        agent.start()
    balanced(lab, agent)
