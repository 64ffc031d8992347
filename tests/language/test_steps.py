"""Steps: verbs, short forms, what stands beside a verb."""

from __future__ import annotations

import ast
from typing import Any

import pytest

from mprunner.language.fields import Step
from mprunner.language.steps import VERBS
from mprunner.operations import OPERATIONS
from tests.language.scenarios_in_text import said, scenario

DECLARED = """\
locks: {lock: {}}
queues: {q: {}}
pools: {po: {processes: 1}}
targets: {work: {steps: [pass]}}
processes: {p: {target: work}}
main:
  - apply_async: {pool: po, func: work}
    into: result
"""


def steps(text: str) -> tuple[Step, ...]:
    """The steps of `main` in a scenario that has one of each kind of object, after the first one."""
    found = scenario(DECLARED + "".join(f"  {line}\n" for line in text.splitlines()))
    assert found.main is not None
    return found.main[1:]


def written(body: Any, field: str) -> str:
    """A field of a step as Python would write it."""
    return ast.unparse(getattr(body, field).tree)


@pytest.mark.parametrize(
    ("short", "field", "value"),
    [
        ("start: p", "process", "p"),
        ("acquire: lock", "lock", "lock"),
        ("print: hello", "text", "'hello'"),
        ('print: "{1 + 1}"', "text", "1 + 1"),
        ("sleep: 0.5", "seconds", "0.5"),
        ("assert: 1 < 2", "test", "1 < 2"),
    ],
)
def test_a_value_under_a_verb_stands_for_its_one_obvious_field(short: str, field: str, value: str) -> None:
    (step,) = steps(f"- {short}")
    assert value == written(step.body, field)


@pytest.mark.parametrize(
    ("step", "field", "kind"),
    [
        ("get: q", "queue", "queue"),
        ("get: result", "queue", "result"),
        ("get: {result: result}", "result", "result"),
        ("wait: result", "result", "result"),
        ("join: p", "process", "process"),
        ("join: po", "process", "pool"),
        ("join: {pool: po}", "pool", "pool"),
        ("terminate: po", "process", "pool"),
        ("close: q", "process", "queue"),
        ("close: p", "process", "process"),
        ("release: lock", "lock", "lock"),
        ("put: {queue: q, item: 1}", "queue", "queue"),
    ],
)
def test_the_kind_of_what_a_step_acts_on_is_that_of_its_declaration(step: str, field: str, kind: str) -> None:
    (found,) = steps(f"- {step}")
    assert (field, kind) == (found.body.object_field, found.body.kind)
    assert found.body.object_expression() is getattr(found.body, field)


@pytest.mark.parametrize(("reference", "kind"), [("lock", "lock"), ("po", "pool")])
def test_with_holds_a_lock_or_uses_a_pool(reference: str, kind: str) -> None:
    (found,) = steps(f"- with: {reference}\n  steps: [pass]")
    assert kind == found.body.kind


def test_a_parameter_that_gets_objects_of_several_kinds_is_left_to_the_run() -> None:
    found = scenario("""\
        queues: {q: {}}
        pools: {po: {processes: 1}}
        targets: {end: {params: [thing], steps: [{close: thing}]}}
        main:
          - call: {target: end, args: ["{q}"]}
          - call: {target: end, args: ["{po}"]}
        """)
    assert found.targets["end"].steps[0].body.kind is None


def test_a_parameter_has_the_kind_that_all_its_callers_pass() -> None:
    found = scenario("""\
        queues: {q: {}, r: {}}
        targets:
          deep: {params: [thing], steps: [{close: thing}]}
          end: {params: [thing], steps: [{call: {target: deep, args: ["{thing}"]}}]}
        processes:
          one: {target: end, args: ["{q}"]}
          two: {target: end, kwargs: {thing: "{r}"}}
        """)
    assert "queue" == found.targets["deep"].steps[0].body.kind


def test_what_stands_beside_a_verb_is_kept() -> None:
    (step,) = steps("- get: {queue: q, timeout: 1}\n  into: _x\n  label: first\n  allow: [Empty, OSError]")
    assert ("_x", "first", ["Empty", "OSError"]) == (step.into, step.label, [one.type for one in step.allow])


def test_raises_takes_a_type_or_a_type_with_a_literal_text() -> None:
    plain, with_text = steps(
        "- release: lock\n  raises: ValueError\n- release: lock\n  raises: {ValueError: 'a {brace}'}"
    )
    assert plain.raises is not None
    assert with_text.raises is not None
    assert ("ValueError", None) == (plain.raises.type, plain.raises.text)
    assert with_text.raises.text is not None
    assert "'a {brace}'" == ast.unparse(with_text.raises.text.tree)


def test_set_keeps_its_places_in_written_order() -> None:
    (step,) = steps("- set: {b: 1, a: '{b}', c: 2}")
    assert ["b", "a", "c"] == [place.text for place, _ in step.body.places]  # type: ignore[attr-defined]


@pytest.mark.parametrize("verb", ["pass", "return"])
def test_a_verb_that_takes_nothing_may_be_a_bare_word(verb: str) -> None:
    (step,) = steps(f"- {verb}")
    assert verb == step.verb


@pytest.mark.parametrize(
    ("step", "message"),
    [
        ("- acquire", "`acquire` is empty"),
        ("- put: q", '`put` takes a mapping, got the text "q"'),
        ("- pass: 1", "`pass` takes nothing"),
        ("- lock: lock", 'unknown step "lock"'),
        ("- sleep: {from: 1}", "`sleep` takes a number of seconds, or `from` and `to`"),
        ("- sleep: 1s", '`seconds`: expected a number of seconds, got the text "1s"'),
        ("- get: {queue: q, result: result}", "`get` acts on one object only"),
        ("- join: {timeout: 1}", '`join` acts on one object: give "process", "pool" or "queue"'),
        ("- for: x\n  steps: [pass]", '`for` lacks the field "in"'),
        ("- try: [pass]", "`try` needs `except` or `finally` beside it"),
        ("- choose: {from: [1, 2]}", "`choose` needs `into: NAME` beside it for the value that is chosen"),
        ("- print: {q}", "a text with braces must be quoted, without quotes they are a mapping"),
        (
            "- apply: {pool: po, func: work, args: 1}",
            '`args`: expected a list, like [1, "{x}"], got the number 1',
        ),
        ("- call: {target: 'work[0]'}", "a name without an index is wanted here"),
    ],
)
def test_a_step_that_is_none_is_told_what_it_lacks(step: str, message: str) -> None:
    text = DECLARED + "".join(f"  {line}\n" for line in step.splitlines())
    assert [message] == [line.split(": ", 1)[1] for line in said(text) if "unused" not in line]


def test_each_verb_that_acts_on_an_object_is_an_operation_of_its_kind() -> None:
    known = {(spec.name, spec.kind) for spec in OPERATIONS if spec.form == "verb"}
    wanted = {
        (verb, kind)
        for verb, body in VERBS.items()
        if verb not in ("with", "wait_for")
        for kind in body.object_fields.values()
    }
    assert wanted <= known
    assert {pair for pair in known if pair[1] != "none"} <= wanted
