# SPDX-License-Identifier: GPL-3.0-or-later
"""The terminal console, and stores that mkstore made for it."""

import json
import subprocess

import pytest

from hive import program

# Outside -> pot1 -> pot2 -> pot3; pot1 was used twice, by two doors.
FALLEN = r"""
record sensor=pot1 time=2026-11-21T09:00:00Z src=203.0.113.9 sport=999 dst=10.0.0.1 dport=22 flags=SYN hook=in seq=1
record sensor=pot1 time=2026-11-21T09:00:00.1Z src=10.0.0.1 sport=22 dst=203.0.113.9 dport=999 flags=SYN|ACK hook=out seq=5 ack=2
record sensor=pot1 time=2026-11-21T09:30:00Z src=203.0.113.8 sport=998 dst=10.0.0.1 dport=80 flags=SYN hook=in seq=3
record sensor=pot1 time=2026-11-21T10:00:00Z src=10.0.0.1 sport=4000 dst=10.0.0.2 dport=22 flags=SYN hook=out seq=7
record sensor=pot1 time=2026-11-21T12:00:00Z src=10.0.0.1 sport=4001 dst=203.0.113.9 dport=4444 flags=SYN hook=out seq=8
alert id=aaaa1111 detector=pivot severity=suspect honeynet=lab honeypot=pot1 address=10.0.0.1 incident=dddd0001 peer=10.0.0.2 port=22 first=2026-11-21T10:00:00Z last=2026-11-21T10:00:00Z count=1 peers=1 text="pot1 began a connection to port 22 of honeypot pot2"
alert id=aaaa1112 detector=pivot severity=compromised honeynet=lab honeypot=pot1 address=10.0.0.1 incident=dddd0001 peer=10.0.0.2 port=80 first=2026-11-21T10:05:00Z last=2026-11-21T10:06:00Z count=2 peers=1 text="and to port 80"
alert id=aaaa2222 detector=pivot severity=compromised honeynet=lab honeypot=pot2 address=10.0.0.2 incident=dddd0002 peer=10.0.0.3 port=22 first=2026-11-21T11:00:00Z last=2026-11-21T11:00:00Z count=1 peers=1 text="pot2 began a connection to port 22 of honeypot 10.0.0.3"
alert id=aaaa3333 detector=pivot severity=notice honeynet=lab honeypot=10.0.0.3 address=10.0.0.3 peer=10.0.0.4 port=22 first=2026-11-21T11:00:00Z last=2026-11-21T11:00:00Z count=1 peers=1 text="nothing"
incident id=dddd0001 honeynet=lab honeypot=pot1 address=10.0.0.1 alias=10.0.1.1 state=open severity=compromised onset=2026-11-21T10:00:00Z last=2026-11-21T20:00:00Z
evidence kind=pivot time=2026-11-21T10:00:00Z peer=10.0.0.2 port=22 count=1 text="pot1 began a connection to port 22 of honeypot pot2"
episode onset=2026-11-21T10:00:00Z last=2026-11-21T10:10:00Z since=2026-11-21T08:00:00Z left_out=3
vector peer=203.0.113.9 address=10.0.0.1 port=22 first=2026-11-21T09:00:00Z last=2026-11-21T09:59:50Z connections=3 peers=5 outcome=1 called_back=1
vector peer=203.0.113.8 address=10.0.1.1 port=80 first=2026-11-21T09:30:00Z last=2026-11-21T09:30:00Z connections=1 peers=500
episode onset=2026-11-21T20:00:00Z last=2026-11-21T20:00:00Z
vector peer=2001:db8:2:1::9 address=10.0.0.1 port=8080 first=2026-11-21T19:59:00Z last=2026-11-21T19:59:00Z connections=1 peers=1
incident id=dddd0002 honeynet=lab honeypot=pot2 address=10.0.0.2 state=open severity=compromised onset=2026-11-21T11:00:00Z last=2026-11-21T11:00:00Z
evidence kind=pivot time=2026-11-21T11:00:00Z peer=10.0.0.3 port=22 count=1 text="pot2 began a connection to port 22 of honeypot 10.0.0.3"
episode onset=2026-11-21T11:00:00Z last=2026-11-21T11:00:00Z
vector peer=10.0.0.1 address=10.0.0.2 port=22 first=2026-11-21T10:00:00Z last=2026-11-21T10:00:00Z connections=1 peers=1 within=1
"""

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
