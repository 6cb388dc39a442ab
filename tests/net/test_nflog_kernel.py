# SPDX-License-Identifier: GPL-3.0-or-later
"""Which packets the kernel logs, by which hook, and what the record says."""

import socket
import subprocess

import pytest
from kernel import (ECN_SYN, HERE, IN, OUT, REFUSAL, ROUTED, SEND, SYN,
                    SYNACK, THERE, V4_V6, Dump, connect, listen, mac, send)
from kernel import pair, routed     # noqa: F401 (fixtures)
from netns import wait_until


@V4_V6
def test_a_syn_that_comes_in_and_its_answer(pair, family):
    here, there = pair
    listen(here, HERE[family], 22)
    dump = Dump(here)
    assert connect(there, HERE[family], 22) == "connected"
    syn = dump.one(prefix="synhive in")
    assert syn["group"] == IN and syn["flags"] & 0x17 == SYN
    assert (syn["src"], syn["dst"]) == (THERE[family], HERE[family])
    assert (syn["dport"], syn["in_if"], syn["hook"]) == (22, "eth0", "in")
    assert syn["opts"] != 0 and syn["window"] != 0 and syn["ttl"] == 64
    assert "uid" not in syn and "out_if" not in syn
    answer = dump.one(prefix="synhive ans")
    assert answer["group"] == OUT and answer["flags"] & 0x17 == SYNACK
    assert answer["ack"] == (syn["seq"] + 1) % 2**32
    assert (answer["hook"], answer["out_if"]) == ("out", "eth0")
    assert len(dump.records()) == 2


@V4_V6
def test_a_syn_that_goes_out_has_the_uid_and_its_answer_comes_in(pair, family):
    here, there = pair
    listen(there, THERE[family], 6667)
    dump = Dump(here)
    assert connect(here, THERE[family], 6667, "setpriv", "--reuid", 1234,
                   "--clear-groups") == "connected"
    syn = dump.one(prefix="synhive out")
    assert (syn["group"], syn["hook"], syn["uid"]) == (OUT, "out", 1234)
    assert (syn["src"], syn["dst"]) == (HERE[family], THERE[family])
    assert (syn["dport"], syn["out_if"]) == (6667, "eth0")
    answer = dump.one(prefix="synhive ans")
    assert (answer["group"], answer["hook"]) == (IN, "in")
    assert answer["ack"] == (syn["seq"] + 1) % 2**32
    assert len(dump.records()) == 2     # egress saw it, marked


@V4_V6
def test_refusals_in_both_directions(pair, family):
    here, there = pair
    dump = Dump(here)
    assert "refused" in connect(here, THERE[family], 81)
    assert "refused" in connect(there, HERE[family], 82)
    came = dump.one(prefix="synhive ref", group=IN)
    sent = dump.one(prefix="synhive ref", group=OUT)
    assert (came["sport"], sent["sport"]) == (81, 82)
    for refusal, syn in ((came, dump.one(prefix="synhive out")),
                         (sent, dump.one(prefix="synhive in"))):
        assert refusal["flags"] == REFUSAL and refusal["seq"] == 0
        assert refusal["ack"] == (syn["seq"] + 1) % 2**32


def test_only_what_opens_answers_or_refuses_is_logged(pair):
    here, there = pair
    listen(here, HERE[4], 22)
    dump = Dump(here)
    for _ in range(3):
        assert connect(there, HERE[4], 22) == "connected"
    # Handshakes and both ends' FIN: a SYN and an answer of each remain.
    dump.wait(3, prefix="synhive in")
    dump.wait(3, prefix="synhive ans")
    assert len(dump.records()) == 6


def test_an_ecn_syn_is_a_syn(pair):
    here, there = pair
    for ns in pair:
        ns.sysctl("ipv4/tcp_ecn", 1)
    dump = Dump(here)
    connect(there, HERE[4], 22)
    connect(here, THERE[4], 22)
    assert dump.one(prefix="synhive in")["flags"] == ECN_SYN
    assert dump.one(prefix="synhive out")["flags"] == ECN_SYN


def test_loopback_is_left_out(pair):
    here, there = pair
    dump = Dump(here)
    connect(here, "127.0.0.1", 22)
    connect(here, HERE[4], 22)          # one's own address, over lo
    connect(there, HERE[4], 23)
    assert dump.one(prefix="synhive in")["dport"] == 23
    assert {r["dport"] for r in dump.records(flags=SYN)} == {23}


def test_a_raw_packet_is_seen_only_as_egress(pair):
    here, there = pair
    dump = Dump(here)
    assert send(here, src="192.0.2.77", dst=THERE[4], dport=6667, count=1,
                dst_mac=mac(there)) == 1
    raw = dump.one(dport=6667)
    assert (raw["prefix"], raw["group"]) == ("synhive raw", OUT)
    assert (raw["hook"], raw["out_if"]) == ("egress", "eth0")
    assert raw["src"] == "192.0.2.77"


def test_a_raw_packet_on_stacked_devices_is_logged_once(pair):
    here, there = pair
    here.ip("link", "add", "link", "eth0", "name", "mac0", "type", "macvlan",
            "mode", "bridge")
    here.ip("link", "set", "mac0", "up")
    dump = Dump(here)
    send(here, device="mac0", src="192.0.2.77", dst=THERE[4], dport=6667,
         count=1, dst_mac=mac(there))
    send(here, src=HERE[4], dst=THERE[4], dport=1, count=1)
    dump.wait(dport=1)
    assert dump.one(dport=6667)["out_if"] == "mac0"


def test_a_namespace_on_top_of_a_device_is_seen_as_egress(net, pair):
    here, there = pair
    inner = net.namespace("inner")
    here.ip("link", "add", "link", "eth0", "name", "mac0", "netns", inner.id,
            "type", "macvlan", "mode", "bridge")
    inner.ip("link", "set", "mac0", "up")
    inner.address("mac0", "192.0.2.3/24")
    dump = Dump(here)
    connect(inner, THERE[4], 6667)
    raw = dump.one(dport=6667)
    assert (raw["src"], raw["prefix"]) == ("192.0.2.3", "synhive raw")


def test_rules_that_drop_or_translate_come_later(pair):
    here, there = pair
    here.nft("""
        table ip mine {
            chain early { type filter hook prerouting priority -300;
                tcp dport 23 drop
            }
            chain out { type filter hook output priority -300;
                tcp dport 24 drop
            }
            chain nat { type nat hook prerouting priority -100;
                tcp dport 80 dnat to 192.0.2.1:8080
            }
        }""")
    dump = Dump(here)
    send(there, src=THERE[4], dst=HERE[4], dport=23, count=1,
         dst_mac=mac(here))
    connect(there, HERE[4], 80)
    with here.entered(), socket.socket() as s:
        s.setblocking(False)
        s.connect_ex((THERE[4], 24))
    assert dump.one(prefix="synhive in", dport=23)
    assert dump.one(prefix="synhive in", dport=80)
    assert dump.wait(prefix="synhive out", dport=24)
    assert not dump.records(dport=8080)


def test_the_mark_of_other_rules_is_kept(pair):
    here, there = pair
    here.nft("""
        table inet mine {
            chain out { type filter hook output priority 0;
                meta mark set 0x42
            }
        }
        table netdev mine {
            counter both { }
            chain late { type filter hook egress device "eth0" priority 9;
                tcp dport 6667 meta mark 0x10042 counter name both
            }
        }""")
    dump = Dump(here)
    connect(here, THERE[4], 6667)
    dump.one(prefix="synhive out")
    assert not dump.records(prefix="synhive raw")
    assert "packets 1" in here.run("nft", "list", "counter", "netdev", "mine",
                                   "both")


def test_a_device_may_be_renamed(pair):
    here, there = pair
    dump = Dump(here)
    connect(there, HERE[4], 22)
    dump.one(prefix="synhive in", in_if="eth0")
    here.ip("link", "set", "eth0", "down")
    here.ip("link", "set", "eth0", "name", "wan0", "up")

    def known():
        connect(there, HERE[4], 22)
        return dump.records(prefix="synhive in", in_if="wan0")
    wait_until(known, 10, "the new name", poll_s=0.5)


# --- packets that go through --------------------------------------------------

@V4_V6
def test_a_gateway_logs_each_packet_once_and_what_leaves_home_apart(
        routed, family):
    pot, router, outside = routed
    there, here = ROUTED["outside"][family], ROUTED["pot"][family]
    listen(outside, there, 6667)
    listen(pot, here, 22)
    dump = Dump(router, "--home", "198.51.100.0/24", "--home",
                "2001:db8:1::/64")
    assert connect(pot, there, 6667) == "connected"
    assert connect(outside, here, 22) == "connected"
    left = dump.one(prefix="synhive fwd")
    assert (left["group"], left["src"], left["dport"]) == (OUT, here, 6667)
    assert left["in_if"] == "in0"
    came = dump.one(prefix="synhive in")
    assert (came["group"], came["src"], came["dport"]) == (IN, there, 22)
    answers = dump.wait(2, prefix="synhive ans")
    assert {(a["group"], a["src"]) for a in answers} == {(OUT, here),
                                                         (IN, there)}
    assert len(dump.records()) == 4


def test_a_host_logs_what_it_forwards_for_others(routed):
    pot, router, outside = routed
    dump = Dump(router)
    assert "refused" in connect(pot, "192.0.2.2", 6667)
    syn = dump.one(prefix="synhive fwd")
    assert (syn["group"], syn["hook"], syn["dport"]) == (OUT, "forward", 6667)
    assert (syn["in_if"], syn["out_if"]) == ("in0", "out0")
    assert dump.one(prefix="synhive ref", hook="forward")["group"] == OUT
    assert not dump.records(prefix="synhive raw")


def bridged(net):
    """A honeypot and a host outside, and a bridge between them."""
    pot, bridge, outside = map(net.namespace, ("pot", "bridge", "outside"))
    net.link(pot, "eth0", bridge, "in0")
    net.link(bridge, "out0", outside, "eth0")
    bridge.bridge("br0", "in0", "out0")
    bridge.ip("link", "set", "br0", "up")
    pot.address("eth0", HERE[4] + "/24", HERE[6] + "/64")
    outside.address("eth0", THERE[4] + "/24", THERE[6] + "/64")
    return pot, bridge, outside


def frames_to_ip_hooks(bridge, on):
    """What br_netfilter does; it is not in every kernel."""
    for tables in ("iptables", "ip6tables"):
        try:
            bridge.sysctl(f"bridge/bridge-nf-call-{tables}", int(on))
        except FileNotFoundError:
            if on:
                pytest.skip("no br_netfilter in this kernel")


@V4_V6
def test_a_bridge_with_home_logs_what_crosses_it_once(net, family):
    pot, bridge, outside = bridged(net)
    frames_to_ip_hooks(bridge, False)
    listen(outside, THERE[family], 6667)
    dump = Dump(bridge, "--home", HERE[4], "--home", HERE[6])
    assert connect(pot, THERE[family], 6667) == "connected"
    assert "refused" in connect(outside, HERE[family], 22)
    left = dump.one(prefix="synhive fwd")
    assert (left["group"], left["hook"]) == (OUT, "forward")
    assert (left["in_if"], left["out_if"]) == ("in0", "out0")
    came = dump.one(prefix="synhive in")
    assert (came["group"], came["src"]) == (IN, THERE[family])
    assert dump.one(prefix="synhive ans")["group"] == IN
    assert dump.one(prefix="synhive ref")["group"] == OUT
    assert len(dump.records()) == 4


def test_a_bridge_whose_frames_pass_the_ip_hooks_too_logs_them_twice(net):
    pot, bridge, _ = bridged(net)
    frames_to_ip_hooks(bridge, True)
    dump = Dump(bridge, "--home", HERE[4])
    assert "refused" in connect(pot, THERE[4], 6667)
    both = dump.wait(2, prefix="synhive fwd")
    assert {r["hook"] for r in both} == {"in", "forward"}
    assert both[0]["seq"] == both[1]["seq"]
    dump.wait(2, prefix="synhive ref")
    assert len(dump.records()) == 4     # egress saw a mark


def test_synsend_checks_what_it_is_told():
    for argv, status in ((["--dev", "lo"], 64),
                         (["--count", "x"], 64),
                         (["--dev", "nosuch", "--src", "10.0.0.1", "--dst",
                           "10.0.0.2", "--dport", "1", "--count", "1"], 66),
                         (["--dev", "lo", "--src", "10.0.0.1", "--dst",
                           "10.0.0.2", "--dport", "1", "--count", "70000",
                           "--unique"], 64)):
        done = subprocess.run([SEND, *argv], capture_output=True, check=False)
        assert done.returncode == status and done.stderr
