"""Whatever stands on the command line, in a file, in a folder or on standard input: a message, an exit code, no traceback."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from .conftest import Mprun

HOSTILE: dict[str, bytes] = {
    "empty": b"",
    "blank": b"\n  \n# nothing\n",
    "null": b"null\n",
    "list": b"- a\n- b\n",
    "text": b"just words\n",
    "number": b"42\n",
    "bom-only": b"\xef\xbb\xbf",
    "utf-16": "name: x\n".encode("utf-16"),
    "not-utf-8": b"name: \xff\xfe\xfa\n",
    "nul": b"name: a\0b\n",
    "escape-code": b"name: \x1b[31mred\n",
    "escaped-escape-code": b'tags: ["\\e[31mred"]\nmain: [pass]\nexpect: []\n',
    "key-with-escape-code": b'"\\e[2Jname": x\n',
    "tab": b"main:\n\t- pass\n",
    "two-documents": b"name: a\n---\nname: b\n",
    "duplicate-key": b"name: a\nname: b\nmain: [pass]\nexpect: []\n",
    "brace": b"main:\n  - print: {x}\nexpect: []\n",
    "brace-deep": b"main: [{repeat: 2, steps: [{if: true, then: [{print: {x}: y}]}]}]\nexpect: []\n",
    "comment-cuts": b"main:\n  - print: a #b\nexpect: [{output: a #b}]\n",
    "full-width": "main\uff1a\n  - print\uff1a x\n".encode(),
    "no-break-space": "main:\n\u00a0 - pass\n".encode(),
    "bomb": b"a: &a [x]\n" + b"".join(
        b"x-%d: &b%d [%s]\n" % (n, n, b", ".join([b"*b%d" % (n - 1) if n else b"*a"] * 9)) for n in range(9)
    ),
    "recursive": b"x-a: &a [*a]\nmain: [pass]\nexpect: []\n",
    "merge": b"targets:\n  t: {<<: 1, steps: [pass]}\n",
    "tag": b"main: !!python/object/apply:os.system ['echo pwned']\n",
    "unclosed": b"main: [{print: 'x\n",
    "deep-flow": b"main: " + b"[" * 5000,
    "deep-block": b"\n".join(b" " * n + b"a:" for n in range(2000)),
    "wide": b"main: [" + b"pass, " * 200_000 + b"pass]\nexpect: [{nonsense: 1}]\n",
    "long-line": b"name: " + b"x" * 1_000_000 + b"\nmian: [pass]\n",
    "deep-expression": b'main: [{print: "{' + b"(" * 3000 + b"1" + b")" * 3000 + b'}"}]\nexpect: []\n',
    "escape-hatch": b"main: [{print: \"{().__class__.__bases__}\"}]\nexpect: []\n",
    "norway": b"processes: {p: {target: t, daemon: no}}\ntargets: {t: {steps: [pass]}}\nexpect: []\n",
    "missing-target": b"processes: {p: {target: wrok}}\ntargets: {work: {steps: [pass]}}\nexpect: []\n",
    "own-parent": b"processes: {p: {target: t, parent: p}}\ntargets: {t: {steps: [{start: p}]}}\nexpect: []\n",
    "huge-replicas": b"processes: {p: {target: t, replicas: 99999999999}}\ntargets: {t: {steps: [pass]}}\nexpect: []\n",
    "huge-count": b"locks: {l: {count: 1000000000}}\nmain: [{acquire: l}]\nexpect: []\n",
    "huge-float": b"timeout: 1e999\nmain: [pass]\nexpect: []\n",
    "huge-integer": b"main: [{sleep: " + b"9" * 5000 + b"}]\nexpect: []\n",
    "negative-timeout": b"timeout: -1\nmain: [pass]\nexpect: []\n",
}  # fmt: skip


@pytest.fixture
def files(mprun: Mprun) -> list[str]:
    for name, text in HOSTILE.items():
        (mprun.folder / f"{name}.yaml").write_bytes(text)
    return [f"{name}.yaml" for name in HOSTILE]


@pytest.mark.parametrize("command", [["validate"], []], ids=["validate", "run"])
def test_every_hostile_file_is_refused_in_words(mprun: Mprun, files: list[str], command: list[str]) -> None:
    code, _, errors = mprun(*command, *files)
    assert code == 3
    refused = {
        found.group(1) for found in re.finditer(r"^([\w-]+)\.yaml(?::\d+:\d+)?: .*\]$", errors, re.MULTILINE)
    }
    assert sorted(set(HOSTILE) - refused) == []
    assert "\x1b" not in errors
    assert "\0" not in errors


@pytest.mark.parametrize("text", ["", "# nothing\n", ": : {", "name: x\nmian: [pass]\n"])
def test_standard_input_is_read_as_a_file_is(mprun: Mprun, text: str) -> None:
    (mprun.folder / "input").write_text(text)
    for command in (["validate", "-"], ["-"]):
        code, _, errors = mprun(*command, shell='exec "$@" < input')
        assert code == 3
        assert re.match(r"<stdin>:\d+:\d+: ", errors)


def test_a_closed_standard_input_is_told(mprun: Mprun) -> None:
    code, _, errors = mprun("-", shell='exec "$@" <&-')
    assert code in (2, 3)
    assert len(errors.splitlines()[0]) > 0


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["empty"], 5, "mprun: nothing to run: there is no scenario (*.yaml) in empty"),
        (
            ["fine.yaml", "-k", "other"],
            5,
            "mprun: nothing to run: no scenario of the one file is selected by -k 'other'",
        ),
        (["fien.yaml"], 2, 'mprun: error: no such file or folder: fien.yaml; did you mean "fine.yaml"'),
        (["fine.yaml", "--timeout", "nan"], 2, "'nan' is not a finite number"),
        (["fine.yaml", "--timeout", "1e400"], 2, "'1e400' is not a finite number"),
        (["fine.yaml", "--time-scale", "inf"], 2, "'inf' is not a finite number"),
        (["fine.yaml", "--runs", "0"], 2, "'--runs'"),
        (["fine.yaml", "-D", "n=1"], 2, 'no param "n"'),
        (["new", "empty/../fine"], 2, "fine"),
        (["check", ".", "fine.yaml"], 2, "check takes one file"),
    ],
)
def test_a_wrong_command_line_is_told_in_its_first_line(
    mprun: Mprun, arguments: list[str], code: int, said: str
) -> None:
    (mprun.folder / "empty").mkdir()
    mprun.write("main: [pass]", "fine.yaml")
    mprun.write("main: [pass]", "other.yaml")
    assert mprun(*arguments)[0] == code
    assert said in mprun(*arguments)[2].splitlines()[0]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read(mprun: Mprun) -> None:
    path = mprun.write("main: [pass]")
    (mprun.folder / path).chmod(0)
    code, _, errors = mprun(path)
    assert code == 3
    assert "Permission denied" in errors.splitlines()[0]


def test_a_folder_with_the_name_of_a_scenario_is_a_folder(mprun: Mprun) -> None:
    (mprun.folder / "folder.yaml").mkdir()
    mprun.write('main: [{print: "hello"}]', "folder.yaml/inside.yaml")
    code, shown, _ = mprun("folder.yaml")
    assert code == 0
    assert "hello" in shown


def test_a_link_to_nowhere_in_a_folder_does_not_stop_the_others(mprun: Mprun) -> None:
    (mprun.folder / "gone.yaml").symlink_to("nowhere.yaml")
    mprun.write('main: [{print: "hello"}]')
    code, shown, errors = mprun(".")
    assert code == 3
    assert "hello" in shown
    assert errors.startswith("gone.yaml")


@pytest.mark.parametrize(
    "text", ["timeout: 1e300", "ends: {after: 1e300}", "queues: {q: {maxsize: 99999999999999999999}}"]
)
def test_numbers_beyond_any_clock_or_counter_are_no_bug_of_ours(mprun: Mprun, text: str) -> None:
    code, shown, _ = mprun(mprun.write(f"{text}\nmain: [pass]"))
    assert code in (0, 1)
    assert "mprunner/" not in shown


def unwritable(folder: Path) -> Path:
    """A folder in which nothing can be created, for root neither."""
    return Path("/proc/self") if os.geteuid() == 0 else _read_only(folder)


def _read_only(folder: Path) -> Path:
    path = folder / "read-only"
    path.mkdir()
    path.chmod(0o555)
    return path


def test_nothing_can_be_written_into_a_read_only_folder_and_that_is_told(mprun: Mprun) -> None:
    path, folder = mprun.write("main: [pass]"), unwritable(mprun.folder)
    code, _, errors = mprun(path, "--record", f"{folder}/run.jsonl")
    assert code == 2
    assert "can't write a recording here" in errors.splitlines()[0]
    code, _, errors = mprun("new", f"{folder}/mine")
    assert code == 2
    assert errors.startswith("mprun: error: ")
