# SPDX-License-Identifier: GPL-3.0-or-later
"""The terminal console, and stores that mkstore made for it."""

import json
import subprocess

import pytest

from hive import program

HOME = ("--home", "11.11.0.0/16")
USAGE, DATAERR, NOINPUT, CANTCREAT, IOERR, CONFIG = 64, 65, 66, 73, 74, 78

# Two sensors: pot1 called an IRC port twice (a retransmission) and was
# answered, then ssh; a stranger came in; the gateway saw the first SYN too.
TEXT = r"""
record sensor=pot1 time=2026-11-21T10:00:00Z src=203.0.113.9 sport=999 dst=11.11.79.67 dport=22 flags=SYN hook=in seq=1 ttl=50 in=eth0
record sensor=pot1 time=2026-11-21T10:00:01.5Z src=11.11.79.67 sport=4000 dst=203.0.113.7 dport=6667 flags=SYN hook=out seq=77 ack=0 ttl=64 window=1024 out=eth0 uid=1000 mark=0x10
record sensor=gw time=2026-11-21T10:00:01.6Z src=11.11.79.67 sport=4000 dst=203.0.113.7 dport=6667 flags=SYN hook=forward seq=77
record sensor=pot1 time=2026-11-21T10:00:02.5Z src=11.11.79.67 sport=4000 dst=203.0.113.7 dport=6667 flags=SYN hook=out seq=77
record sensor=pot1 time=2026-11-21T10:00:02.6Z src=203.0.113.7 sport=6667 dst=11.11.79.67 dport=4000 flags=SYN|ACK hook=in seq=9 ack=78
record sensor=pot1 time=2026-11-21T10:10:00Z src=11.11.79.67 sport=4001 dst=203.0.113.8 dport=22 flags=SYN|ECE|CWR hook=out seq=5 prefix="=cmd|'/C calc'!A0\x1b[2J\xff"
sensor sensor=pot1 state=up last_seen=now records=5 software="synhive-agent 0.1.0" rules=applied address=10.9.0.11:40000 clock_ahead_ns=250000000
sensor sensor=gw state=up last_seen=2026-11-20T00:00:00Z records=1 kernel_lost=12 spool_dropped=3 gaps=2 duplicates=4
sensor sensor=pot9 state=never
refused why=unknown-key who="key 0123456789abcdef" count=3 last=2026-11-21T09:00:00Z
alert id=aaaa1111 detector=outbound-irc severity=suspect honeynet=lab honeypot=combo address=11.11.79.67 incident=dddd0001 peer=203.0.113.7 port=6667 first=2026-11-21T10:00:01.5Z last=2026-11-21T10:00:01.5Z count=1 peers=1 sensor=pot1 text="combo called IRC port 6667" publish=new
alert id=aaaa1111 detector=outbound-irc severity=suspect honeynet=lab honeypot=combo address=11.11.79.67 incident=dddd0001 peer=203.0.113.7 port=6667 first=2026-11-21T10:00:01.5Z last=2026-11-21T10:05:00Z count=2 peers=1 sensor=pot1 text="combo called IRC port 6667" publish=update
alert id=bbbb2222 detector=outbound severity=notice honeynet=lab honeypot=combo address=11.11.79.67 first=2026-11-21T10:10:00Z last=2026-11-21T10:10:00Z count=1 peers=1 text="many \x1b[31mpeers" publish=new
incident id=dddd0001 honeynet=lab honeypot=combo address=11.11.79.67 alias=11.11.79.69 state=open severity=compromised onset=2026-11-21T10:00:01.5Z last=2026-11-21T10:10:00Z
evidence kind=outbound-irc time=2026-11-21T10:00:01.5Z peer=203.0.113.7 port=6667 count=2 text="combo called IRC port 6667"
evidence kind=outbound-ssh time=2026-11-21T10:10:00Z peer=203.0.113.8 port=22 count=1 text="combo called ssh port 22"
incident id=dddd0002 honeynet=lab honeypot=11.11.79.80 address=11.11.79.80 state=open severity=suspect onset=2026-11-21T11:00:00Z last=2026-11-21T11:00:00Z
"""


def run(*argv, **options):
    return subprocess.run([program("synhive"), *map(str, argv)], text=True,
                          check=False, capture_output=True,
                          stdin=subprocess.DEVNULL,
                          **{"timeout": 60, **options})


def answer(*argv):
    done = run(*argv)
    assert done.returncode == 0, done.stderr
    return done.stdout


def rows(*argv):
    return [json.loads(line)
            for line in answer(*argv, "-o", "json").splitlines()]


def refusal(status, *argv, **options):
    """It fails with this status, one sentence, and nothing on stdout."""
    done = run(*argv, **options)
    assert done.returncode == status, done.stderr
    assert done.stdout == ""
    assert done.stderr.startswith("synhive: ")
    return done.stderr


def make_store(folder, text):
    folder.mkdir()
    subprocess.run([program("tools/mkstore"), folder], input=text.encode(),
                   check=True, timeout=60)
    return folder


@pytest.fixture(name="store", scope="module", params=["messages", "blocks"])
def _store(tmp_path_factory, request):
    """The same data as it came, and re-cut."""
    text = TEXT + ("recut\n" if request.param == "blocks" else "")
    return make_store(tmp_path_factory.mktemp("cli") / "store", text)


@pytest.fixture(name="conf", scope="module")
def _conf(store):
    path = store.parent / "aggregator.conf"
    path.write_text(f'store = "{store}"\n'
                    'honeynet lab { home = {"11.11.0.0/16"} }\n'
                    'honeypot combo { addresses = '
                    '{"11.11.79.67", "11.11.79.69"} }\n', "utf-8")
    return path
