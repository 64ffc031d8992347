"""Saving a run that goes on: in order, what lasts as begun and later its end, so that the file is whole at any time."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mprunner.recording.events import Call
from mprunner.recording.following import Following
from mprunner.recording.loading import load
from mprunner.recording.order import in_order
from mprunner.recording.store import Header, RecordingWriter
from mprunner.records import replaced
from tests.recording.test_store import small


def call(begin: int, end: int | None, **changes: Any) -> Call:
    known: dict[str, Any] = {
        "number": -1, "process": "p1", "actor": "p1", "pid": 7, "thread": 8, "sequence": begin, "operation": "get", "object": "q",
        "kind": "queue", "begin": begin, "end": end, "outcome": "unfinished" if end is None else "ok",
        "values": {} if end is None else {"result": begin}, "end_sequence": end, **changes,
    }  # fmt: skip
    return Call(**known)


def end(call: Call, at: int) -> Call:
    """What the merger does: it completes the call that was in flight."""
    call.end, call.end_sequence, call.outcome, call.values = at, at, "ok", {"result": call.begin}
    return call


class Saved:
    def __init__(self, path: Path) -> None:
        self.path = str(path)
        self.writer = RecordingWriter(self.path, Header("lock", origin=1000))
        self.following = Following(self.writer, delay=10)
        self.take = self.following.take

    def lines(self) -> list[tuple[str, int, int | None]]:
        lines = [json.loads(line) for line in Path(self.path).read_text().splitlines()]
        return [
            (line["record"], line["begin"] + 1000, line["end"] + 1000 if "end" in line else None)
            for line in lines
            if line["record"] in ("call", "end")
        ]


@pytest.fixture
def saved(tmp_path: Path) -> Saved:
    return Saved(tmp_path / "run.jsonl")


def test_calls_are_written_in_the_order_of_their_begins(saved: Saved) -> None:
    saved.take([call(1020, 1022), call(1010, 1012)], [], 1025)
    saved.take([call(1015, 1030)], [], 1100)

    assert [("call", 1010, 1012), ("call", 1015, 1030), ("call", 1020, 1022)] == saved.lines()


def test_what_lasts_is_written_when_it_is_due_and_its_end_later(saved: Saved) -> None:
    waits, hangs = call(1010, None), call(1011, None)

    saved.take([], [waits, hangs], 1015)
    assert [] == saved.lines()
    saved.take([call(1014, 1016)], [waits, hangs], 1030)
    saved.take([], [waits, hangs], 1040)
    saved.take([end(waits, 1050)], [hangs], 1060)
    saved.following.finish(small(calls=[waits, hangs]))

    assert [
        ("call", 1010, None),
        ("call", 1011, None),
        ("call", 1014, 1016),
        ("end", 1010, 1050),
    ] == saved.lines()
    assert [(1010, 1050), (1011, None), (1014, 1016)] == [
        (each.begin, each.end) for each in load(saved.path).calls
    ]


def test_a_killed_mprun_leaves_what_was_going_on(saved: Saved) -> None:
    saved.take([], [call(1010, None)], 1030)  # and no more

    (found,) = load(saved.path).calls

    assert ("get", None, "unfinished") == (found.operation, found.end, found.outcome)


def test_the_end_of_a_process_is_written_once_when_it_is_known(saved: Saved) -> None:
    seen, unseen, late = (
        call(begin, None, operation="exit", kind="none", object=None, values={"exitcode": 0})
        for begin in (1010, 1011, 1090)
    )
    saved.take([], [seen, unseen], 1050)
    saved.take([], [seen, unseen, late], 1095)
    for each in (seen, late):
        each.end, each.outcome = 1200, "ok"
    made = call(1005, 1200, operation="exit", kind="none", object=None)
    saved.following.finish(small(calls=in_order([seen, unseen, late, made])))

    assert [
        ("call", 1010, None),
        ("call", 1011, None),
        ("end", 1010, 1200),
        ("call", 1005, 1200),
        ("call", 1090, 1200),
    ] == saved.lines()


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60)
@given(
    st.lists(
        st.tuples(st.integers(1, 40), st.none() | st.integers(0, 60), st.booleans(), st.integers(0, 15)),
        max_size=12,
    ),
    st.lists(st.integers(1, 30), max_size=12),
)
def test_whenever_it_is_looked_the_file_holds_each_call_once(
    tmp_path: Path, drawn: list[tuple[int, int | None, bool, int]], looks: list[int]
) -> None:
    # Each in a thread of its own; an end comes to be known some time later than it was.
    saved = Saved(tmp_path / "run.jsonl")
    whole: list[tuple[Call, int | None]] = []
    begin = 1000
    for number, (wait, length, is_exit, late) in enumerate(drawn):
        begin += wait
        more = {"operation": "exit", "kind": "none", "object": None} if is_exit else {}
        made = call(begin, None if length is None else begin + length, thread=number, **more)
        whole.append((made, None if length is None or is_exit else begin + length + late))
    running = {
        each.thread: replaced(each, end=None, end_sequence=None, outcome="unfinished", values={})
        for each, _ in whole
    }

    def complete(as_it_ended: Call) -> Call:
        mine = running[as_it_ended.thread]
        for name in ("end", "end_sequence", "outcome", "values"):
            setattr(mine, name, getattr(as_it_ended, name))
        return mine

    now = 1000
    known: set[int] = set()
    for look in looks:
        now += look
        new = [each for each, seen in whole if seen is not None and seen < now and each.thread not in known]
        known.update(each.thread for each in new)
        ended = [complete(each) for each in new]
        in_flight = [
            running[each.thread] for each, _ in whole if each.begin < now and each.thread not in known
        ]
        saved.take(ended, in_flight, now)
    begun = [each for each, _ in whole if each.begin < now]
    recording = small(
        calls=in_order(
            [complete(each) if each.operation == "exit" else running[each.thread] for each in begun]
        )
    )
    saved.following.finish(recording)

    assert recording.calls == load(saved.path).calls
