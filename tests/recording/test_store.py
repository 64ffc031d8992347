"""Saved recordings: they come back as they were, survive a kill of their writer, and say what is wrong with a bad file."""

from __future__ import annotations

import copy
import errno
import json
import os
import re
import resource
import signal
import stat
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mprunner.errors import RecordingError, UsageError
from mprunner.operations import BY_KIND
from mprunner.recording.calllines import PARTS, call_from, call_line
from mprunner.recording.events import (
    Blocked,
    Call,
    Diagnosis,
    Ending,
    ErrorShown,
    Part,
    ProcessRecord,
    Recording,
    Shown,
    Waited,
)
from mprunner.recording.jsonvalues import decode, encode
from mprunner.recording.lines import BACKENDS, ENDERS, ENDINGS, ROLES
from mprunner.recording.loading import load
from mprunner.recording.order import in_order
from mprunner.recording.schema import recording_schema
from mprunner.recording.store import Header, RecordingWriter, save
from mprunner.recording.values import plain, restore

ROOT = Path(__file__).parents[2]
VALIDATOR = jsonschema.Draft202012Validator(recording_schema())

any_text = st.text(st.characters(), max_size=12)  # lone surrogates too
scalars = (
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | any_text | st.binary(max_size=8)
    | st.complex_numbers(allow_nan=False) | st.builds(Shown, any_text, any_text)
)  # fmt: skip
hashable = scalars | st.lists(scalars, max_size=3).map(tuple) | st.frozensets(scalars, max_size=3)
flat = hashable | st.lists(hashable, max_size=3) | st.sets(hashable, max_size=3)
values = flat | st.lists(flat, max_size=3) | st.dictionaries(hashable, flat, max_size=3)
named = st.dictionaries(st.sampled_from(["item", "result"]), flat, max_size=2)
times = st.integers(0, 10**10)
maybe = st.none() | times
names = st.sampled_from(["main", "p1", "fork[2]", "po[1]"])
plain_text = st.text(max_size=10)


@st.composite
def calls(draw: st.DrawFn, origin: int) -> Call:
    kind, operation = draw(st.sampled_from(sorted(BY_KIND)))
    begin = origin + draw(times)
    end = draw(st.none() | times.map(lambda length: begin + length))
    carried = draw(named)
    if draw(st.booleans()):
        carried["parts"] = tuple(
            draw(st.lists(st.builds(Part, st.sampled_from(PARTS), any_text), max_size=3))
        )
    return Call(
        number=-1,
        process=draw(names),
        actor=draw(names),
        pid=draw(st.integers(1, 4)),
        thread=draw(st.integers(1, 4)),
        sequence=draw(times),
        operation=operation,
        object=draw(st.none() | names),
        kind=kind,
        begin=begin,
        end=end,
        outcome="unfinished" if end is None else draw(st.sampled_from(["ok", "raised", "refused"])),
        values=carried,
        error=draw(
            st.none()
            | st.builds(ErrorShown, plain_text, st.lists(plain_text, max_size=2).map(tuple), any_text)
        ),
        site=draw(maybe),
        label=draw(st.none() | plain_text),
        timed=draw(st.booleans()),
        end_sequence=None if end is None else draw(maybe),
    )


@st.composite
def recordings(draw: st.DrawFn) -> Recording:
    origin = draw(times)
    moments = times.map(lambda time: origin + time)
    waited = st.builds(Waited, plain_text, st.none() | names, times)
    processes = st.builds(
        ProcessRecord, name=names, pid=times, role=st.sampled_from(ROLES), parent=st.none() | names,
        mp_name=st.none() | plain_text,
        started=st.none() | moments, ended=st.none() | moments, exitcode=st.none() | st.integers(-64, 255),
        ended_by=st.none() | st.sampled_from(ENDERS), target=st.none() | plain_text, daemon=st.booleans(), running=maybe,
        ready=maybe, waiting=maybe, waits=st.lists(waited, max_size=2).map(tuple), variables=st.none() | named,
        stopped=st.booleans(),
    )  # fmt: skip
    few_names = st.lists(names, max_size=2).map(tuple)
    blocked = st.builds(
        Blocked, names, plain_text, st.none() | names, moments, maybe, few_names, few_names, any_text
    )
    diagnosis = st.builds(
        Diagnosis, plain_text, any_text, st.lists(blocked, max_size=2).map(tuple), few_names
    )
    texts = st.lists(any_text, max_size=2).map(tuple)
    return Recording(
        scenario=draw(plain_text),
        path=draw(plain_text),
        scenario_sha256="00",
        start_method="fork",
        backend=draw(st.sampled_from(BACKENDS)),  # type: ignore[arg-type]
        python="3.11.4",
        origin=origin,
        started_at=draw(st.floats(0, 2e9)),
        time_scale=draw(st.floats(0.1, 10)),
        seed=draw(times),
        calls=in_order(draw(st.lists(calls(origin), max_size=3))),
        processes=draw(st.lists(processes, max_size=2)),
        ending=Ending(
            draw(st.sampled_from(ENDINGS)),
            draw(moments),
            draw(st.none() | diagnosis),
            draw(st.none() | any_text),
        ),  # type: ignore[arg-type]
        stderr_noise=draw(texts),
        incomplete=draw(texts),
        notes=draw(texts),
        extra=draw(named),
    )


def small(**changes: Any) -> Recording:
    known: dict[str, Any] = {
        "scenario": "lock", "path": "lock.yaml", "scenario_sha256": "", "start_method": "fork", "backend": "processes",
        "python": "3.11", "origin": 1000, "started_at": 0.0, "time_scale": 1.0, "seed": 0, "calls": [], "processes": [],
        "ending": Ending("finished", 1500), **changes,
    }  # fmt: skip
    return Recording(**known)


def a_call(number: int) -> Call:
    return Call(
        number,
        "p1",
        "p1",
        7,
        7,
        number,
        "print",
        None,
        "none",
        1000 + number,
        1000 + number,
        "ok",
        {"text": f"line {number}"},
    )


@given(values)
def test_values_come_back_from_json_as_they_were(value: Any) -> None:
    text = json.dumps(encode(value), allow_nan=False)

    assert value == decode(json.loads(text))
    assert repr(value) == repr(decode(json.loads(text))) or "{" in repr(value), (
        "types too, but for the order of sets"
    )
    jsonschema.Draft202012Validator({"$ref": "#/$defs/value", "$defs": recording_schema()["$defs"]}).validate(
        json.loads(text)
    )


@pytest.mark.parametrize(
    "value", [float("nan"), float("inf"), -0.0, 10**5000, True, 2**53 + 1], ids=lambda v: str(type(v))
)
def test_numbers_that_json_has_not_come_back(value: Any) -> None:
    assert repr_of(value) == repr_of(decode(json.loads(json.dumps(encode(value), allow_nan=False))))


def repr_of(value: Any) -> str:
    return hex(value) if type(value) is int else repr(value)


def test_what_is_nested_too_deep_for_json_readers_is_only_shown() -> None:
    value: list[Any] = [1]
    for _ in range(900):
        value = [value]
    back = decode(json.loads(json.dumps(encode(value))))
    for _ in range(64):
        [back] = back
    assert "list" == back.type


@given(values)
def test_plain_data_is_left_alone_and_shown_values_travel(value: Any) -> None:
    assert value == restore(plain(value))


@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    deadline=None,
    max_examples=40,
)
@given(recordings())
def test_a_saved_recording_loads_as_it_was_and_every_line_fits_the_schema(
    tmp_path: Path, recording: Recording
) -> None:
    path = str(tmp_path / "run.jsonl")
    before = copy.deepcopy(recording)
    save(recording, path)

    assert before == recording
    assert recording == load(path)
    for line in Path(path).read_text("utf-8").splitlines():
        VALIDATOR.validate(json.loads(line))


def test_calls_that_were_streamed_as_they_ended_load_in_order_of_their_begin(tmp_path: Path) -> None:
    path = str(tmp_path / "run.jsonl")
    late, early = a_call(5), a_call(2)
    hanging = Call(-1, "p2", "p2", 8, 8, 1, "acquire", "lock", "lock", 1001, None, "unfinished", {})
    with RecordingWriter(path, Header("lock", origin=1000)) as writer:
        writer.call(late)
        writer.call(early)
        writer.finish(small(), more=[hanging])

    assert [(0, 1001), (1, 1002), (2, 1005)] == [(call.number, call.begin) for call in load(path).calls]


def test_a_killed_writer_leaves_a_recording_that_says_it_breaks_off(tmp_path: Path) -> None:
    path = str(tmp_path / "run.jsonl")
    pid = os.fork()
    if pid == 0:
        writer = RecordingWriter(path, Header("lock", origin=1000))
        for number in range(50):
            writer.call(a_call(number))
        writer.flush()
        os.kill(os.getpid(), signal.SIGKILL)
    assert signal.SIGKILL == os.waitpid(pid, 0)[1]
    with open(path, "ab") as file:
        file.write(b'{"record": "call", "op": "pri')

    recording = load(path)

    assert 50 == len(recording.calls)
    assert (
        Ending("crashed", 1049, None, "the recording breaks off in the middle of a line") == recording.ending
    )
    assert ("the recording breaks off in the middle of a line",) == recording.incomplete


def test_another_programs_recording_needs_little_and_no_last_newline(tmp_path: Path) -> None:
    path = tmp_path / "other.jsonl"
    lines: list[dict[str, Any]] = [
        {"record": "recording", "version": 1, "scenario": "lock"},
        {"record": "call", "op": "acquire", "process": "p1", "object": "lock", "begin": 5, "end": 9},
        {"record": "call", "op": "print", "process": "p1", "begin": 10, "end": 10, "values": {"text": "hi"}},
        {"record": "process", "name": "p1", "exitcode": 0},
        {"record": "ending", "how": "finished", "time": 20},
    ]
    path.write_text("\n".join(map(json.dumps, lines)))

    recording = load(str(path))

    assert [("acquire", "lock", "ok"), ("print", "none", "ok")] == [
        (c.operation, c.kind, c.outcome) for c in recording.calls
    ]
    assert recording.ending.complete
    for line in lines:
        VALIDATOR.validate(line)


@pytest.mark.parametrize(
    ("op", "target", "kind"),
    [("get", "q", "queue"), ("join", "p", "process"), ("print", None, "none"), ("acquire", None, "lock")],
)
def test_a_kind_that_is_left_out_is_the_first_that_has_the_operation(
    op: str, target: str | None, kind: str
) -> None:
    line = {"record": "call", "op": op, "process": "p1", "object": target, "begin": 1, "end": 2}

    assert kind == call_from(line, 0, 1).kind


HEAD = '{"record":"recording","version":1,"scenario":"s"}\n'
CALL = '{"record":"call","op":"print","process":"p","begin":1,"end":1'


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        pytest.param("", ": not a recording: there is not one whole line in it", id="empty"),
        pytest.param("\0" * 9, ": not a recording: there is not one whole line in it", id="no line"),
        pytest.param("name: lock\nmain: []\n", ":1: not JSON: Expecting value (column 1)", id="a scenario"),
        pytest.param("{}\n", ":1: not a recording: the first line must be an object", id="some other JSON"),
        pytest.param("[1]\n", ":1: a line must hold a JSON object", id="a list"),
        pytest.param('{"record":"recording","version":9,"scenario":"s"}\n', ":1: version 9 of the format", id="a later version"),
        pytest.param('{"record":"recording","version":1}\n', ":1: a recording needs 'scenario'", id="no scenario"),
        pytest.param(HEAD + "{\n" + CALL + "}\n", ":2: not JSON: Expecting property name", id="not JSON"),
        pytest.param(HEAD + CALL + ',"end":NaN}\n', ":2: NaN is not JSON", id="NaN"),
        pytest.param(HEAD + "[" * 100_000 + "\n", ":2: nested too deeply", id="nesting"),
        pytest.param(HEAD + CALL + ',"seqence":1}\n', ":2: a call has no member 'seqence', did you mean 'sequence'?", id="key"),
        pytest.param(HEAD + CALL.replace("print", "prin") + "}\n", ":2: 'op' can't be 'prin', did you mean 'print'?", id="op"),
        pytest.param(HEAD + CALL + ',"kind":"lock"}\n', ":2: there is no operation 'print' on the kind 'lock'", id="kind and op"),
        pytest.param(HEAD + CALL + ',"kind":["lock"]}\n', ":2: 'kind' can't be ['lock']", id="kind"),
        pytest.param(HEAD + CALL + ',"pid":"7"}\n', ":2: 'pid' must be an integer, not '7'", id="pid"),
        pytest.param(HEAD + CALL + ',"outcome":"fine"}\n', ":2: 'outcome' can't be 'fine', expected one of: ", id="outcome"),
        pytest.param(HEAD + CALL + ',"outcome":"unfinished"}\n', ":2: a call is 'unfinished' exactly when", id="unfinished"),
        pytest.param(HEAD + CALL.replace('"end":1', '"end":0') + "}\n", ":2: 'end' 0 is before 'begin' 1", id="end before begin"),
        pytest.param(HEAD + '{"record":"call","op":"print","begin":1}\n', ":2: a call needs 'process'", id="no process"),
        pytest.param(HEAD + CALL + ',"values":{"item":{"$tupel":[]}}}\n', ":2: 'values': unknown tag '$tupel'", id="unknown tag"),
        pytest.param(HEAD + CALL + ',"values":{"item":{"$int":7}}}\n', ":2: 'values': '$int' can't hold '7'", id="bad tag"),
        pytest.param(HEAD + CALL + ',"values":{"parts":["x"]}}\n', ":2: 'parts' must be a list of pairs", id="bad parts"),
        pytest.param(HEAD + CALL + ',"error":"x"}\n', ":2: an error must be an object, not 'x'", id="bad error"),
        pytest.param(HEAD + '{"record":"event"}\n', ":2: 'record' can't be 'event', expected one of: ", id="record"),
        pytest.param(HEAD + '{"record":"process","name":"p","role":"boss"}\n', ":2: 'role' can't be 'boss'", id="role"),
        pytest.param(HEAD + '{"record":"ending","how":"finished","time":1}\n' + CALL + "}\n", ":3: there is a line", id="end"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_file_is_said_with_its_line(tmp_path: Path, content: str, expected: str) -> None:
    path = tmp_path / "bad.jsonl"
    path.write_text(content)

    with pytest.raises(RecordingError, match=re.escape(str(path) + expected)) as caught:
        load(str(path))

    assert isinstance(caught.value, UsageError)


def test_what_is_not_utf8_is_said_with_its_line_and_byte(tmp_path: Path) -> None:
    path = tmp_path / "bad.jsonl"
    path.write_bytes(HEAD.encode() + b'{"\xff": 1}\n')

    with pytest.raises(RecordingError, match=re.escape(":2: not UTF-8 (byte 3 of the line)")):
        load(str(path))


@pytest.mark.parametrize("path", ["/nowhere/at/all.jsonl", "/"])
def test_a_place_where_no_file_can_be_is_an_error_to_save_and_to_load(path: str) -> None:
    with pytest.raises(RecordingError, match=re.escape(path)):
        save(small(), path)
    with pytest.raises(RecordingError, match=re.escape(f"{path}: can't be read")):
        load(path)


def test_a_full_disk_ends_the_recording_at_a_whole_line_and_not_the_run(tmp_path: Path) -> None:
    path = str(tmp_path / "run.jsonl")
    pid = os.fork()
    if pid == 0:
        resource.setrlimit(resource.RLIMIT_FSIZE, (5000, 5000))
        writer = RecordingWriter(path, Header("lock", origin=1000))
        for number in range(500):
            writer.call(a_call(number))
            writer.flush()
        writer.finish(small())
        os._exit(0 if writer.failed is not None and os.strerror(errno.EFBIG) in writer.failed else 1)
    assert 0 == os.waitpid(pid, 0)[1]

    recording = load(path)

    assert 0 < len(recording.calls) < 500
    assert "the recording breaks off" == recording.ending.note


def test_a_file_that_can_not_be_created_leaves_nothing_beside_it(tmp_path: Path) -> None:
    (tmp_path / "taken").mkdir()

    with pytest.raises(RecordingError):
        RecordingWriter(str(tmp_path / "taken"), Header("s"))

    assert ["taken"] == os.listdir(tmp_path)


def test_an_older_recording_is_replaced_and_a_link_followed(tmp_path: Path) -> None:
    real, link = tmp_path / "real.jsonl", tmp_path / "link.jsonl"
    real.write_text("older")
    link.symlink_to(real)

    save(small(), str(link))

    assert link.is_symlink()
    assert "lock" == load(str(real)).scenario
    assert {"real.jsonl", "link.jsonl"} == set(os.listdir(tmp_path))


def test_a_device_is_written_to_and_not_replaced() -> None:
    with RecordingWriter(os.devnull, Header("s")) as writer:
        writer.call(a_call(1))

    assert stat.S_ISCHR(os.stat(os.devnull).st_mode)
    assert writer.failed is None


def test_what_is_no_plain_data_is_saved_as_shown() -> None:
    call = a_call(0)
    call.values = {"item": {1: ...}}

    assert {"$dict": [[1, {"$shown": {"type": "ellipsis", "text": "Ellipsis"}}]]} == call_line(call, 0)[
        "values"
    ]["item"]


def test_the_committed_schema_is_fresh() -> None:
    committed = (ROOT / "schemas" / "recording.schema.json").read_text("utf-8")

    assert committed == json.dumps(recording_schema(), indent=2, ensure_ascii=False) + "\n"


def test_every_member_in_the_schema_is_described() -> None:
    definitions = recording_schema()["$defs"]

    undescribed = [
        f"{name}.{member}"
        for name, definition in definitions.items()
        for member, schema in definition.get("properties", {}).items()
        if "description" not in schema
    ]

    assert [] == undescribed
