"""Races on shared memory: what is one, what is none, and how it is told."""

from __future__ import annotations

from typing import Any

import pytest

from mprunner.checking.forms import Declared, PromiseForm, RacesForm
from mprunner.checking.happens_before.causality import Causality
from mprunner.checking.happens_before.races import Race, placed, races, told_race
from mprunner.checking.judging import judge
from mprunner.recording.events import Recording
from tests.checking.traces import events, trace

MEMORY = Declared(memory={"v": True, "buf": True, "raw": False}, locks=frozenset({"l"}))


def shared(*lines: str) -> Recording:
    """A trace of `p read v 1`, `p write v 1`, `p write buf 0:2`: the last word is what was read or written, or the index."""
    recording = trace(*lines)
    for number, call in enumerate(recording.calls):
        if call.operation not in ("read", "write"):
            continue
        (last,) = call.values.values()
        call.site, call.kind = number, "value"
        item: dict[str, Any] = {"item" if call.operation == "write" else "result": last}
        if call.object == "buf":
            call.kind, item = "array", {"index": last, "item": None}
        call.values = item
    return recording


def found(recording: Recording) -> list[Race]:
    instants = events(recording)
    return list(races(instants, Causality(instants, MEMORY), MEMORY))


LOCKED = (
    "p acquire l",
    "p read v 0",
    "p write v 1",
    "p release l",
    "x acquire l",
    "x read v 1",
    "x write v 2",
    "x release l",
)

RACES: dict[str, tuple[tuple[str, ...], str]] = {
    "a write and a read without a lock": (("p write raw 1", "x read raw 0"), "unordered"),
    "two writes without a lock": (("p write raw 1", "x write raw 1"), "unordered"),
    "an addition in two processes, one after the other by luck": (
        ("p read v 0", "p write v 1", "x read v 0", "x write v 1"), "lost-update",
    ),
    "an update that was lost": (("p read v 0", "x read v 0", "p write v 1", "x write v 1"), "lost-update"),
    "a write between a read and a write": (("p read v 0", "x write v 5", "p write v 1"), "lost-update"),
    "the same cell": (("p read buf 1", "p write buf 1", "x write buf 0:2"), "lost-update"),
}  # fmt: skip

NONE: dict[str, tuple[str, ...]] = {
    "two reads": ("p read raw 1", "x read raw 1"),
    "one after the other by a start": ("p write raw 1", "p start x", "x begin", "x write raw 2"),
    "under a lock": LOCKED,
    "a write and reads that each take the lock": ("p write v 1", "x read v 0", "x read v 1"),
    "two writes that each take the lock": ("p write v 1", "x write v 2"),
    "other cells": ("p read buf 1", "p write buf 1", "x write buf 2:4", "x read buf 0"),
    "turns that are taken by what was read": (
        "p read v 0", "p write v 1", "x read v 1", "x write v 0", "p read v 0", "p write v 1",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", RACES)
def test_it_is_found_in_every_run_that_shows_it(name: str) -> None:
    lines, kind = RACES[name]
    assert {kind} == {race.kind for race in found(shared(*lines))}


@pytest.mark.parametrize("name", NONE)
def test_what_is_ordered_or_does_no_harm_is_none(name: str) -> None:
    assert [] == found(shared(*NONE[name]))


def test_an_addition_in_one_step_is_one_however_its_reads_turned_out() -> None:
    recording = shared("p read v 0", "p write v 1", "x read v 1", "x write v 2")
    for call in recording.calls:
        call.site = 7
    assert ["lost-update"] == [race.kind for race in found(recording)]


def test_the_places_of_one_race_are_told_once() -> None:
    recording = shared(*("p write raw 1", "x read raw 1") * 5)
    for call in recording.calls:
        call.site = 1 if call.process == "p" else 2
    assert 1 == len(found(recording))


def test_it_is_told_with_both_places() -> None:
    (race,) = found(shared("p write raw 1", "x read raw 0"))
    told = told_race(race, lambda event: placed(event, [12, 30]))
    assert (
        "race on `raw`: p wrote it (#0, line 12), x read it (#3, line 30), and nothing orders the two" == told
    )


def test_a_lost_update_is_told_as_one() -> None:
    (race,) = found(shared("p read v 0", "p write v 1", "x write v 1"))
    told = told_race(race, lambda event: placed(event, []))
    assert told == (
        "race on `v`: p read it (#1) and wrote it (#2), x wrote it (#4), and nothing keeps that from coming in between: "
        "one of the two updates is then lost"
    )


@pytest.mark.parametrize(("strict", "statuses"), [(False, []), (True, ["broken"])])
def test_only_a_strict_scenario_is_broken_by_it(strict: bool, statuses: list[str]) -> None:
    recording = shared("p write raw 1", "x read raw 0")
    declared = Declared(memory=MEMORY.memory, strict=strict)
    verdicts = judge(events(recording), recording, [], declared)
    assert statuses == [one.status for one in verdicts if one.promise.form == "race"]


def test_a_strict_scenario_without_a_race_says_how_much_was_looked_at() -> None:
    recording = shared("p write raw 1", "p read raw 1")
    verdicts = judge(events(recording), recording, [], Declared(memory=MEMORY.memory, strict=True))
    (race,) = (one for one in verdicts if one.promise.form == "race")
    assert ("kept", "2 accesses, none in a race") == (race.status, race.summary)


@pytest.mark.parametrize("name", RACES)
def test_a_promise_of_one_object_is_broken_by_its_races_only(name: str) -> None:
    recording = shared(*RACES[name][0])
    thing = recording.calls[0].object or ""
    forms = [PromiseForm(RacesForm(one), "no_races", vacuous_ok=True) for one in (thing, "other")]
    verdicts = judge(events(recording), recording, forms, MEMORY)[:2]
    assert ["broken", "vacuous"] == [one.status for one in verdicts]
    assert verdicts[0].reason == told_race(found(recording)[0], lambda event: placed(event, ()))


@pytest.mark.parametrize("name", NONE)
def test_a_promise_of_one_object_is_kept_where_there_is_no_race(name: str) -> None:
    recording = shared(*NONE[name])
    forms = [PromiseForm(RacesForm(one), "no_races", vacuous_ok=True) for one in ("v", "buf", "raw")]
    assert not [
        one for one in judge(events(recording), recording, forms, MEMORY)[:3] if one.status == "broken"
    ]


def test_a_promise_of_an_object_that_nobody_uses_is_vacuous() -> None:
    recording = shared("p read v 1")
    forms = [PromiseForm(RacesForm("buf"), "no_races")]
    assert ["vacuous"] == [one.status for one in judge(events(recording), recording, forms, MEMORY)[:1]]
