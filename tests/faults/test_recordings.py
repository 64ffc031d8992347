"""Recordings that are torn, foreign or no recordings at all, for `show` and `check`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from .conftest import Mprun

HEADER = '{"record": "recording", "version": 1, "scenario": "subject"}\n'
CALL = '{"record": "call", "op": "print", "process": "main", "begin": 1, "end": 1, "values": {"text": "hello"}}\n'

WRONG: dict[str, bytes] = {
    "empty": b"",
    "blank": b"\n\n",
    "garbage": bytes(range(256)) * 20,
    "nul": b"\0" * 4096,
    "list": b"[1, 2]\n",
    "a-scenario": b"name: subject\nmain: [pass]\n",
    "other-version": HEADER.replace("1", "99").encode(),
    "no-header": CALL.encode(),
    "two-headers": (HEADER + HEADER).encode(),
    "unknown-operation": (HEADER + CALL.replace("print", "pint")).encode(),
    "text-for-a-time": (HEADER + CALL.replace("1,", '"now",')).encode(),
    "infinite-time": (HEADER + CALL.replace('"begin": 1', '"begin": 1e999')).encode(),
    "nan": (HEADER + CALL.replace('"begin": 1', '"begin": NaN')).encode(),
    "deep": b"[" * 100_000 + b"\n",
    "deep-value": (HEADER + CALL.replace('"hello"', "[" * 3000 + "]" * 3000)).encode(),
    "huge-integer": (HEADER + CALL.replace('"begin": 1', '"begin": ' + "9" * 5000)).encode(),
    "torn-in-the-middle": (HEADER + CALL[:40] + "\n" + CALL).encode(),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_is_no_recording_is_refused_in_words(mprun: Mprun, name: str) -> None:
    scenario = mprun.write("main: [{print: hello}]")
    (mprun.folder / "run.jsonl").write_bytes(WRONG[name])
    for arguments in (["show", "run.jsonl"], ["check", scenario, "run.jsonl"]):
        code, _, errors = mprun(*arguments)
        assert code == 3
        assert errors.startswith("run.jsonl:")
        assert "sys." not in errors
        assert all(each.isprintable() or each == "\n" for each in errors)


@pytest.fixture
def recorded(mprun: Mprun) -> Path:
    scenario = mprun.write("main: [{print: hello}, {print: world}]\nexpect: [{sequence: [hello, world]}]")
    assert mprun(scenario, "--record", "run.jsonl")[0] == 0
    return mprun.folder / "run.jsonl"


def test_a_recording_cut_at_any_line_or_byte_is_read_up_to_there(mprun: Mprun, recorded: Path) -> None:
    whole = recorded.read_bytes()
    header = whole.index(b"\n") + 1
    for size in (header, header + 10, len(whole) // 2, len(whole) - 30):
        recorded.write_bytes(whole[:size])
        assert mprun("show", "run.jsonl")[0] == 0
        code, shown, _ = mprun("check", "subject.yaml", "run.jsonl")
        assert code == 4
        assert "the recording breaks off" in shown


def test_the_recording_of_another_scenario_keeps_no_promise_by_accident(mprun: Mprun, recorded: Path) -> None:
    other = mprun.write(
        "name: other\nlocks: {l: {}}\nmain: [{acquire: l}]\nexpect: [{existence: {op: acquire}}]",
        "other.yaml",
    )
    code, _, errors = mprun("check", other, "run.jsonl")
    assert code == 1
    assert errors == "mprun: warning: run.jsonl is a recording of the scenario 'subject', not of 'other'\n"


def test_a_recording_in_the_place_of_the_scenario_is_told(mprun: Mprun, recorded: Path) -> None:
    code, _, errors = mprun("check", "run.jsonl", "subject.yaml")
    assert code == 2
    assert errors.startswith("mprun: error: the scenario comes first: mprun check subject.yaml run.jsonl\n")


def test_all_times_of_a_recording_have_the_same_zero(mprun: Mprun) -> None:
    """The header is written before the run begins, its end is told by the run: both count from the header's zero."""
    scenario = mprun.write("queues: {q: {}}\nmain: [{print: hello}, {get: q}]")
    assert mprun(scenario, "--record", "run.jsonl")[0] == 1
    lines = [json.loads(line) for line in (mprun.folder / "run.jsonl").read_text().splitlines()]
    get = next(each for each in lines if each.get("op") == "get")
    assert lines[-1]["diagnosis"]["blocked"][0]["since"] == get["begin"]
    assert lines[-1]["time"] >= max(each["begin"] for each in lines if each["record"] == "call")


def test_lines_and_the_report_of_a_run_have_the_same_zero(mprun: Mprun) -> None:
    """A line that is shown live stands at the very time that the record has for it."""
    _, shown, _ = mprun(mprun.write("main: [{print: hello}]\nexpect: [{absence: hello}]"))
    rows = [line.split() for line in shown.splitlines() if line.endswith("hello") or "print hello" in line]
    live = float(rows[0][0])
    witness = float(next(row for row in rows[1:] if row[0].startswith("#"))[1])
    assert abs(live - witness) < 0.002
