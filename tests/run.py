#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run the tests and count them.

    run.py --build DIR [--sanitized DIR] [unit] [corpus] [lint] [net]

One short line for each program; the failures with their text at the end; then
what was skipped and why; the last line is "N passed, N failed".  The exit
status is 0 only when something passed and nothing failed.
"""

import argparse
import os
import re
import shutil
import signal
import subprocess
import sys
import time
import xml.etree.ElementTree as xml
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PROGRAM_LIMIT_S = 120   # a unit program takes seconds, sanitized ten times that
NET_LIMIT_S = 900       # twice; sanitized they take 6 minutes on two cores
OUTPUT_SHOWN = 6000     # characters of a failed program's output
RESULT = re.compile(r"(not )?ok \d+(?: -)? ?(# SKIP )?(.*)")
PLAN = re.compile(r"1\.\.(\d+)")


@dataclass
class Case:
    program: str
    name: str
    status: str         # passed, failed, skipped
    text: str = ""      # why
    seconds: float = 0.0    # where several programs run at once


class Timeout(Exception):
    pass


def run(argv, limit_s, interrupt=signal.SIGKILL, **popen):
    """Run a program in its own session; nothing of it outlives the call.

    Returns its exit status and output; raises Timeout with the output.
    """
    with subprocess.Popen(argv, cwd=ROOT, start_new_session=True, text=True,
                          errors="replace", stdin=subprocess.DEVNULL,
                          **popen) as child:
        try:
            output, _ = child.communicate(timeout=limit_s)
            return child.returncode, output or ""
        except BaseException as e:
            output = end(child, interrupt)
            if isinstance(e, subprocess.TimeoutExpired):
                raise Timeout(f"{output}\n(killed after {limit_s} s)") from e
            raise
        finally:
            kill_session(child.pid, signal.SIGKILL)


def end(child, interrupt):
    kill_session(child.pid, interrupt)
    try:
        output, _ = child.communicate(timeout=30)
    except subprocess.TimeoutExpired:
        kill_session(child.pid, signal.SIGKILL)
        output, _ = child.communicate()
    return output or ""


def kill_session(pid, signo):
    try:
        os.killpg(pid, signo)
    except ProcessLookupError:
        pass


def captured(argv, limit_s=PROGRAM_LIMIT_S, env=None):
    return run(argv, limit_s, stdout=subprocess.PIPE,
               stderr=subprocess.STDOUT, env={**os.environ, **(env or {})})


def one_case(program, argv):
    """A program whose exit status is its only result."""
    try:
        status, output = captured(argv)
    except Timeout as e:
        status, output = 1, str(e)
    if status == 0:
        return [Case(program, "", "passed")]
    return [Case(program, f"exit status {status}", "failed", output)]


# --- unit ---------------------------------------------------------------------

def unit_cases(program, path):
    """Each result line of a cmocka program in TAP; a crash is a failure."""
    try:
        status, output = captured([path], env={
            "CMOCKA_MESSAGE_OUTPUT": "TAP",
            "UBSAN_OPTIONS": "print_stacktrace=1"})
    except Timeout as e:
        status, output = 1, str(e)
    cases = parse_tap(program, output)
    planned = sum(int(m[1]) for m in map(PLAN.fullmatch, output.splitlines())
                  if m)
    failed = any(c.status == "failed" for c in cases)
    if planned == 0 or planned != len(cases) or (status != 0 and not failed):
        how = f"signal {-status}" if status < 0 else f"exit status {status}"
        cases.append(Case(program, f"{how} after {len(cases)} of {planned} "
                          "tests", "failed", output))
    return cases


def parse_tap(program, output):
    cases, before = [], []
    for line in output.splitlines():
        m = RESULT.fullmatch(line)
        if m is None:
            # cmocka says why after a failure, and the test before a skip
            if cases and cases[-1].status == "failed" and line[:1] == "#":
                cases[-1].text += line[1:].strip() + "\n"
            elif not PLAN.fullmatch(line):
                before.append(line)
            continue
        status = "skipped" if m[2] else "failed" if m[1] else "passed"
        text = "" if status == "passed" else "\n".join(before)
        cases.append(Case(program, m[3], status, text and text + "\n"))
        before = []
    return cases


def unit(options):
    for build, mark in builds(options):
        for path in sorted(build.glob("tests/test_*")):
            if path.suffix == "" and os.access(path, os.X_OK):
                name = f"unit/{path.name}{mark}"
                if wanted(options, name):
                    yield name, unit_cases(name, path)


def builds(options):
    yield options.build, ""
    if options.sanitized:
        yield options.sanitized, " (sanitized)"


# --- corpus -------------------------------------------------------------------

def corpus(options):
    for build, mark in builds(options):
        for path in sorted(build.glob("tests/replay_*")):
            if path.suffix or not os.access(path, os.X_OK):
                continue
            what = path.name.removeprefix("replay_")
            name = f"corpus/{what}{mark}"
            if wanted(options, name):
                yield name, one_case(
                    name, [path, ROOT / "tests/fuzz/corpus" / what])


# --- lint ---------------------------------------------------------------------

def sources():
    found = [p for d in ("agent", "aggregator", "common", "tests")
             for p in (ROOT / d).rglob("*.[ch]")]
    return sorted(str(p.relative_to(ROOT)) for p in found)


def lints():
    yield "layers", ["tests/lint/layers.sh"]
    yield "sizes", [sys.executable, "tests/lint/sizes.py"]
    yield "golden", [sys.executable, "tests/lint/golden.py"]
    yield "format", ["clang-format", "--dry-run", "-Werror", *sources()]
    pages = sorted(map(str, (ROOT / "docs/man").glob("*.[1-8]")))
    if pages:
        yield "man", ["mandoc", "-T", "lint", "-W", "warning", *pages]


def lint(options):
    for what, argv in lints():
        name = f"lint/{what}"
        if not wanted(options, name):
            continue
        if "/" not in argv[0] and shutil.which(argv[0]) is None:
            yield name, [Case(name, "", "skipped", f"no {argv[0]} here")]
        else:
            yield name, one_case(name, argv)


# --- net ----------------------------------------------------------------------

def can_make_namespaces():
    return os.geteuid() == 0 and subprocess.run(
        ["unshare", "--net", "true"], stderr=subprocess.DEVNULL,
        check=False).returncode == 0


def net(options):
    if not can_make_namespaces():
        yield "net", [Case("net", "", "skipped",
                           "needs root and network namespaces; type:  "
                           "sudo make check-net")]
        return
    for build, mark in builds(options):
        cases = pytest_cases(options, build)
        for program in sorted({c.program for c in cases}):
            yield program + mark, [c for c in cases if c.program == program]


def pytest_cases(options, build):
    report = build / "net.xml"
    report.unlink(missing_ok=True)
    argv = ["/usr/bin/python3", "-m", "pytest", "tests/net", "-q",
            "-p", "no:cacheprovider", "-o", "faulthandler_timeout=120",
            f"--junitxml={report}"]
    argv += ["-k", options.k] if options.k else []
    quiet = {} if options.verbose else {"stdout": subprocess.PIPE,
                                        "stderr": subprocess.STDOUT}
    env = {**os.environ, "SYNHIVE_BUILD": str(build),
           "PYTHONDONTWRITEBYTECODE": "1"}
    try:
        status, output = run(argv, NET_LIMIT_S, interrupt=signal.SIGINT,
                             env=env, **quiet)
    except Timeout as e:
        status, output = -1, str(e)
    cases = list(junit_cases(report)) if report.exists() else []
    if status not in (0, 1, 5) or (status == 1 and not any(
            c.status == "failed" for c in cases)):
        cases.append(Case("net", f"pytest: exit status {status}", "failed",
                          output))
    return cases


def junit_cases(path):
    for case in xml.parse(path).iter("testcase"):
        module = re.search(r"\btest_\w+", case.get("classname", ""))
        program = f"net/{module[0] if module else case.get('name')}"
        status, text = "passed", ""
        for child in case:
            if child.tag in ("failure", "error"):
                status, text = "failed", child.text or child.get("message")
            elif child.tag == "skipped":
                status, text = "skipped", child.get("message")
        yield Case(program, case.get("name"), status, text,
                   float(case.get("time", 0)))


# --- the report ---------------------------------------------------------------

def wanted(options, name):
    return options.k is None or options.k in name


def summary(cases):
    count = Counter(c.status for c in cases)
    return ", ".join(f"{count[s]} {s}" for s in ("passed", "failed", "skipped")
                     if count[s]) or "nothing"


def shorten(text):
    if len(text) <= OUTPUT_SHOWN:
        return text
    half = OUTPUT_SHOWN // 2
    return f"{text[:half]}\n[...]\n{text[-half:]}"


def report(cases):
    for c in cases:
        if c.status == "failed":
            print(f"\nFAILED  {c.program}  {c.name}")
            for line in shorten(c.text or "").rstrip().splitlines():
                print(f"    {line}")
    skipped = [c for c in cases if c.status == "skipped"]
    print()
    for c in skipped:
        why = " ".join((c.text or "no reason given").split())
        print(f"skipped  {c.program}  {c.name}: {why}")
    if skipped:
        print(f"{len(skipped)} skipped")
    count = Counter(c.status for c in cases)
    print(f"{count['passed']} passed, {count['failed']} failed", flush=True)
    return count["failed"] == 0 and count["passed"] > 0


GROUPS = {"unit": unit, "corpus": corpus, "lint": lint, "net": net}


def options_from(argv):
    p = argparse.ArgumentParser(description="Run the tests and count them.")
    p.add_argument("--build", type=Path, default=ROOT / "build",
                   help="where the programs were built")
    p.add_argument("--sanitized", type=Path,
                   help="where they were built with sanitizers; unit, corpus "
                   "and net run from both")
    p.add_argument("-k", metavar="TEXT", help="only programs and tests with "
                   "TEXT in their names")
    p.add_argument("--verbose", action="store_true",
                   help="also print each test as it ends")
    p.add_argument("group", nargs="*", metavar="GROUP",
                   help=f"{', '.join(GROUPS)}; all when none is named")
    options = p.parse_args(argv)
    for group in options.group:
        if group not in GROUPS:
            p.error(f"there is no group '{group}': {', '.join(GROUPS)}")
    options.build = options.build.absolute()
    if options.sanitized:
        options.sanitized = options.sanitized.absolute()
    return options


def main(argv):
    options = options_from(argv)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    every = []
    for group in options.group or GROUPS:
        start = time.monotonic()
        for program, cases in GROUPS[group](options):
            every += cases
            took = (sum(c.seconds for c in cases)
                    or time.monotonic() - start)
            print(f"{program:44} {summary(cases)} ({took:.1f} s)", flush=True)
            start = time.monotonic()
            for c in cases if options.verbose else []:
                print(f"    {c.status:8}{c.name}")
    return 0 if report(every) else 1


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(128 + signal.SIGINT)
