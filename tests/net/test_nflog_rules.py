# SPDX-License-Identifier: GPL-3.0-or-later
"""The nft tables: printed, loaded, compared, removed."""

import json

import pytest
from kernel import CONFIG, DUMP, HERE, NOPERM, UNAVAILABLE, Dump, connect
from kernel import rules
from kernel import pair     # noqa: F401 (a fixture)
from hive import attempt

OTHERS = """
table ip synhive {
    chain mine { }
}
table inet theirs {
    counter mine { packets 7 bytes 700 }
    chain input { type filter hook input priority 0; tcp dport 1 drop; }
}
"""


def test_check_says_which_line_is_missing(pair):
    here, _ = pair
    assert rules(here, "check") == (
        CONFIG, "nflogdump: nft: table inet synhive is missing\n")
    dump = Dump(here)
    assert rules(here, "check") == (0, "")
    listed = json.loads(here.run("nft", "-j", "-a", "list", "chain", "inet",
                                 "synhive", "output"))["nftables"]
    handles = [r["rule"]["handle"] for r in listed if "rule" in r]
    here.run("nft", "delete", "rule", "inet", "synhive", "output", "handle",
             handles[1])
    status, said = rules(here, "check")
    assert status == CONFIG
    assert "table inet synhive, chain output: this line is missing" in said
    assert "tcp flags syn / fin,syn,rst,ack counter" in said
    assert dump.program.running()


@pytest.mark.parametrize("change, said", (
    ("insert rule inet synhive output tcp dport 6667 accept",
     "should not be there: tcp dport 6667 accept"),
    ("add rule inet synhive prerouting drop", "should not be there: drop"),
    ("flush chain netdev synhive egress", "chain egress: this line is missing"),
    ("delete table netdev synhive", "table netdev synhive is missing"),
    ("add chain inet synhive other", "chain other should not be there"),
))
def test_check_notices_changes(pair, change, said):
    here, _ = pair
    Dump(here)
    here.run("nft", *change.split())
    status, text = rules(here, "check")
    assert status == CONFIG and said in text


def test_check_notices_a_new_home(pair):
    here, _ = pair
    Dump(here, "--home", "192.0.2.0/24", "--home", "2001:db8::/32")
    same = ("--home", "2001:db8::/32", "--home", "192.0.2.0/24")
    assert rules(here, *same, "check") == (0, "")
    status, text = rules(here, *same, "--home", "10.0.0.0/8", "check")
    assert status == CONFIG and "elements = { 10.0.0.0/8, 192.0.2.0/24 }" in text


def test_many_networks_are_compared_over_several_lines(pair):
    here, _ = pair
    home = [x for i in range(40) for x in ("--home", f"10.{i}.0.0/16")]
    Dump(here, *home)
    assert rules(here, *home, "check") == (0, "")


def test_printed_rules_are_what_is_loaded(pair):
    here, _ = pair
    for _ in range(2):                  # over themselves, too
        here.nft(here.run(DUMP, "print"))
        assert rules(here, "check") == (0, "")


def test_remove_leaves_the_tables_of_others_alone(pair):
    here, _ = pair
    here.nft(OTHERS)
    before = here.run("nft", "list", "ruleset")
    assert rules(here, "remove") == (0, "")
    Dump(here).program.kill()
    assert rules(here, "remove") == (0, "")
    assert here.run("nft", "list", "ruleset") == before
    assert rules(here, "remove") == (0, "")


def test_check_mode_reads_and_changes_nothing(pair):
    here, there = pair
    status, said = rules(here, "--rules", "check", "read")
    assert status == CONFIG and "is missing" in said
    here.nft(here.run(DUMP, "print"))
    connect(there, HERE[4], 22)         # a SYN and its refusal
    before = here.run("nft", "list", "ruleset")
    dump = Dump(here, "--rules", "check")
    assert here.run("nft", "list", "ruleset") == before
    assert dump.start()["counted_before"] == 2
    connect(there, HERE[4], 23)
    assert dump.one(prefix="synhive in")["dport"] == 23


def test_off_mode_does_nothing(pair):
    here, _ = pair
    dump = Dump(here, "--rules", "off")
    assert here.run("nft", "list", "ruleset") == ""
    assert dump.start() == {"counted_before": 0, "table": "0" * 32}


def test_a_second_start_is_refused_and_disturbs_nothing(pair):
    here, there = pair
    dump = Dump(here)
    before = here.run("nft", "list", "ruleset")
    status, said = rules(here, "read")
    assert status == UNAVAILABLE
    assert said == ("nflogdump: NFLOG group 5 is read by another program "
                    f"already: process {dump.program.pid} (nflogdump)\n")
    assert here.run("nft", "list", "ruleset") == before
    connect(there, HERE[4], 22)
    dump.one(prefix="synhive in")


@pytest.mark.parametrize("verb", ("read", "check", "remove"))
def test_without_permission_it_says_so(pair, verb):
    here, _ = pair
    status, said = attempt(*here.inside(
        "setpriv", "--reuid", 65534, "--clear-groups", DUMP, verb))
    assert status == NOPERM and "needs root, or CAP_NET_ADMIN" in said


def test_without_nft_it_says_so(pair):
    here, _ = pair
    status, said = attempt(*here.inside(
        "unshare", "--mount", "sh", "-c",
        f"mount --bind /dev/null $(readlink -f /usr/sbin/nft); {DUMP} read"))
    assert status == UNAVAILABLE and "nft is not installed" in said


@pytest.mark.parametrize("complaint, said", (
    ("netlink: Error: cache initialization failed: Invalid argument",
     "the kernel has no nf_tables"),
    ("netlink: Error: cache initialization failed: Protocol not supported",
     "the kernel has no nf_tables"),
    ("/dev/stdin:7:3-5: Error: Could not process rule: File exists\n\t\tsyn "
     "log group 5\n\t\t^^^", "nft refused: Could not process rule: File exists"),
))
def test_what_nft_complains_of_is_said(net, pair, complaint, said):
    here, _ = pair
    nft = net.dir / "nft"
    nft.write_text(f"#!/bin/sh\nprintf '%s\\n' \"{complaint}\" >&2\nexit 1\n",
                   "ascii")
    nft.chmod(0o755)
    status, text = attempt(*here.inside(
        "unshare", "--mount", "sh", "-c",
        f"mount --bind {nft} $(readlink -f /usr/sbin/nft); {DUMP} read"))
    assert status == UNAVAILABLE and said in text
    assert "^" not in text and text.count("\n") == 1


def test_a_device_that_is_not_there_is_named(pair):
    here, _ = pair
    status, said = rules(here, "--device", "eth7", "read")
    assert (status, said) == (
        CONFIG, 'nflogdump: there is no device "eth7"\n')
