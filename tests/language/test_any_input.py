"""Whatever stands in a file, the author gets a scenario or located problems, never anything else."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mprunner.errors import AuthoringError
from mprunner.language.diagnostics import Problems, render
from mprunner.language.examples import FORM_EXAMPLES, VERB_EXAMPLES
from mprunner.language.loading import load_source
from mprunner.language.nodes import compose, to_plain
from mprunner.language.source import Source

ROOT = Path(__file__).parents[2]
SCENARIOS = sorted((ROOT / "scenarios").glob("*.yaml"))
WORDS = [
    "lock",
    "q",
    "po",
    "p1",
    "main",
    "x",
    "fork[0]",
    "po.work[0]",
    "{x}",
    "{q.qsize()}",
    "a b",
    "",
    "Empty",
    "[",
    "'",
]
KEYS = [
    *VERB_EXAMPLES,
    *FORM_EXAMPLES,
    "steps",
    "item",
    "args",
    "of",
    "queue",
    "into",
    "matches",
    "not",
    "index",
    "x",
]

leaves = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-3, 10**6),
    st.floats(allow_nan=False),
    st.sampled_from(WORDS),
    st.text(max_size=8),
)
values = st.recursive(
    leaves,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=3),
    max_leaves=6,
)


def data_of(path: Path) -> Any:
    node = compose(Source.read(path), Problems())
    assert node is not None
    return to_plain(node)


def places(data: Any, here: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    found = [here] if here else []
    entries = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    for key, value in entries:
        found.extend(places(value, (*here, key)))
    return found


def check(text: str) -> None:
    source = Source("test.yaml", text)
    try:
        diagnostics = load_source(source).warnings
    except AuthoringError as error:
        diagnostics = error.diagnostics
        assert any(one.severity == "error" for one in diagnostics)
    for one in diagnostics:
        assert 1 <= one.span.line <= one.span.end_line <= len(source.lines)
        assert 1 <= one.span.column <= len(source.line(one.span.line)) + 1
    render(diagnostics)


@pytest.mark.slow
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_a_scenario_with_something_replaced_is_read_or_explained(data: st.DataObject) -> None:
    scenario = copy.deepcopy(data_of(data.draw(st.sampled_from(SCENARIOS))))
    *way, last = data.draw(st.sampled_from(places(scenario)))
    inner = scenario
    for key in way:
        inner = inner[key]
    if isinstance(inner, dict) and data.draw(st.booleans()):
        inner[data.draw(st.sampled_from(KEYS))] = inner.pop(last)
    else:
        inner[last] = data.draw(values)
    check(yaml.safe_dump(scenario, allow_unicode=True, sort_keys=False))


@pytest.mark.slow
@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_a_scenario_with_some_characters_replaced_is_read_or_explained(data: st.DataObject) -> None:
    text = data.draw(st.sampled_from(SCENARIOS)).read_text(encoding="utf-8")
    start = data.draw(st.integers(0, len(text) - 1))
    length = data.draw(st.integers(0, 3))
    check(
        text[:start] + data.draw(st.text("{}[]:#\"'-,&*!|>%@ \n\tax1：", max_size=3)) + text[start + length :]
    )


@pytest.mark.slow
@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.dictionaries(
        st.sampled_from(["locks", "queues", "pools", "targets", "processes", "main", "expect", "ends"]),
        values,
    )
)
def test_any_data_in_the_sections_is_read_or_explained(sections: dict[str, Any]) -> None:
    check(yaml.safe_dump(sections, allow_unicode=True, sort_keys=False) if sections else "main: []\n")
