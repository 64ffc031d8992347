"""What `mprun explore` tells people, page by page; `UPDATE_PAGES=1` writes the pages in `explored/` anew: review them."""

from __future__ import annotations

import io
import os
import re
from pathlib import Path

import pytest

from mprunner.exploring.explore import Explorer
from mprunner.exploring.options import ExploreOptions
from mprunner.language.loading import load_source
from mprunner.language.source import Source, display_width
from mprunner.program.compiler import compile_scenario
from mprunner.report.exploration import ExplorationReport
from mprunner.report.style import Style

PAGES = Path(__file__).parent / "explored"

SCENARIOS = {
    "lost-update": """\
name: lost-update
values: {x: {type: i, lock: false}}
targets:
  add:
    steps:
      - set: {x.value: "{x.value + 1}"}
processes:
  p: {target: add, replicas: 2}
expect:
  - existence: {op: write, object: x, item: 2}
    why: two additions are two
""",
    "lock-order": """\
name: lock-order
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
""",
    "spin": """\
name: spin
values: {flag: {type: i, lock: false}}
targets:
  wait:
    steps:
      - while: flag.value == 0
        steps: [pass]
      - print: seen
  give:
    steps:
      - set: {flag.value: 1}
processes:
  w: {target: wait}
  g: {target: give}
expect:
  - existence: seen
""",
    "feeder": """\
name: feeder
queues: {q: {}}
targets:
  put:
    steps:
      - put: {queue: q, item: 1}
processes:
  p: {target: put}
main:
  - start: p
  - join: p
  - print: "{q.empty()}"
  - get: q
    into: item
expect:
  - output: "False\\n"
""",
    "order-of-prints": """\
name: order-of-prints
targets:
  say:
    params: [what]
    steps:
      - print: "{what}"
processes:
  p: {target: say, args: [a]}
  q: {target: say, args: [b]}
expect:
  - precedence: [a, b]
  - precedence: [b, a]
    holds: sometimes
""",
    "graded": """\
name: graded
arrays: {cell: {type: i, size: 2, lock: false}}
targets:
  cross:
    params: [mine, other]
    steps:
      - set: {"cell[mine]": 1}
      - set: {seen: "{cell[other]}"}
processes:
  p: {target: cross, args: [0, 1]}
  q: {target: cross, args: [1, 0]}
expect:
  - outcomes:
      of: [p.seen, q.seen]
      expected: [[0, 1], [1, 0]]
      allowed: [[1, 1]]
""",
}
OPTIONS = {"graded": ExploreOptions(memory="tso")}


def told(name: str) -> str:
    """The report, without what differs from run to run."""
    source = Source(f"{name}.yaml", SCENARIOS[name])
    scenario = load_source(source).scenarios[0]
    program = compile_scenario(scenario, source=source)
    found = Explorer(scenario, program, OPTIONS.get(name, ExploreOptions())).explore()
    out = io.StringIO()
    ExplorationReport(out, Style()).done(found, program, source.lines)
    return re.sub(r"\d+\.\d\d s$", "0.00 s", out.getvalue(), flags=re.MULTILINE)


@pytest.mark.parametrize("name", SCENARIOS)
def test_the_report_is_as_it_was_reviewed(name: str) -> None:
    page = PAGES / f"{name}.txt"
    text = told(name)
    if os.environ.get("UPDATE_PAGES"):
        page.write_text(text, encoding="utf-8")
    assert page.read_text(encoding="utf-8") == text


@pytest.mark.parametrize("name", SCENARIOS)
def test_no_line_is_wider_than_a_terminal(name: str) -> None:
    assert [line for line in told(name).splitlines() if display_width(line) > 80] == []


def test_there_is_no_page_without_a_scenario() -> None:
    assert {page.stem for page in PAGES.glob("*.txt")} == set(SCENARIOS)
