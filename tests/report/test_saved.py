"""`mprun show`: a saved recording, whole or around one event."""

from __future__ import annotations

import pytest

from mprunner.errors import UsageError
from mprunner.report.saved import AROUND, saved_lines
from mprunner.report.style import Style
from tests.checking.traces import trace

LINES = [f"p{number % 2 + 1} print line {number}" for number in range(60)]


def shown(*lines: str, **options: object) -> list[str]:
    return list(saved_lines(trace(*lines), Style(), **options))  # type: ignore[arg-type]


def numbers(lines: list[str]) -> list[int]:
    """The positions of the events shown."""
    return [int(line.split()[0][1:]) for line in lines if line.lstrip().startswith("#")]


def test_every_event_has_its_line_but_for_the_end_of_what_took_no_time() -> None:
    assert list(range(8)) == numbers(shown(*LINES[:4]))


def test_around_an_event_stand_a_few_on_either_side_and_it_is_marked() -> None:
    lines = shown(*LINES, around=40)
    assert list(range(40 - AROUND, 40 + AROUND + 1)) == numbers(lines)
    assert [line.split()[0] for line in lines if "← here" in line] == ["#40"]


def test_around_the_first_event_there_are_only_later_ones() -> None:
    assert list(range(AROUND + 1)) == numbers(shown(*LINES, around=0))


def test_around_an_event_of_one_process_only_its_events_are_counted() -> None:
    found = numbers(shown(*LINES, around=40, processes=["p1"]))
    assert 2 * AROUND + 1 == len(found)
    assert all(number % 4 < 2 for number in found)


def test_there_is_no_event_behind_the_last() -> None:
    with pytest.raises(UsageError, match="there is no event #120 in the recording"):
        shown(*LINES, around=120)


def test_a_process_that_never_was_is_an_error_that_names_the_others() -> None:
    with pytest.raises(UsageError, match="no process 'p9'; it has p1, p2"):
        shown(*LINES, processes=["p9"])


def test_the_beginning_is_shown_before_the_rest_is_looked_at() -> None:
    lines = saved_lines(trace(*LINES * 20), Style())
    assert "trace.yaml" in next(lines)
    assert "p1" in next(lines)


def test_prints_alone() -> None:
    assert [line.split(maxsplit=1)[1] for line in shown(*LINES[:2], prints=True)[1:3]] == [
        "p1 │ line 0",
        "p2 │ line 1",
    ]
