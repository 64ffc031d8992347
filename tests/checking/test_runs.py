"""A promise over many runs."""

from __future__ import annotations

import pytest

from mprunner.checking.runs import OverRuns, summarise
from mprunner.checking.verdict import Promise, Verdict


def verdict(status: str, *, holds: str = "always", vacuous_ok: bool = False, index: int = 0) -> Verdict:
    promise = Promise("a promise", "form", holds, vacuous_ok=vacuous_ok, index=index)  # type: ignore[arg-type]
    return Verdict(promise, status, 1, status)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("holds", "statuses", "mark"),
    [
        ("always", ["kept", "kept"], "kept"),
        ("always", ["kept", "broken"], "broken"),
        ("always", ["kept", "vacuous"], "broken"),
        ("always", ["kept", "inconclusive"], "inconclusive"),
        ("always", ["inconclusive", "broken"], "broken"),
        ("sometimes", ["broken", "kept"], "kept"),
        ("sometimes", ["broken", "vacuous"], "open"),
        ("sometimes", ["inconclusive", "broken"], "open"),
        ("never", ["broken", "vacuous"], "kept"),
        ("never", ["broken", "kept"], "broken"),
        ("never", ["broken", "inconclusive"], "inconclusive"),
    ],
)
def test_the_modality_decides_what_many_runs_say(holds: str, statuses: list[str], mark: str) -> None:
    (found,) = summarise([[verdict(status, holds=holds)] for status in statuses])
    assert mark == found.mark


def test_a_vacuous_run_is_no_fault_where_that_is_allowed() -> None:
    (found,) = summarise([[verdict("vacuous", vacuous_ok=True)], [verdict("kept", vacuous_ok=True)]])
    assert "kept" == found.mark


def test_what_is_only_vacuous_is_no_proof_of_sometimes() -> None:
    (found,) = summarise([[verdict("vacuous", holds="sometimes", vacuous_ok=True)]])
    assert "open" == found.mark


def test_the_first_broken_run_is_the_one_to_show() -> None:
    runs = OverRuns()
    for status in ("kept", "broken", "broken"):
        runs.add([verdict(status)])
    (found,) = runs.promises()
    assert (2, "broken") == (found.shown[0], found.shown[1].status)
    assert {"kept": 1, "broken": 2} == dict(found.counts)
    assert 3 == found.runs


def test_promises_keep_the_order_of_the_scenario() -> None:
    found = summarise([[verdict("kept", index=2), verdict("kept", index=0)], [verdict("kept", index=1)]])
    assert [0, 1, 2] == [one.promise.index for one in found]
