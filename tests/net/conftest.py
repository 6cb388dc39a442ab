# SPDX-License-Identifier: GPL-3.0-or-later
"""Fixtures: each test has its own namespaces and folder."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from hive import Lab, program   # noqa: E402 (the path comes first)
from netns import Net, exit_on_signals   # noqa: E402


def pytest_configure():
    exit_on_signals()


def pytest_collection_modifyitems(items):
    for name in ("synhive-agent", "synhive-aggregator", "synhive"):
        if not program(name).exists():
            raise pytest.UsageError(f"{program(name)} is not built: make")


@pytest.fixture(name="net")
def _net():
    with Net() as net:
        yield net
        net.stop()
        for p in net.programs:
            for line in p.text().splitlines():
                assert "Sanitizer:" not in line, p.text()
                assert ": runtime error:" not in line, p.text()


@pytest.fixture(name="lab")
def _lab(net):
    return Lab(net)


@pytest.fixture(name="routed")
def _routed(net):
    """A lab whose honeypot lies behind a gateway."""
    return Lab(net, routed=True)


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    """After a failure, what the programs said."""
    outcome = yield
    made = outcome.get_result()
    net = item.funcargs.get("net")
    if made.when == "call" and made.failed and net is not None:
        for p in net.programs:
            if hasattr(made.longrepr, "addsection"):
                made.longrepr.addsection(p.log.name, p.text()[-3000:])
