"""`mprun replay`, `mprun explore --save` and `--confirm`, as users see them."""

from __future__ import annotations

import json
import os
import pty
import re
import select
import subprocess
import sys
import termios
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from mprunner.cli.main import main
from mprunner.exploring.confirming import Confirmation, Confirmed, Difference
from mprunner.recording.events import Ending, Recording
from mprunner.report.replays import confirmed_lines
from mprunner.report.schema import report_schema
from mprunner.report.style import Style
from mprunner.worlds.real.moves import Replayed

DEADLOCK = "scenarios/dining-deadlock.yaml"

COUNTER = """\
name: counter
values: {n: {type: i, lock: false}}
targets:
  add:
    steps:
      - set: {seen: "{n.value}"}
      - set: {n.value: "{seen + 1}"}
processes: {p: {target: add, replicas: 2}}
main: [{start: p}, {join: p}, {print: "{n.value}"}]
expect: [{existence: "2"}]
"""

LOST = """\
schedule: 1
steps:
  - p[0]: read n
  - p[1]: read n
  - p[0]: write n
"""


def test_the_schedule_of_the_page_loses_an_update(counter: Path, lost: Path) -> None:
    page = Path("docs/replay.md").read_text()
    [example] = re.findall(r"```\n(schedule: 1\n.*?)```", page, re.DOTALL)
    lost.write_text(example)
    assert 1 == main(["replay", str(counter), str(lost), "--times", "1", "-q"])


@pytest.fixture
def counter(tmp_path: Path) -> Path:
    path = tmp_path / "counter.yaml"
    path.write_text(COUNTER)
    return path


@pytest.fixture
def lost(tmp_path: Path) -> Path:
    path = tmp_path / "lost.yaml"
    path.write_text(LOST)
    return path


def test_a_lost_update_written_by_hand_breaks_the_promise_each_time(
    counter: Path, lost: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert 1 == main(["replay", str(counter), str(lost), "--times", "2"])
    told = capsys.readouterr()
    assert "✓ 2 of 2 replays followed the schedule (3 steps)" in told.out
    assert "in 2 of 2 runs" in told.out


def test_a_saved_schedule_is_replayed_and_ends_as_the_model_says(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert 0 == main(["explore", DEADLOCK, "--save", str(tmp_path), "-q"])
    saved = tmp_path / "dining-deadlock-deadlock-1.yaml"
    assert "# yaml" not in saved.read_text()
    assert 0 == main(["replay", DEADLOCK, str(saved), "--times", "2"])
    told = capsys.readouterr()
    assert "✓ 2 of 2 replays followed the schedule (12 steps)" in told.out
    assert "and hung" in told.out


def test_every_execution_is_confirmed_on_real_processes(capsys: pytest.CaptureFixture[str]) -> None:
    assert 0 == main(["explore", DEADLOCK, "--confirm=all", "-q"])
    assert "✓ 7 of 7 executions confirmed on real processes" in capsys.readouterr().out


def lines_of(capsys: pytest.CaptureFixture[str]) -> dict[str, dict[str, Any]]:
    """What `--json` has written, each line valid under the schema; by type, the last of each."""
    validator = jsonschema.Draft202012Validator(report_schema())
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    for line in lines:
        validator.validate(line)
    return {line["type"]: line for line in lines}


def test_what_was_confirmed_is_in_the_json_report(capsys: pytest.CaptureFixture[str]) -> None:
    assert 0 == main(["explore", "scenarios/queue-empty-lies.yaml", "--confirm=all", "--json"])
    told = lines_of(capsys)["confirmed"]
    assert ("all", 2, 2, []) == (told["which"], told["replayed"], told["confirmed"], told["failed"])


def test_what_became_of_replays_is_in_the_json_report(
    counter: Path, lost: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lost.write_text(LOST.replace("  - p[0]: write n", "  - p[0]: write n\n  - p[0]: write n, 2nd"))
    assert 6 == main(["replay", str(counter), str(lost), "--times", "2", "--json"])
    told = lines_of(capsys)["replay"]
    assert (4, 2, 0) == (told["steps"], told["played"], told["followed"])
    assert [(6, 4, "died")] * 2 == [(each["line"], each["step"], each["reason"]) for each in told["partings"]]


def test_an_execution_that_real_processes_do_not_confirm_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    confirmed = Confirmed("all", 2, 1, {"wake-up": 3}, ((2, departing()),))
    told = list(confirmed_lines(confirmed, Style(width=80, colour=False)))
    assert [
        "  ✗ 1 of 2 executions confirmed on real processes",
        "      not forced, only checked: 3 wake-up",
        "    the 2. of them: p, operation 1: the model has `read n (result=0)`, the",
        "    replay `read n (result=1)`",
    ] == told


def departing() -> Confirmation:
    difference = Difference("p", 1, "read n (result=0)", "read n (result=1)")
    nothing = Recording(
        "test", "test.yaml", "", "fork", "processes", "3.11", 0, 0.0, 1.0, 0, (), [], Ending("finished", 0)
    )
    return Confirmation(Replayed(3, None), nothing, (difference,), {"wake-up": 3})


def test_where_a_replay_parts_is_told_with_the_line_of_the_schedule(
    counter: Path, lost: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lost.write_text(LOST.replace("  - p[0]: write n", "  - p[0]: write n\n  - p[0]: write n, 2nd"))
    assert 6 == main(["replay", str(counter), str(lost), "--times", "1"])
    told = capsys.readouterr().out
    assert "✗ 0 of 1 replay followed the schedule (4 steps)" in told
    assert f"{lost}:6: step 4, `p[0]: write n, 2nd`, did not come: p[0] had ended" in told


def test_a_schedule_that_ends_otherwise_than_it_says_is_told(
    counter: Path, lost: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lost.write_text(LOST + "expect: {ending: hang}\n")
    assert 6 == main(["replay", str(counter), str(lost), "--times", "1"])
    assert "✗ it was to end as hang, and ended as finished" in capsys.readouterr().out


def test_a_change_of_the_scenario_is_told_where_the_schedule_parts(
    counter: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["explore", str(counter), "--save", str(tmp_path / "saved"), "-q"])
    counter.write_text(COUNTER.replace('"{seen + 1}"', '"{seen + n.value + 1}"'))
    assert 6 == main(
        ["replay", str(counter), str(tmp_path / "saved" / "counter-broken-1.yaml"), "--times", "1"]
    )
    told = capsys.readouterr().out
    assert "is at `read n, number 2`, which the schedule does not have there" in told
    assert "what the scenario does has changed since this schedule was written" in told


def test_what_is_wrong_in_a_schedule_is_shown_with_a_caret(
    counter: Path, lost: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lost.write_text(LOST.replace("p[1]: read n", "p[1]: raed n"))
    assert 3 == main(["replay", str(counter), str(lost)])
    told = capsys.readouterr().err
    assert f'{lost}:4:11: there is no operation "raed" [wrong-value]' in told
    assert '^^^^^^ did you mean "read" or "ready"?' in told


def test_stepping_needs_a_terminal(counter: Path, lost: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "mprunner", "replay", str(counter), str(lost), "--step"],
        stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert 2 == done.returncode
    assert "--step reads keys from a terminal" in done.stderr


class Terminal:
    """`mprun replay --step` at a terminal of 80 columns."""

    def __init__(self, *arguments: str) -> None:
        self.ours, theirs = pty.openpty()
        self.before = termios.tcgetattr(theirs)
        self.seen = ""
        self.process = subprocess.Popen(
            [sys.executable, "-m", "mprunner", "replay", *arguments, "--step"],
            stdin=theirs, stdout=theirs, stderr=theirs, env={**os.environ, "NO_COLOR": "1", "COLUMNS": "80"},
        )  # fmt: skip
        self.theirs = theirs

    def until(self, words: str) -> str:
        """What comes up to these words, which are waited for."""
        start = len(self.seen)
        while words not in self.seen[start:]:
            ready = select.select([self.ours], [], [], 60)[0]
            assert ready, f"no {words!r} in {self.seen[start:]!r}"
            self.seen += os.read(self.ours, 4096).decode()
        return self.seen[start:]

    def press(self, key: str) -> None:
        os.write(self.ours, key.encode())

    def end(self) -> int:
        code = self.process.wait(60)
        assert self.before == termios.tcgetattr(self.theirs)
        os.close(self.ours)
        os.close(self.theirs)
        return code


def test_a_replay_is_gone_through_by_hand_a_key_a_step(counter: Path, lost: Path) -> None:
    terminal = Terminal(str(counter), str(lost))
    terminal.until("next: p[0]: read n")
    terminal.press(" ")
    assert re.search(r"1  read n: 0\r\n +n = 0\r\n", terminal.until("next: p[1]: read n"))
    terminal.press("\n")
    terminal.until("next: p[0]: write n")
    terminal.press(" ")
    terminal.until("the schedule is at its end")
    terminal.until("1 of 1 replay followed the schedule")
    assert 1 == terminal.end()


def test_a_replay_by_hand_begins_again_and_is_quit(counter: Path, lost: Path) -> None:
    terminal = Terminal(str(counter), str(lost))
    terminal.until("next: p[0]: read n")
    terminal.press(" ")
    terminal.until("next: p[1]: read n")
    terminal.press("b")
    terminal.until("next: p[0]: read n")
    terminal.press("q")
    assert 130 == terminal.end()
