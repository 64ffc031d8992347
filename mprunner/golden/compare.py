"""A golden against a new run: what differs, told actor by actor instead of as a diff of one interleaving."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from mprunner.golden.shape import OPEN, Golden, Lane, Shape, Texts

__all__ = ["Comparison", "Difference", "compare"]

Status = Literal["same", "different", "stale", "missing"]


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that is not as frozen.

    `where` is an actor, `workers po`, `order`, `block lock`, `exitcode p` or `ending`; `sentence` tells it in one line;
    `rows` are the lines of a diff (`+` new, `-` gone, two spaces: as before) where there is one.
    """

    where: str
    sentence: str
    rows: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Comparison:
    """`stale`: the scenario has changed since the golden was accepted; differences are told all the same."""

    status: Status
    differences: tuple[Difference, ...] = ()


def compare(golden: Golden | None, shape: Shape, *, sha256: str) -> Comparison:
    """How a run of the scenario with this hash stands to its golden (None: there is none)."""
    if golden is None:
        return Comparison("missing")
    differences = tuple(_differences(golden, shape))
    if golden.sha256 != sha256:
        return Comparison("stale", differences)
    return Comparison("different" if differences else "same", differences)


def _differences(golden: Golden, shape: Shape) -> Iterator[Difference]:
    open_ = set(golden.varying)
    for actor, texts in golden.actors.items():
        lane = shape.lanes.get(actor)
        if lane is None:
            yield Difference(actor, f"{actor} is not in this run")
        elif not _reads(texts, lane, cut=actor in shape.cut):
            yield Difference(actor, f"{actor} did something else", _diff(texts, lane))
    for actor, lane in shape.lanes.items():
        if actor not in golden.actors and actor not in open_:
            yield Difference(actor, f"{actor} is new", tuple(f"+ {told.text}" for told in lane))
    for pool, lanes in golden.workers.items():
        now = shape.workers.get(pool, ())
        if lanes != tuple(tuple(told.text for told in lane) for lane in now):
            yield Difference(
                f"workers {pool}", f"the workers of {pool} did something else", _group_diff(lanes, now)
            )
    for edge in golden.order:
        if shape.edges.get(edge) is False:
            yield Difference("order", f"not in this order any more: {edge}")
    for lock, prints in golden.blocks.items():
        yield from _block(lock, prints, shape)
    for process, code in golden.exitcodes.items():
        if process in shape.exitcodes and shape.exitcodes[process] != code:
            yield Difference(
                f"exitcode {process}", f"{process} ended with {shape.exitcodes[process]}, was {code}"
            )
    if "ending" not in open_ and shape.ending != golden.ending:
        yield Difference("ending", f"the run ended by {shape.ending}, was {golden.ending}")


def _block(lock: str, prints: int, shape: Shape) -> Iterator[Difference]:
    block = shape.blocks.get(lock)
    if block is None or block.prints != prints:
        now = 0 if block is None else block.prints
        yield Difference(f"block {lock}", f"{now} lines are printed under {lock}, were {prints}")
    if block is not None and not block.apart:
        yield Difference(f"block {lock}", f"lines printed under {lock} by different actors are mixed")


def _reads(texts: Texts, lane: Lane, *, cut: bool) -> bool:
    if texts and texts[-1] == OPEN:
        texts = texts[:-1]
        lane = lane[: len(texts)]
        if cut:
            texts = texts[: len(lane)]
    return len(texts) == len(lane) and all(told.reads(text) for text, told in zip(texts, lane, strict=True))


def _diff(texts: Texts, lane: Lane) -> tuple[str, ...]:
    """Rows of a diff: a line that reads as frozen is shown as frozen."""
    now = [next((text for text in (told.literal, told.text) if text in texts), told.text) for told in lane]
    return tuple(row for row in difflib.ndiff(texts, now) if not row.startswith("?"))


def _group_diff(lanes: Sequence[Texts], now: Sequence[Lane]) -> tuple[str, ...]:
    before = [" / ".join(lane) or "(nothing)" for lane in lanes]
    after = [" / ".join(told.text for told in lane) or "(nothing)" for lane in now]
    return tuple(row for row in difflib.ndiff(before, after) if not row.startswith("?"))
