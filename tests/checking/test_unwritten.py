"""What every scenario promises without writing it."""

from __future__ import annotations

from typing import Any

import pytest

from mprunner.checking.forms import (
    DeadlockForm,
    Declared,
    ExceptionForm,
    ExitcodesForm,
    HangsForm,
    PromiseForm,
)
from mprunner.checking.judging import judge
from mprunner.checking.verdict import Verdict
from mprunner.recording.events import Blocked, Diagnosis, Recording
from tests.checking.traces import events, process, trace

DECLARED = Declared(locks=frozenset({"lock"}), queues=frozenset({"q"}))


def unwritten_of(recording: Recording, *bodies: Any, **modifiers: Any) -> dict[str, Verdict]:
    names = {DeadlockForm: "deadlock", HangsForm: "hangs"}
    forms = [PromiseForm(body, names.get(type(body), "form"), **modifiers) for body in bodies]
    found = judge(events(recording), recording, forms, DECLARED)[len(bodies) :]
    assert all(verdict.promise.line is None for verdict in found)
    return {verdict.promise.title: verdict for verdict in found}


EXITS = "every process ends with exit code 0"
FAILED = trace("p exception !ValueError", "p exit 1", processes=[process("p", 1)])


def test_a_process_that_fails_breaks_it_and_its_exception_is_told() -> None:
    verdict = unwritten_of(FAILED)[EXITS]
    assert ("broken", "p ended with exit code 1: ValueError: boom (#0)") == (verdict.status, verdict.reason)
    assert ["its exception", "its exit"] == [witness.role for witness in verdict.witnesses]


@pytest.mark.parametrize(
    ("failed", "summary"), [(3, "po[0] 1, po[1] 1, po[2] 1"), (40, "po[0] 1, po[1] 1, and 38 more")]
)
def test_of_many_processes_that_fail_the_summary_names_two_and_counts_the_others(
    failed: int, summary: str
) -> None:
    workers = [process(f"po[{number}]", 1) for number in range(failed)]
    assert summary == unwritten_of(trace("main print x", processes=workers))[EXITS].summary


@pytest.mark.parametrize("body", [ExitcodesForm({"p": 1}), ExceptionForm("p", "ValueError")])
def test_what_a_written_promise_speaks_of_is_left_to_it(body: Any) -> None:
    assert EXITS not in unwritten_of(FAILED, body)


@pytest.mark.parametrize(
    ("by", "told"), [("scenario", False), ("mprun", False), ("outside", True), ("itself", True)]
)
def test_who_ended_a_process_decides_whether_its_signal_counts(by: str, told: bool) -> None:
    recording = trace("p print x", processes=[process("p", -9, ended_by=by)])
    assert told == (EXITS in unwritten_of(recording))


def test_processes_that_all_end_well_keep_it() -> None:
    verdict = unwritten_of(trace("p print x", "main join p"))[EXITS]
    assert ("kept", "2 processes") == (verdict.status, verdict.summary)


def test_a_broken_assert_breaks_it_unless_the_exception_is_promised() -> None:
    broken = trace("p assert x !AssertionError", "p exception !AssertionError", processes=[process("p", 1)])
    assert "broken" == unwritten_of(broken)["no assert breaks"].status
    assert "kept" == unwritten_of(broken, ExceptionForm("p", "AssertionError"))["no assert breaks"].status
    assert "kept" == unwritten_of(trace("p assert x"))["no assert breaks"].status


def test_a_lock_with_two_holders_broke_its_own_contract() -> None:
    title = "lock never has two holders"
    assert "broken" == unwritten_of(trace("p acquire lock", "r acquire lock"))[title].status
    assert "kept" == unwritten_of(trace("p acquire lock", "r release lock", "r acquire lock"))[title].status
    assert title not in unwritten_of(trace("p print x"))


@pytest.mark.parametrize(
    ("lines", "status"),
    [
        (["p put q 1", "c get q 1"], "kept"),
        (["p put q 1", "p put q 2", "c get q 2"], "kept"),  # what nobody gets may stay
        (["p put q 1", "c get q 2"], "broken"),
        (["p put q 1", "c get q 1", "d get q 1"], "broken"),
        (["c get q 1", "p put q 1"], "broken"),
    ],
)
def test_a_queue_gives_what_was_put_and_not_twice(lines: list[str], status: str) -> None:
    assert status == unwritten_of(trace(*lines))["what comes out of q was put into it"].status


def test_an_item_that_was_got_proves_the_put_that_a_kill_cut_off() -> None:
    title = "what comes out of q was put into it"
    killed = [process("p", -9, ended_by="scenario")]
    assert "kept" == unwritten_of(trace("p put q 1 <", "c get q 1", processes=killed))[title].status
    twice = trace("p put q 1 <", "c get q 1", "c get q 1", processes=killed)
    assert "inconclusive" == unwritten_of(twice)[title].status


CYCLE = Diagnosis("deadlock", "p and r wait for each other", (Blocked("p", "acquire", "lock", 0, None),))
HUNG = trace("p acquire lock <", how="hang", diagnosis=CYCLE)


def test_an_unpromised_deadlock_breaks_it() -> None:
    verdict = unwritten_of(HUNG)["no deadlock"]
    assert ("broken", "p and r wait for each other") == (verdict.status, verdict.reason)


@pytest.mark.parametrize("holds", ["always", "sometimes", "never"])
def test_a_hang_that_a_promise_speaks_of_is_left_to_it(holds: str) -> None:
    assert "no deadlock" not in unwritten_of(HUNG, DeadlockForm(), holds=holds)
    assert "no deadlock" in unwritten_of(HUNG, HangsForm({}, "join-before-drain"), holds=holds)


def test_a_hang_without_a_known_cause_is_inconclusive() -> None:
    hung = trace("p acquire lock <", how="hang", diagnosis=Diagnosis("unknown", "nobody knows"))
    assert "inconclusive" == unwritten_of(hung)["the run does not hang"].status
