# SPDX-License-Identifier: GPL-3.0-or-later
"""What is expected is counted, and shown to those who ask for it."""

import json

import pytest

from console import CONFIG, HOME, USAGE, answer, make_store, refusal, run
from hive import await_alert, connect, synhive
from netns import wait_until

SYN = ("record sensor=pot1 time={} src={} sport={} dst={} dport={} flags=SYN "
       "hook=out seq={}\n")


def syn(time, src, dst, port, n):
    return SYN.format(time, src, 40000 + n, dst, port, n)


def text():
    """Five days to a mirror, three to another, one to an IRC port, thrice."""
    days = [f"2026-11-1{d}T03:00:0{d}Z" for d in range(1, 6)]
    lines = [syn(t, "11.11.79.67", "151.101.2.132", 443, n)
             for n, t in enumerate(days)]
    lines += [syn(t, f"11.11.79.{70 + n}", "192.0.2.80", 80, 10 + n)
              for n, t in enumerate(days[:3])]
    lines += [syn(t, "11.11.79.67", "192.0.2.66", 6667, 20 + n)
              for n, t in enumerate(days[:3])]
    lines += [syn(t, "11.11.79.67", "192.0.2.81", 8080, 30 + n)
              for n, t in enumerate(days[:2])]
    lines.append("record sensor=pot1 time=2026-11-11T03:00:02Z "
                 "src=151.101.2.132 sport=443 dst=11.11.79.67 dport=40000 "
                 "flags=SYN|ACK hook=in seq=9 ack=1\n")
    return "".join(lines)


EXPECTED = """
expected mirror {
    match = "src net 11.11.0.0/16 and dst host 151.101.2.132 and dst port 443"
    owner = "ops"
    reason = "updates"
}
expected old {
    match = "dst host 192.0.2.80"
    owner = "ops"
    reason = "gone"
    expires = "2026-11-12"
}
expected never {
    match = "dst host 192.0.2.1"
    owner = "ops"
    reason = "who knows"
}
"""


@pytest.fixture(name="conf", scope="module", params=["messages", "blocks"])
def _conf(tmp_path_factory, request):
    folder = tmp_path_factory.mktemp("expected")
    store = make_store(folder / "store", text() + (
        "recut\n" if request.param == "blocks" else ""))
    path = folder / "aggregator.conf"
    path.write_text(f'store = "{store}"\n'
                    'listen = "tcp://192.0.2.81:8080"\n'
                    'honeynet lab { home = {"11.11.0.0/16"} }\n' + EXPECTED,
                    "utf-8")
    return path


def ask(*argv):
    """Rows, and what was said on stderr."""
    done = run(*argv, "-o", "json")
    assert done.returncode == 0, done.stderr
    return [json.loads(r) for r in done.stdout.splitlines()], done.stderr


def test_an_answer_says_how_many_rows_which_one_hides(conf):
    by = "6 by mirror, 1 by old, 2 by agents-link"
    rows, said = ask("records", "-c", conf)
    assert len(rows) == 14 and f"9 of these are expected: {by}" in said
    rows, said = ask("records", "-c", conf, "not expected")
    assert len(rows) == 5
    assert f"9 more are expected, and left out: {by}" in said
    rows, said = ask("records", "-c", conf, "port 80 and not expected")
    assert len(rows) == 2
    assert "1 more is expected, and left out: 1 by old\n" in said
    rows, said = ask("connections", "-c", conf)
    assert len(rows) == 13 and sum(r["expected"] for r in rows) == 8
    assert "8 of these are expected" in said
    rows, said = ask("connections", "-c", conf, "not expected by mirror")
    assert len(rows) == 8
    assert "5 more are expected, and left out: 5 by mirror\n" in said
    assert ask("records", "-c", conf, "class irc")[1] == ""


@pytest.mark.parametrize("words, records, connections", [
    (["dst host 151.101.2.132"], 5, 5),
    (["expected"], 9, 8),
    (["expected by mirror"], 6, 5),
    (["expected by [old, agents-link]"], 3, 3),
    (["not expected"], 5, 5),
    (["direction out and class irc and not expected"], 3, 3),
    (["--since", "2026-11-12", "expected by mirror"], 4, 4),
    ([], 14, 13),
])
def test_count_rows_and_filters_agree(conf, words, records, connections):
    for verb, n in (("records", records), ("connections", connections)):
        assert answer(verb, "-c", conf, "--count", *words) == f"{n}\n"
        assert len(ask(verb, "-c", conf, *words)[0]) == n


def test_each_expectation_is_listed_with_what_it_hides(conf):
    rows, _ = ask("expected", "-c", conf)
    found = {r["name"]: r for r in rows}
    assert list(found) == ["mirror", "old", "never", "agents-link"]
    assert {n: r["state"] for n, r in found.items()} == {
        "mirror": "used", "old": "expired", "never": "unused",
        "agents-link": "used"}
    mirror = found["mirror"]
    assert (mirror["connections"], mirror["records"]) == (5, 6)
    assert mirror["first"] == "2026-11-11T03:00:01Z"
    assert mirror["last"] == "2026-11-15T03:00:05Z"
    assert mirror["owner"] == "ops" and mirror["reason"] == "updates"
    assert mirror["builtin"] is False and mirror["schedule"] is None
    assert found["old"]["connections"] == 1
    assert found["agents-link"]["builtin"] is True
    rows, _ = ask("expected", "-c", conf, "--since", "2026-11-14")
    assert rows[0]["connections"] == 2 and rows[0]["records"] == 2
    said = run("expected", "-c", conf).stderr
    assert "nothing came that these expect: never" in said
    assert "these expired and explain nothing any more: old" in said


def test_what_is_suggested_can_be_pasted(conf):
    proposed = answer("expected", "suggest", "-c", conf)
    # Not the IRC port, not what came only twice or is expected already.
    assert proposed.count("expected to-") == 0
    bare = conf.with_name("bare.conf")
    bare.write_text(conf.read_text("utf-8").replace(EXPECTED, ""), "utf-8")
    proposed = answer("expected", "suggest", "-c", bare)
    assert "expected to-151.101.2.132-443 {" in proposed
    assert "expected to-192.0.2.80-80 {" in proposed
    assert "6667" not in proposed and "8080" not in proposed
    rows, _ = ask("expected", "suggest", "-c", bare)
    assert [(r["port"], r["connections"]) for r in rows] == [(443, 5),
                                                             (80, 3)]
    assert "\n\n".join(r["section"].strip() for r in rows) == proposed.strip()
    bare.write_text(bare.read_text("utf-8") + proposed, "utf-8")
    assert ask("expected", "suggest", "-c", bare)[0] == []
    rows, _ = ask("expected", "-c", bare)
    assert {r["name"]: r["connections"] for r in rows} == {
        "to-151.101.2.132-443": 5, "to-192.0.2.80-80": 3, "agents-link": 2}


def test_what_cannot_be_suggested_is_said(conf):
    store = conf.parent / "store"
    assert "what leaves the honeynet?" in refusal(
        CONFIG, "expected", "suggest", "--store", store)
    assert "expected to-" in answer("expected", "suggest", "--store", store,
                                    *HOME)
    assert "'sugest'" in refusal(USAGE, "expected", "sugest")
    assert "no configuration" in run("expected", "--store", store,
                                     *HOME).stderr


def test_an_expectation_explains_what_was_alerted_before(lab):
    lab.started()
    follower = lab.follow()
    connect(lab.pot, lab.FAR, 22)
    await_alert(follower, detector="outbound-ssh")
    conf = lab.aggregator.conf
    wait_until(lambda: lab.aggregator.ask("alerts"), 5, "it is written")
    later = conf.with_name("later.conf")
    later.write_text(conf.read_text("utf-8") + f"""
expected backup {{
    match = "src host {lab.POT} and dst host {lab.FAR} and dst port 22"
    owner = "ops"
    reason = "nightly"
}}
""", "utf-8")
    rows, said = ask("alerts", "-c", later)
    assert rows == []
    assert "2 more are expected, and left out: 2 by backup" in said
    assert len(ask("alerts", "-c", later, "--all")[0]) >= 2
    # The aggregator itself goes on with what it was told.
    lab.aggregator.expected["backup"] = {
        "match": f"dst host {lab.FAR} and dst port 22", "owner": "ops",
        "reason": "nightly"}
    lab.aggregator.stop()
    lab.aggregator.start()
    lab.aggregator.await_up("pot1")
    connect(lab.pot, lab.FAR, 22)
    connect(lab.pot, lab.FAR, 6667)
    wait_until(lambda: any(a["port"] == 6667
                           for a in lab.aggregator.ask("alerts")), 10,
               "what is not expected is alerted")
    listed = json.loads(synhive("alerts", "-c", conf, "--all", "-o", "json")
                        .splitlines()[0])
    assert listed["count"] == 1
