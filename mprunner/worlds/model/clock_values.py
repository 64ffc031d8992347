"""Values on a model's record that depend on the clock: another run has others there."""

from __future__ import annotations

from typing import Any

from mprunner.program.values import Marked, Rendered

__all__ = ["TIME", "ClockValues", "knowing_times"]

TIME = "<time>"
"""Stands in a text for what depends on the clock."""


class ClockValues(dict[str, Any]):
    """Values of a call; `masked` has those that depend on the clock by name, as text with `TIME` in the place of times."""

    masked: dict[str, str]


def knowing_times(values: dict[str, Any], shown: dict[str, Any]) -> dict[str, Any]:
    """`shown`, which is how `values` look on record, with the knowledge of what in them is a time or was made of one."""
    masked = {name: text for name, value in values.items() if TIME in (text := repr(_masked(value)))}
    if not masked:
        return shown
    found = ClockValues(shown)
    found.masked = masked
    return found


def _masked(value: Any) -> Any:
    if isinstance(value, (Marked, Rendered)):
        return _Time() if value.mark == "time" else value
    if type(value) in (list, tuple, set):
        return type(value)(map(_masked, value))
    if type(value) is dict:
        return {_masked(name): _masked(each) for name, each in value.items()}
    return value


class _Time:
    def __repr__(self) -> str:
        return TIME
