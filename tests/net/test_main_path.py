# SPDX-License-Identifier: GPL-3.0-or-later
"""From a packet in the kernel to an alert at a subscriber."""

import socket

from hive import HOME, Agent, alerts_in, await_alert, connect
from netns import wait_until
from packets import ACK, CWR, ECE, RST, SYN, send


def exactly(lab, n, *words):
    """Wait for n records, and see that they stay n."""
    wait_until(lambda: lab.aggregator.count(*words) >= n, 10,
               f"{n} records of {' '.join(words)}")
    marker(lab)
    assert lab.aggregator.count(*words) == n


def marker(lab):
    """A last SYN: when it is stored, so is all that went before it."""
    port = connect(lab.pot, lab.FAR_MORE[0], 9)
    wait_until(lambda: lab.aggregator.count("src", "port", str(port)) > 0,
               10, "the marker is stored")


def test_a_syn_out_is_one_record_and_an_alert(lab):
    lab.started()
    follower = lab.follow()
    port = connect(lab.pot, lab.FAR, 22)
    alert = await_alert(follower, detector="outbound-ssh")
    assert alert["severity"] == "suspect"
    assert alert["honeypot"] == lab.POT
    assert alert["peer"] == lab.FAR
    assert alert["port"] == 22
    assert alert["count"] == 1
    assert alert["sensors"] == ["pot1"]
    exactly(lab, 1, "src", "port", str(port), "and", "flags", "syn")


def test_an_ecn_syn_is_a_syn(lab):
    lab.pot.sysctl("ipv4/tcp_ecn", 1)
    lab.started()
    follower = lab.follow()
    connect(lab.pot, lab.FAR, 6667)
    await_alert(follower, detector="outbound-irc", peer=lab.FAR)
    row, = lab.aggregator.ask("records", "dst", "port", "6667")
    assert row["flags"] == "SYN|ECE|CWR"
    exactly(lab, 1, "dst", "port", "6667", "and", "flags", "syn")


def test_an_ipv6_syn_is_alerted_as_such(lab):
    lab.started()
    follower = lab.follow()
    connect(lab.pot, lab.FAR6, 6697)
    alert = await_alert(follower, detector="outbound-irc")
    assert alert["peer"] == lab.FAR6


def test_an_ipv4_mapped_destination_is_the_ipv4_address(lab):
    lab.started()
    follower = lab.follow()
    connect(lab.pot, "::ffff:" + lab.FAR, 6667)
    assert await_alert(follower, detector="outbound-irc")["peer"] == lab.FAR


def test_answering_is_not_going_out(lab):
    with lab.pot.entered():
        listener = socket.create_server((lab.POT, 22))
    lab.started()
    follower = lab.follow()
    with listener:
        port = str(connect(lab.far, lab.POT, 22))
        exactly(lab, 1, "dst", "port", port, "and", "flags", "synack")
    # The answer leaves at once; the SYN before it comes with its batch.
    row, = wait_until(lambda: lab.aggregator.ask("connections", "port", port),
                      5, "the connection")
    assert row["direction"] == "in"
    assert row["outcome"] == "answered"
    assert not [a for a in alerts_in(follower.text()) if a["port"] == 22]


def test_a_refused_connection_says_so(lab):
    lab.started()
    follower = lab.follow()
    port = str(connect(lab.pot, lab.FAR, 4444))
    await_alert(follower, detector="outbound", port=4444)
    wait_until(lambda: [c["outcome"] for c in lab.aggregator.ask(
        "connections", "port", port)] == ["refused"], 5, "the refusal")


def test_a_reply_without_its_syn_is_no_connection(lab):
    lab.started()
    follower = lab.follow()
    send(lab.pot, lab.POT, lab.FAR, 22, 40001, SYN | ACK)
    send(lab.pot, lab.POT, lab.FAR, 22, 40002, RST | ACK, seq=0)
    exactly(lab, 1, "dst", "port", "40001", "and", "flags", "synack")
    exactly(lab, 1, "dst", "port", "40002", "and", "flags", "rst")
    assert not lab.aggregator.ask("connections", "port", "[40001 40002]")
    assert not [a for a in alerts_in(follower.text())
                if a["port"] in (22, 40001, 40002)]


def test_ecn_bits_do_not_turn_an_answer_into_a_syn(lab):
    lab.started()
    follower = lab.follow()
    send(lab.pot, lab.POT, lab.FAR, 22, 40001, SYN | ACK | ECE)
    send(lab.pot, lab.POT, lab.FAR, 40003, 4444, SYN | ECE | CWR)
    await_alert(follower, detector="outbound", port=4444)
    assert lab.aggregator.count("flags", "syn", "and", "port",
                                "[40001 40003]") == 1


def test_a_retransmission_is_an_attempt_of_the_same_connection(lab):
    lab.far.nft("table inet t { chain c { type filter hook prerouting priority"
                " 0; tcp dport 22 drop; }; }")
    lab.started()
    with lab.pot.entered(), socket.socket() as s:
        s.setblocking(False)
        s.connect_ex((lab.FAR, 22))
        port = str(s.getsockname()[1])
        wait_until(lambda: lab.aggregator.count("port", port) == 2, 5,
                   "the kernel sends the SYN again after a second")
    row, = lab.aggregator.ask("connections", "port", port)
    assert row["attempts"] == 2


def test_one_syn_seen_by_two_sensors_is_one_connection(routed):
    """The gateway's agent is the honeypot's witness."""
    witness = Agent(routed.gw, "gw", routed.aggregator, HOME, home=HOME)
    routed.started(routed.agent(), witness)
    follower = routed.follow()
    port = str(connect(routed.pot, routed.FAR, 22))
    await_alert(follower, detector="outbound-ssh")
    exactly(routed, 2, "src", "port", port, "and", "flags", "syn")
    row, = routed.aggregator.ask("connections", "src", "port", port)
    assert row["attempts"] == 1
    assert sorted(row["witnesses"]) == ["gw", "pot1"]


def test_one_syn_seen_by_two_hooks_is_one_connection(routed):
    """A router without home networks logs it arriving and leaving."""
    host = Agent(routed.gw, "host", routed.aggregator, HOME)
    routed.started(host)
    follower = routed.follow()
    port = str(connect(routed.pot, routed.FAR, 22))
    await_alert(follower, detector="outbound-ssh")
    exactly(routed, 2, "src", "port", port, "and", "flags", "syn")
    row, = routed.aggregator.ask("connections", "src", "port", port)
    assert row["attempts"] == 1
    assert row["witnesses"] == ["host"]


def test_the_agents_own_link_is_no_news(lab):
    """The aggregator lies outside; to the detectors that is going out."""
    lab.aggregator.home = [*HOME, "10.9.0.11/32"]
    lab.started()
    follower = lab.follow()
    connect(lab.pot, lab.FAR, 22)
    await_alert(follower, detector="outbound-ssh")
    link, = lab.aggregator.ask("connections", "dst", "port", "7761")
    assert link["direction"] == "out"
    assert not [a for a in lab.aggregator.ask("alerts") if a["port"] == 7761]
