"""Holds of locks that conditions are made with, and of semaphores."""

from __future__ import annotations

from typing import Any

import pytest

from mprunner.checking.forms import Declared, OpenForm, PromiseForm, SpanForm
from mprunner.checking.judging import judge
from mprunner.recording.events import Recording
from mprunner.recording.locks import lock_of
from mprunner.records import replaced
from tests.checking.traces import events, process, trace

WITH_LOCK = Declared(locks=frozenset({"lock"}), made_with={"c": "lock"})
WITH_RLOCK = replaced(WITH_LOCK, reentrant=frozenset({"lock"}))
OWN = Declared(reentrant=frozenset({"c"}))


def record(*lines: str, lock: str | None = "lock") -> Recording:
    """A record in which every `wait` is a condition's, made with `lock`, and who waits to the end waits for good."""
    stuck = [
        line.split()[0] for line in lines if line.endswith("<") and f"> {line.split()[0]} wait" not in lines
    ]
    found = trace(*lines, how="cut", processes=[process(name, None, ended_by="mprun") for name in stuck])
    for call in found.calls:
        if call.operation == "wait":
            call.kind, call.values = "condition", {} if lock is None else {"lock": lock}
    return found


def summary(name: str, recording: Recording, declared: Declared, **limits: Any) -> tuple[str, str]:
    """The verdict on how many holds are open at once, and what there was."""
    form = PromiseForm(OpenForm(SpanForm("hold", name), **limits), "open")
    verdict = judge(events(recording), recording, [form], declared)[0]
    return verdict.status, verdict.summary


WAITED = (
    "p acquire lock",
    "p wait c <",
    "q acquire lock",
    "q release lock",
    "> p wait",
    "p release lock",
)


@pytest.mark.parametrize("declared", [WITH_LOCK, WITH_RLOCK])
@pytest.mark.parametrize("name", ["lock", "c"])
def test_a_wait_cuts_the_hold_of_the_lock_by_either_name(name: str, declared: Declared) -> None:
    found = summary(name, record(*WAITED), declared, at_most=1)
    assert ("kept", "3 holds, none overlapping") == found


def test_a_condition_with_a_lock_of_its_own_is_held_and_cut_too() -> None:
    lines = [line.replace("lock", "c") for line in WAITED]
    assert ("kept", "3 holds, none overlapping") == summary("c", record(*lines, lock=None), OWN, at_most=1)


def test_a_wait_that_is_not_over_holds_nothing() -> None:
    found = summary("c", record("p acquire lock", "p wait c <", "q acquire lock"), WITH_LOCK, at_most=1)
    assert ("kept", "2 holds, none overlapping") == found


def test_a_wait_in_vain_has_the_lock_again() -> None:
    lines = ("p acquire lock", "p wait c ?", "q acquire lock")
    assert "broken" == summary("lock", record(*lines), WITH_LOCK, at_most=1)[0]


def test_a_wait_that_raised_gave_nothing_back() -> None:
    lines = ("p acquire lock", "p wait c !RuntimeError", "q acquire lock")
    assert "broken" == summary("lock", record(*lines), WITH_LOCK, at_most=1)[0]


def test_a_wait_gives_back_all_that_was_taken_of_an_rlock_and_has_all_of_it_again() -> None:
    lines = (
        "p acquire lock",
        "p acquire lock",
        "p wait c <",
        "q acquire lock",
        "q release lock",
        "> p wait",
        "p release lock",
        "q acquire lock",
    )
    found = summary("lock", record(*lines), WITH_RLOCK, at_most=1)
    assert "broken" == found[0]
    assert "4 holds, 2 at once" == found[1]


def test_each_member_of_a_family_is_cut_by_the_waits_of_its_own_condition() -> None:
    declared = Declared(locks=frozenset({"lock"}), made_with={"c": "lock"}, by_member=frozenset({"c"}))
    lines = ("p acquire lock[0]", "q acquire lock[1]", "q wait c[1] <", "r acquire lock[1]")
    recording = record(*lines, lock="lock[1]")
    assert ("kept", "2 holds, none overlapping") == summary("c[1]", recording, declared, at_most=1)
    assert "lock[1]" == lock_of(recording.calls[2])


def test_a_semaphore_has_a_hold_for_each_permit_that_is_out() -> None:
    lines = ("p acquire s", "q acquire s", "q release s", "q acquire s", "r acquire s")
    assert ("kept", "4 holds, at most 3 at once") == summary("s", trace(*lines), Declared(), at_least=3)
    assert "broken" == summary("s", trace(*lines), Declared(), at_most=2)[0]


def test_a_condition_with_one_lock_of_a_family_has_the_holds_of_that_one() -> None:
    declared = Declared(locks=frozenset({"lock"}), made_with={"c": "lock[1]"})
    lines = (
        "p acquire lock[1]",
        "q acquire lock[0]",
        "p wait c <",
        "q acquire lock[1]",
        "q release lock[1]",
        "> p wait",
    )
    recording = record(*lines, lock="lock[1]")
    for name in ("c", "lock[1]"):
        assert ("kept", "3 holds, none overlapping") == summary(name, recording, declared, at_most=1)
