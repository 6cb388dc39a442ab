# SPDX-License-Identifier: GPL-3.0-or-later
"""The documentation says what the programs do: its commands are run, and its
manual has what they have."""

import re
import subprocess

import pytest

from console import answer
from doc_pages import LINK, Shell, blocks, pages
from hive import ROOT, program

# Their commands ask a live honeynet; test_live.py runs them.
LIVE = {"explain-an-incident.md", "write-an-expectation.md"}
OPTION = re.compile(r"(?<![\w-])--([a-z][a-z-]+)")


def manual(name):
    return (ROOT / "docs/man" / name).read_text("utf-8")


def said_in(page):
    """The long options that a page of the manual names."""
    return set(re.findall(r"(?:Fl|,) \\?-([a-z][a-z-]*[a-z])", page))


@pytest.mark.parametrize("page", [p for p in pages() if p.name not in LIVE],
                         ids=lambda p: str(p.relative_to(ROOT)))
def test_the_commands_of_a_page_work(page, tmp_path):
    shell = Shell(tmp_path)
    for text in blocks(page, "sh"):
        shell.run(text)


def test_a_page_has_no_command_that_nobody_runs():
    """What is in a fence is run, or is a section of a configuration."""
    for page in pages():
        fences = re.findall(r"^```(\w*)$", page.read_text("utf-8"), re.M)
        assert set(fences[::2]) <= {"sh", "conf"}, page
        assert set(fences[1::2]) <= {""}, page


def test_links_lead_somewhere():
    for page in pages():
        for link in LINK.findall(page.read_text("utf-8")):
            assert (page.parent / link).exists(), f"{page}: {link}"


def test_the_tutorial_shows_what_is_printed(tmp_path):
    """Its first report, which the page quotes."""
    page = ROOT / "docs/tutorial/first-report.md"
    shell = Shell(tmp_path)
    printed = [shell.run(text) for text in blocks(page, "sh")]
    quoted = re.search(r"^    (198.*?), \.\.\.$", page.read_text("utf-8"),
                       re.M | re.S)[1]
    assert printed[2].splitlines()[1].startswith(" ".join(quoted.split()))
    assert all(printed[3:])


def test_the_manual_has_every_verb():
    verbs = re.findall(r"^  (\w+)  ", answer("--help"), re.M)
    page = manual("synhive.1")
    assert len(verbs) > 20
    for verb in verbs:
        assert re.search(rf"^\.It Cm {verb}\b", page, re.M), verb
    for verb in re.findall(r"^\.It Cm (\w+)", page.split(".Ss Options")[0],
                           re.M):
        assert verb in verbs


def test_the_manual_has_every_option():
    verbs = re.findall(r"^  (\w+)  ", answer("--help"), re.M)
    there = set()
    for verb in verbs:
        options = answer(verb, "--help").split("Options:\n")[1]
        there |= set(re.findall(r"^  (?:-\w,|   ) --([a-z-]+)", options, re.M))
    assert said_in(manual("synhive.1")) - {"version"} == there - {"help"}


@pytest.mark.parametrize("name", ["synhive-agent", "synhive-aggregator"])
def test_the_daemons_manuals_have_every_option(name):
    help_text = subprocess.run([program(name), "--help"], text=True,
                               check=True, capture_output=True).stdout
    assert set(OPTION.findall(help_text)) == said_in(manual(f"{name}.8"))


def test_the_manual_has_every_key_of_a_configuration():
    keys = set()
    for path in ("agent/config.c", "aggregator/config.c",
                 "common/conf_site.c"):
        keys |= set(re.findall(r'^    \{"([a-z-]+)", CONF_',
                               (ROOT / path).read_text("utf-8"), re.M))
    assert len(keys) > 25
    page = manual("synhive.conf.5")
    for key in keys:
        assert re.search(rf"^\.(It )?Cm ([a-z]+ , )*{key}\b", page, re.M), key


def test_the_manual_has_every_field_of_a_filter():
    text = (ROOT / "common/filter_fields.def").read_text("utf-8")
    page = manual("synhive-filter.7")
    for kind, field in re.findall(r"^(FIELD|NUMBER)\((\w+),", text, re.M):
        how = (rf"^\.It .*Cm {field}\b" if kind == "FIELD"
               else rf"^(\.Cm )?.*\b{field}\b")
        assert re.search(how, page, re.M), field
