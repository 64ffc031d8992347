"""`mprun PATH...` on real processes: what is shown, and the exit code of every way to end."""

from __future__ import annotations

import io
import json
import os
import signal
import subprocess
import sys
import time
from itertools import pairwise
from pathlib import Path

import pytest

from mprunner.cli import exitcodes
from mprunner.cli.main import main
from mprunner.recording.loading import load
from tests.cli.test_main import ROOT, mprun

HEADER = "name: subject\n"
PRINTS = "main: [{print: hello}, {print: world}]\n"

KEPT = HEADER + PRINTS + "expect: [{sequence: [hello, world]}]\n"
BROKEN = HEADER + PRINTS + "expect:\n  - precedence: [world, hello]\n"
OPEN = HEADER + PRINTS + "expect:\n  - precedence: [world, hello]\n    holds: sometimes\n"
HALF_OPEN = KEPT.replace("]}]", "]}, {precedence: [world, hello], holds: sometimes}]")
DEADLOCK = """\
name: subject
locks: {lock: {}}
main:
  - acquire: lock
  - acquire: lock
"""
PROMISED = DEADLOCK + "expect: [{deadlock: {}}]\n"
SLEEPS = HEADER + "main: [{print: hello}, {sleep: 600}]\nexpect: [{existence: hello}]\n"
FAILS = HEADER + "main: [{raise: {ValueError: boom}}]\nexpect: []\n"
NOT_THREADS = KEPT + "not_under: {threads: it needs pids}\n"
INVALID = HEADER + "main: [{pint: hello}]\n"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("FORCE_COLOR", raising=False)
    return tmp_path


def write(folder: Path, text: str, name: str = "subject.yaml") -> str:
    (folder / name).write_text(text, encoding="utf-8")
    return name


@pytest.mark.parametrize(
    ("text", "options", "code", "closing"),
    [
        (KEPT, [], exitcodes.KEPT, "passed · 1 run"),
        (BROKEN, [], exitcodes.BROKEN, "failed · 1 of "),
        (FAILS, [], exitcodes.BROKEN, "failed · 1 of "),
        (DEADLOCK, [], exitcodes.BROKEN, "failed · 1 of "),
        (PROMISED, [], exitcodes.KEPT, "passed · hung (self-lock) after "),
        (SLEEPS, ["--timeout", "0.3"], exitcodes.UNFINISHED, "unfinished · "),
        (OPEN, [], exitcodes.INCONCLUSIVE, "inconclusive · 1 open · 1 run"),
        (HALF_OPEN, [], exitcodes.KEPT, "passed · 1 open · 1 run"),
        (HALF_OPEN, ["--require-sometimes"], exitcodes.INCONCLUSIVE, "inconclusive · 1 open · 1 run"),
    ],
    ids=["kept", "broken", "exception", "deadlock", "promised", "deadline", "open", "half-open", "required"],
)
def test_every_way_to_end_has_its_exit_code_and_closing_line(
    text: str, options: list[str], code: int, closing: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([write(folder, text), *options]) == code
    assert capsys.readouterr().out.splitlines()[-1].startswith(closing)


CROWD = """\
name: subject
targets: {lasts: {steps: [{sleep: 600}]}}
processes: {p: {target: lasts, replicas: 4}}
"""


def test_a_run_with_more_processes_than_allowed_is_ended_and_told_how_to_allow_them(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([write(folder, CROWD), "--max-processes", "3"]) == exitcodes.UNFINISHED
    told = capsys.readouterr().out
    sentence = " ".join(told.split())
    assert "subject.yaml: ended by mprun (too many processes) after " in sentence
    assert "More than 3 processes were alive at once, which is the limit, so mprun ended the run" in sentence
    assert "`--max-processes 6` lets twice as many live." in sentence
    assert told.splitlines()[-1].startswith("unfinished · ended by mprun (too many processes) after ")


def test_a_run_shows_lines_promises_and_no_escape_codes(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    main([write(folder, KEPT)])
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "subject.yaml"
    assert [line[7:] for line in lines[1:3]] == ["  main │ hello", "  main │ world"]
    assert lines[3].startswith("  ✓ sequence hello → world")
    assert "\x1b" not in "\n".join(lines)


def test_colour_is_used_when_it_is_asked_for(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main([write(folder, KEPT), "--color", "always"])
    assert "\x1b[32m✓\x1b[0m" in capsys.readouterr().out


def test_what_a_scenario_prints_can_not_control_the_terminal(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = HEADER + 'main: [{print: "\\e[2J\\x07\\u202e"}]\nexpect: []\n'
    assert main([write(folder, text)]) == exitcodes.KEPT
    assert "│ \\x1b[2J\\x07\\u202e" in capsys.readouterr().out


def test_a_broken_promise_begins_with_its_place(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main([write(folder, BROKEN)])
    lines = capsys.readouterr().out.splitlines()
    (place,) = [number for number, line in enumerate(lines) if line.startswith("subject.yaml:4:5: broken: ")]
    assert lines[place].endswith("[precedence]")
    assert lines[place + 1] == "  4 |   - precedence: [world, hello]"


def test_quiet_is_a_line_for_each_scenario(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(folder, KEPT, "a.yaml")
    write(folder, KEPT, "b.yaml")
    assert main([".", "-q"]) == exitcodes.KEPT
    lines = capsys.readouterr().out.splitlines()
    assert [line.partition(" · ")[0] for line in lines] == ["a.yaml: passed", "b.yaml: passed", "2 passed"]


def test_invalid_files_are_told_and_the_others_run(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(folder, INVALID, "a.yaml")
    write(folder, KEPT, "b.yaml")
    assert main(["a.yaml", "b.yaml"]) == exitcodes.INVALID
    told = capsys.readouterr()
    assert told.err.splitlines()[0].startswith('a.yaml:2:9: unknown step "pint"')
    assert told.out.splitlines()[-1].startswith("1 passed, 1 invalid · ")


def test_fail_fast_stops_after_the_first_that_does_not_pass(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(folder, BROKEN, "a.yaml")
    write(folder, KEPT, "b.yaml")
    assert main([".", "-x", "-q"]) == exitcodes.BROKEN
    assert "b.yaml" not in capsys.readouterr().out


@pytest.mark.parametrize(
    ("options", "ran"),
    [
        (["-k", "one"], ["one"]),
        (["-k", "not one"], ["two"]),
        (["--tag", "slow"], ["two"]),
        (["-k", "slow"], ["two"]),
    ],
)
def test_scenarios_are_selected_by_words_and_tags(
    options: list[str], ran: list[str], folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(folder, KEPT.replace("subject", "one"), "one.yaml")
    write(folder, KEPT.replace("subject", "two") + "tags: [slow]\n", "two.yaml")
    assert main([".", "--json", *options]) == exitcodes.KEPT
    objects = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert ran == [each["name"] for each in objects if each["type"] == "result"]


def test_nothing_selected_exits_with_5(folder: Path) -> None:
    write(folder, KEPT)
    assert main([".", "-k", "nothing"]) == exitcodes.NOTHING


def test_what_can_not_run_as_asked_is_skipped_with_its_reason(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([write(folder, NOT_THREADS), "--backend", "threads"]) == exitcodes.NOTHING
    assert capsys.readouterr().out == "subject.yaml: skipped: not under threads: it needs pids\n"


def test_json_is_one_object_a_line_and_ends_with_the_summary(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([write(folder, BROKEN), "--json"]) == exitcodes.BROKEN
    objects = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [each["text"] for each in objects if each["type"] == "line"] == ["hello", "world"]
    assert (objects[0]["type"], objects[-1]["type"], objects[-1]["exit_code"]) == ("start", "summary", 1)


def test_a_scenario_from_standard_input(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(KEPT.encode())))
    assert main(["-"]) == exitcodes.KEPT
    assert capsys.readouterr().out.splitlines()[0] == "<stdin>"


def test_many_runs_are_told_apart_and_counted(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([write(folder, KEPT), "--runs", "3"]) == exitcodes.KEPT
    lines = capsys.readouterr().out.splitlines()
    assert lines[1].split() == ["RESULT", "RUNS", "SHARE", "FIRST"]
    assert lines[2].split() == ["main:", "hello,", "world", "3", "100.0", "%", "run", "1"]
    assert "in each of 3 runs" in lines[3]


def test_a_recording_is_saved_checked_and_shown(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = write(folder, KEPT)
    assert main([path, "--record", "run.jsonl"]) == exitcodes.KEPT
    assert "  recorded in run.jsonl (`mprun show run.jsonl`)" in capsys.readouterr().out.splitlines()
    assert main(["check", path, "run.jsonl"]) == exitcodes.KEPT
    assert "  ✓ sequence hello → world" in capsys.readouterr().out
    assert main(["check", write(folder, BROKEN, "other.yaml"), "run.jsonl"]) == exitcodes.BROKEN
    assert "other.yaml:4:5: broken: " in capsys.readouterr().out
    assert main(["show", "run.jsonl", "--process", "main"]) == exitcodes.KEPT
    assert "print hello" in capsys.readouterr().out
    assert main(["show", "run.jsonl", "--prints"]) == exitcodes.KEPT
    assert "main │ hello" in capsys.readouterr().out


def test_check_does_not_advise_to_run_again_what_is_on_record(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = write(folder, HALF_OPEN)
    assert main([path, "--record", "run.jsonl"]) == exitcodes.KEPT
    assert "not seen (try `--runs 100`)" in capsys.readouterr().out
    assert main(["check", path, "run.jsonl"]) == exitcodes.KEPT
    assert '  · sometimes "world" before "hello"   not seen in this recording' in capsys.readouterr().out


def test_recordings_of_several_runs_are_numbered(folder: Path) -> None:
    assert main([write(folder, KEPT), "--runs", "3", "--record", "run.jsonl"]) == exitcodes.KEPT
    assert sorted(path.name for path in folder.glob("*.jsonl")) == ["run-2.jsonl", "run-3.jsonl", "run.jsonl"]


def test_a_recording_that_says_nothing_of_how_processes_start_is_checked(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = [
        {"record": "recording", "version": 1, "scenario": "subject"},
        *(
            {
                "record": "call",
                "op": "print",
                "process": "main",
                "begin": at,
                "end": at,
                "values": {"text": text},
            }
            for at, text in enumerate(["hello", "world"], 1)
        ),
        {"record": "process", "name": "main", "exitcode": 0},
        {"record": "ending", "how": "finished", "time": 3},
    ]
    write(folder, "".join(f"{json.dumps(line)}\n" for line in lines), "run.jsonl")
    assert main(["check", write(folder, KEPT), "run.jsonl"]) == exitcodes.KEPT
    assert "subject.yaml" == capsys.readouterr().out.splitlines()[0]


@pytest.mark.parametrize(
    ("arguments", "code", "first_line"),
    [
        (
            ["subject.yaml", "--record", "nowhere/run.jsonl"],
            exitcodes.USAGE,
            "nowhere/run.jsonl: can't write",
        ),
        (["subject.yaml", "--record", "-"], exitcodes.USAGE, "--record - would mix"),
        ([".", "--record", "subject.yaml"], exitcodes.USAGE, "--record subject.yaml would overwrite"),
        (["show", "rum.jsonl"], exitcodes.USAGE, 'no such recording: rum.jsonl; did you mean "run.jsonl"?'),
        (["show", "run.jsonl"], exitcodes.INVALID, "run.jsonl:1: "),
        (["check", "subject.yaml", "run.jsonl"], exitcodes.INVALID, "run.jsonl:1: "),
    ],
)
def test_what_is_wrong_with_a_recording_is_said_in_the_first_line(
    arguments: list[str], code: int, first_line: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(folder, KEPT)
    write(folder, '{"record": "nonsense"}\n', "run.jsonl")
    assert main(arguments) == code
    assert first_line in capsys.readouterr().err.splitlines()[0]


def start(folder: Path, *arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "mprunner", *arguments],
        cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip


def test_ctrl_c_ends_the_run_and_still_reports(folder: Path) -> None:
    with start(folder, write(folder, SLEEPS)) as process:
        assert process.stdout is not None
        seen = [process.stdout.readline(), process.stdout.readline()]
        process.send_signal(signal.SIGINT)
        rest, errors = process.communicate(timeout=30)
    assert seen[1].endswith("│ hello\n")
    assert "is in `sleep` for" in rest
    assert rest.splitlines()[-1].startswith("interrupted · ")
    assert (errors, process.returncode) == ("", exitcodes.INTERRUPTED)


def wait_for_text(path: Path, text: str) -> None:
    deadline = time.monotonic() + 30
    while not path.exists() or text not in path.read_text():
        assert time.monotonic() < deadline, "it was not recorded while the run went on"
        time.sleep(0.01)


def test_a_killed_mprun_leaves_a_recording_of_what_went_on(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = write(folder, SLEEPS)
    with start(folder, path, "--record", "run.jsonl") as process:
        wait_for_text(folder / "run.jsonl", "hello")
        process.kill()
        process.communicate(timeout=30)
    assert main(["check", path, "run.jsonl"]) == exitcodes.UNFINISHED
    assert '  ✓ some "hello"   1 time' in capsys.readouterr().out.splitlines()


def test_a_killed_mprun_leaves_a_recording_of_what_was_going_on(folder: Path) -> None:
    waits = HEADER + (
        "locks: {l: {}}\ntargets: {t: {steps: [{acquire: l}]}}\nprocesses: {p: {target: t}}\n"
        "main: [{acquire: l}, {start: p}, {sleep: 600}]\nexpect: []\n"
    )
    with start(folder, write(folder, waits), "--runs", "2", "--record", "run.jsonl") as process:
        wait_for_text(folder / "run.jsonl", '"op":"acquire","process":"p"')
        process.kill()
        process.communicate(timeout=30)
    unfinished = [call for call in load("run.jsonl").calls if call.end is None]
    assert {("p", "acquire", "l")} <= {(call.process, call.operation, call.object) for call in unfinished}


@pytest.mark.parametrize("backend", ["processes", "threads"])
def test_every_call_of_a_run_is_in_its_recording_once(folder: Path, backend: str) -> None:
    text = HEADER + (
        "targets: {t: {steps: [{sleep: 0.3}]}}\nprocesses: {p: {target: t}}\n"
        "main: [{start: p}, {join: p}]\nexpect: []\n"
    )
    assert main([write(folder, text), "--record", "run.jsonl", "--backend", backend]) == exitcodes.KEPT
    told = sorted((call.process, call.operation) for call in load("run.jsonl").calls)
    assert [
        ("main", "begin"), ("main", "exit"), ("main", "join"), ("main", "start"),
        ("p", "begin"), ("p", "exit"), ("p", "sleep"),
    ] == told  # fmt: skip


def test_each_run_of_a_series_has_a_file_and_a_zero_of_its_own(folder: Path) -> None:
    text = HEADER + "main: [{sleep: 0.1}]\nexpect: []\n"
    assert main([write(folder, text), "--runs", "3", "--record", "run.jsonl"]) == exitcodes.KEPT
    saved = [load(name) for name in ("run.jsonl", "run-2.jsonl", "run-3.jsonl")]
    first = saved[0].seed
    assert [first, first + 1, first + 2] == [recording.seed for recording in saved]
    for before, after in pairwise(saved):
        assert before.calls[-1].begin <= after.origin <= after.calls[0].begin


def test_a_reader_that_goes_away_ends_the_run_quietly(folder: Path) -> None:
    text = HEADER + 'main: [{while: true, steps: [{print: "again"}, {sleep: 0.01}]}]\nexpect: []\n'
    with start(folder, write(folder, text)) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.readline()
        process.stdout.close()
        errors = process.stderr.read()
        process.wait(timeout=30)
    assert (errors, process.returncode) == ("", exitcodes.NOT_READ)


def test_python_m_mprunner_is_the_same(folder: Path) -> None:
    done = mprun(write(folder, BROKEN), "-q", cwd=folder)
    assert (done.returncode, done.stderr) == (exitcodes.BROKEN, "")


def test_a_saved_recording_has_the_end_of_each_process_once(folder: Path) -> None:
    text = (
        HEADER + "targets: {t: {steps: [pass]}}\nprocesses: {p1: {target: t}, p2: {target: t}}\nexpect: []\n"
    )
    main([write(folder, text), "--record", "run.jsonl"])
    lines = [json.loads(line) for line in (folder / "run.jsonl").read_text().splitlines()]
    # One that lasted until it was looked at has another line with its end.
    exits = [line for line in lines if line.get("op") == "exit"]
    assert ["main", "p1", "p2"] == sorted(line["process"] for line in exits if line["record"] == "call")
    assert ["main", "p1", "p2"] == sorted(line["process"] for line in exits if "end" in line)
