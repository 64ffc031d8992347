"""`filecheck`: what its directives stand for, and how a bad one is told."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mprunner.checking.adapt import promise_form
from mprunner.checking.blocks.routing import Router
from mprunner.checking.building import build
from mprunner.checking.constraint import End
from mprunner.checking.forms import Declared
from mprunner.language.filecheck import DIRECTIVES
from tests.checking.traces import events, trace
from tests.language.scenarios_in_text import problems, scenario

ANY_LINE = 'params: {x: 1}\nmain: [{for: line, in: "[\'\']", steps: [{print: "{line}"}]}]\nexpect:\n  - filecheck: |\n'


def passes(directives: str, lines: list[str]) -> bool:
    text = ANY_LINE + "".join(f"      {line}\n" for line in directives.splitlines())
    constraint = build(promise_form(scenario(text).expect[0]), Declared())
    recording = trace(*(f"main print {line}" if line else "main print" for line in lines))
    for call in recording.calls:
        call.values = {"text": str(call.values.get("text", ""))}
    Router([constraint]).feed(events(recording))
    return constraint.finish(End(True, recording)).status == "kept"


@pytest.mark.parametrize(
    ("directives", "fits", "fails"),
    [
        ("CHECK: b\nCHECK: c", ["a", "b", "x", "c"], ["c", "b"]),
        ("CHECK: b\nCHECK-NEXT: c", ["b", "x", "b", "c"], ["b", "x", "c"]),
        ("CHECK: b\nCHECK-EMPTY:\nCHECK-NEXT: c", ["b", "", "c"], ["b", "c"]),
        ("CHECK: b\nCHECK-SAME: c", ["b", "x b c"], ["b", "c"]),
        ("CHECK-NOT: x\nCHECK: b", ["a", "b"], ["x", "b"]),
        ("CHECK: b\nCHECK-NOT: x", ["x", "b", "a"], ["b", "x"]),
        ("CHECK: a\nCHECK-NOT: x\nCHECK: b", ["a", "x", "a", "b"], ["a", "x", "b"]),
        ("CHECK-DAG: a\nCHECK-DAG: b", ["b", "a"], ["b", "b"]),
        ("CHECK-DAG: a\nCHECK-NOT: x\nCHECK-DAG: b", ["a", "b", "x"], ["a", "x", "b"]),
        ("CHECK-COUNT-2: a\nCHECK-NEXT: b", ["a", "x", "a", "b"], ["a", "b"]),
        ("CHECK: a  b{{[0-9]+}}$ ", ["a \t b12$"], ["ab12$"]),
        ("CHECK-LABEL: f\nCHECK: a\nCHECK-LABEL: g\nCHECK: b", ["f", "a", "g", "b"], ["f", "g", "a", "g", "b"]),
        ("CHECK-LABEL: f\nCHECK-DAG: a\nCHECK-DAG: b\nCHECK-LABEL: g", ["f", "b", "a", "g"], ["f", "b", "g", "a", "g"]),
        ("CHECK-LABEL: f\nCHECK-COUNT-2: a\nCHECK-LABEL: g", ["f", "a", "a", "g"], ["f", "a", "g", "a", "g"]),
        ("# nothing\n\nCHECK: a", ["a"], ["b"]),
    ],
)  # fmt: skip
def test_directives_pass_or_fail(directives: str, fits: list[str], fails: list[str]) -> None:
    assert (True, False) == (passes(directives, fits), passes(directives, fails))


PLAIN = st.lists(
    st.tuples(st.sampled_from(["CHECK", "CHECK-NEXT", "CHECK-NOT"]), st.sampled_from("abc")),
    min_size=1,
    max_size=4,
)


def some_choice(
    directives: list[tuple[str, str]], lines: list[str], start: int = 0, refused: str = ""
) -> bool:
    """By trying every choice of lines."""

    def free(stop: int) -> bool:
        return not any(one in lines[k] for one in refused for k in range(start, stop))

    if not directives:
        return free(len(lines))
    (name, text), rest = directives[0], directives[1:]
    if name == "CHECK-NOT":
        return some_choice(rest, lines, start, refused + text)
    places = range(start, min(start + 1, len(lines))) if name == "CHECK-NEXT" else range(start, len(lines))
    return any(text in lines[i] and free(i) and some_choice(rest, lines, i + 1) for i in places)


@given(directives=PLAIN, lines=st.lists(st.sampled_from(["a", "b", "c", "ab", "x"]), max_size=7))
@settings(max_examples=150)
def test_they_pass_when_some_choice_of_lines_fits(
    directives: list[tuple[str, str]], lines: list[str]
) -> None:
    kept: list[tuple[str, str]] = []
    for one in directives:
        if one[0] == "CHECK-NEXT" and (not kept or kept[-1][0] == "CHECK-NOT"):
            continue
        kept.append(one)
    if all(name == "CHECK-NOT" for name, _ in kept):
        kept.append(("CHECK", "a"))
    text = "\n".join(f"{name}: {word}" for name, word in kept)
    assert some_choice(kept, lines) == passes(text, lines)


@pytest.mark.parametrize(
    ("directives", "message"),
    [
        ("CHECK-NXT: a", '"CHECK-NXT" is no directive'),
        ("check: a", '"check" is no directive'),
        ("a", '"a" is no directive'),
        ("CHECK-COUNT: a", '"CHECK-COUNT" is no directive'),
        ("CHECK-NEXT-2: a", '"CHECK-NEXT-2" is no directive'),
        ("CHECK a", "`CHECK` lacks its colon"),
        ("CHECK:", "`CHECK` says nothing of its line"),
        ("CHECK: a\nCHECK-EMPTY: b", "`CHECK-EMPTY` has nothing behind its colon"),
        ("CHECK-NEXT: a", "`CHECK-NEXT` follows a line that another directive takes, and is the first here"),
        (
            "CHECK: a\nCHECK-NOT: b\nCHECK-NEXT: c",
            "nothing stands before `CHECK-NEXT`, so `CHECK-NOT` before it has nothing to say",
        ),
        ("CHECK-COUNT-2: a\nCHECK-SAME: b", "`CHECK-SAME` goes on with one line, but the directive before it takes several"),
        ("CHECK-COUNT-0: a", "`CHECK-COUNT` counts from 1"),
        ("CHECK: [[x:.*]]", "`[[...]]` is not known here: `for_each` has variables"),
        ("CHECK: {{(}}", "`(` is not a regular expression: missing ), unterminated subpattern at position 0"),
        ("CHECK-NOT: a", "nothing here asks for a line"),
        ("# a", "there is no directive here"),
    ],
)  # fmt: skip
def test_what_is_no_directive_is_told(directives: str, message: str) -> None:
    found: Any = problems(ANY_LINE + "".join(f"      {line}\n" for line in directives.splitlines()))
    assert message == found[0].message


def test_the_place_of_a_bad_directive_is_its_line() -> None:
    (found,) = problems(ANY_LINE + "      CHECK: a\n\n      CHECK-NOTE: b\n")
    assert (7, 7, 20) == (found.span.line, found.span.column, found.span.end_column)
    assert 'did you mean "CHECK-NOT" or "CHECK-NEXT"?' == found.expected


def test_the_page_has_every_directive() -> None:
    page = (Path(__file__).parents[2] / "docs" / "constraints.md").read_text(encoding="utf-8")
    rows = "".join(re.findall(r"^\| `CHECK.*$", page, re.MULTILINE))
    assert {name.removesuffix("-n") for name in DIRECTIVES} == set(re.findall(r"`(CHECK(?:-[A-Z]+)?)", rows))
