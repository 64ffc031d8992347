"""Every listing and every table row of the tutorial is a scenario, and `docs/tutorial.md` says which.

The rows are written out here, so that the page cannot lose one without a test failing.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "docs" / "tutorial.md"
SCENARIOS = ROOT / "scenarios"

LISTINGS = ("1", "2.2", "2.3", "2.4", "2.5", "3.2", "3.3", "4.2", "4.3", "5.2", "5.3", "5.3 (text)", "6")

ROWS = {
    "Process: parameters": ("group", "target", "name", "args", "kwargs", "daemon=None"),
    "Process: methods and attributes": (
        "run()", "start()", "join([timeout])", "name", "pid", "is_alive()", "exitcode", "daemon", "authkey",
        "sentinel", "terminate()", "kill()", "close()",
    ),
    "Queue": (
        "Queue([maxsize])", "qsize()", "empty()", "full()", "get([block[, timeout]])", "get_nowait()",
        "put(item[, block[, timeout]])", "put_nowait(item)",
    ),
    "Lock": ("Lock()", "acquire()", "release()", "with lock"),
    "Pool: parameters": ("processes", "initializer", "initargs", "maxtasksperchild", "context"),
    "Pool: methods": (
        "apply(func[, args[, kwds]])", "apply_async(func[, args[, kwds]])", "close()", "terminate()", "join()",
    ),
    "What the tables leave out": (
        "AsyncResult.get([timeout])", "AsyncResult.wait([timeout])", "AsyncResult.ready()", "AsyncResult.successful()",
    ),
}  # fmt: skip

NOTES = tuple(f"N{number:02}" for number in range(1, 26))
WITHOUT_SCENARIO = {"N04"}
"""What no scenario can show: it has no main module that a child could import."""

_LINK = re.compile(r"\[([\w-]+)\]\(\.\./scenarios/([\w-]+)\.yaml\)")


def tables() -> dict[str, dict[str, list[str]]]:
    """Per heading, its table: first cell of a row -> the scenarios that the row links to."""
    found: dict[str, dict[str, list[str]]] = {}
    heading = ""
    for row in PAGE.read_text(encoding="utf-8").splitlines():
        if row.startswith("#"):
            heading = row.lstrip("# ")
        elif row.startswith("|") and not row.startswith("| ---"):
            cell = row.split("|")[1].strip().strip("`")
            found.setdefault(heading, {})[cell] = [name for _, name in _LINK.findall(row)]
    return found


TABLES = tables()


@pytest.mark.parametrize("listing", LISTINGS)
def test_every_listing_has_a_scenario(listing: str) -> None:
    assert TABLES["Listings"].get(listing), f"docs/tutorial.md has no scenario for listing {listing}"


@pytest.mark.parametrize(("table", "row"), [(table, row) for table, rows in ROWS.items() for row in rows])
def test_every_row_of_the_tables_has_a_scenario(table: str, row: str) -> None:
    assert TABLES[table].get(row), f"docs/tutorial.md has no scenario for `{row}` under {table}"


@pytest.mark.parametrize("note", NOTES)
def test_every_mistake_of_the_tutorial_is_told(note: str) -> None:
    scenarios = TABLES["What the tutorial has wrong, or does not tell"][note]
    assert bool(scenarios) != (note in WITHOUT_SCENARIO)


def test_every_scenario_that_the_page_names_exists_under_that_name() -> None:
    links = _LINK.findall(PAGE.read_text(encoding="utf-8"))
    assert [
        link for link in links if link[0] != link[1] or not (SCENARIOS / f"{link[1]}.yaml").is_file()
    ] == []


def test_every_scenario_is_on_the_page() -> None:
    named = {name for _, name in _LINK.findall(PAGE.read_text(encoding="utf-8"))}
    assert set() == {path.stem for path in SCENARIOS.glob("*.yaml")} - named
