"""Arguments that do not fit a target are refused in Python's own words."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mprunner.program.binding import bind
from mprunner.program.declarations import Parameter, Target


def _required(name: str) -> Parameter:
    return Parameter(name)


def _optional(name: str) -> Parameter:
    return Parameter(name, required=False, default=0)


SIGNATURES = {
    "": (),
    "a": (_required("a"),),
    "a, b": (_required("a"), _required("b")),
    "a, b, c": tuple(map(_required, "abc")),
    "a, b=0": (_required("a"), _optional("b")),
    "a=0": (_optional("a"),),
    "a, *r": (_required("a"), Parameter("r", "args", False)),
    "a, *r, k": (_required("a"), Parameter("r", "args", False), _required("k")),
    "a, *r, k=0, **m": (
        _required("a"),
        Parameter("r", "args", False),
        _optional("k"),
        Parameter("m", "kwargs", False),
    ),
    "a, b=0, **m": (_required("a"), _optional("b"), Parameter("m", "kwargs", False)),
}


def by_python(signature: str, arguments: list[int], keywords: dict[str, int]) -> Any:
    names: dict[str, Any] = {}
    exec(f"def work({signature}): return dict(locals())", names)
    try:
        return names["work"](*arguments, **keywords)
    except TypeError as error:
        return str(error)


@given(
    st.sampled_from(sorted(SIGNATURES)),
    st.lists(st.integers(1, 9), max_size=4),
    st.dictionaries(st.sampled_from(["a", "b", "k", "z"]), st.integers(1, 9), max_size=2),
)
def test_arguments_are_bound_as_python_binds_them(
    signature: str, arguments: list[int], keywords: dict[str, int]
) -> None:
    expected = by_python(signature, arguments, keywords)
    try:
        found: Any = bind(Target("work", SIGNATURES[signature], ()), arguments, keywords)
    except TypeError as error:
        found = str(error)
    assert (expected == found) or (
        isinstance(expected, str) and isinstance(found, str) and _several_wrong(expected, found)
    )


def _several_wrong(expected: str, found: str) -> bool:
    """Where two things are wrong at once, it does not matter which is named."""
    return expected.split()[0] == found.split()[0] and expected != found and "unexpected" in expected + found


def test_a_default_is_not_shared_between_calls() -> None:
    target = Target("work", (Parameter("items", required=False, default=[1]),), ())
    bind(target, (), {})["items"].append(2)
    assert {"items": [1]} == bind(target, (), {})


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        ((), "work() missing 3 required positional arguments: 'a', 'b', and 'c'"),
        ((1, 2, 3, 4), "work() takes 3 positional arguments but 4 were given"),
    ],
)
def test_a_call_that_does_not_fit_says(arguments: tuple[int, ...], text: str) -> None:
    with pytest.raises(TypeError) as caught:
        bind(Target("work", SIGNATURES["a, b, c"], ()), arguments, {})
    assert text == str(caught.value)
