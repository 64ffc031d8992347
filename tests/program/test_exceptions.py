"""Exception types by name, whatever module they come from."""

from __future__ import annotations

import multiprocessing
import queue

import pytest

from mprunner.language.exceptions import EXCEPTIONS
from mprunner.program.exceptions import exception_type, matches


@pytest.mark.parametrize(
    ("error", "types", "text", "expected"),
    [
        (KeyError("k"), ("KeyError",), None, True),
        (KeyError("k"), ("LookupError",), None, True),
        (KeyError("k"), ("ValueError", "Exception"), None, True),
        (KeyError("k"), ("ValueError",), None, False),
        (KeyboardInterrupt(), ("Exception",), None, False),
        (KeyboardInterrupt(), ("BaseException",), None, True),
        (queue.Empty(), ("Empty",), None, True),
        (queue.Full(), ("Empty",), None, False),
        (TimeoutError(), ("TimeoutError",), None, True),
        (multiprocessing.TimeoutError(), ("TimeoutError",), None, True),
        (ValueError("Queue <x> is closed"), ("ValueError",), "is  CLOSED", True),
        (ValueError("Queue <x> is closed"), ("ValueError",), "is open", False),
    ],
)
def test_an_exception_fits_by_its_name_or_a_base_and_loosely_by_its_text(
    error: BaseException, types: tuple[str, ...], text: str | None, expected: bool
) -> None:
    assert expected is matches(error, types, text)


@pytest.mark.parametrize("name", sorted(EXCEPTIONS))
def test_every_name_that_a_scenario_may_use_is_a_type(name: str) -> None:
    try:
        found = exception_type(name)
    except NameError:
        assert "ShutDown" == name  # new in Python 3.13
    else:
        assert issubclass(found, BaseException)


def test_what_is_no_exception_is_none() -> None:
    with pytest.raises(NameError):
        exception_type("print")
