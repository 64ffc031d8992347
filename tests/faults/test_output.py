"""What a scenario prints can be of any size and kind; where it goes can be full, closed, or a terminal."""

from __future__ import annotations

import json
import os

import pytest

from .conftest import Mprun

NASTY = """
main:
  - print: "{chr(27)}]0;title{chr(7)}{chr(27)}[2J{chr(155)}31m{chr(0)}{chr(0x202e)}{chr(0xd800)}"
  - print: "\\e[31mred\\r over\\b"
  - raise: {ValueError: "\\e[31mred"}
expect: [{precedence: ["\\e[31mred\\r over\\b", {op: print, print: {matches: title}}]}]
"""
MEGABYTES = """
main:
  - set: {x: "{'0123456789' * 1024}"}
  - print: "{x * 1024}"
  - print: after
expect: [{existence: after}]
"""


def hostile(text: str) -> list[str]:
    """Characters that act on a terminal."""
    return sorted({each for each in text if not each.isprintable() and each not in "\n"})


def test_no_escape_code_reaches_a_pipe(mprun: Mprun) -> None:
    path = mprun.write(NASTY)
    for command in ("PATH", "PATH -v", "PATH --runs 2", "describe PATH", "validate PATH", "list ."):
        arguments = command.replace("PATH", path).split()
        _, shown, errors = mprun(*arguments)
        assert hostile(shown + errors) == []
    assert mprun(path, "--record", "run.jsonl")[2] == ""
    for arguments in (["show", "run.jsonl"], ["show", "--prints", "run.jsonl"], ["check", path, "run.jsonl"]):
        _, shown, errors = mprun(*arguments)
        assert hostile(shown + errors) == []


def test_forced_colours_are_the_only_escape_codes(mprun: Mprun) -> None:
    _, shown, _ = mprun(mprun.write(NASTY), environment={"FORCE_COLOR": "1"})
    assert "\x1b[" in shown
    assert "\x1b]" not in shown
    assert "\x1b[2J" not in shown
    assert hostile(shown) == ["\x1b"]


def test_json_is_ascii_and_holds_the_text_as_it_was(mprun: Mprun) -> None:
    _, shown, _ = mprun(mprun.write(NASTY), "--json")
    assert shown.isascii()
    lines = [json.loads(line) for line in shown.splitlines()]
    texts = [each["text"] for each in lines if each["type"] == "line" and each["stream"] == "stdout"]
    assert texts == ["\x1b]0;title\x07\x1b[2J\x9b31m\0\u202e\ud800", "\x1b[31mred\r over\b"]


@pytest.mark.parametrize("method", ["fork", "spawn"])
def test_a_print_of_ten_megabytes(mprun: Mprun, method: str) -> None:
    path = mprun.write(MEGABYTES)
    code, shown, _ = mprun(path, "--start-method", method, "--record", "run.jsonl")
    assert code == 0
    assert "│ after" in shown
    recorded = [json.loads(line) for line in (mprun.folder / "run.jsonl").read_text().splitlines()]
    sizes = [len(each["values"]["text"]) for each in recorded if each.get("op") == "print"]
    assert sizes == [10 * 1024 * 1024, 5]


def test_standard_output_that_is_closed_early(mprun: Mprun) -> None:
    text = 'main: [{while: true, steps: [{print: "again"}]}]'
    code, _, errors = mprun(mprun.write(text), shell='"$@" | head -n 1')
    assert code == 0
    assert errors == ""


@pytest.mark.parametrize("closed", ["1", "2"])
def test_a_standard_stream_that_was_never_open(mprun: Mprun, closed: str) -> None:
    code, _, _ = mprun(mprun.write("main: [{print: hello}]"), shell=f'exec "$@" {closed}>&-')
    assert code == 0


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="no device that is always full")
def test_a_full_disk_under_the_report(mprun: Mprun) -> None:
    code, _, errors = mprun(mprun.write("main: [{print: hello}]"), shell='exec "$@" > /dev/full')
    assert code == 4
    assert errors == "mprun: error: the system refused: [Errno 28] No space left on device\n"


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="no device that is always full")
def test_a_full_device_under_the_recording(mprun: Mprun) -> None:
    code, _, errors = mprun(mprun.write("main: [{print: hello}]"), "--record", "/dev/full")
    assert code == 2
    assert "/dev/full: can't write a recording here: No space left on device" in errors


def test_a_disk_that_fills_up_under_the_recording(mprun: Mprun) -> None:
    """No file may grow over 1.5 MB: the logs' segments are smaller, the recording is not."""
    text = """
main:
  - repeat: 6000
    steps: [{print: "0123456789012345678901234567890123456789"}]
  - print: after
expect: [{existence: after}]
"""
    path = mprun.write(text)
    code, shown, errors = mprun(path, "--record", "run.jsonl", shell='ulimit -f 1500; exec "$@"')
    assert code == 0
    assert "│ after" in shown
    assert "run.jsonl: the recording ends here: File too large" in errors
    code, shown, errors = mprun("show", "run.jsonl")
    assert (code, errors) == (0, "")
    assert "the recording breaks off" in shown


def test_a_disk_that_is_full_under_the_logs(mprun: Mprun) -> None:
    """No file may grow over 8 kB: not even the first segment of a log can be had."""
    code, shown, errors = mprun(mprun.write("main: [{print: hello}]"), shell='ulimit -f 8; exec "$@"')
    assert (code, errors) == (6, "")
    assert "a process could not record: no space" in shown


def test_a_disk_that_fills_up_under_the_logs(mprun: Mprun) -> None:
    """No file may grow over 35 kB: the second segment of a log can't be had. The run goes on; nothing is made up about it."""
    text = """
queues: {q: {}}
main:
  - repeat: 1000
    steps: [{put: {queue: q, item: 1}}, {get: q}]
  - sleep: 600
expect: [{count: {op: put}, exactly: 1000}]
"""
    code, shown, errors = mprun(mprun.write(text), "--timeout", "2", shell='ulimit -f 70; exec "$@"')
    assert (code, errors) == (4, "")
    assert "nobody is left" not in shown
    assert "Not everything could be recorded" in shown
