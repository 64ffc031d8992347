"""Promises on order that hold though nothing in the program orders their events."""

from __future__ import annotations

import pytest

from mprunner.checking.check import check
from mprunner.checking.runs import summarise
from mprunner.checking.verdict import Verdict
from mprunner.recording.events import Recording
from tests.checking.test_check import TEXT
from tests.checking.traces import trace
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


def judged(promise: str, *, more: str = "", recording: Recording | None = None) -> Verdict:
    return check(recording or trace(*LINES), scenario(f"{TEXT}  - {promise}\n{more}"))[0]


@pytest.mark.parametrize(
    ("promise", "by_chance"),
    [
        ("{precedence: [done, end 1]}", False),
        ("{precedence: [end 1, end 2]}", True),
        ("{precedence: [{print: [done, end 1]}, end 2]}", False),  # one of the choices is ordered
        ("{response: [done, {print: [end 1, end 2]}]}", False),
        ("{response: [end 1, end 2]}", True),
        ("{sequence: [done, end 1, end 2]}", True),
        ("{sequence: [done, end 2]}", False),
        ("{mutual_exclusion: lock}", False),
        ("{count: done, exactly: 1}", False),
        ("{precedence: [end 1, end 2], holds: sometimes}", False),
        ("{any_of: [{precedence: [end 1, end 2]}, {precedence: [done, end 1]}]}", False),
        ("{all_of: [{precedence: [end 1, end 2]}, {precedence: [done, end 1]}]}", True),
        ("{precedence: [done, end 1], within: {after: {op: release}}, vacuous: ok}", False),  # and broken
        # no line stands between them, however they come; but for p2's release the two ends can change places
        ("{each: done, has_no: end 1, without: {op: acquire, process: p2}}", False),
        ("{each: done, has_no: end 2, without: {op: release}}", False),
        ("{each: done, has_no: end 2, without: end 1}", True),
        ("{each: end 2, has_no: done, where: before, without: {op: acquire, process: p2}}", True),
        ("{each: end 2, has_no: done, where: before, without: {op: release}}", False),
        ("{each: done, has_no: end 1, where: next}", False),
        ("{each: end 1, has_no: done, where: previous}", False),
        ("{each: {op: release}, has_no: end 2, where: next}", True),
        # chains: the ends are ordered with nothing, the rest by the lock
        ("{each: done, has: [{op: release}, end 1]}", False),
        ("{each: done, has: [end 1, end 2]}", True),
        ("{each: done, has: [{op: release}, end 1], without: {op: start}}", False),
        ("{each: done, has: [{op: release}, end 1], without: end 2}", True),
        ("{each: end 2, has: [{op: acquire}, {op: release}], where: before, without: end 1}", False),
        ("{each: done, has_no: [{op: acquire, process: p2}, done]}", False),
        ("{each: done, has_no: [end 2, end 1]}", True),
        ("{each: done, has_no: [{op: release}, end 1], without: {op: acquire, process: p2}}", False),
        ("{each: done, has_no: [{op: release}, end 2], without: end 1}", True),
        ("{each: [done, {op: release}], has_no: done}", False),
        ("{each: [done, end 2], has_no: end 1}", True),
        ("{each: [{op: release}, end 1], has_no: end 2, where: before}", False),
        ("{each: [end 1, {op: exit}], has_no: end 2, where: before, vacuous: ok}", False),
    ],
)
def test_chance_is_told_where_no_choice_of_partners_is_ordered(promise: str, by_chance: bool) -> None:
    assert by_chance == (judged(promise).chance is not None)


def test_it_names_the_two_events_and_what_is_missing() -> None:
    chance = judged("{precedence: [end 1, end 2]}").chance
    assert chance is not None
    assert ("end 1", "end 2") == (
        chance.earlier.call.values["text"],
        chance.later.call.values["text"],
    )
    assert chance.reason == (
        'p2 printed "end 1" (#8), and p1 printed "end 2" (#10) after it only by the clock: '
        "no start, join, lock or item orders the two"
    )


@pytest.mark.parametrize(
    ("promise", "more", "status"),
    [
        ("{precedence: [end 1, end 2]}", "", "kept"),
        ("{precedence: [end 1, end 2], strict: true}", "", "broken"),
        ("{precedence: [end 1, end 2]}", "strict: true\n", "broken"),
        ("{precedence: [end 1, end 2], strict: false}", "strict: true\n", "kept"),
        ("{precedence: [done, end 1]}", "strict: true\n", "kept"),
        ("{precedence: [end 1, end 2], holds: sometimes}", "strict: true\n", "kept"),
        ("{precedence: [end 1, end 2], holds: sometimes, strict: true}", "", "broken"),
    ],
)
def test_strict_makes_chance_a_failure(promise: str, more: str, status: str) -> None:
    assert status == judged(promise, more=more).status


def test_what_strict_breaks_is_told_with_both_events() -> None:
    found = judged("{precedence: [end 1, end 2], strict: true}")
    assert found.reason is not None
    assert found.reason.startswith("it is kept only by chance: p2 printed")
    assert ["earlier by the clock", "later by the clock alone"] == [one.role for one in found.witnesses]


def test_over_many_runs_the_ones_kept_by_chance_are_counted() -> None:
    ordered = trace("p1 print end 1", "p1 print end 2")
    runs = [
        judged("{precedence: [end 1, end 2]}", recording=one) for one in (ordered, trace(*LINES), ordered)
    ]
    (over,) = summarise([one] for one in runs)
    assert (1, 2) == (over.chances, over.shown[0])


def test_alike_steps_of_one_times_need_no_order_among_themselves() -> None:
    recording = trace(
        "main print begin 1", "main start p1", "main start p2", "p1 begin", "p2 begin", "p2 print done", "p1 print done",
        "p1 exit 0", "p2 exit 0", "main join p1", "main join p2", "main print end 1",
    )  # fmt: skip
    whole = judged("{sequence: [begin 1, {times: 2, of: done}, end 1]}", recording=recording)
    assert ("kept", None) == (whole.status, whole.chance)


def test_each_of_a_times_needs_its_order_towards_the_steps_beside_it() -> None:
    recording = trace(
        "main print begin 1", "main start p1", "main start p2", "p1 begin", "p2 begin", "p2 print done", "p1 print done",
        "p1 exit 0", "main join p1", "main print end 1",
    )  # fmt: skip
    after = judged("{sequence: [begin 1, {times: 2, of: done}, end 1]}", recording=recording)
    before = judged("{sequence: [{times: 2, of: done}, end 1]}", recording=recording)
    assert after.chance is not None
    assert before.chance is not None
