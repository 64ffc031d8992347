"""The instants that steps put on record, each met once and then a number, and what promises see of them."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any, Literal, NamedTuple, Protocol

from mprunner.recording.events import Call, Outcome
from mprunner.recording.shapes import Shapes
from mprunner.recording.shown import ErrorShown
from mprunner.worlds.model.steps import LABEL

__all__ = ["At", "Instant", "Instants", "Watcher", "example"]

At = Literal["begin", "end", "whole", "instant"]
_OUTCOMES: tuple[Outcome, ...] = ("ok", "refused", "raised", "unfinished")


class Watcher(Protocol):
    """Says what promises see of an instant: see `exploring.observing`."""

    def labels(self, call: Call, at: Literal["begin", "end"]) -> tuple[tuple[int, int], ...]:
        """The numbers of the promises that may tell its order, each with a label; equal labels are alike to a promise."""


class Instant(NamedTuple):
    """A call as it looks at this instant (of its times and place nothing means anything).

    `begin` and `end` of one call come in different steps; it is there `whole` in one; `instant` has no duration at all.
    """

    call: Call
    at: At


def example(
    process: str,
    actor: str,
    operation: str,
    *,
    object: str | None = None,  # noqa: A002 - the name that records have for it
    kind: str = "none",
    outcome: Outcome = "ok",
    values: dict[str, Any] | None = None,
    error: ErrorShown | None = None,
    site: int | None = None,
    label: str | None = None,
    timed: bool = False,
) -> Call:
    """A call without times and place."""
    return Call(
        0, process, actor, 0, 0, 0, operation, object, kind, 0, 0, outcome, values or {}, error, site, label, timed
    )  # fmt: skip


class Instants:
    """The table of instants; what promises see of each is asked once."""

    def __init__(self, watcher: Watcher | None) -> None:
        self._watcher = watcher
        self._shapes = Shapes()
        self._numbers: dict[Hashable, int] = {}
        self._instants: list[Instant] = []
        self._labels: list[tuple[tuple[int, int], ...]] = []
        self._sequences: dict[Hashable, int] = {}

    def __getitem__(self, number: int) -> Instant:
        return self._instants[number]

    def __len__(self) -> int:
        return len(self._instants)

    def number(self, call: Call, at: At) -> int:
        """The number of an instant like this."""
        key = (self._shapes.of(call), at)
        number = self._numbers.setdefault(key, len(self._instants))
        if number == len(self._instants):
            self._instants.append(Instant(call, at))
            self._labels.append(self._seen(call, at))
        return number

    def is_watched(self, number: int) -> bool:
        """Whether a promise may tell the order of this instant and another."""
        return bool(self._labels[number])

    def begin_is_watched(self, call: Call) -> bool:
        """Whether a promise may tell the order of the begin of a call like this, however it ends."""
        if self._watcher is None:
            return False
        for outcome in _OUTCOMES:
            call.outcome = outcome
            if self._watcher.labels(call, "begin"):
                return True
        return False

    def footprint(self, numbers: list[int], apart: Any) -> list[tuple[int, int]]:
        """What promises see of these instants of one step, as touched cells; `apart` gives the cell of a promise."""
        seen: dict[int, list[int]] = {}
        for number in numbers:
            for promise, label in self._labels[number]:
                seen.setdefault(promise, []).append(label)
        return [
            (
                apart("promise", promise),
                LABEL + self._sequences.setdefault((promise, *labels), len(self._sequences)),
            )
            for promise, labels in seen.items()
        ]

    def _seen(self, call: Call, at: At) -> tuple[tuple[int, int], ...]:
        if self._watcher is None:
            return ()
        if at == "begin" or at == "end":
            return self._watcher.labels(call, at)
        return self._watcher.labels(call, "begin") + self._watcher.labels(call, "end")
