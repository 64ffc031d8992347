"""Saved recordings on the command line: loaded, or gone over in their files."""

from __future__ import annotations

from pathlib import Path

import pytest

from mprunner.cli import recordings
from mprunner.cli.main import main


def test_a_recording_that_stays_in_its_file_is_judged_and_shown_like_a_loaded_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("s.yaml").write_text(
        "name: subject\nqueues: {q: {}}\n"
        "targets: {t: {params: [n], steps: [{put: {queue: q, item: $n}}, {print: hello}, {raise: ValueError}]}}\n"
        "processes: {p: {target: t, replicas: 2, args: [$index]}}\n"
        "main: [{start: p}, {print: done}]\n"
        "expect: [{at_most_once: {print: hello}}, {existence: {print: done}}]\n"
    )
    main(["s.yaml", "--record", "run.jsonl"])
    capsys.readouterr()
    told: list[list[str]] = []
    for limit in (recordings.STREAMED, 0):
        monkeypatch.setattr(recordings, "STREAMED", limit)
        for command in (
            ["check", "-v", "s.yaml", "run.jsonl"],
            ["show", "run.jsonl"],
            ["show", "run.jsonl", "--prints"],
            ["show", "run.jsonl", "--around", "5", "--process", "main"],
        ):
            main(command)
            told.append(capsys.readouterr().out.splitlines())
    assert told[: len(told) // 2] == told[len(told) // 2 :]
