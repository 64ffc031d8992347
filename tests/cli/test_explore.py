"""`mprun explore`: what it answers, its exit codes, its JSON, its drawing."""

from __future__ import annotations

import json
import re
from pathlib import Path

import jsonschema
import pytest

from mprunner.cli.main import main
from mprunner.report.schema import report_schema

LOST = """\
name: lost
values: {x: {type: i, lock: false}}
targets:
  add:
    steps:
      - set: {x.value: "{x.value + 1}"}
processes:
  p: {target: add, replicas: 2}
expect:
  - existence: {op: write, object: x, item: 2}
"""
ORDER = """\
name: order
locks: {a: {}, b: {}}
targets:
  take:
    params: [first, second]
    steps:
      - with: first
        steps:
          - with: second
            steps: [pass]
processes:
  p: {target: take, args: ["{a}", "{b}"]}
  q: {target: take, args: ["{b}", "{a}"]}
expect:
  - exitcodes: {p: 0, q: 0}
"""


@pytest.fixture
def scenario(tmp_path: Path) -> Path:
    path = tmp_path / "scenario.yaml"
    path.write_text(LOST)
    return path


def test_a_promise_that_holds_in_every_schedule_is_proved(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explore", "scenarios/lock.yaml"]) == 0
    out = capsys.readouterr().out
    assert "every schedule explored: 2 executions" in out
    assert out.splitlines()[-1].startswith("proved · 2 executions")


def test_a_broken_promise_comes_with_a_schedule_that_breaks_it(
    scenario: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["explore", str(scenario)]) == 1
    out = capsys.readouterr().out
    assert "broken in 2 of 4 executions" in out
    assert "is preempted" in out
    assert out.splitlines()[-1].startswith("violated")


def test_a_deadlock_is_told_with_who_waits_for_whom(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "order.yaml"
    path.write_text(ORDER)
    assert main(["explore", str(path)]) == 1
    out = capsys.readouterr().out
    assert "deadlock: lock order [possible: in 1 of 3 executions]" in out
    assert "p waits for `b`, held by q, and q waits for `a`, held by p" in out


def test_what_the_limits_leave_out_makes_the_answer_inconclusive(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explore", "scenarios/no-lock.yaml", "--executions", "3"]) == 6
    assert "not all was explored (--executions 3)" in capsys.readouterr().out


def test_every_line_of_json_is_valid_under_the_schema(
    scenario: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    order = tmp_path / "order.yaml"
    order.write_text(ORDER)
    main(["explore", str(scenario), str(order), "--json"])
    validator = jsonschema.Draft202012Validator(report_schema())
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert {"start", "explored_outcome", "explored_promise", "deadlock", "exploration"} == {
        line["type"] for line in lines
    }
    for line in lines:
        validator.validate(line)


def test_the_tree_has_a_leaf_for_each_execution(scenario: Path, tmp_path: Path) -> None:
    page = tmp_path / "tree.html"
    main(["explore", str(scenario), "--tree", str(page)])
    text = page.read_text()
    assert [f'id="leaf{number}"' in text for number in range(5)] == [True] * 4 + [False]
    assert [path.name for path in tmp_path.iterdir() if "part" in path.name] == []


def test_real_runs_stand_beside_the_outcomes_that_the_model_allows(
    scenario: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["explore", str(scenario), "--runs", "3"])
    out = capsys.readouterr().out
    assert "RUNS" in out
    assert "not allowed by the model" not in out


def test_a_scenario_that_is_not_for_a_start_method_is_skipped(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "here.yaml"
    path.write_text(f"{ORDER}start_method: spawn\nnot_under: {{fork: it is about spawn}}\n")
    assert main(["explore", str(path), "--start-method", "fork"]) == 5
    assert capsys.readouterr().out == f"{path}: skipped: not under fork: it is about spawn\n"
    main(["explore", str(path), "--start-method", "fork", "--json"])
    assert json.loads(capsys.readouterr().out.splitlines()[-1])["type"] == "skipped"


def test_it_is_said_why_nothing_is_explored(scenario: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explore", str(scenario), "-k", "other"]) == 5
    assert (
        capsys.readouterr().err
        == "mprun: nothing to explore: no scenario of the one file is selected by -k 'other'\n"
    )


def test_warnings_of_a_scenario_are_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "unused.yaml"
    path.write_text(f"{LOST}locks: {{nobody: {{}}}}\n")
    main(["explore", str(path)])
    assert "[unused-object]" in capsys.readouterr().err


PARTIES = """\
barriers: {gate: {parties: 4}}
targets: {come: {steps: [{wait: gate}]}}
processes: {p: {target: come, replicas: 3}}
expect: [{exitcodes: {p: 0}}]
"""


def test_one_deadlock_is_told_whoever_of_the_replicas_came_first(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "parties.yaml"
    path.write_text(PARTIES)
    assert main(["explore", str(path)]) == 1
    told = [line for line in capsys.readouterr().out.splitlines() if "deadlock: missing-party" in line]
    assert told == [f"{path}: deadlock: missing-party [always]"]


@pytest.mark.parametrize("method", ["traces", "states"])
def test_the_shortest_schedule_of_an_outcome_is_the_least(
    method: str, scenario: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["explore", str(scenario), "--method", method])
    rows = [line.split() for line in capsys.readouterr().out.splitlines() if line.startswith("  x = ")]
    assert {row[2]: " ".join(row[4:]) for row in rows} == {
        "1": "6 steps, 4 switches",
        "2": "6 steps, 3 switches",
    }


def test_where_executions_are_examples_their_number_is_not_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explore", "scenarios/two-loops.yaml"]) == 0
    out = capsys.readouterr().out
    assert "outcomes are some of" in out
    assert "in every execution" in out
    assert re.search(r"^proved · [\d,]+ states · ", out, re.MULTILINE)
