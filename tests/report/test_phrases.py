"""What a call is called in a report, in a proof, and as a matcher."""

from __future__ import annotations

from typing import Any

import pytest

from mprunner.checking.selecting import MatcherForm
from mprunner.checking.wording import did, phrase
from mprunner.recording.events import Call, Event
from mprunner.report.phrases import about, call_phrase, event_phrase
from tests.checking.traces import trace


def call(operation: str, thing: str, kind: str, outcome: Any = "ok", **values: Any) -> Call:
    end = None if outcome == "unfinished" else 2
    return Call(
        number=0, process="p", actor="p", pid=1, thread=1, sequence=0, operation=operation, object=thing, kind=kind,
        begin=1, end=end, outcome=outcome, values=values,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("made", "short", "sentence"),
    [
        (call("read", "v", "value", result=3), "read v → 3", "read 3 from `v`"),
        (call("write", "v", "value", item=4), "write v 4", "wrote 4 to `v`"),
        (call("read", "buf", "array", index=2, result=7), "read buf[2] → 7", "read 7 from `buf[2]`"),
        (call("write", "buf", "array", index="0:2", item=[1, 2]), "write buf[0:2] [1, 2]", "wrote [1, 2] to `buf[0:2]`"),
        (call("read", "buf", "array", attribute="raw", result=b"a"), "read buf.raw → b'a'", "read b'a' from `buf`"),
        (call("read", "v", "value", "unfinished"), "read v … (never ended)", "tried to read `v`, which never ended,"),
        (call("acquire", "v", "value"), "acquire v", "acquired `v`"),
    ],
)  # fmt: skip
def test_a_call_on_shared_memory_is_told_with_its_cell_and_what_was_there(
    made: Call, short: str, sentence: str
) -> None:
    assert (short, sentence) == (call_phrase(made), did(made))


@pytest.mark.parametrize(
    ("form", "expected"),
    [
        (MatcherForm(op="write", object="v", item=4), "write 4 to v"),
        (MatcherForm(op="read", object="buf", index=2), "read of buf[2]"),
        (MatcherForm(op="read", index="0:2"), 'read with index "0:2"'),
    ],
)
def test_a_matcher_of_shared_memory_is_told_with_its_cell(form: MatcherForm, expected: str) -> None:
    assert expected == phrase(form)


@pytest.mark.parametrize(
    ("line", "begins", "ends"),
    [
        ("r get q A", "get q (begins)", "get q → 'A'"),
        ("r get q !Empty", "get q (begins)", "get q: Empty"),
        ("r acquire lock ?", "acquire lock (begins)", "acquire lock → False"),
        ("w put q A", "put q 'A'", "put q 'A' (done)"),
        ("w put q A !Full", "put q 'A': Full", "put q 'A': Full"),
    ],
)
def test_what_came_of_a_call_is_not_told_of_its_begin(line: str, begins: str, ends: str) -> None:
    call = trace(line).calls[0]
    assert call.end is not None
    assert begins == event_phrase(Event(0, call.begin, "begin", call))
    assert ends == event_phrase(Event(1, call.end, "end", call))


@pytest.mark.parametrize(
    ("estimate", "known", "told"),
    [
        (None, 3, None),
        (1.0, 1, None),
        (3_340.0, 3_325, "about 3,326"),
        (3_290.0, 3_325, None),
        (21_340.0, 9_216, "about 21,000"),
    ],
)
def test_an_estimate_is_never_less_than_what_is_known(
    estimate: float | None, known: int, told: str | None
) -> None:
    assert about(estimate, known) == told
