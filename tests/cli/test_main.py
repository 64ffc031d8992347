"""The command line as such: help, what is taken for what, completion, how errors leave."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from mprunner.cli import exitcodes, paths
from mprunner.cli.errors import handled
from mprunner.cli.main import COMMANDS, main, means_run
from mprunner.cli.selection import parse_selection
from mprunner.errors import InternalError, RunError, UsageError

ROOT = Path(__file__).parents[2]


def mprun(*arguments: str, cwd: Path = ROOT, **options: object) -> subprocess.CompletedProcess[str]:
    environ = {**os.environ, "PYTHONPATH": str(ROOT), **options.pop("environ", {})}  # type: ignore[dict-item]
    return subprocess.run(
        [sys.executable, "-m", "mprunner", *arguments],
        cwd=cwd, capture_output=True, text=True, env=environ, check=False, **options,  # type: ignore[call-overload]
    )  # fmt: skip


def test_help_lists_every_command_and_every_exit_code() -> None:
    done = mprun("--help")
    assert done.returncode == exitcodes.KEPT
    assert [name for name in COMMANDS if f"\n  {name} " not in done.stdout] == []
    assert [code for code, meaning in exitcodes.TABLE if f"{code:>3}  {meaning}" not in done.stdout] == []


def test_without_arguments_there_is_help_and_exit_code_2(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == exitcodes.USAGE
    told = capsys.readouterr()
    assert (told.out.startswith("Usage: mprun"), told.err) == (True, "")


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([name, "--help"]) == exitcodes.KEPT
    assert f"mprun {name}" in capsys.readouterr().out


def test_the_version_is_that_of_the_project() -> None:
    project = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    done = mprun("--version")
    name, version = done.stdout.split()
    assert (name, f'version = "{version}"' in project) == ("mprunner", True)


@pytest.mark.parametrize(
    ("first", "expected"),
    [
        ("scenarios/nowhere.yaml", True),
        ("nowhere.yml", True),
        ("./list", True),
        ("-", True),
        ("-v", True),
        ("--runs", True),
        ("scenarios", True),
        ("list", False),
        ("--help", False),
        ("--version", False),
        ("nowhere", False),
    ],
)
def test_a_first_argument_that_is_a_path_or_an_option_of_run_means_run(first: str, expected: bool) -> None:
    assert means_run(first) is expected


@pytest.mark.parametrize(
    ("arguments", "first_line"),
    [
        (["valdate"], 'mprun: error: "valdate" is neither a command nor a file. Did you mean "validate"?'),
        (
            ["lock-wiht"],
            'mprun: error: "lock-wiht" is neither a command nor a file. Did you mean "scenarios/lock-with.yaml"',
        ),
        (
            ["scenarios/lok-with.yaml"],
            'no such file or folder: scenarios/lok-with.yaml; did you mean "scenarios/lock-with.yaml"',
        ),
        (["run"], "mprun: error: no scenario is given"),
        (["scenarios", "--rnus", "3"], "No such option"),
        (["scenarios", "--runs", "0"], "--runs"),
        (["scenarios", "--timeout", "0"], "--timeout"),
        (["scenarios", "--max-processes", "0"], "--max-processes"),
        (["scenarios", "-D", "novalue"], "'novalue' is not of the form name=value"),
        (["scenarios", "-q", "-v"], "-q and -v contradict each other"),
        (["scenarios", "-k", "lock and"], "-k 'lock and': a word is missing at the end"),
    ],
)
def test_a_wrong_command_line_says_so_in_its_first_line(
    arguments: list[str], first_line: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT)
    assert main(arguments) == exitcodes.USAGE
    told = capsys.readouterr()
    assert told.out == ""
    assert first_line in told.err.splitlines()[0]


@pytest.mark.parametrize(
    ("codes", "expected"),
    [
        ([], 5),
        ([0], 0),
        ([0, 6], 6),
        ([1, 6], 1),
        ([4, 1], 4),
        ([3, 4], 3),
        ([130, 3], 130),
        ([70, 130], 70),
        ([0, 0], 0),
    ],
)
def test_of_several_exit_codes_the_worst_wins(codes: list[int], expected: int) -> None:
    assert exitcodes.worst(codes) == expected


@pytest.mark.parametrize(
    ("expression", "text", "expected"),
    [
        ("lock", "scenarios/lock.yaml", True),
        ("LOCK", "scenarios/lock.yaml", True),
        ("lock and spawn", "lock[spawn-2]", True),
        ("lock and not spawn", "lock[spawn-2]", False),
        ("queue or lock and spawn", "queue", True),
        ("(queue or lock) and spawn", "queue", False),
        ("not not lock", "lock", True),
        ("[spawn-2]", "lock[spawn-2]", True),
    ],
)
def test_scenarios_are_selected_by_expression(expression: str, text: str, expected: bool) -> None:
    assert parse_selection(expression)([text]) is expected


@pytest.mark.parametrize(
    "expression", ["", "and", "lock or", "(lock", "lock)", "not", "a b", "(" * 1000 + "a"]
)
def test_a_selection_that_does_not_parse_is_a_wrong_command_line(expression: str) -> None:
    with pytest.raises(UsageError, match="-k"):
        parse_selection(expression)


def test_folders_give_their_scenarios_sorted_and_once(tmp_path: Path) -> None:
    for name in ("b.yaml", "a.yml", "a.golden.yaml", ".hidden.yaml", "note.txt", "sub/c.yaml", ".git/d.yaml"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    found = paths.scenario_files([str(tmp_path / "b.yaml"), str(tmp_path)])
    assert [os.path.relpath(path, tmp_path) for path in found] == ["b.yaml", "a.yml", "sub/c.yaml"]


def completions(line: str, cwd: Path) -> list[str]:
    words = line.split(" ")
    done = mprun(
        cwd=cwd,
        environ={"_MPRUN_COMPLETE": "bash_complete", "COMP_WORDS": line, "COMP_CWORD": str(len(words) - 1)},
    )
    assert done.stderr == ""
    return [row.partition(",")[2] for row in done.stdout.splitlines()]


def test_completion_knows_commands_options_and_scenario_files(tmp_path: Path) -> None:
    for name in ("scenarios/lock.yaml", "scenarios/queue.yaml", "scenarios/notes.txt"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    assert completions("mprun sc", tmp_path) == ["schema", "scenarios/lock.yaml", "scenarios/queue.yaml"]
    assert completions("mprun scenarios/lock.yaml --ru", tmp_path) == ["--runs"]
    assert completions("mprun --ru", tmp_path) == ["--runs"]
    assert completions("mprun validate scenarios/l", tmp_path) == ["scenarios/lock.yaml"]
    assert completions("mprun new x --like pool", tmp_path) == ["pool", "pool-queue"]


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_scripts_name_the_program(shell: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["completion", shell]) == exitcodes.KEPT
    script = capsys.readouterr().out
    assert "_MPRUN_COMPLETE" in script
    assert "mprun" in script


def test_a_bug_of_ours_is_reported_with_versions_and_a_short_traceback(
    capsys: pytest.CaptureFixture[str],
) -> None:
    try:
        raise InternalError("the machine stands on no instruction")
    except InternalError as error:
        code = handled(error)
    told = capsys.readouterr().err
    assert code == exitcodes.BUG
    assert (
        told.splitlines()[0] == "mprun: internal error: InternalError: the machine stands on no instruction"
    )
    assert "mprunner 0." in told
    assert "Python 3." in told
    assert "test_main.py" in told


@pytest.mark.parametrize(
    ("error", "code", "first_line"),
    [
        (UsageError("no such thing"), exitcodes.USAGE, "mprun: error: no such thing"),
        (RunError("no processes left"), exitcodes.UNFINISHED, "mprun: error: no processes left"),
        (KeyboardInterrupt(), exitcodes.INTERRUPTED, "mprun: interrupted"),
    ],
)
def test_each_kind_of_error_has_its_exit_code(
    error: BaseException, code: int, first_line: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert handled(error) == code
    assert capsys.readouterr().err.splitlines()[0] == first_line


def test_no_traceback_when_the_reader_of_the_output_has_gone() -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "mprunner", "--help"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.close()
    with process:
        told = process.stderr.read()
    assert (told, process.returncode) == ("", exitcodes.NOT_READ)


@pytest.mark.parametrize("closed", [1, 2])
def test_a_closed_standard_stream_is_no_trouble(closed: int) -> None:
    done = subprocess.run(
        ["/bin/sh", "-c", f'exec "$0" -m mprunner list scenarios {closed}>&-', sys.executable],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (exitcodes.KEPT, "")


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="no device that is always full")
def test_a_full_device_under_the_report_is_told_in_one_line() -> None:
    with open("/dev/full", "w", encoding="utf-8") as full:
        done = subprocess.run(
            [sys.executable, "-m", "mprunner", "--help"],
            cwd=ROOT, stdout=full, stderr=subprocess.PIPE, text=True, check=False,
        )  # fmt: skip
    assert done.returncode == exitcodes.UNFINISHED
    assert done.stderr == "mprun: error: the system refused: [Errno 28] No space left on device\n"
