"""Streaming: a recording that stays in its file is the same recording, with little of it in memory."""

from __future__ import annotations

import re
import tracemalloc
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mprunner.errors import RecordingError
from mprunner.recording import loading, streaming
from mprunner.recording.blocks import blocks
from mprunner.recording.events import Event, Recording
from mprunner.recording.loading import load
from mprunner.recording.store import save
from mprunner.recording.streaming import StreamedCalls, stream
from tests.recording.test_loading import call, ended, line
from tests.recording.test_store import HEAD, small

ORIGIN = HEAD.replace("}", ',"origin":1000}')
ENDING = '{"record":"ending","how":"finished","time":99}\n'


@pytest.fixture(params=[1, 700, 1 << 20])
def piece(request: pytest.FixtureRequest) -> Iterator[int]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(loading, "PIECE", request.param)
        yield request.param


def streamed(path: Path) -> Recording:
    found = stream(str(path))
    assert found is not None
    return found


def events_of(recording: Recording) -> list[Event]:
    return [block.event(index) for block in blocks(recording) for index in range(len(block))]


@st.composite
def lines_of_a_run(draw: st.DrawFn) -> list[str]:
    """Calls in order, some that lasted, some out of order, some in an unusual spelling of the rest."""
    lines: list[str] = []
    ends: list[str] = []
    begin = 1001
    for number in range(draw(st.integers(0, 14))):
        begin += draw(st.integers(0, 3))
        at = max(begin - draw(st.sampled_from([0, 0, 0, 5])), 1001)
        thread = draw(st.integers(1, 3))
        others: list[dict[str, Any]] = [
            {},
            {"label": "{"},
            {"values": {}},
            {"values": {"item": (1, float("inf"))}},
        ]
        more = dict(draw(st.sampled_from(others)))
        length = draw(st.none() | st.integers(0, 9))
        end = None if length is None else at + length
        if end is None:
            more["outcome"] = "unfinished"
        made = call(
            number,
            begin=at,
            end=end,
            thread=thread,
            sequence=number + 1,
            site=number % 2,
            end_sequence=end,
            **more,
        )
        if end is not None and draw(st.booleans()):
            begun, end_line = ended(made)
            lines.append(begun)
            ends.append(end_line)
        else:
            lines.append(line(made))
        if ends and draw(st.booleans()):
            lines.append(ends.pop(draw(st.integers(0, len(ends) - 1))))
    return lines + ends


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=80)
@given(lines_of_a_run(), st.sampled_from([1, 300, 1 << 20]), st.sampled_from([0, 2, 1000]))
def test_a_streamed_recording_is_the_loaded_one(
    tmp_path: Path, lines: list[str], size: int, most: int
) -> None:
    path = tmp_path / "run.jsonl"
    path.write_text(ORIGIN + "".join(lines) + '{"record":"process","name":"p1"}\n' + ENDING)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(loading, "PIECE", size)
        patch.setattr(streaming, "_PIECES", 1)
        patch.setattr(streaming, "MOST_SHAPES", most)
        found, loaded = streamed(path), load(str(path))

        assert loaded == found
        assert list(map(repr, loaded.calls)) == list(map(repr, found.calls))
        assert events_of(loaded) == events_of(found)


@pytest.mark.usefixtures("piece")
def test_any_call_can_be_asked_for(tmp_path: Path) -> None:
    path = tmp_path / "run.jsonl"
    made = [call(number) for number in range(40)]
    save(small(calls=made), str(path))

    calls = streamed(path).calls

    assert isinstance(calls, StreamedCalls)
    assert (40, made[7], made[39]) == (len(calls), calls[7], calls[-1])
    assert made[::-1] == list(reversed(calls))
    assert made[3:5] == calls[3:5]
    with pytest.raises(IndexError):
        calls[40]


@pytest.mark.usefixtures("piece")
def test_a_call_that_is_open_has_one_object_over_all_blocks(tmp_path: Path) -> None:
    path = tmp_path / "run.jsonl"
    save(small(calls=[call(0, end=5000), *(call(number) for number in range(1, 30))]), str(path))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(streaming, "_PIECES", 1)
        patch.setattr(streaming, "MOST_SHAPES", 3)
        found = list(blocks(streamed(path)))

    first, last = found[0].event(0), found[-1].event(len(found[-1]) - 1)
    assert ("begin", "end", 5000) == (first.at, last.at, last.time)
    assert first.call is last.call
    assert len(found) > 1


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(HEAD + line(call(0)), id="breaks off"),
        pytest.param(HEAD + line(call(0)) + ENDING[:-1], id="no newline at its end"),
        pytest.param(HEAD + line(call(0)).replace('"record":"call",', '"record": "call",') + ENDING, id="spaces"),
        pytest.param(HEAD + '{"record":"call","op":"print","process":"p","begin":1,"end":1}\n' + ENDING, id="other order"),
        pytest.param(line(call(0)) + HEAD + ENDING, id="no header"),
        pytest.param("", id="empty"),
        pytest.param(HEAD + ENDING + ENDING, id="two endings"),
        pytest.param(HEAD + '{"record":"event"}\n' + ENDING, id="wrong"),
    ],
)  # fmt: skip
def test_a_file_that_mprunner_would_write_in_another_way_is_to_be_loaded(
    tmp_path: Path, content: str
) -> None:
    path = tmp_path / "run.jsonl"
    path.write_text(content)

    assert stream(str(path)) is None


def test_too_much_that_is_out_of_order_is_to_be_loaded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "run.jsonl"
    path.write_text(ORIGIN + "".join(line(call(number)) for number in range(9, -1, -1)) + ENDING)

    assert streamed(path).calls == load(str(path)).calls
    monkeypatch.setattr(streaming, "_MOST_LATE", 8)
    assert stream(str(path)) is None


@pytest.mark.parametrize(
    ("bad", "expected"),
    [
        (line(call(7)).replace('"put"', '"pat"'), ":7: 'op' can't be 'pat'"),
        (ended(call(3))[1], ":7: no call before it has this"),
        (ENDING + line(call(7)), ":8: there is a line after the ending"),
    ],
)
@pytest.mark.usefixtures("piece")
def test_what_is_wrong_is_said_when_it_is_come_to(tmp_path: Path, bad: str, expected: str) -> None:
    path = tmp_path / "run.jsonl"
    path.write_text(
        HEAD
        + "".join(line(call(number)) for number in range(5))
        + bad
        + (ENDING if ENDING not in bad else "")
    )
    recording = stream(str(path))
    assert recording is not None

    with pytest.raises(RecordingError, match=re.escape(expected)):
        list(recording.calls)


def test_a_file_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(RecordingError, match="can't be read"):
        stream(str(tmp_path / "nothing.jsonl"))


def test_memory_does_not_grow_with_the_length(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loading, "PIECE", 10_000)
    monkeypatch.setattr(streaming, "MOST_SHAPES", 500)

    def peak(length: int) -> int:
        path = tmp_path / f"{length}.jsonl"
        with path.open("w") as file:
            file.write(ORIGIN)
            file.writelines(line(call(number)) for number in range(length))
            file.write(ENDING)
        tracemalloc.start()
        try:
            recording = streamed(path)
            assert 2 * length == sum(len(block) for block in blocks(recording))
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    peak(100)  # what is made once
    assert peak(20_000) < 2 * peak(2_000)
