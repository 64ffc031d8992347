"""`mprun golden` and `mprun accept`."""

from __future__ import annotations

from pathlib import Path

import pytest

from mprunner.cli import exitcodes
from mprunner.cli.main import main

SCENARIO = "name: subject\nmain: [{print: hello}, {print: world}]\nexpect: [{sequence: [hello, world]}]\n"


@pytest.fixture
def scenario(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("CI", raising=False)
    path = tmp_path / "subject.yaml"
    path.write_text(SCENARIO, encoding="utf-8")
    return path


def test_a_scenario_without_a_golden_says_how_to_make_one(
    scenario: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["golden", "subject.yaml"]) == exitcodes.BROKEN
    assert capsys.readouterr().out.splitlines() == [
        "subject.yaml: it has no golden",
        "  to accept it: mprun accept subject.yaml",
    ]


def test_what_is_accepted_is_the_same_afterwards(scenario: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["accept", "subject.yaml", "--runs", "2"]) == exitcodes.KEPT
    assert capsys.readouterr().out == "subject.yaml: written (subject.golden.yaml, from 2 runs)\n"
    assert main(["golden"]) == exitcodes.KEPT
    assert capsys.readouterr().out == "✓ subject.yaml: as its golden\n"


def test_what_differs_is_shown_waits_and_can_be_accepted(
    scenario: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["accept", "subject.yaml", "--runs", "1"])
    scenario.write_text(SCENARIO.replace("world", "moon"), encoding="utf-8")
    capsys.readouterr()
    assert main(["golden", "."]) == exitcodes.BROKEN
    shown = capsys.readouterr().out
    assert "subject.yaml: differs from subject.golden.yaml" in shown
    assert "moon" in shown
    assert main(["accept", "--pending"]) == exitcodes.BROKEN
    assert capsys.readouterr().out == "subject.golden.new.yaml\n"
    assert main(["accept", ".", "--runs", "1"]) == exitcodes.KEPT
    assert main(["accept", "--pending"]) == exitcodes.KEPT


def test_nothing_is_accepted_unattended(
    scenario: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CI", "true")
    assert main(["accept", "subject.yaml", "--runs", "1"]) == exitcodes.BROKEN
    assert "not accepted: CI is set" in capsys.readouterr().out
    assert sorted(path.name for path in scenario.parent.iterdir()) == ["subject.yaml"]


def test_a_run_with_more_processes_than_allowed_is_no_golden(
    scenario: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    scenario.write_text(
        "name: crowd\ntargets: {lasts: {steps: [{sleep: 600}]}}\nprocesses: {p: {target: lasts, replicas: 60}}\n",
        encoding="utf-8",
    )
    assert main(["accept", "subject.yaml", "--runs", "1", "--max-processes", "3"]) == exitcodes.BROKEN
    assert "a run could not be used: crashed" in " ".join(capsys.readouterr().out.split())
