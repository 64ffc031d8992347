"""The promise `happens_before`: kept by edges, not by the clock."""

from __future__ import annotations

import pytest

from mprunner.checking.check import check
from mprunner.checking.verdict import Verdict
from mprunner.recording.events import Recording
from tests.checking.test_check import TEXT
from tests.checking.traces import process, trace
from tests.language.scenarios_in_text import scenario

LINES = (
    "p1 print done",
    "p1 acquire lock",
    "p1 release lock",
    "p2 acquire lock",
    "p2 print end 1",
    "p1 print end 2",
)
"""By the lock p2's `end 1` comes after `done`; p1's `end 2` does in its own order. The two ends are concurrent."""


def judged(recording: Recording, promise: str) -> Verdict:
    return check(recording, scenario(f"{TEXT}  - {promise}\n"))[0]


@pytest.mark.parametrize(
    ("promise", "status", "activations"),
    [
        ("{happens_before: [done, end 1]}", "kept", 1),
        ("{happens_before: [done, {print: [end 1, end 2]}]}", "kept", 2),
        ("{happens_before: [end 1, end 2]}", "broken", 1),
        ("{happens_before: [end 2, end 1]}", "broken", 1),
        ("{happens_before: [done, done], vacuous: ok}", "broken", 1),
        ("{happens_before: [done, end 1], per: process}", "broken", 1),
        ("{happens_before: [done, end 2], per: process}", "kept", 1),
        ("{happens_before: [{op: acquire, process: p1}, end 1], within: {after: done}}", "kept", 1),
        ("{happens_before: [done, end 1], within: {after: done}}", "broken", 1),
        ("{not: {happens_before: [end 1, end 2]}}", "kept", 1),
    ],
)
def test_only_what_an_edge_orders_keeps_it(promise: str, status: str, activations: int) -> None:
    found = judged(trace(*LINES), promise)
    assert (status, activations) == (found.status, found.activations), found.reason


def test_what_only_the_clock_orders_is_told_with_both_events() -> None:
    found = judged(trace(*LINES), "{happens_before: [end 1, end 2]}")
    assert found.reason == (
        'p2 printed "end 1" (#8), and p1 printed "end 2" (#10) after it only by the clock: '
        "no start, join, lock or item orders the two"
    )
    assert ["earlier by the clock", "later by the clock alone"] == [
        witness.role for witness in found.witnesses
    ]
    assert '"end 1" happens before "end 2"' == found.promise.title


def test_what_nothing_stands_before_is_told_as_too_early() -> None:
    found = judged(trace(*LINES), "{happens_before: [end 2, end 1]}")
    assert 'p2 printed "end 1" (#8), and there is no "end 2" before it' == found.reason


def test_what_was_in_flight_for_ever_leaves_it_open_where_it_would_break_it() -> None:
    killed = process("p2", -9, ended_by="outside")
    recording = trace("p1 print done", "p1 put q 1", "p2 put q 1 <", processes=[killed])
    found = judged(recording, "{happens_before: [done, {op: put, object: q}]}")
    assert "inconclusive" == found.status
