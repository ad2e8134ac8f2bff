"""Our feeds read by other people's programs. Only ``make clients`` collects this folder: it needs
what requirements.txt and package.json name, and the other tests need none of it."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from tests.clients.served import Served, serve

if os.environ.get("VOLUNTEER_CLIENTS") != "1":
    collect_ignore_glob = ["test_*.py"]

matrix_key = pytest.StashKey[dict[tuple[str, str], str]]()
"""What was found, by feed and parser."""


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """One served office for a module's tests."""
    with serve(tmp_path_factory.mktemp("office")) as found:
        yield found


@pytest.fixture
def matrix(pytestconfig: pytest.Config) -> dict[tuple[str, str], str]:
    """Where the tests note what a parser showed of a feed; printed at the end."""
    return pytestconfig.stash.setdefault(matrix_key, {})


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    found = config.stash.get(matrix_key, {})
    if not found:
        return
    parsers = list(dict.fromkeys(parser for _, parser in found))
    terminalreporter.section("feed × parser")
    feeds = dict.fromkeys(feed for feed, _ in found)
    rows = [["", *parsers]]
    rows += [[feed, *(found.get((feed, parser), "–") for parser in parsers)] for feed in feeds]
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    for row in rows:
        line = "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        terminalreporter.write_line(line.rstrip())
