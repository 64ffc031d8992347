"""`mprun explain`."""

from __future__ import annotations

from pathlib import Path

import pytest

from mprunner.cli import exitcodes
from mprunner.cli.main import main

TEXT = """\
locks: {lock: }
targets:
  work: {steps: [{with: lock, steps: [{print: hello}]}]}
processes: {p1: {target: work}}
expect:
  - mutual_exclusion: lock
  - count: hello
    exactly: 1
  - exitcodes: {p1: 0}
"""


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.chdir(tmp_path)
    Path("mine.yaml").write_text(TEXT, encoding="utf-8")
    return "mine.yaml"


def test_it_shows_each_promise_with_its_place(file: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", file]) == exitcodes.KEPT
    told = capsys.readouterr().out.split("\n\n")
    assert [
        "mine.yaml:6  mutual exclusion of lock",
        'mine.yaml:7  "hello" exactly once',
        "mine.yaml:9  exit codes p1 0",
    ] == [block.splitlines()[0] for block in told]
    assert told[1].splitlines()[1:] == [
        "  core      - count: a",
        "              exactly: 1",
        '  where     a = "hello"',
        "  LTLf      F a & !F(a & X F a)",
        "  kept by   a",
        "  broken by (no event)",
    ]
    assert told[2].splitlines()[1:] == [
        "  judged by how the run ends, not by the order of events",
        "  means     each process that is named ended with that exit code (a negative one",
        "            is a signal)",
    ]


@pytest.mark.parametrize("line", [7, 8])
def test_it_shows_the_promise_of_a_line(file: str, line: int, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", f"{file}:{line}"]) == exitcodes.KEPT
    assert capsys.readouterr().out.startswith('mine.yaml:7  "hello" exactly once\n')


def test_a_line_without_a_promise_is_told(file: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", f"{file}:2"]) == exitcodes.USAGE
    assert "no promise stands in line 2 of mine.yaml" in capsys.readouterr().err
