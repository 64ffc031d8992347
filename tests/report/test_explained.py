"""Explanations of broken promises, one file for each form: the record, the promise, and the report that a reader gets.

`explained/NAME.txt` has three parts. `trace:` is a record in the notation of `tests/checking/traces.py` (with `(cut)` it was cut
short), `expect:` the promise, `report:` what is shown of it; of several runs there is a trace for each. UPDATE_PAGES=1 writes the
reports anew, for a person to read and commit.
"""

from __future__ import annotations

import json
import os
import re
from pathlib import Path

import jsonschema
import pytest
import yaml

from mprunner.cli.tally import Tally
from mprunner.language.loading import load_source
from mprunner.language.source import Source, display_width
from mprunner.language.vocabulary import PROMISES
from mprunner.program.compiler import compile_scenario
from mprunner.records import replaced
from mprunner.report.json_explanation import explanation
from mprunner.report.proof import MOST_LINES, commands, explained
from mprunner.report.reporter import Case
from mprunner.report.schema import report_schema
from mprunner.report.standing import Standing
from mprunner.report.style import Style
from tests.checking.traces import process, trace

PAGES = sorted((Path(__file__).parent / "explained").glob("*.txt"))
PROGRAM = """\
name: anything
locks: {lock: {}, lock2: {}}
values: {v: {type: i}}
queues: {q: {}}
pools: {po: {}}
targets:
  work:
    params: [x]
    steps:
      - set: {n: 1}
      - print: "{x}"
      - put: {queue: q, item: "{x}"}
      - get: {queue: q, timeout: 1}
        into: x
      - acquire: {lock: lock, timeout: 1}
      - release: lock
      - acquire: {lock: lock2, timeout: 1}
      - release: lock2
      - set: {v.value: "{v.value + 1}"}
processes: {
  p1: {target: work, args: [1]}, p2: {target: work, args: [1]},
  writer: {target: work, args: [1]}, reader: {target: work, args: [1]}}
main:
  - start: p1
  - start: p2
  - start: writer
  - start: reader
  - join: p1
  - apply_async: {pool: po, func: work, args: [1]}
  - call: {target: work, args: [1]}
"""
"""A program in which everything that the traces show can happen."""


def parts(text: str) -> dict[str, list[str]]:
    """The parts of a page: `trace` has one text for each run."""
    found: dict[str, list[str]] = {"trace": [], "expect": [], "report": []}
    for block in re.split(r"^(?=(?:trace|expect|report)(?: \(cut\))?:\n)", text, flags=re.MULTILINE):
        head, _, body = block.partition(":\n")
        if head:
            found[head.removesuffix(" (cut)")].append(("(cut)\n" if "(cut)" in head else "") + body)
    return found


def explained_page(page: Path) -> tuple[str, list[Standing]]:
    """The page as it should be, and the standings of its promises."""
    text = page.read_text(encoding="utf-8")
    given = parts(text)
    expect = given["expect"][0].rstrip("\n")
    source = Source("anything.yaml", f"{PROGRAM}expect:\n{expect}\n")
    loaded = load_source(source)
    (scenario,) = loaded.scenarios
    program = compile_scenario(scenario, source=source)
    case = Case("anything", "anything.yaml", program, source.lines, "fork", "processes", len(given["trace"]))
    tally = Tally(scenario, case)
    for one in given["trace"]:
        cut = one.startswith("(cut)")
        lines = [line for line in one.removeprefix("(cut)\n").splitlines() if line]
        exits = [int(line.rpartition(" ")[2]) for line in lines if line.startswith("p1 exit ")]
        ended = process("p1", exits[-1] if exits else 0, variables={"n": 1})
        tally.add(trace(*lines, how="cut" if cut else "finished", processes=[ended]))
    wrong = [
        each for each in tally.result(nanoseconds=0).standings if each.mark in ("broken", "inconclusive")
    ]
    standings = [each for each in wrong if each.written is not page.stem.startswith("unwritten")]
    shown = [
        line
        for each in standings
        for line in explained(each, Style(), path="anything.yaml", source=source.lines)
    ]
    before = text.partition("report:\n")[0]
    return f"{before}report:\n" + "".join(f"{line}\n" for line in shown), standings


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_a_broken_promise_is_explained_as_the_page_shows(page: Path) -> None:
    shown, _ = explained_page(page)
    if os.environ.get("UPDATE_PAGES"):
        page.write_text(shown, encoding="utf-8")
    assert page.read_text(encoding="utf-8") == shown


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_an_explanation_fits(page: Path) -> None:
    _, standings = explained_page(page)
    for standing in standings:
        for style in (Style(), Style(symbols=False), Style(width=60), Style(width=120, symbols=False)):
            _, *lines = explained(standing, style, path="anything.yaml", source=PROGRAM.splitlines())
            assert len(lines) < MOST_LINES
            assert [line for line in lines if display_width(line) > style.width] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_what_is_said_to_hold_is_no_promise_of_the_page(page: Path) -> None:
    _, standings = explained_page(page)
    for standing in standings:
        assert standing.evidence is not None
        assert standing.mark in ("broken", "inconclusive")
        nearest = standing.evidence.nearest
        assert nearest is None or nearest.title != standing.promise.title or "strict" in nearest.change


def test_the_same_as_json() -> None:
    _, (standing,) = explained_page(PAGES[0].with_name("edges.txt"))
    shown = json.dumps(explanation(standing, 0, path="anything.yaml"), indent=1, ensure_ascii=False) + "\n"
    page = Path(__file__).parent / "pages" / "explanation.json"
    if os.environ.get("UPDATE_PAGES"):
        page.write_text(shown, encoding="utf-8")
    assert page.read_text(encoding="utf-8") == shown


def test_every_field_of_an_explanation_is_documented() -> None:
    reference = (Path(__file__).parents[2] / "docs" / "json.md").read_text(encoding="utf-8")
    documented = set(re.findall(r"`(\w+)`", reference))
    for page in PAGES:
        for standing in explained_page(page)[1]:
            assert keys(explanation(standing, 0, path="anything.yaml")) <= documented


def test_every_explanation_is_valid_under_the_schema() -> None:
    schema = report_schema()
    validator = jsonschema.Draft202012Validator({"$ref": "#/$defs/explanation", "$defs": schema["$defs"]})
    for page in PAGES:
        for standing in explained_page(page)[1]:
            validator.validate(json.loads(json.dumps(explanation(standing, 0, path="anything.yaml"))))


def keys(value: object) -> set[str]:
    if isinstance(value, dict):
        own = {key for key in value if key != "values"}
        return own.union(*(keys(one) for key, one in value.items() if key != "values"))
    return set().union(*map(keys, value)) if isinstance(value, list) else set()


def test_every_form_of_promise_has_a_page() -> None:
    shown: set[str] = set()
    for page in PAGES:
        for promise in yaml.safe_load(parts(page.read_text(encoding="utf-8"))["expect"][0]):
            shown |= set(promise)
    assert sorted(set(PROMISES) - shown) == []


def test_the_page_on_reports_shows_what_is_reported() -> None:
    path = Path(__file__).parents[2] / "docs" / "reports.md"

    def report(found: re.Match[str]) -> str:
        page = PAGES[0].with_name(f"{found[1]}.txt").read_text(encoding="utf-8")
        return f"```text report {found[1]}\n{page.partition('report:' + chr(10))[2]}```\n"

    text = path.read_text(encoding="utf-8")
    fresh = re.sub(r"^```text report ([\w-]+)\n.*?^```\n", report, text, flags=re.MULTILINE | re.DOTALL)
    if os.environ.get("UPDATE_PAGES"):
        path.write_text(fresh, encoding="utf-8")
    assert path.read_text(encoding="utf-8") == fresh


def test_in_colour_the_lanes_differ_and_what_is_no_witness_steps_back() -> None:
    _, (standing,) = explained_page(PAGES[0].with_name("mutual_exclusion.txt"))
    lines = explained(standing, Style(colour=True), path="anything.yaml")
    shown = "\n".join(lines).replace("\x1b", "ESC") + "\n"
    page = Path(__file__).parent / "pages" / "explained-colour.txt"
    if os.environ.get("UPDATE_PAGES"):
        page.write_text(shown, encoding="utf-8")
    assert page.read_text(encoding="utf-8") == shown
    plain = explained(standing, Style(), path="anything.yaml")
    assert plain == [re.sub(r"\x1b\[[\d;]*m", "", line).rstrip() for line in lines]


def test_where_the_run_was_saved_the_command_shows_the_recording_around_the_first_witness() -> None:
    _, (standing,) = explained_page(PAGES[0].with_name("mutual_exclusion.txt"))
    saved = replaced(standing, recorded="my runs/lock-3.jsonl")
    assert commands(saved, "lock.yaml") == [
        "mprun show 'my runs/lock-3.jsonl' --around 1",
        "mprun explain lock.yaml:32",
    ]


def test_a_scenario_from_standard_input_can_only_be_shown_by_its_recording() -> None:
    _, (standing,) = explained_page(PAGES[0].with_name("mutual_exclusion.txt"))
    assert commands(standing, "-") == []


@pytest.mark.parametrize(
    ("wrong_in", "broken_runs", "expected"),
    [
        ((3,), 1, "Run 3 of 20: "),
        ((3, 7, 12), 3, "Run 3 of 20 (also 7 and 12): "),
        ((3, 7, 12, 13, 14, 15), 9, "Run 3 of 20 (also 7, 12, 13, 14 and 4 more): "),
        ((1, 2, 3, 4, 5, 6), 20, "Run 3 of 20 (all of them): "),
    ],
)
def test_of_several_runs_the_broken_ones_are_named(
    wrong_in: tuple[int, ...], broken_runs: int, expected: str
) -> None:
    _, (standing,) = explained_page(PAGES[0].with_name("precedence.txt"))
    many = replaced(standing, run=3, runs=20, broken_runs=broken_runs, wrong_in=wrong_in)
    lines = explained(many, Style(width=200), path="a.yaml")
    assert lines[1].strip().startswith(expected)
