# SPDX-License-Identifier: GPL-3.0-or-later
"""Pictures: links, points, timelines; harmless whatever the data says."""

import os
import re
import resource
import stat
import subprocess
import xml.etree.ElementTree as xml
from pathlib import Path

import pytest

from console import (CANTCREAT, FALLEN, NOINPUT, USAGE, _conf, _store, answer,
                     make_store, refusal, run)
from hive import ROOT, program, sanitized

GOLDEN = Path(os.environ.get("SYNHIVE_SHARED",
                             ROOT.parent / "shared")) / "data/psad-golden"
UNAVAILABLE, DATAERR, CONFIG = 69, 65, 78
OUTWARD = "src net 11.11.0.0/16 and not dst net 11.11.0.0/16"
SVG, HREF = "{http://www.w3.org/2000/svg}", "{http://www.w3.org/1999/xlink}href"

# What an intruder may write into a log prefix: of one thing each.
HOSTILE = r"""
record sensor=s time=2026-11-21T10:00:00Z src=10.0.0.1 sport=1 dst=203.0.113.1 dport=22 flags=SYN prefix="`touch pwned`"
record sensor=s time=2026-11-21T10:00:01Z src=10.0.0.1 sport=1 dst=203.0.113.2 dport=22 flags=SYN prefix="'.system('touch pwned').'"
record sensor=s time=2026-11-21T10:00:02Z src=10.0.0.1 sport=1 dst=203.0.113.3 dport=22 flags=SYN prefix="a\x0a!touch pwned"
record sensor=s time=2026-11-21T10:00:03Z src=10.0.0.1 sport=1 dst=203.0.113.4 dport=22 flags=SYN prefix="<script>alert(1)</script>\x1b[2J"
record sensor=s time=2026-11-21T10:00:04Z src=10.0.0.1 sport=1 dst=203.0.113.5 dport=22 flags=SYN prefix="=cmd()\xff\xe2\x80\xae"
"""
NASTY = "`touch pwned`' \" <script>alert(1)</script> \x1b[2J\n!touch pwned \\"


def draw(kind, out, *argv, **options):
    """Its bytes; nothing is in the way."""
    done = run("graph", *kind.split(), "-O", out, *argv, **options)
    assert done.returncode == 0, done.stderr
    return Path(options.get("cwd", "."), out).read_bytes()


def dot_of(text):
    """Nodes with their shapes, and edges; blanks of names trimmed."""
    name = r'"((?:[^"\\]|\\.)*)"'
    nodes, edges = {}, set()
    for line in text.splitlines():
        edge = re.match(rf"{name} -> {name}", line)
        node = re.match(rf"{name} \[(.*)\]", line)
        if edge:
            edges.add((edge[1].strip(), edge[2].strip()))
        elif node:
            shape = re.search(r"\bshape=(\w+)", node[2])
            nodes[node[1].strip()] = shape[1] if shape else "ellipse"
    return nodes, edges


@pytest.fixture(name="golden", scope="module")
def _golden(tmp_path_factory):
    if not GOLDEN.exists():
        pytest.skip(f"{GOLDEN} is not there")
    store = tmp_path_factory.mktemp("golden") / "store"
    answer("import", "--store", store, "--year", "2015",
           GOLDEN / "iptables.data")
    return store


@pytest.fixture(name="hostile", scope="module")
def _hostile(tmp_path_factory):
    return make_store(tmp_path_factory.mktemp("hostile") / "store", HOSTILE)


@pytest.fixture(name="fallen", scope="module")
def _fallen(tmp_path_factory):
    return make_store(tmp_path_factory.mktemp("fallen") / "store", FALLEN)


# --- as the tools before -----------------------------------------------------

def test_links_are_those_of_afterglow(golden, tmp_path):
    theirs = dot_of((GOLDEN / "links.dot").read_text("utf-8"))
    for properties in ([], ["--properties", GOLDEN / "color.nf"]):
        ours = dot_of(draw("links", tmp_path / "links.dot", "--store", golden,
                           *properties, OUTWARD).decode())
        assert ours == theirs


def test_points_are_those_of_psad(golden, tmp_path):
    draw("points", "fig14-13.gnu", "--store", golden, OUTWARD, cwd=tmp_path)
    assert (tmp_path / "fig14-13.dat").read_text("ascii") == (
        GOLDEN / "points.dat").read_text("ascii")
    texts = ("set title", "set xlabel", "set ylabel", "set zlabel")
    ours, theirs = ([line.replace("'", '"') for line
                     in (path / name).read_text("ascii").splitlines()
                     if not line.startswith(texts)]
                    for path, name in ((tmp_path, "fig14-13.gnu"),
                                       (GOLDEN, "points.gnu")))
    assert ours == theirs
    subprocess.run(["gnuplot", "fig14-13.gnu"], cwd=tmp_path, check=True,
                   stderr=subprocess.DEVNULL, timeout=60)
    assert (tmp_path / "fig14-13.png").read_bytes()[:4] == b"\x89PNG"


# --- what holds for all of them ----------------------------------------------

KINDS = {"links": ("dot", "svg", "png"), "points": ("svg", "png"),
         "timeline combo": ("svg", "png")}


def test_the_same_data_gives_the_same_bytes(store, conf, tmp_path):
    """Whether it lies in messages or in blocks: both are compared with what
    the first of them gave."""
    for kind, suffixes in KINDS.items():
        for suffix in suffixes:
            one, two = (draw(kind, tmp_path / f"{n}.{suffix}", "-c", conf)
                        for n in "ab")
            assert one == two and len(one) > 500
            first = FIRST.setdefault((kind, suffix), one)
            assert one == first, f"{kind} {suffix} of {store}"


FIRST = {}


def test_svg_has_a_title_and_a_filter_for_each_element(conf, tmp_path):
    for kind in KINDS:
        tree = xml.fromstring(draw(kind, tmp_path / "p.svg", "-c", conf,
                                   "direction out"))
        links = [a.get(HREF) for a in tree.iter(f"{SVG}a")]
        assert links and all(h.startswith("#") for h in links)
        assert any("203.0.113.7" in h and "direction%20out" in h
                   for h in links)
        titles = [t.text or "" for t in tree.iter(f"{SVG}title")]
        assert any("203.0.113.7" in t for t in titles)


def test_links_lead_where_the_template_says(conf, tmp_path):
    text = draw("links", tmp_path / "p.svg", "-c", conf, "--url",
                "https://soc.example/?a=1&q=%s").decode()
    links = [a.get(HREF) for a in xml.fromstring(text).iter(f"{SVG}a")]
    assert "https://soc.example/?a=1&q=server%20host%20203.0.113.8" in links
    for bad in ("javascript:alert(%s)", "data:%s", "https://soc.example/"):
        assert "--url" in refusal(USAGE, "graph", "links", "-c", conf, "-O",
                                  tmp_path / "q.svg", "--url", bad)
    assert not (tmp_path / "q.svg").exists()


def test_a_picture_of_nothing_is_one(conf, tmp_path):
    for kind, suffixes in KINDS.items():
        for suffix in suffixes:
            path = tmp_path / f"n.{suffix}"
            done = run("graph", *kind.split(), "-O", path, "-c", conf,
                       "port 1 and port 2")
            assert done.returncode == 0, done.stderr
            assert "is empty" in done.stderr
            assert path.stat().st_size > 100


def test_standard_output_and_formats(conf, tmp_path):
    done = run("graph", "links", "-c", conf, "-O", "-", "-o", "dot")
    assert done.stdout.startswith("digraph")
    path = tmp_path / "picture"
    assert draw("links", path, "-c", conf, "-o", "svg")[:5] == b"<?xml"
    for argv in (["links"], ["links", "-O", path], ["lines", "-O", path],
                 ["links", "-O", "x.gnu"], ["timeline", "-O", "x.svg"],
                 ["points", "-O", "-", "-o", "gnu"], [],
                 ["links", "-O", "x.svg", "--top", "2"],
                 ["points", "-O", "x.svg", "--axes", "src"],
                 ["points", "-O", "x.svg", "--axes", "src,dst,nothing"],
                 ["points", "-O", "a\x1b.gnu"],
                 ["links", "-O", "x.svg", "src", "hots", "1.2.3.4"]):
        refusal(USAGE, "graph", "-c", conf, *argv, cwd=tmp_path)
    refusal(NOINPUT, "graph", "timeline", "nobody", "-c", conf, "-O",
            tmp_path / "x.svg")
    refusal(CANTCREAT, "graph", "links", "-c", conf, "-O",
            tmp_path / "none" / "x.dot")
    assert [p.name for p in tmp_path.glob("x*")] == []


# --- the programs that draw --------------------------------------------------

def fake(folder, name, text):
    folder.mkdir(exist_ok=True)
    path = folder / name
    path.write_text(f"#!/bin/sh\n{text}\n", "utf-8")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return {**os.environ, "PATH": str(folder)}


def test_a_missing_program_is_named_with_its_package(conf, tmp_path):
    (tmp_path / "bin").mkdir()
    env = {**os.environ, "PATH": str(tmp_path / "bin")}
    (tmp_path / "old.svg").write_text("old", "ascii")
    for kind, suffix, package in (("links", "svg", "graphviz"),
                                  ("points", "svg", "gnuplot-nox"),
                                  ("timeline combo", "png", "librsvg2-bin")):
        said = refusal(UNAVAILABLE, "graph", *kind.split(), "-c", conf, "-O",
                       tmp_path / f"old.{suffix}", env=env)
        assert f"apt install {package}" in said
    assert (tmp_path / "old.svg").read_text("ascii") == "old"
    draw("links", tmp_path / "p.dot", "-c", conf, env=env)
    draw("timeline combo", tmp_path / "p.svg", "-c", conf, env=env)


def test_what_a_program_complains_about_is_said(conf, tmp_path):
    env = fake(tmp_path / "bin", "dot", "echo 'no \033[31mfonts' >&2; exit 3")
    said = refusal(UNAVAILABLE, "graph", "links", "-c", conf, "-O",
                   tmp_path / "p.svg", env=env)
    assert "status 3" in said and "fonts" in said and "\x1b" not in said
    assert not (tmp_path / "p.svg").exists()


# --- hostile data ------------------------------------------------------------

def no_control(text):
    return not re.search(r"[\x00-\x09\x0b-\x1f\x7f]", text)


def test_hostile_prefixes_are_harmless_in_points(hostile, tmp_path):
    draw("points", "p.gnu", "--store", hostile, "--axes", "prefix,dst,dport",
         cwd=tmp_path)
    dat = (tmp_path / "p.dat").read_text("utf-8")
    assert len(dat.splitlines()) == 5 and no_control(dat)
    assert all(re.match(r"\d+, \d+, 22  ### ", line)
               for line in dat.splitlines())
    subprocess.run(["gnuplot", "p.gnu"], cwd=tmp_path, check=True,
                   stderr=subprocess.DEVNULL, timeout=60)
    draw("points", "p.svg", "--store", hostile, "--axes", "prefix,dst,dport",
         cwd=tmp_path)
    assert no_control((tmp_path / "p.svg").read_text("utf-8").replace(
        "\t", " "))
    assert not (tmp_path / "pwned").exists()


def test_hostile_names_are_harmless_everywhere(hostile, tmp_path):
    """A filter, and labels and clusters of a property file, may be copied
    from anywhere."""
    props = tmp_path / "p.nf"
    quoted = (NASTY.replace("\\", "\\\\").replace('"', '\\"')
              .replace("\n", " "))
    props.write_text(f'label.source="{quoted}"\ncluster.event="{quoted}"\n'
                     f'label.edge="{quoted}"\n', "utf-8")
    word = "not prefix '" + NASTY.replace("'", "") + "'"
    for suffix in ("dot", "svg", "png"):
        draw("links", f"p.{suffix}", "--store", hostile, "--properties",
             props, word, cwd=tmp_path)
    for suffix in ("gnu", "svg", "png"):
        draw("points", f"q.{suffix}", "--store", hostile, word, cwd=tmp_path)
    draw("timeline 10.0.0.1", "t.svg", "--store", hostile, cwd=tmp_path)
    subprocess.run(["gnuplot", "q.gnu"], cwd=tmp_path, check=True,
                   stderr=subprocess.DEVNULL, timeout=60)
    assert not (tmp_path / "pwned").exists()
    for name in ("p.dot", "p.svg", "q.gnu", "q.dat", "q.svg", "t.svg"):
        text = (tmp_path / name).read_text("utf-8").replace("\t", " ")
        assert no_control(text), name
        if name.endswith("svg"):
            tree = xml.fromstring(text)
            assert not list(tree.iter(f"{SVG}script")) or name == "q.svg"
            assert all(a.get(HREF).startswith("#")
                       for a in tree.iter(f"{SVG}a"))
    subprocess.run(["dot", "-Tcanon", "p.dot"], cwd=tmp_path, check=True,
                   stdout=subprocess.DEVNULL, timeout=60)


def test_a_name_of_a_file_is_no_command(conf, tmp_path):
    """gnuplot would run what stands behind '<' and '|'."""
    for name in ("< touch pwned;", "| touch pwned;", "~x", "it's"):
        draw("points", f"{name}.gnu", "-c", conf, cwd=tmp_path)
        subprocess.run(["gnuplot", f"./{name}.gnu"], cwd=tmp_path, check=True,
                       stderr=subprocess.DEVNULL, timeout=60)
        assert (tmp_path / f"{name}.png").exists()
    assert not (tmp_path / "pwned").exists()


def test_a_property_file_is_never_executed(conf, tmp_path):
    props = tmp_path / "p.nf"
    for line, word in (('variable=system("touch pwned")', "variable"),
                       ("color=`touch pwned`", "`"),
                       ('color="red" if (system("touch pwned"))', "system")):
        props.write_text(f"# comment\n{line}\n", "utf-8")
        said = refusal(CONFIG, "graph", "links", "-c", conf, "-O", "p.dot",
                       "--properties", props, cwd=tmp_path)
        assert "p.nf:2" in said and word in said
    assert not (tmp_path / "pwned").exists()
    refusal(NOINPUT, "graph", "links", "-c", conf, "-O", "p.dot",
            "--properties", tmp_path / "none", cwd=tmp_path)


# --- one by one --------------------------------------------------------------

def test_a_hundred_thousand_links_stay_readable(tmp_path):
    count = 10_000 if sanitized() else 100_000
    text = "".join(
        "record sensor=s time=2026-11-21T10:00:00Z "
        f"src={1 + i % 211}.{i % 83}.{i % 251}.{i // 251 % 256} sport=1 "
        f"dst=10.0.{i % 7}.{i % 31} dport={i * i % 9973} flags=SYN\n"
        for i in range(count))
    store = make_store(tmp_path / "store", text + "recut\n")
    nodes, edges = dot_of(draw("links", tmp_path / "p.dot", "--store",
                               store).decode())
    assert len(edges) <= 300 and len(nodes) <= 180
    assert {"other clients", "other ports"} <= set(nodes)
    assert f"{count} records" in (tmp_path / "p.dot").read_text("utf-8")
    assert len(draw("links", tmp_path / "p.svg", "--store", store)) < 300_000
    nodes, _ = dot_of(draw("links", tmp_path / "p.dot", "--store", store,
                           "--top", "5").decode())
    assert len(nodes) <= 15


def test_a_timeline_marks_the_onset_and_the_door(fallen, tmp_path):
    """What came in lies above what went out; the door is in bold."""
    tree = xml.fromstring(draw("timeline pot1", tmp_path / "t.svg", "--store",
                               fallen, "--home", "10.0.0.0/16"))
    texts = {t.text: t for t in tree.iter(f"{SVG}text")}
    assert "onset 2026-11-21T10:00:00Z" in texts
    above, below = (float(texts[name].get("y"))
                    for name in ("203.0.113.8", "10.0.0.2"))
    assert above < below
    assert texts["10.0.0.2"].get("font-weight") == "bold"
    assert "2x port 22" not in texts and "1x port 22" in texts
    titles = [t.text for t in tree.iter(f"{SVG}title")]
    assert ("from 203.0.113.9, port 22: 1 connection, "
            "2026-11-21T09:00:00Z, 1 answered") in titles


def test_a_timeline_of_an_outsider(fallen, tmp_path):
    text = draw("timeline 203.0.113.9", tmp_path / "t.svg", "--store", fallen,
                "--home", "10.0.0.0/16").decode()
    assert "203.0.113.9: 2 connections" in text


def test_records_without_times_have_no_timeline(tmp_path):
    store = make_store(tmp_path / "store",
                       "record sensor=s src=10.0.0.1 sport=1 dst=10.0.0.2 "
                       "dport=22 flags=SYN\n")
    said = refusal(DATAERR, "graph", "timeline", "10.0.0.1", "--store", store,
                   "-O", tmp_path / "t.svg")
    assert "no times" in said
    draw("links", tmp_path / "l.dot", "--store", store)


def test_more_links_than_are_remembered_cost_no_more_memory(tmp_path):
    if sanitized():
        pytest.skip("the sanitizer needs memory of its own")
    text = "".join(
        "record sensor=s time=2026-11-21T10:00:00Z "
        f"src=1.{i >> 16}.{i >> 8 & 255}.{i & 255} sport=1 dst=10.0.0.1 "
        "dport=22 flags=SYN\n" for i in range(400_000))
    store = make_store(tmp_path / "store", text + "recut\n")
    limit = 512 << 20

    def at_most():
        resource.setrlimit(resource.RLIMIT_AS, (limit, limit))

    draw("links", tmp_path / "p.dot", "--store", store, preexec_fn=at_most)
    text = (tmp_path / "p.dot").read_text("utf-8")
    drawn, left_out = (int(re.search(pattern, text)[1]) for pattern in (
        r"(\d+) records, 2026", r"not drawn: (\d+) records"))
    assert drawn + left_out == 400_000 and drawn > 100_000
    draw("points", tmp_path / "p.svg", "--store", store, preexec_fn=at_most)
    assert "380000 of them not drawn" in (tmp_path / "p.svg").read_text()
