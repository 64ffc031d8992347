"""What a run that was cut short says of each form: what is broken stays so, what may still have come is inconclusive.

The table of the page (`When a run is cut short` in docs/constraints.md) and this one have the same rows.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from mprunner.checking.check import check
from mprunner.language.classics import CLASSICS
from mprunner.language.vocabulary import PROMISES
from tests.checking.traces import process, trace
from tests.language.scenarios_in_text import scenario
from tests.test_docs import ANYTHING

PAGE = Path(__file__).parents[2] / "docs" / "constraints.md"

LOCKED = ["p1 acquire lock"]
ASK, SERVED = "{op: print, print: ask}", "{op: print, print: served}"
PUT_GET = "{put: {op: put, object: q}, get: {op: get, object: q}}"

CASES: list[tuple[str, list[str], str]] = [
    ("count: a\n  at_most: 1", ["p1 print a"], "kept"),
    ("count: a\n  at_most: 1", ["p1 print a", "p1 print a"], "broken"),
    ("count: a\n  at_least: 2", ["p1 print a"], "inconclusive"),
    ("count: a\n  exactly: 1", ["p1 print a"], "kept"),
    ("absence: a", ["p1 print b"], "kept"),
    ("absence: a", ["p1 print a"], "broken"),
    ("existence: a", ["p1 print b"], "inconclusive"),
    ("precedence: [a, b]", ["p1 print a", "p1 print b"], "kept"),
    ("precedence: [a, b]", ["p1 print b"], "broken"),
    ("response: [a, b]", ["p1 print a"], "inconclusive"),
    ("response: [a, b]", ["p1 print a", "p1 print b"], "kept"),
    ("response: [a, b]\n  within_ms: 1", ["p1 print a", "p1 print c", "p1 print c"], "broken"),
    ("each: a\n  has: b\n  where: next", ["p1 print a"], "inconclusive"),
    ("each: a\n  has: b\n  where: next", ["p1 print a", "p1 print c"], "broken"),
    ("each: a\n  has: b\n  without: c", ["p1 print a", "p1 print c"], "broken"),
    ("each: a\n  has_no: b", ["p1 print a"], "kept"),
    ("each: a\n  has_no: b", ["p1 print a", "p1 print b"], "broken"),
    ("each: a\n  has: b\n  where: anywhere", ["p1 print a"], "inconclusive"),
    ("sequence: [a, b]", ["p1 print a"], "inconclusive"),
    ("sequence: [{gap_without: c}, a]", ["p1 print c"], "broken"),
    ("sequence: [a, b]\n  complete: true\n  among: {op: print}", ["p1 print a", "p1 print c"], "broken"),
    ("sequence: [a, b]\n  complete: true\n  among: {op: print}", ["p1 print a"], "inconclusive"),
    ("filecheck: |\n    CHECK: a\n    CHECK-NEXT: b", ["p1 print a"], "inconclusive"),
    ("output: |\n    a\n    b", ["p1 print a"], "inconclusive"),
    ("output: a", ["p1 print c"], "broken"),
    ("happens_before: [a, b]", ["p1 print a", "p1 print b"], "kept"),
    ("happens_before: [a, b]", ["p1 print b"], "broken"),
    ("mutual_exclusion: lock", LOCKED, "kept"),
    ("mutual_exclusion: lock", [*LOCKED, "p2 acquire lock"], "broken"),
    ("max_parallel: {of: lock, at_most: 1}", [*LOCKED, "p2 acquire lock"], "broken"),
    ("open: {hold: lock}\n  at_least: 2", LOCKED, "inconclusive"),
    ("closed: {hold: lock}", LOCKED, "inconclusive"),
    ("closed: {hold: lock}", [*LOCKED, "p1 release lock"], "kept"),
    ("no_interleaving: {of: {op: print}, inside: lock}", [*LOCKED, "p1 print a"], "kept"),
    ("no_interleaving: {of: {op: print}, inside: lock}", [*LOCKED, "p2 print a"], "broken"),
    ("span: {life: p1}\n  relation: before\n  to: {life: p2}", ["p1 begin", "p2 begin"], "broken"),
    ("span: {life: p1}\n  relation: overlaps\n  to: {life: p2}", ["p1 begin", "p2 begin"], "inconclusive"),
    ("fifo: q", ["p1 put q 1", "p2 get q 1"], "kept"),
    ("fifo: q", ["p1 put q 1", "p1 put q 2", "p2 get q 2"], "broken"),
    ("exactly_once: q", ["p1 put q 1"], "inconclusive"),
    ("exactly_once: q", ["p2 get q 1"], "broken"),
    (f"pair: {PUT_GET}\n  each_put: at_most_once", ["p1 put q 1"], "kept"),
    (f"pair: {PUT_GET}\n  each_put: at_least_once", ["p1 put q 1"], "inconclusive"),
    (f"pair: {PUT_GET}\n  order: lifo", ["p1 put q 1", "p1 put q 2", "p2 get q 1"], "broken"),
    ("no_races: v", ["p1 write v 1"], "kept"),
    ("no_races: v", ["p1 write v 1", "p2 write v 2", "p1 read v 2", "p1 write v 2"], "broken"),
    ("linearizable: {object: q, model: queue}", ["p1 put q 1", "p2 get q 1"], "kept"),
    ("linearizable: {object: q, model: queue}", ["p2 get q 1"], "broken"),
    (f"bounded_overtaking: {{request: {ASK}, grant: {SERVED}, at_most: 0}}", ["p1 print ask"], "kept"),
    (
        f"bounded_overtaking: {{request: {ASK}, grant: {SERVED}, at_most: 0}}",
        ["p1 print ask", "p2 print served"],
        "broken",
    ),
    ("for_each: {op: put, object: q, item: $id}\n  existence: {op: put, item: $id}", ["p1 put q 1"], "kept"),
    (
        "for_each: {op: put, object: q, item: $id}\n  existence: {op: get, item: $id}",
        ["p1 put q 1"],
        "inconclusive",
    ),
    ("absence: a\n  within: {from: b, to: c}", ["p1 print b", "p1 print a"], "inconclusive"),
    ("absence: a\n  within: {from: b, to: c}", ["p1 print b", "p1 print a", "p1 print c"], "broken"),
    ("existence: a\n  within: {from: b, to: c}", ["p1 print b", "p1 print c"], "broken"),
    ("existence: a\n  within: {after: b}", ["p1 print b"], "inconclusive"),
    ("not: {absence: a}", ["p1 print b"], "inconclusive"),
    ("not: {absence: a}", ["p1 print a"], "kept"),
    ("any_of: [{existence: a}, {absence: b}]", ["p1 print b"], "inconclusive"),
    ("all_of: [{existence: a}, {absence: b}]", ["p1 print b"], "broken"),
    ("if: {existence: a}\n  then: {existence: b}", ["p1 print a"], "inconclusive"),
    ("exitcodes: {p1: 0}", ["p1 print a"], "inconclusive"),
    ("exitcodes: {p2: 0}", ["p2 print a"], "kept"),
    ("variables: {p1: {x: 1}}", ["p1 print a"], "inconclusive"),
    ("exception: {process: p1, type: ValueError}", ["p1 print a"], "inconclusive"),
    ("outcomes: {of: [{count: a}], expected: [[1]]}", ["p1 print a"], "inconclusive"),
    ("deadlock: {}", ["p1 print a"], "inconclusive"),
    ("hangs: {}", ["p1 print a"], "inconclusive"),
]


@pytest.mark.parametrize(("promise", "lines", "status"), CASES)
def test_what_a_run_that_was_cut_short_says_of_a_promise(promise: str, lines: list[str], status: str) -> None:
    written = "".join(f"  {line}\n" for line in f"- {promise}".splitlines())
    cut = [process("p1", None, ended_by="mprun", variables=None), process("p2", 0)]
    recording = trace(*lines, how="cut", processes=cut)
    assert status == check(recording, scenario(f"{ANYTHING}expect:\n{written}"))[0].status


def test_each_form_is_among_the_cases_and_in_the_table_of_the_page() -> None:
    tested = {key for promise, *_ in CASES for key in re.findall(r"^\s*(\w+):", promise, re.MULTILINE)}
    page = PAGE.read_text(encoding="utf-8").partition("## When a run is cut short")[2].partition("\n## ")[0]
    told = set(re.findall(r"`(\w+)", "".join(re.findall(r"^\| `.*?\|", page, re.MULTILINE))))
    forms = {form for form in PROMISES if form not in CLASSICS}
    assert (set(), set()) == (forms - tested, forms - told)
