"""Loading: the same calls whoever wrote the lines and however, in columns, with the line told that is wrong."""

from __future__ import annotations

import json
import random
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mprunner.errors import RecordingError
from mprunner.recording import loading
from mprunner.recording.blocks import blocks
from mprunner.recording.calllines import CALL_KEYS, call_line
from mprunner.recording.columns import Calls
from mprunner.recording.events import Call, ErrorShown
from mprunner.recording.loading import load
from mprunner.recording.order import events, in_order
from mprunner.recording.shapes import Shapes
from mprunner.recording.store import save
from mprunner.records import replaced
from tests.recording.test_store import HEAD, VALIDATOR, calls, small

OLD_KEYS = (
    "record", "op", "process", "actor", "object", "kind", "begin", "end", "outcome", "pid", "thread", "sequence", "end_sequence",
    "values", "error", "site", "label", "timed",
)  # fmt: skip

several = settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    deadline=None,
    max_examples=40,
)


def call(number: int, **changes: Any) -> Call:
    known: dict[str, Any] = {
        "number": number, "process": "p1", "actor": "p1", "pid": 7, "thread": 8, "sequence": 2 * number + 1, "operation": "put",
        "object": "q", "kind": "queue", "begin": 1000 + 10 * number + 1, "end": 1000 + 10 * number + 5, "outcome": "ok",
        "values": {"item": number}, "site": 3, "end_sequence": 2 * number + 2, **changes,
    }  # fmt: skip
    return Call(**known)


def line(call: Call, **changes: Any) -> str:
    members = {
        name: value for name, value in {**call_line(call, 1000), **changes}.items() if value is not ...
    }
    return json.dumps(members, separators=(",", ":")) + "\n"


def respelled(text: str, keys: tuple[str, ...], *, spaces: bool) -> str:
    members = json.loads(text)
    if members["record"] != "call":
        return text
    separators = (", ", ": ") if spaces else (",", ":")
    return json.dumps({key: members[key] for key in keys if key in members}, separators=separators) + "\n"


@several
@given(
    st.lists(calls(1000), max_size=12),
    st.lists(st.sampled_from(["ours", "old", "spaces", "shuffled"]), min_size=12, max_size=12),
    st.sampled_from([1, 300, 1 << 20]),
)
def test_a_call_is_the_same_however_its_line_is_spelled(
    tmp_path: Path, drawn: list[Call], spellings: list[str], piece: int
) -> None:
    path = tmp_path / "run.jsonl"
    recording = small(calls=in_order(drawn))
    save(recording, str(path))
    spelled = {
        "ours": lambda text: text,
        "old": lambda text: respelled(text, OLD_KEYS, spaces=False),
        "spaces": lambda text: respelled(text, CALL_KEYS, spaces=True),
        "shuffled": lambda text: respelled(
            text, tuple(random.sample(CALL_KEYS, len(CALL_KEYS))), spaces=False
        ),
    }
    first, *rest = path.read_text().splitlines(keepends=True)
    path.write_text(
        first
        + "".join(spelled[way](text) for way, text in zip(spellings + ["ours"] * 99, rest, strict=False))
    )

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(loading, "PIECE", piece)
        loaded = load(str(path))

    assert recording == loaded
    for one, other in zip(recording.calls, loaded.calls, strict=True):
        assert repr(one) == repr(other) or "set(" in repr(one) or "{" in repr(one.values)[1:], (
            "types too, but for the order of sets"
        )
    assert events(recording) == [
        block.event(index) for block in blocks(loaded) for index in range(len(block))
    ]


def test_calls_alike_are_one_shape_and_what_differs_is_not(tmp_path: Path) -> None:
    path = tmp_path / "run.jsonl"
    made = [call(number, values={"item": number % 3}) for number in range(50)]
    save(small(calls=made), str(path))

    loaded = load(str(path)).calls

    assert isinstance(loaded, Calls)
    assert 3 == len(loaded.columns.table)
    assert [number % 3 for number in range(50)] == list(loaded.columns.shapes)


@pytest.mark.parametrize(
    "item", ["1", "true", "1.0", '"1"', "[1]", '{"$tuple":[1]}', "null", '{"values":{"item":1}}']
)
def test_values_of_other_types_are_other_shapes(tmp_path: Path, item: str) -> None:
    path = tmp_path / "run.jsonl"
    ours, other = line(call(0, values={"item": 1})), line(call(1, values={"item": 1}))
    path.write_text(HEAD + ours + other.replace('{"item":1}', f'{{"item":{item}}}'))

    loaded = load(str(path)).calls

    assert isinstance(loaded, Calls)
    assert (item == "1") == (loaded.columns.shapes[0] == loaded.columns.shapes[1])
    assert ["put", "put"] == [each.operation for each in loaded]


def test_a_brace_anywhere_is_no_harm(tmp_path: Path) -> None:
    made = [
        call(0, label='{"values":{', values={"item": '},"values":{"item":2}}'}),
        call(1, label='a,"values":', values={}),
        call(2, label="}", process="{p", actor="{p"),
        call(3, outcome="raised", error=ErrorShown("Empty", ("Exception",), '}{"'), values={}),
        call(4, outcome="raised", error=ErrorShown("Empty", (), ""), values={"timeout": 1}),
        call(5, label="{", values={}),
    ]
    path = tmp_path / "run.jsonl"
    save(small(calls=made), str(path))

    assert made == load(str(path)).calls


def test_each_call_is_made_once(tmp_path: Path) -> None:
    path = tmp_path / "run.jsonl"
    save(small(calls=[call(number) for number in range(5)]), str(path))

    loaded = load(str(path)).calls

    assert list(map(id, loaded)) == list(map(id, loaded))
    assert loaded[3] is loaded[-2] is loaded[2:][1]
    assert [4, 3, 2, 1, 0] == [each.number for each in reversed(loaded)]
    with pytest.raises(IndexError):
        loaded[5]


def test_loaded_calls_are_equal_to_a_list_of_such(tmp_path: Path) -> None:
    path = tmp_path / "run.jsonl"
    made = [call(number) for number in range(5)]
    save(small(calls=made), str(path))

    loaded = load(str(path)).calls

    assert made == loaded == load(str(path)).calls
    assert loaded != made[:4]
    assert loaded != [*made[:4], call(9)]
    assert loaded != tuple(made)


def test_a_table_of_anothers_counts_for_a_loaded_recording_too(tmp_path: Path) -> None:
    path = tmp_path / "run.jsonl"
    made = [call(0), call(1), call(0, begin=1050, end=1060)]
    save(small(calls=made), str(path))
    table = Shapes()
    known = [table.of(call(1)), table.lane(call(1, pid=99)), table.lane(call(1))]

    found = [(list(block.shapes), list(block.lanes)) for block in blocks(load(str(path)), table)]

    assert [0, 0, 1] == known
    assert [([2, 3, 0, 1, 2, 3], [1] * 6)] == found


def ended(call: Call) -> tuple[str, str]:
    """The lines of a call that lasts."""
    begun = replaced(call, end=None, end_sequence=None, outcome="unfinished", values={})
    return line(begun), line(call, record="end")


def test_a_call_whose_end_has_a_line_of_its_own_is_one_call(tmp_path: Path) -> None:
    path = tmp_path / "run.jsonl"
    waits = call(0, end=1900, values={"item": "x"}, outcome="refused", end_sequence=9)
    begun, end = ended(waits)
    hangs, _ = ended(call(1))
    path.write_text(HEAD.replace("}", ',"origin":1000}') + begun + hangs + line(call(2)) + end)

    recording = load(str(path))

    assert [waits, 1, call(2)] == [each if each.end is not None else each.number for each in recording.calls]
    for text in path.read_text().splitlines():
        VALIDATOR.validate(json.loads(text))


CALL = line(call(0))
BEGUN, END = ended(call(0))


@pytest.mark.parametrize(
    ("bad", "expected"),
    [
        pytest.param(CALL.replace('"put"', '"pat"'), "'op' can't be 'pat', did you mean 'put'?", id="op"),
        pytest.param(CALL.replace('"queue"', '"pool"'), "there is no operation 'put' on the kind 'pool'", id="kind"),
        pytest.param(CALL.replace('"end":5', '"end":0'), "'end' 0 is before 'begin' 1", id="end"),
        pytest.param(CALL.replace('"end":5', '"end":05'), "not JSON: Expecting ',' delimiter (column", id="integer"),
        pytest.param(CALL.replace('"begin":1', '"begin":9'), "'end' 5 is before 'begin' 9", id="begin"),
        pytest.param(CALL.replace('"begin":1', f'"begin":{2**63},"end":{2**63}'), "'end' 5 is before", id="twice"),
        pytest.param(CALL.replace('"end":5', f'"end":{2**63}'), "a time or a place is beyond 64 bits", id="64 bits"),
        pytest.param(CALL.replace('"values":{', '"values":['), "not JSON: Expecting ',' delimiter", id="bracket"),
        pytest.param(CALL.replace('{"item":0}', "7"), "'values' must be an object", id="values"),
        pytest.param(CALL.replace('"item":0', '"item":{"$tupel":[]}'), "'values': unknown tag '$tupel'", id="tag"),
        pytest.param(CALL.replace('"item":0', r'"item":{"\u0024tupel":[]}'), "'values': unknown tag '$tupel'", id="escaped tag"),
        pytest.param(CALL.replace('"item":0', '"parts":[["txt","a"]]'), "'parts' must be a list of pairs", id="parts"),
        pytest.param(CALL.replace('"item":0', '"item":NaN'), "NaN is not JSON", id="NaN"),
        pytest.param(CALL.replace('"site":3', '"site":"3"'), "'site' must be an integer, not '3'", id="site"),
        pytest.param(CALL.replace('"site"', '"sight"'), "a call has no member 'sight', did you mean 'site'?", id="member"),
        pytest.param(CALL.replace(',"site":3', ""), "", id="nothing"),
        pytest.param(CALL.replace("}}", '},"valuse":{}}'), "a call has no member 'valuse'", id="a member after the values"),
        pytest.param(CALL.replace("}}", '}},{"record":"call"}'), "not JSON: Extra data", id="two objects"),
        pytest.param(CALL[:-2] + "\n", "not JSON: Expecting ',' delimiter", id="torn in the middle"),
        pytest.param("\n", "not JSON: Expecting value (column 1)", id="empty"),
        pytest.param(HEAD, "there is another header before it", id="header"),
        pytest.param(END, "no call before it has this 'begin', 'sequence', 'process', 'pid' and 'thread'", id="end of nothing"),
        pytest.param(BEGUN + END + END, "no call before it has this", id="two ends"),
        pytest.param(BEGUN + END.replace('"end":5,', ""), "an end needs 'end'", id="end without end"),
        pytest.param(CALL + '{"record":"ending","how":"finished","time":99}\n', "there is a line after the ending", id="ending"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("piece", [1, 1 << 20])
def test_what_is_wrong_far_down_is_said_with_its_line(
    tmp_path: Path, bad: str, expected: str, piece: int
) -> None:
    before = [line(call(number)) for number in range(1, 20)]
    path = tmp_path / "bad.jsonl"
    path.write_text(HEAD + "".join(before) + bad + line(call(30)))
    where = 20 + bad.count("\n") + ("after the ending" in expected)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(loading, "PIECE", piece)
        if not expected:
            assert 21 == len(load(str(path)).calls)
            return
        with pytest.raises(RecordingError, match=re.escape(f"{path}:{where}: {expected}")):
            load(str(path))


def test_the_first_of_several_wrong_lines_is_told(tmp_path: Path) -> None:
    path = tmp_path / "bad.jsonl"
    path.write_text(HEAD + CALL + "{\n" + CALL.replace('"put"', '"pat"'))

    with pytest.raises(RecordingError, match=re.escape(f"{path}:3: not JSON")):
        load(str(path))


def test_calls_without_a_header_are_no_recording(tmp_path: Path) -> None:
    path = tmp_path / "bad.jsonl"
    path.write_text(CALL + HEAD)

    with pytest.raises(RecordingError, match=re.escape(f"{path}:1: not a recording")):
        load(str(path))
