#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Each detector has its golden cases in tests/correlate, by these names:

    NAME            it fires
    NAME-not        what is like it and does not fire
    NAME-threshold  it fires at the threshold and not beside it
    NAME-ordered    NAME-shuffled has the same records in another order
    NAME-midnight   across midnight and a restart
    NAME-ipv6       peers in IPv6

and a part in the flood of keys (tests/unit/test_flood_of_keys.c).  Of each
case more is asked than its name: that it tells what the name says.
"""

import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CASES = ROOT / "tests/correlate"
FLOOD = ROOT / "tests/unit/test_flood_of_keys.c"
SUFFIXES = ("", "-not", "-threshold", "-ordered", "-shuffled", "-midnight",
            "-ipv6")

# What has no meaning, and why.
EXCEPTIONS = {
    "outbound-threshold": "one connection is enough",
    "outbound-ssh-threshold": "one connection is enough",
    "stray-threshold": "one SYN is enough",
    "stray-ordered": "the case stray is in order already",
}
# Detectors that keep no table of keys: nothing can flood it.
NO_TABLE = {
    "outbound": "it tells of each connection as it comes",
    "outbound-ssh": "it tells of each connection as it comes",
    "outbound-irc": "it tells of each connection as it comes",
    "stray": "it tells of each connection as it comes",
}


def detectors():
    for path in sorted((ROOT / "aggregator/correlate").glob("detect_*.c")):
        yield path.stem[len("detect_"):].replace("_", "-")


def days(records):
    return set(re.findall(r"^(\d{4}-\d\d-\d\d)T", records, re.MULTILINE))


def put_lines(records):
    """The records themselves, whatever their order."""
    return sorted(line for line in records.splitlines()
                  if line and not line.startswith(("#", "restart", "advance")))


def complaint(name, suffix):
    """What is wrong with a case, or None."""
    case = name + suffix
    records, alerts = (CASES / f"{case}{end}" for end in
                       (".records", ".alerts"))
    if not records.exists() or not alerts.exists():
        return "is missing"
    records, alerts = records.read_text(), alerts.read_text()
    told = re.search(rf"^    \w+ {name} of ", alerts, re.MULTILINE)
    if suffix == "-not":
        return f"has an alert of {name}" if told else None
    if not told:
        return f"has no alert of {name}"
    if suffix == "-midnight" and len(days(records)) < 2:
        return "stays within one day"
    if suffix == "-midnight" and "\nrestart\n" not in records:
        return "has no restart"
    if suffix == "-ipv6" and "[2001:db8:" not in records:
        return "has no IPv6"
    if suffix == "-shuffled":
        ordered = name if f"{name}-ordered" in EXCEPTIONS else (
            f"{name}-ordered")
        other = CASES / f"{ordered}.records"
        if not other.exists() or (put_lines(other.read_text()) !=
                                  put_lines(records)):
            return f"has not the records of {ordered}"
    return None


def complaints():
    names = list(detectors())
    flood = FLOOD.read_text() if FLOOD.exists() else ""
    for name in names:
        for suffix in SUFFIXES:
            case = name + suffix
            what = complaint(name, suffix)
            if case in EXCEPTIONS:
                if what is None:
                    yield f"tests/correlate/{case} is there: no exception"
            elif what is not None:
                yield f"tests/correlate/{case} {what}"
        if name not in NO_TABLE and f'"{name}"' not in flood:
            yield f"{FLOOD.relative_to(ROOT)} has nothing for {name}"
    for case in EXCEPTIONS:
        if not any(case == n + s for n in names for s in SUFFIXES):
            yield f"{case}: an exception for nothing"
    for name in NO_TABLE:
        source = ROOT / f"aggregator/correlate/detect_{name}.c".replace(
            "-", "_")
        if name not in names or ".evicted" in source.read_text():
            yield f"{name}: has a table after all"


def main():
    bad = list(complaints())
    for text in bad:
        print(text)
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
