"""What holds elsewhere: under another start method, with threads, or when nobody is too late."""

from __future__ import annotations

from pathlib import Path

import pytest

import mprunner
from mprunner.cli.main import main
from mprunner.exploring.results import Exploration, PromiseAnswer

GLOBALS = """\
name: elsewhere
{head}
globals: {{seen: initial}}
targets:
  tell: {{steps: [{{print: "{{seen}}"}}]}}
processes:
  p: {{target: tell}}
main: [{{set: {{seen: changed}}}}, {{start: p}}, {{join: p}}]
expect:
  - {{existence: changed, holds: sometimes}}
  - {{existence: initial, holds: sometimes}}
"""
NEVER = """\
name: never
queues: {q: {}}
targets:
  t: {steps: [{put: {queue: q, item: 1}}]}
processes:
  p: {target: t}
main:
  - start: p
  - get: {queue: q, timeout: 5}
    into: x
    allow: Empty
  - join: p
expect:
  - existence: {op: put, item: 2}
    holds: sometimes
"""
LATE = """\
name: late
queues: {q: {}}
targets:
  t: {steps: [{sleep: SLEEP}, {put: {queue: q, item: 1}}]}
processes:
  p: {target: t}
main:
  - start: p
  - sleep: 1
  - print: "{q.empty()}"
  - get: {queue: q, timeout: 5}
    into: x
  - join: p
expect:
  - existence: {op: get, result: 1}
"""


def explored(folder: Path, text: str, **options: object) -> Exploration:
    path = folder / "scenario.yaml"
    path.write_text(text)
    return mprunner.explore(path, **options)


def of_promise(found: Exploration, index: int) -> PromiseAnswer:
    return next(each for each in found.promises if each.promise.index == index and each.promise.line)


def test_sometimes_may_be_under_another_start_method(tmp_path: Path) -> None:
    found = explored(tmp_path, GLOBALS.format(head="not_under: {threads: they share it}"))
    assert "proved" == found.answer
    assert ("kept", "under spawn in 1 of 1 execution, in none of 1 execution here") == (
        of_promise(found, 1).answer,
        of_promise(found, 1).note,
    )


@pytest.mark.parametrize(
    "head",
    [
        "start_method: fork\nnot_under: {threads: they share it}",
        "not_under: {threads: they share it, spawn: no, forkserver: no}",
    ],
)
def test_sometimes_is_broken_where_no_other_start_method_is_meant(tmp_path: Path, head: str) -> None:
    found = explored(tmp_path, GLOBALS.format(head=head))
    assert ("violated", "broken") == (found.answer, of_promise(found, 1).answer)


def test_sometimes_is_broken_where_the_start_method_was_asked_for(tmp_path: Path) -> None:
    text = GLOBALS.format(head="not_under: {threads: they share it}")
    assert "broken" == of_promise(explored(tmp_path, text, start_method="spawn"), 0).answer


def test_sometimes_may_be_in_another_instance_of_a_matrix_of_start_methods(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "scenario.yaml"
    head = "matrix: {start_method: [fork, spawn]}\nnot_under: {threads: they share it}"
    path.write_text(GLOBALS.format(head=head))
    assert 0 == main(["explore", str(path)])
    out = capsys.readouterr().out
    assert "under spawn in 1 of 1 execution" in out
    assert "under fork in 1 of 1 execution" in out


def test_sometimes_is_open_where_threads_may_show_it(tmp_path: Path) -> None:
    text = GLOBALS.format(head="start_method: fork")
    found = explored(tmp_path, text)
    assert ("inconclusive", "open") == (found.answer, of_promise(found, 1).answer)
    assert "threads" in str(found.reason)


def test_sometimes_is_broken_where_threads_are_no_different(tmp_path: Path) -> None:
    assert "violated" == explored(tmp_path, NEVER).answer


def test_a_promise_that_only_a_timeout_breaks_names_the_option(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    found = explored(tmp_path, LATE.replace("SLEEP", "0"))
    assert ("broken", ("--no-timeouts",)) == (of_promise(found, 0).answer, of_promise(found, 0).assuming)
    assert 1 == main(["explore", str(tmp_path / "scenario.yaml")])
    told = " ".join(capsys.readouterr().out.split())
    assert "the time of a wait is up, however long it is; with `--no-timeouts` it holds" in told


def test_a_promise_that_only_sleeps_keep_names_the_option(tmp_path: Path) -> None:
    text = LATE.replace("SLEEP", "2").replace("existence: {op: get, result: 1}", 'output: "True\\n"')
    assert ("--respect-sleep",) == of_promise(explored(tmp_path, text), 0).assuming


def test_a_promise_that_is_broken_anyhow_names_none(tmp_path: Path) -> None:
    text = LATE.replace("SLEEP", "0").replace("result: 1", "result: 2")
    assert () == of_promise(explored(tmp_path, text), 0).assuming
