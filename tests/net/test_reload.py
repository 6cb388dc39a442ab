# SPDX-License-Identifier: GPL-3.0-or-later
"""SIGHUP: all of a new configuration, or nothing of it."""

import signal

from hive import await_alert, connect


def test_a_bad_configuration_changes_nothing(lab):
    agent = lab.started()
    with lab.aggregator.conf.open("a", encoding="utf-8") as f:
        f.write("nonsense = 1\n")
    lab.aggregator.program.signal(signal.SIGHUP)
    lab.aggregator.program.wait_for(
        lambda text: "unknown key 'nonsense'" in text and "old" in text)
    lab.aggregator.write()
    follower = lab.follow()
    connect(lab.pot, lab.FAR, 22)
    await_alert(follower, detector="outbound-ssh")
    assert agent.program.text().count("connected to") == 1


def test_a_new_sensor_and_subscriber_are_let_in(lab):
    agent = lab.agent()
    lab.aggregator.sensors.clear()
    lab.aggregator.start()
    agent.start()
    agent.program.wait_for(lambda text: "does not know our key" in text)
    lab.aggregator.sensor("pot1", agent.key.public, [lab.POT])
    late = lab.aggregator.subscriber("late")
    lab.aggregator.write()
    lab.aggregator.program.signal(signal.SIGHUP)
    lab.aggregator.await_up("pot1")
    follower = lab.agg.start(*lab.aggregator.follow(late, "-o", "json"))
    follower.wait_for(lambda text: "listening to" in text)
    connect(lab.pot, lab.FAR, 6667)
    await_alert(follower, detector="outbound-irc")


def test_what_was_told_before_is_not_told_anew(lab):
    lab.started()
    first = lab.follow()
    connect(lab.pot, lab.FAR, 22)
    alert = await_alert(first, detector="outbound-ssh")
    lab.aggregator.program.signal(signal.SIGHUP)
    lab.aggregator.program.wait_for(lambda text: text.count("ready") == 2)
    lab.aggregator.await_up("pot1")
    second = lab.follow("--all")
    connect(lab.pot, lab.FAR_MORE[0], 22)
    again = await_alert(second, detector="outbound-ssh")
    assert again["id"] == alert["id"]
    assert again["count"] == alert["count"] + 1
    assert again["update"]
