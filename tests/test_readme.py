"""The README's commands work as written, and its picture shows what mprun shows."""

from __future__ import annotations

import os
import re
import runpy
import shlex
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import cast
from xml.etree import ElementTree

import pytest

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
SHELL = re.findall(r"^```sh\n(.*?)\n```$", README, re.MULTILINE | re.DOTALL)
COMMANDS = re.findall(r"`(mprun [^`]+)`", README.partition("## What next")[2])
RUNNING = re.compile(r"mprun (scenarios/\S+|mine\.yaml)")


def draw() -> Callable[[str, str], str]:
    return cast("Callable[[str, str], str]", runpy.run_path(str(ROOT / "docs" / "draw_terminal.py"))["draw"])


def mprun(arguments: list[str], folder: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    environment = {key: value for key, value in os.environ.items() if key not in ("NO_COLOR", "FORCE_COLOR")}
    environment |= {"PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1", **variables}
    return subprocess.run(
        [sys.executable, "-m", "mprunner", *arguments],
        cwd=folder, env=environment, capture_output=True, encoding="utf-8", timeout=120, check=False,
    )  # fmt: skip


def test_there_are_two_command_blocks_one_to_run_and_one_to_test() -> None:
    assert len(SHELL) == 2
    run, test = SHELL
    assert "pip install -q . && .venv/bin/mprun scenarios/lock.yaml" in run
    assert (ROOT / "scenarios" / "lock.yaml").is_file()
    assert test.endswith(".venv/bin/python -m pytest -n auto")


def test_the_check_runs_the_tests_as_the_readme_does() -> None:
    check = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    test = SHELL[1]
    for words in ("-m venv", "-e", "-m pytest -n auto"):
        assert words in test
        assert words in check
    assert "'.[test]'" in test
    assert re.search(r"^environment .* test", check, re.MULTILINE)
    assert re.search(r"^test = \[", (ROOT / "pyproject.toml").read_text(encoding="utf-8"), re.MULTILINE)


@pytest.mark.slow
def test_every_command_of_the_table_works_as_written(tmp_path: Path) -> None:
    (tmp_path / "scenarios").symlink_to(ROOT / "scenarios")
    assert len(COMMANDS) >= 10
    for command in COMMANDS:
        arguments = shlex.split(command)[1:]
        if RUNNING.match(command) and "--time-scale" not in arguments:
            arguments += ["--time-scale", "0.02"]
        done = mprun(arguments, tmp_path)
        assert (done.returncode, done.stderr) == (0, ""), f"{command}\n{done.stdout}"


def test_a_drawing_keeps_words_columns_and_colours() -> None:
    picture = draw()("\x1b[32m✓\x1b[0m kept  \x1b[2m1 < 2\x1b[0m\n", "$ mprun x")
    texts = [
        (each.text, each.get("x"), each.get("fill"), each.get("opacity"))
        for each in ElementTree.fromstring(picture).iter("{http://www.w3.org/2000/svg}text")
    ]
    assert texts == [
        ("$ mprun x", "16", None, None),
        ("✓", "16", "#7ee787", None),
        ("kept", "32.8", None, None),
        ("1 < 2", "83.2", None, "0.65"),
    ]


def test_the_picture_shows_the_lines_and_promises_of_the_lock_scenario(tmp_path: Path) -> None:
    (tmp_path / "scenarios").symlink_to(ROOT / "scenarios")
    arguments = ["scenarios/lock.yaml", "--time-scale", "0.02"]
    done = mprun(arguments, tmp_path, FORCE_COLOR="1", COLUMNS="100")
    fresh = promises_and_prints(draw()(done.stdout, "$ mprun scenarios/lock.yaml"))
    assert fresh == promises_and_prints((ROOT / "docs" / "lock.svg").read_text(encoding="utf-8"))


def promises_and_prints(picture: str) -> set[str]:
    """What is the same in every run: the printed lines (either process may be first) and the promises."""
    texts = [
        each.text or "" for each in ElementTree.fromstring(picture).iter("{http://www.w3.org/2000/svg}text")
    ]
    told = re.compile(r"│ add|mutual exclusion|prints never|sequence|sometimes|exit codes|passed")
    return {each.removeprefix("│ ") for each in texts if told.match(each)}
