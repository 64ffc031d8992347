"""What objects promise by themselves: each contract with a record that keeps it and one that does not."""

from __future__ import annotations

import pytest

from mprunner.checking.forms import Declared
from mprunner.checking.judging import judge
from mprunner.checking.verdict import Verdict
from mprunner.recording.events import Recording
from mprunner.records import replaced
from tests.checking.traces import events, process, trace

KINDS = {"s": "semaphore", "t": "semaphore", "go": "event", "c": "condition", "b": "barrier", "q": "queue"}
DECLARED = Declared(
    kinds=KINDS,
    limits={"s": 1, "t": 2, "q": 2, "b": 2},
    queues=frozenset({"q"}),
    bounded=frozenset({"t"}),
    reentrant=frozenset({"c"}),
)

PERMITS = "s gives no more permits than it has"
BOUND = "t is not released more often than acquired"
ROOM = "q never holds more than 2"
BARRIER = "nobody passes b before 2 have come"
FLAG = "go is seen set only once it was"
WAKES = "who waits for c wakes when notified"
HOLDS = "c never has two holders"
JOIN = "q is joined when all is done"
PASSED = "no item of q is passed over"

KEPT: list[tuple[str, tuple[str, ...]]] = [
    (PERMITS, ("p acquire s", "p release s", "r acquire s")),
    (PERMITS, ("p acquire s", "r acquire s <", "p release s <", "> r acquire", "> p release")),
    (PERMITS, ("p acquire s", "r acquire s ?")),
    (BOUND, ("p acquire t", "p release t")),
    (BOUND, ("p release t !ValueError", "p acquire t")),
    (ROOM, ("p put q 1", "p put q 2", "c get q 1", "p put q 3")),
    (ROOM, ("p put q 1", "p put q 2", "c get q 1 <", "p put q 3 <", "> p put", "> c get")),
    (ROOM, ("p put q 1", "p put q 2", "p put q 3 !Full")),
    (BARRIER, ("p wait b <", "r wait b <", "> p wait", "> r wait")),
    (FLAG, ("p set go <", "r wait go", "> p set")),
    (FLAG, ("r wait go ?",)),
    (WAKES, ("r wait c <", "p notify c <", "> r wait", "> p notify")),
    (WAKES, ("r wait c ?",)),
    (HOLDS, ("p acquire c", "p wait c <", "r acquire c", "r release c", "> p wait")),
    (JOIN, ("p put q 1", "c get q 1", "c task_done q", "p join q")),
    (JOIN, ("p join q <", "p put q 1", "> p join")),
    (PASSED, ("p put q 1", "p put q 2", "c get q 1")),  # what nobody gets may stay
    (PASSED, ("p put q 1", "r put q 2", "c get q 2")),  # nor has it to come in the order of all
    (PASSED, ("p put q 1", "p put q 1", "c get q 1")),
    (PASSED, ("p put q 1", "p put q 2", "p put q 1", "c get q 1")),  # which of the two, nobody can tell
    (PASSED, ("p put q 1", "p put q 2", "r put q 1", "p put q 1", "c get q 1", "c get q 1")),
]

BROKEN: list[tuple[str, tuple[str, ...]]] = [
    (PERMITS, ("p acquire s", "r acquire s")),
    (BOUND, ("p acquire t", "p release t", "p release t")),
    (ROOM, ("p put q 1", "p put q 2", "p put q 3")),
    (BARRIER, ("p wait b", "r wait b")),
    (BARRIER, ("p wait b <", "r wait b <", "> p wait", "> r wait", "p wait b", "r wait b")),
    (FLAG, ("r wait go", "p set go")),
    (WAKES, ("p notify c", "r wait c")),
    (HOLDS, ("p acquire c", "r acquire c")),
    (JOIN, ("p put q 1", "p put q 2", "c task_done q", "p join q")),
    (PASSED, ("p put q 1", "p put q 2", "c get q 2")),
    (PASSED, ("p put q 1", "p put q 2", "p put q 1", "c get q 1", "c get q 1")),
    (PASSED, ("p put q 1", "p put q 2", "p put q 1", "p put q 3", "c get q 1", "c get q 3")),
]


def recorded(*lines: str) -> Recording:
    recording = trace(*lines)
    for call in recording.calls:
        call.kind = KINDS.get(call.object or "", call.kind)  # type: ignore[assignment]
    return recording


def contract(title: str, recording: Recording) -> Verdict:
    (found,) = (
        one for one in judge(events(recording), recording, [], DECLARED) if one.promise.title == title
    )
    return found


@pytest.mark.parametrize(("title", "lines"), KEPT)
def test_an_object_that_does_its_part_keeps_it(title: str, lines: tuple[str, ...]) -> None:
    verdicts = judge(events(recorded(*lines)), recorded(*lines), [], DECLARED)
    found = [one.status for one in verdicts if one.promise.title == title]
    assert found in (["kept"], [])


@pytest.mark.parametrize(("title", "lines"), BROKEN)
def test_one_that_does_not_breaks_it(title: str, lines: tuple[str, ...]) -> None:
    found = contract(title, recorded(*lines))
    assert ("broken", None) == (found.status, found.promise.line)
    assert found.witnesses


def test_the_sentence_says_how_many_there_were() -> None:
    found = contract(ROOM, recorded("p put q 1", "p put q 2", "p put q 3"))
    assert "p put 3 into `q` (#5): then it held 3 items, and it has room for 2" == found.reason


def test_an_item_that_a_killed_process_may_have_got_is_not_called_lost() -> None:
    killed = [process("d", -9, ended_by="scenario")]
    recording = trace("d get q 1 <", "p put q 1", "p put q 2", "c get q 2", processes=killed)
    assert "kept" == contract(PASSED, recording).status


def test_what_a_killed_process_had_begun_accuses_nobody() -> None:
    killed = [process("d", -9, ended_by="scenario")]
    recording = trace("p acquire s", "d acquire s <", processes=killed)
    for call in recording.calls:
        call.kind = "semaphore"
    assert "kept" == contract(PERMITS, recording).status


LATER = replaced(DECLARED, later=frozenset(KINDS))


@pytest.mark.parametrize(("title", "lines"), BROKEN)
def test_what_a_step_creates_keeps_its_contract_like_anything_else(
    title: str, lines: tuple[str, ...]
) -> None:
    recording = created(trace("p create x", *lines), title)
    assert "broken" == named(recording, title, LATER).status


@pytest.mark.parametrize(("title", "lines"), BROKEN)
def test_of_what_is_created_twice_nothing_is_said(title: str, lines: tuple[str, ...]) -> None:
    if title == HOLDS:
        return  # a lock is told apart by its holders
    recording = created(trace("p create x", "p create x", *lines), title)
    found = judge(events(recording), recording, [], LATER)
    assert title not in [one.promise.title for one in found]


def created(recording: Recording, title: str) -> Recording:
    """With the name of what the contract is of in place of `x`."""
    (name,) = (one for one in KINDS if f" {one} " in f" {title} ")
    for call in recording.calls:
        if call.operation == "create":
            call.object, call.kind, call.values = None, "none", {"name": name}
    return recording


def named(recording: Recording, title: str, declared: Declared) -> Verdict:
    return next(
        one for one in judge(events(recording), recording, [], declared) if one.promise.title == title
    )
