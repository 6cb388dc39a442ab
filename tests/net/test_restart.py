# SPDX-License-Identifier: GPL-3.0-or-later
"""What a restart of the aggregator must not change."""

import contextlib
import shutil
import signal
import socket
import sqlite3

import pytest
from console import make_store
from hive import INGEST, USER, alerts_in, await_alert, connect
from netns import wait_until


def ssh_alert(lab, count):
    """The alert of going out by ssh, once it counts that many."""
    def look():
        found = [a for a in lab.aggregator.ask("alerts")
                 if a["detector"] == "outbound-ssh"]
        return found[0] if found and found[0]["count"] == count else None
    return wait_until(look, 10, f"an alert that counts {count}")


@pytest.mark.parametrize("how", ["kill", "stop"])
def test_an_alert_goes_on_counting(lab, how):
    lab.started()
    for to in (lab.FAR, *lab.FAR_MORE):
        connect(lab.pot, to, 22)
    before = ssh_alert(lab, 4)
    getattr(lab.aggregator, how)()
    lab.aggregator.start()
    lab.aggregator.await_up("pot1")
    assert ssh_alert(lab, 4)["id"] == before["id"]
    follower = lab.follow("--all")
    connect(lab.pot, lab.FAR, 22)
    after = await_alert(follower, detector="outbound-ssh")
    assert (after["id"], after["count"]) == (before["id"], 5)
    assert after["update"]
    incident, = lab.aggregator.ask("incidents")
    assert incident["onset"] == before["first"]


@pytest.mark.parametrize("damage", [
    "UPDATE snapshot SET bytes = substr(bytes, 1, length(bytes) / 2)",
    "UPDATE snapshot SET bytes = zeroblob(length(bytes))",
    "DELETE FROM snapshot WHERE part = 'alerts'",
    "DELETE FROM moment"])
def test_a_memory_that_is_damaged_is_made_anew_from_records(lab, damage):
    lab.started()
    for to in (lab.FAR, *lab.FAR_MORE):
        connect(lab.pot, to, 22)
    before = ssh_alert(lab, 4)
    state = lab.aggregator.store / "state.db"

    def kept():
        with contextlib.closing(sqlite3.connect(state)) as db:
            return db.execute("SELECT count(*) FROM snapshot").fetchone()[0]
    wait_until(kept, 10, "something is kept")
    lab.aggregator.kill()
    with contextlib.closing(sqlite3.connect(state)) as db, db:
        db.execute(damage)
    lab.aggregator.start()
    lab.aggregator.program.wait_for(
        lambda text: "reads the last 26 hours again" in text and
        "records were read again" in text)
    lab.aggregator.await_up("pot1")
    connect(lab.pot, lab.FAR, 22)
    after = ssh_alert(lab, 5)
    assert after["id"] == before["id"]
    assert len(lab.aggregator.ask("incidents")) == 1


def test_what_was_never_correlated_is_however_old_it_is(lab):
    """As after a crash between commit and correlation, and a long night."""
    when = "2026-01-02T03:04:0"
    store = make_store(lab.net.dir / "old", "".join(
        f"record sensor=pot1 time={when}{i}Z src={lab.POT} sport={4000 + i} "
        f"dst=203.0.113.6 dport={1000 + i % 5} flags=SYN\n"
        for i in range(10)) + "".join(
        f"record sensor=pot1 time={when}9Z src={lab.POT} sport=5000 "
        f"dst=203.0.113.6 dport={port} flags=SYN\n"
        for port in range(2000, 2300)))
    for path in (store, *store.iterdir()):
        shutil.chown(path, USER)
    lab.aggregator.change["store"] = store
    lab.aggregator.start()

    def outbound():
        return [a for a in lab.aggregator.ask("alerts")
                if a["detector"] == "outbound"]
    alerts = wait_until(outbound, 10, "alerts")
    assert len(alerts) == 305
    assert sum(a["count"] for a in alerts) == 310
    lab.aggregator.kill()
    lab.aggregator.start()
    assert outbound() == alerts


def test_ingest_comes_back_when_its_port_is_free_again(lab):
    lab.started()
    with lab.agg.entered():
        thief = socket.socket()
        thief.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    lab.aggregator.kill_child("ingest")

    def steal():
        try:
            thief.bind((lab.aggregator.address, INGEST))
            return True
        except OSError:
            return False
    with thief:
        wait_until(steal, 5, "the port is ours", poll_s=0.001)
        thief.listen()
        lab.aggregator.program.wait_for(
            lambda text: "Address already in use" in text)
    follower = lab.follow()
    wait_until(lambda: connect(lab.pot, lab.FAR, 22) and [
        a for a in alerts_in(follower.text())
        if a["detector"] == "outbound-ssh"], 20, "an alert", poll_s=0.2)


def test_a_reload_that_a_start_would_refuse_changes_nothing(lab):
    lab.started()
    good = lab.aggregator.conf.read_text("utf-8")
    lab.aggregator.conf.write_text(
        good + "detector outbound { quite = 1h }\n", "utf-8")
    lab.aggregator.program.signal(signal.SIGHUP)
    lab.aggregator.program.wait_for(
        lambda text: "quite" in text and "old configuration" in text)
    lab.aggregator.conf.write_text(good, "utf-8")
    follower = lab.follow()
    connect(lab.pot, lab.FAR, 22)
    await_alert(follower, detector="outbound-ssh")


def test_many_hangups_at_once_are_one_restart_or_two(lab):
    lab.started()
    for _ in range(5):
        lab.aggregator.program.signal(signal.SIGHUP)
    lab.aggregator.program.wait_for(lambda text: text.count("ready") >= 2)
    lab.aggregator.await_up("pot1")
    follower = lab.follow()
    connect(lab.pot, lab.FAR, 22)
    await_alert(follower, detector="outbound-ssh")
    assert lab.aggregator.program.running()
