"""Marks of process ids, times and random numbers, and how they survive."""

from __future__ import annotations

import pickle
from typing import Any

import pytest

from mprunner.program.rendering import rendered
from mprunner.program.values import Elapsed, Marked, Pid, RandomValue, Rendered, plain, type_name
from tests.program.scripts import answers, run, steps_of


@pytest.mark.parametrize(
    ("value", "mark", "expected"),
    [
        (Pid(5) + 1, "pid", 6),
        (1 + Pid(5), "pid", 6),
        (Pid(5) * 1.5, "pid", 7.5),
        (Pid(7) // 2, "pid", 3),
        (-Pid(7), "pid", -7),
        (Elapsed(2.5) - Elapsed(1.0), "time", 1.5),
        (round(Elapsed(2.567), 2), "time", 2.57),
        (round(Elapsed(2.567)), "time", 3),
        (RandomValue(0.5) * 10, "random", 5.0),
        (abs(RandomValue(-0.5)), "random", 0.5),
        (10 ** RandomValue(2.0), "random", 100.0),
        (divmod(Pid(7), 2)[1], "pid", 1),
    ],
)
def test_arithmetic_keeps_the_mark(value: Any, mark: str, expected: object) -> None:
    assert isinstance(value, Marked)
    assert (mark, expected, type(expected)) == (value.mark, value, type(plain(value)))


def test_a_marked_number_behaves_as_its_base() -> None:
    assert ("ab" * Pid(2), [1, 2][Pid(1)], repr(Pid(3)), {3: "x"}[Pid(3)]) == ("abab", 2, "3", "x")
    assert type(Pid(3) == 3) is bool
    assert "int" == type_name(Pid(3))
    assert pickle.loads(pickle.dumps(Pid(3))).mark == "pid"


HEAD = "targets: {f: {steps: [pass]}}"


@pytest.mark.parametrize(
    ("steps", "expected"),
    [
        ("- print: 'a {1 + 1} b'", (("text", "a "), ("value", "2"), ("text", " b"))),
        ("- print: 5", (("value", "5"),)),
        ("- print: plain", (("value", "plain"),)),
        ("- print: 'pid={getpid()}'", (("text", "pid="), ("pid", "7"))),
        ("- print: '{getpid() + 1}'", (("pid", "8"),)),
        ("- set: {x: '{getpid()}'}\n- print: '{x!r:>4}.'", (("pid", "   7"), ("text", "."))),
        (
            "- set: {x: 'p{getpid()}'}\n- print: '<{x}>'",
            (("text", "<"), ("text", "p"), ("pid", "7"), ("text", ">")),
        ),
        ("- set: {x: '{str(getpid())}'}\n- print: '{x + \"!\"}'", (("pid", "7"), ("text", "!"))),
        (
            "- set: {t: '{monotonic()}'}\n- print: '{monotonic() - t:.1f} s'",
            (("time", "0.0"), ("text", " s")),
        ),
        ("- print: '{int(random() * 10)}'", (("random", "5"),)),
        ("- print: '{[1, getpid()]}'", (("value", "[1, "), ("pid", "7"), ("value", "]"))),
        ("- print: \"{', '.join(['a', str(getpid())])}\"", (("value", "a"), ("text", ", "), ("pid", "7"))),
    ],
)
def test_a_print_keeps_its_parts(steps: str, expected: object) -> None:
    seen: list[Any] = []

    def answer(operation: Any) -> Any:
        if operation.op == "print":
            seen.append(operation.arguments["text"])
            return None
        return answers({"getpid": 7, "monotonic": 2.5, "random": 0.5})(operation)

    _trace, outcome, _machine = run(steps_of(steps, head=HEAD), answer)
    assert outcome is None
    assert isinstance(seen[0], Rendered)
    assert expected == seen[0].parts
    assert "".join(text for _kind, text in seen[0].parts) == seen[0]


def test_a_rendered_text_survives_pickling_and_both_sides_of_a_plus() -> None:
    text = Rendered((("text", "a"), ("pid", "7")))
    assert (("text", "<"), ("text", "a"), ("pid", "7"), ("text", ">")) == ("<" + text + ">").parts
    assert text.parts == pickle.loads(pickle.dumps(text)).parts


def test_what_has_no_mark_is_a_plain_text() -> None:
    assert (("value", "{'a': [1, (2,)]}"),) == rendered({"a": [1, (2,)]}).parts
