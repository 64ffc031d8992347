"""`within_ms`: how long until, or since, the partner."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mprunner.checking.blocks.routing import Router
from mprunner.checking.building import build
from mprunner.checking.constraint import End, Finding
from mprunner.checking.forms import Declared, EachForm, MatcherForm, Matches, PromiseForm
from mprunner.recording.events import Call, Ending, Event
from mprunner.records import replaced
from tests.checking.traces import trace

MS = 1_000_000
Timed = list[tuple[frozenset[str], int]]
"""Events with their letters and the milliseconds since the one before."""

TIMED = st.lists(st.tuples(st.frozensets(st.sampled_from("abc"), max_size=2), st.integers(1, 6)), max_size=8)


def role(name: str) -> MatcherForm:
    return MatcherForm(print=Matches(name))


def found(
    body: EachForm, timed: Timed, *, how: str = "finished", more: int = 0, scale: float = 1.0
) -> Finding:
    constraint = build(PromiseForm(body, "each"), Declared())
    events, time = [], 0
    for place, (letters, gap) in enumerate(timed):
        time += gap * MS
        text = "".join(sorted(letters))
        call = Call(
            place, "p", "p", 1, 1, place, "print", None, "none", time, time, "ok", {"text": text, "item": place % 2},
        )  # fmt: skip
        events.append(Event(place, time, "begin", call))
    Router([constraint]).feed(events)
    recording = trace(how=how)
    recording.ending = Ending(how, time + more * MS)  # type: ignore[arg-type]
    recording.time_scale = scale
    return constraint.finish(End(recording.ending.complete, recording))


def expected(body: EachForm, timed: Timed) -> bool:
    """By the sentence."""
    times = [sum(gap for _, gap in timed[: place + 1]) for place in range(len(timed))]

    def is_partner(i: int, j: int) -> bool:
        placed = {
            "after": i <= j, "before": j <= i, "anywhere": True, "next": j == i + 1, "previous": j == i - 1,
        }[body.where]  # fmt: skip
        between = range(min(i, j) + 1, max(i, j))
        return (
            placed
            and "b" in timed[j][0]
            and (not body.bind or i % 2 == j % 2)
            and (body.without is None or not any("c" in timed[k][0] for k in between))
            and body.within_ms is not None
            and abs(times[i] - times[j]) <= body.within_ms
        )

    return all(
        any(is_partner(i, j) for j in range(len(timed))) is body.wanted
        for i, (letters, _) in enumerate(timed)
        if "a" in letters
    )


@pytest.mark.parametrize("where", ["after", "before", "anywhere", "next", "previous"])
@given(timed=TIMED, wanted=st.booleans(), without=st.booleans(), bind=st.booleans(), limit=st.integers(0, 9))
@settings(max_examples=150)
def test_each_within_a_time_is_what_its_sentence_says(
    where: Any, timed: Timed, wanted: bool, without: bool, bind: bool, limit: int
) -> None:
    between = role("c") if without and where not in ("next", "previous") else None
    body = EachForm(role("a"), role("b"), wanted, where, between, ("item",) if bind else (), within_ms=limit)
    assert ("kept" if expected(body, timed) else "broken") == found(body, timed).status


AB: Timed = [(frozenset("a"), 1), (frozenset("b"), 5)]
ALONE: Timed = [(frozenset("a"), 1)]
SOON = EachForm(role("a"), role("b"), within_ms=4)


def test_a_partner_that_came_late_is_named_with_the_time_it_took() -> None:
    finding = found(SOON, AB)
    assert "1 of 1 broken" == finding.summary
    assert finding.reason == (
        "p printed \"a\" (#0), and print matching 'b' came only 5.00 ms after it (#1); promised is within 4.00 ms"
    )
    assert ["has it", "too late"] == [one.role for one in finding.witnesses]


def test_a_run_that_was_cut_short_breaks_it_once_the_time_is_up() -> None:
    assert "inconclusive" == found(SOON, ALONE, how="cut", more=4).status
    assert "broken" == found(SOON, ALONE, how="cut", more=5).status


@pytest.mark.parametrize(
    ("scale", "limit", "status"),
    [
        (1.0, 5, "kept"),
        (0.5, 4, "broken"),
        (0.5, 10, "kept"),
        (0.5, 8, "inconclusive"),
        (2.0, 4, "inconclusive"),
    ],
)
def test_a_scaled_run_decides_only_what_either_reading_decides(scale: float, limit: int, status: str) -> None:
    body = replaced(SOON, within_ms=limit)
    assert status == found(body, AB, scale=scale).status
    refused = replaced(body, wanted=False)
    opposite = {"kept": "broken", "broken": "kept"}.get(status, status)
    assert opposite == found(refused, AB, scale=scale).status
