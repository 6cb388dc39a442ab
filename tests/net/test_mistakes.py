# SPDX-License-Identifier: GPL-3.0-or-later
"""Wrong input: one clear sentence and the documented exit status."""

import errno
import socket
import struct
from pathlib import Path

import pytest

from hive import Agent, Aggregator, Key, attempt, connect, program
from netns import command, wait_until

NETLINK_NETFILTER, NLM_F_REQUEST_ACK = 12, 5

(USAGE, NOINPUT, NOUSER, UNAVAILABLE, CANTCREAT, TEMPFAIL, NOPERM,
 CONFIG) = 64, 66, 67, 69, 73, 75, 77, 78


@pytest.fixture(name="agg")
def _agg(net):
    """A good configuration, not started; a test spoils one thing in it."""
    a = Aggregator(net, net.namespace("host"), "127.0.0.1")
    a.write()
    return a


@pytest.fixture(name="agent")
def _agent(net, agg):
    a = Agent(agg.ns, "pot1", agg, ["198.51.100.11"])
    agg.write()
    a.write()
    return a


def check(daemon, *more, expect, words, inside=()):
    """Start it and see it give up."""
    name = "agent" if isinstance(daemon, Agent) else "aggregator"
    argv = [*inside, program(f"synhive-{name}"), "-c", daemon.conf, *more]
    status, said = attempt(*daemon.ns.inside(*argv))
    assert status == expect, said
    last = said.strip().splitlines()[-1]
    for word in words:
        assert str(word) in last, said
    assert "Sanitizer" not in said


# --- the command line ---------------------------------------------------------

@pytest.mark.parametrize("argv, expect, words", [
    (["synhive-agent", "--chek-config"], USAGE, ["--chek-config"]),
    (["synhive-agent", "-c"], USAGE, ["argument -- 'c'"]),
    (["synhive-aggregator", "--frob"], USAGE, ["--frob"]),
    (["synhive-aggregator", "word"], USAGE, ["word"]),
    (["synhive", "recrods"], USAGE, ["recrods", "records"]),
    (["synhive", "records", "--cuont"], USAGE, ["--cuont", "count"]),
    (["synhive", "records", "-o", "xml"], USAGE, ["xml", "json"]),
    (["synhive", "records", "--store", "/nonexistent"], NOINPUT,
     ["/nonexistent"]),
    (["synhive", "records", "-c", "/nonexistent.conf"], NOINPUT,
     ["/nonexistent.conf"]),
    (["synhive-agent", "-c", "/nonexistent.conf"], NOINPUT,
     ["/nonexistent.conf"]),
    (["synhive-aggregator", "-c", "/nonexistent.conf"], NOINPUT,
     ["/nonexistent.conf"]),
], ids=lambda v: " ".join(v) if isinstance(v, list) else None)
def test_a_wrong_command_line(argv, expect, words):
    status, said = attempt(program(argv[0]), *argv[1:])
    assert status == expect, said
    for word in words:
        assert word in said


def test_a_wrong_filter_names_the_word_and_its_column(agg):
    agg.start()
    status, said = attempt(program("synhive"), "records", "-c", agg.conf,
                           "host 192.0.2.1 and prot 22")
    assert status == USAGE, said
    assert "prot" in said and "20" in said


# --- configuration ------------------------------------------------------------

@pytest.mark.parametrize("key, nearest", [
    ("agregator", "aggregator"), ("spol", "spool"), ("grop", "group")])
def test_an_unknown_key_of_the_agent_names_the_nearest(agent, key, nearest):
    text = agent.conf.read_text("utf-8")
    agent.conf.write_text(f'{key} = "x"\n{text}', "utf-8")
    check(agent, "--check-config", expect=CONFIG,
          words=[f"{agent.conf}:1", key, nearest])


@pytest.mark.parametrize("key, nearest", [
    ("listne", "listen"), ("stor", "store"), ("feedd", "feed")])
def test_an_unknown_key_of_the_aggregator_names_the_nearest(
        agg, key, nearest):
    text = agg.conf.read_text("utf-8")
    agg.conf.write_text(f'{key} = "x"\n{text}', "utf-8")
    check(agg, "--check-config", expect=CONFIG,
          words=[f"{agg.conf}:1", key, nearest])


def test_a_good_configuration_is_said_to_be_good(agg, agent):
    for name, daemon in (("agent", agent), ("aggregator", agg)):
        status, said = attempt(program(f"synhive-{name}"), "--check-config",
                               "-c", daemon.conf)
        assert status == 0, said


@pytest.mark.parametrize("which", ["agg", "agent"])
class TestKeyFile:
    def test_missing(self, which, request):
        daemon = request.getfixturevalue(which)
        daemon.key.path.unlink()
        check(daemon, expect=NOINPUT, words=[daemon.key.path])

    def test_readable_by_others(self, which, request):
        daemon = request.getfixturevalue(which)
        daemon.key.path.chmod(0o644)
        check(daemon, expect=NOPERM, words=[daemon.key.path])

    def test_no_key_in_it(self, which, request):
        daemon = request.getfixturevalue(which)
        daemon.key.path.write_text("not a key\n", "ascii")
        check(daemon, expect=CONFIG, words=[daemon.key.path, "64"])


# --- what is taken or not there -----------------------------------------------

@pytest.mark.parametrize("name, port", [("listen", 7761), ("feed", 7762)])
def test_a_port_that_is_taken(agg, name, port):
    with agg.ns.entered():
        taken = socket.create_server(("127.0.0.1", port))
    with taken:
        check(agg, expect=UNAVAILABLE, words=[port, "in use"])
    assert name in agg.conf.read_text("utf-8")


def test_a_user_that_does_not_exist(agg):
    agg.change["user"] = "nobody-of-that-name"
    agg.write()
    check(agg, expect=NOUSER, words=["nobody-of-that-name"])


def test_a_second_aggregator_on_the_same_store(agg):
    agg.start()
    first = agg.conf.read_text("utf-8")
    for port in (7761, 7762, 7763):
        first = first.replace(str(port), str(port + 100))
    agg.conf.write_text(first.replace("/control", "/control2"), "utf-8")
    check(agg, expect=TEMPFAIL, words=[agg.store])


@pytest.mark.parametrize("group", ["group", "group_in"])
def test_an_nflog_group_that_is_taken(agent, group):
    agent.start()
    second = Agent(agent.ns, "second", agent.aggregator,
                   **{**{"group": 15, "group_in": 16, "nft_rules": "off"},
                      group: {"group": 5, "group_in": 6}[group]})
    second.write()
    check(second, expect=UNAVAILABLE,
          words=["group", {"group": 5, "group_in": 6}[group]])
    assert agent.program.running()


def test_no_nflog_in_the_kernel(agent, net):
    """This kernel has it; the answer of one without is played to the agent:
    the one that this kernel gives for a subsystem it does not have."""
    assert answer_of_subsystem(200) == errno.EINVAL
    shim = net.dir / "no_nflog.so"
    command("cc", "-shared", "-fPIC", "-o", shim,
            Path(__file__).with_name("no_nflog.c"))
    check(agent, expect=UNAVAILABLE, words=["NFLOG", "nfnetlink_log"],
          inside=["env", f"LD_PRELOAD={shim}",
                  "ASAN_OPTIONS=verify_asan_link_order=0"])


def answer_of_subsystem(number):
    """The errno of nfnetlink for a message to that subsystem."""
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW,
                       NETLINK_NETFILTER) as s:
        s.bind((0, 0))
        s.settimeout(5)
        s.send(struct.pack("=LHHLLBBH", 20, number << 8, NLM_F_REQUEST_ACK, 1,
                           0, 0, 0, 0))
        return -struct.unpack_from("=i", s.recv(4096), 16)[0]


def test_an_agent_without_the_capability(agent):
    check(agent, expect=NOPERM, words=["CAP_NET_ADMIN"], inside=[
        "setpriv", "--bounding-set=-net_admin", "--inh-caps=-net_admin"])


# --- disks --------------------------------------------------------------------

def mounted(agg, how):
    """A command line's beginning: with a file system of its own as store."""
    script = (f"mount -t tmpfs {how} none {agg.store} && "
              f"chown nobody {agg.store} 2>/dev/null; exec \"$@\"")
    return ["unshare", "--mount", "sh", "-c", script, "sh"]


def test_a_store_that_is_read_only(agg):
    check(agg, expect=CANTCREAT, words=[agg.store, "ead-only"],
          inside=mounted(agg, "-o ro"))


def test_a_store_in_a_folder_that_does_not_exist(agg):
    agg.change["store"] = agg.dir / "nowhere" / "store"
    agg.write()
    check(agg, expect=CANTCREAT, words=[agg.dir / "nowhere"])


def test_a_disk_that_is_full_from_the_beginning(agg):
    check(agg, expect=TEMPFAIL, words=[agg.store, "full"],
          inside=mounted(agg, "-o size=16k"))


def test_a_disk_that_becomes_full_loses_nothing(lab):
    """Nothing is acknowledged while it is full; all comes when it is not."""
    lab.aggregator.write()
    agent = lab.agent()
    lab.aggregator.write()
    lab.aggregator.program = lab.agg.start(
        *mounted(lab.aggregator, "-o size=400k"),
        program("synhive-aggregator"), "-c", lab.aggregator.conf)
    lab.aggregator.program.wait_for(lambda t: "ready" in t)
    agent.start()

    def fill():
        for port in range(10000, 10200):
            connect(lab.pot, lab.FAR, port)
        return "full" in lab.aggregator.program.text()
    wait_until(fill, 30, "the disk is full, and it is said", poll_s=0.2)
    pid = lab.aggregator.program.pid
    status, said = attempt("nsenter", f"--mount=/proc/{pid}/ns/mnt", "mount",
                           "-o", "remount,size=64m", lab.aggregator.store)
    assert status == 0, said
    wait_until(lambda: books(lab, agent, pid), 20,
               "what was counted is stored")


def books(lab, agent, pid):
    """Does the store hold what the kernel counted?"""
    return int(command("nsenter", f"--mount=/proc/{pid}/ns/mnt",
                       program("synhive"), "records", "--count", "-c",
                       lab.aggregator.conf)) == agent.counted()


def test_a_key_that_exists_is_not_overwritten(tmp_path):
    key = Key(tmp_path / "key")
    status, said = attempt(program("synhive"), "key", "new", key.path)
    assert status == CANTCREAT, said
    assert str(key.path) in said
    assert key.path.read_text("ascii").strip() == key.secret
