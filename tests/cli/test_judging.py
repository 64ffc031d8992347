"""From how runs ended and what promises say to the exit code of a scenario."""

from __future__ import annotations

import pytest

from mprunner.checking.verdict import Promise, Status, Verdict
from mprunner.cli import exitcodes
from mprunner.cli.judging import ending_code, exit_code
from mprunner.recording.events import Blocked, Diagnosis, Ending, Recording
from mprunner.report.standing import Standing
from tests.report.recordings import MS, ORIGIN, Story

KEPT_HANG = Verdict(Promise("the run hangs", "hangs", line=3), "kept", 1, "")
OTHER = Verdict(Promise("fifo of q", "fifo", line=3), "kept", 1, "")


def recording(how: str, pattern: str | None = None, *, killed_outside: bool = False) -> Recording:
    story = Story()
    story.process("holder", ended=5, exitcode=-9, ended_by="outside" if killed_outside else "scenario")
    blocked = (Blocked("waiter", "acquire", "lock", ORIGIN, None, holders=("holder",), dead=("holder",)),)
    diagnosis = None if pattern is None else Diagnosis(pattern, "It waits.", blocked)
    return story.recording(ending=Ending(how, ORIGIN + 10 * MS, diagnosis))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("ended", "verdict", "code"),
    [
        (recording("finished"), OTHER, exitcodes.KEPT),
        (recording("cut"), OTHER, exitcodes.KEPT),
        (recording("interrupted"), KEPT_HANG, exitcodes.INTERRUPTED),
        (recording("crashed"), OTHER, exitcodes.UNFINISHED),
        (recording("deadline", "unknown"), KEPT_HANG, exitcodes.UNFINISHED),
        (recording("hang", "deadlock"), OTHER, exitcodes.KEPT),  # the promise not to hang tells the rest
        (recording("hang", "unknown"), OTHER, exitcodes.UNFINISHED),
        (recording("hang", "stopped"), OTHER, exitcodes.UNFINISHED),
        (recording("hang", "unknown"), KEPT_HANG, exitcodes.KEPT),
        (recording("hang"), OTHER, exitcodes.UNFINISHED),
        (recording("hang", "dead-holder"), OTHER, exitcodes.KEPT),
        (recording("hang", "dead-holder", killed_outside=True), OTHER, exitcodes.UNFINISHED),
        (recording("lost"), OTHER, exitcodes.INCONCLUSIVE),
    ],
)
def test_the_ending_of_a_run_decides_only_what_no_promise_can(
    ended: Recording, verdict: Verdict, code: int
) -> None:
    assert ending_code(ended, [verdict]) == code


def standing(mark: str, *, line: int | None = 3) -> Standing:
    status: Status = "kept"
    promise = Promise("x", "fifo", line=line)
    return Standing(promise, mark, "", Verdict(promise, status, 1, ""))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("marks", "endings", "required", "code"),
    [
        (["kept"], [0, 0], False, exitcodes.KEPT),
        ([], [0], False, exitcodes.KEPT),
        (["kept", "broken", "inconclusive"], [0], False, exitcodes.BROKEN),
        (["kept", "inconclusive"], [0], False, exitcodes.INCONCLUSIVE),
        (["kept", "open"], [0], False, exitcodes.KEPT),
        (["kept", "open"], [0], True, exitcodes.INCONCLUSIVE),
        (["open", "open"], [0], False, exitcodes.INCONCLUSIVE),
        (["kept"], [0, 6], False, exitcodes.INCONCLUSIVE),
        (["broken"], [6], False, exitcodes.BROKEN),
        (["broken"], [0, 4], False, exitcodes.UNFINISHED),
        (["broken"], [4, 130], False, exitcodes.INTERRUPTED),
    ],
)
def test_the_promises_decide_the_rest(
    marks: list[str], endings: list[int], required: bool, code: int
) -> None:
    standings = [standing(mark) for mark in marks]
    assert exit_code(standings, endings, require_sometimes=required) == code


def test_open_promises_are_inconclusive_even_beside_kept_unwritten_ones() -> None:
    standings = [standing("open"), standing("kept", line=None)]
    assert exit_code(standings, [0], require_sometimes=False) == exitcodes.INCONCLUSIVE
