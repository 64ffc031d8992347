"""What the YAML layer gives to those who know what a value is for."""

from __future__ import annotations

import random

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from mprunner.language.diagnostics import Problems, render
from mprunner.language.events import LOADERS, PureLoader
from mprunner.language.nodes import (
    comment_cuts,
    compose,
    quoted,
    report_brace,
    report_comment,
    shape,
    to_plain,
    unquoted_brace,
    why_text,
)
from mprunner.language.source import Source

EXAMPLE = """\
name: lock
locks: {lock: {}}
targets:
  add:
    params: [num, value]
    steps:
      - with: lock
        steps:
          - print: "add{value}:num={num}"   # one
          - set: {num: '{num + value}'}
          - text: >
              folded
              text
x-base: &base {target: add, args: [0, 1]}
processes:
  p1: *base
  p2: {<<: *base, args: [0, 2]}
说明: 两个进程：一把锁
"""


def value(text: str):
    source = Source("f.yaml", text)
    problems = Problems()
    node = compose(source, problems)
    assert problems.diagnostics == ()
    return node.entries[0].value, source


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("a: {x}", '"{x}"'),
        ("a: {n + 1}", '"{n + 1}"'),
        ("a: {max(a, b)}", '"{max(a, b)}"'),
        ("a: {value:>3}", '"{value:>3}"'),
        ("a: {'x'}", "\"{'x'}\""),
        ("a: {x: 1}", None),
        ("a: {x: ~}", None),
        ("a: {}", None),
        ("a: x", None),
        ("a:\n  x:", None),
    ],
)
def test_braces_without_quotes_are_known_for_a_text(text, meant):
    assert meant == unquoted_brace(value(text)[0])


def test_braces_without_quotes_are_reported_at_any_depth():
    node, source = value("set: {n: {n + 1}, m: [x, {y}]}")
    problems = Problems()
    assert report_brace(node, source, problems)
    assert [(d.span.column, d.expected) for d in problems.diagnostics] == [
        (10, 'write "{n + 1}"'),
        (26, 'write "{y}"'),
    ]


@pytest.mark.parametrize(
    ("text", "column", "fix"),
    [
        ("print: item #1", 13, '"item #1"'),
        ("print: a b  # c", 13, '"a b  # c"'),
        ("print: #1 x", 8, '"#1 x"'),
    ],
)
def test_a_comment_that_cuts_a_text_is_reported_where_a_text_is_wanted(text, column, fix):
    node, source = value(text)
    problems = Problems()
    assert report_comment(node, source, problems)
    (diagnostic,) = problems.diagnostics
    assert ("comment-cuts-text", column) == (diagnostic.kind, diagnostic.span.column)
    assert fix in diagnostic.expected


@pytest.mark.parametrize(
    "text", ["a: 3 # three", "a: 'x' # c", "a: [0] # c", "a: x#1", "a: |\n  x # c\n", "a: x\n# c"]
)
def test_other_comments_cut_nothing(text):
    assert comment_cuts(value(text)[0]) is None


@pytest.mark.parametrize(
    ("text", "kind", "column"),
    [
        ("- print：x", "full-width", 8),
        ("- sleep:1", "missing-space", 3),
        ("- print:\u00a0x", "odd-space", 9),
        ("- break", None, 0),
        ("- 'print：x'", None, 0),
        ("- http://x", None, 0),
    ],
)
def test_a_word_where_a_mapping_was_wanted_may_have_a_known_reason(text, kind, column):
    node, source = value(f"a:\n{text}")
    found = shape(node.items[0], source)
    assert (kind, column) == ((None, 0) if found is None else (found.kind, found.span.column))


@pytest.mark.parametrize(
    ("text", "fragment"),
    [
        ("no", 'write false for "no"'),
        ("Yes", 'write true for "Yes"'),
        ("None", "null"),
        ("1_000", "without underscores: 1000"),
        ("1:30", "durations are seconds"),
        ("1s", "without a unit: 1"),
        ("5 min", "without a unit"),
    ],
)
def test_a_word_that_was_meant_as_another_value_is_explained(text, fragment):
    assert fragment in why_text(text)


def test_a_number_in_quotes_is_explained_and_a_plain_word_is_not():
    assert "without quotes" in why_text("3", quoted=True)
    assert why_text("lock") is None
    assert why_text("lock", quoted=True) is None


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_a_quoted_text_is_read_back_as_it_was(text):
    written = quoted(text)
    assert "\n" not in written
    problems = Problems()
    node = compose(Source("f", f"a: {written}"), problems)
    assert problems.diagnostics == ()
    assert text == node.get("a").value


def test_a_mapping_is_asked_by_key():
    node = compose(Source("f", "a: 1\nb: 2\n"), Problems())
    assert (node.keys(), node.get("b").value, node.get("c")) == (("a", "b"), 2, None)
    assert (node.entry("b").key.span.line, node.entry("b").name) == (2, "b")


def test_the_order_of_merged_entries_is_that_of_the_text():
    node, _ = value("a: {x: 1, <<: {y: 2, x: 3, z: 4}, w: 5}")
    assert to_plain(node) == {"x": 1, "y": 2, "z": 4, "w": 5}
    assert node.keys() == ("x", "y", "z", "w")


def both(text: str) -> None:
    """Reads ``text`` with both readers; what they give must be the same, and nothing may be raised."""
    seen = []
    for loaders in (LOADERS, (PureLoader,)):
        problems = Problems()
        node = compose(Source("f.yaml", text), problems, loaders=loaders)
        assert node is not None or problems.has_errors
        seen.append((None if problems.has_errors else node, render(problems.diagnostics)))
    assert seen[0] == seen[1]


@settings(deadline=None, derandomize=True)
@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_no_text_whatever_raises_anything(text):
    both(text)


@settings(deadline=None, derandomize=True, max_examples=200)
@given(st.text("ab:  \n\n-[]{},\"'#&*|>%@`?\\\t=01.：，\u3000\u00a0“é你", max_size=40))
def test_nothing_made_of_the_signs_of_yaml_raises_anything(text):
    both(text)


@settings(deadline=None, derandomize=True, max_examples=150)
@given(st.integers(), st.integers(1, 5))
def test_no_damage_to_a_scenario_raises_anything(seed, count):
    rng = random.Random(seed)
    text = EXAMPLE
    for _ in range(count):
        at = rng.randrange(len(text))
        other = rng.randrange(len(text))
        text = rng.choice(
            [
                text[:at] + rng.choice(":-[]{}\"'#&*|>%@ \n\t：\u3000,") + text[at:],
                text[:at] + text[at + 1 :],
                text[:at] + text[other : other + 9] + text[at:],
                text[:at],
            ]
        )
        text = text or "x"
    both(text)


json = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**6), 10**6)
    | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text("abcé你", min_size=1), inner, max_size=4)
    ),
    max_leaves=12,
)


@settings(deadline=None)
@given(json, st.booleans())
def test_what_another_program_writes_as_yaml_is_read_as_it_was(data, flow):
    text = yaml.safe_dump({"a": data}, allow_unicode=False, default_flow_style=flow)
    problems = Problems()
    node = compose(Source("f", text), problems)
    if not problems.has_errors:  # a text such as 0755 is a text to YAML 1.1 and needs quotes here
        assert {"a": data} == to_plain(node)
    else:
        assert {"leading-zero", "key-not-text"} >= {d.kind for d in problems.diagnostics}
