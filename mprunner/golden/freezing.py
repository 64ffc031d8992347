"""Several runs of one scenario to one golden: what is the same in all of them is frozen, what varies is named."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import takewhile, zip_longest
from typing import Any, TypeVar

from mprunner.golden.shape import OPEN, Golden, Lane, Shape, Texts

__all__ = ["Frozen", "Varying", "freeze"]

T = TypeVar("T")
_NOTHING = "nothing more"

CUT_LINES = 12
"""The most lines that are frozen of a lane that an `ends:` cut off: an endless loop says the same for ever."""


@dataclass(frozen=True, slots=True)
class Varying:
    """What differed between two runs, and how: `what` is an actor, `workers po`, `exitcode p`, `block lock` or `ending`."""

    what: str
    first: str
    other: str
    run: int
    """The number of the first run (1-based) that differed from the first one."""

    def __str__(self) -> str:
        return self.sentence

    @property
    def sentence(self) -> str:
        return f"{self.what} varies: `{self.first}` in run 1, `{self.other}` in run {self.run}"


@dataclass(frozen=True, slots=True)
class Frozen:
    golden: Golden
    varying: tuple[Varying, ...]


def freeze(
    shapes: Sequence[Shape],
    *,
    file: str,
    sha256: str,
    python: str,
    start_method: str,
    known: Golden | None = None,
) -> Frozen:
    """The golden of these runs (at least one), and what varied in them.

    `known` is the golden of earlier runs of the same scenario: what they have shown to vary stays unfrozen even if these
    runs agree.
    """
    remembered = known.varying if known is not None else ()
    varying: list[Varying] = []
    actors = _actors(shapes, known, varying)
    workers: dict[str, tuple[Texts, ...]] = {}
    for pool in _keys(shape.workers for shape in shapes):
        what = f"workers {pool}"
        lanes = [_readable(shape.workers.get(pool, ())) for shape in shapes]
        if _same(what, lanes, varying) and what not in remembered:
            workers[pool] = lanes[0]
    blocks: dict[str, int] = {}
    for lock in _keys(shape.blocks for shape in shapes):
        what = f"block {lock}"
        found = [shape.blocks.get(lock) for shape in shapes]
        told = [None if block is None else (block.prints, block.apart) for block in found]
        same = _same(what, told, varying) and what not in remembered
        if same and found[0] is not None and found[0].apart:
            blocks[lock] = found[0].prints
    exitcodes: dict[str, int | None] = {}
    for process in _keys(shape.exitcodes for shape in shapes):
        what = f"exitcode {process}"
        codes = [shape.exitcodes.get(process) for shape in shapes]
        if _same(what, codes, varying) and what not in remembered:
            exitcodes[process] = codes[0]
    endings = [shape.ending for shape in shapes]
    _same("ending", endings, varying)
    names = {difference.what for difference in varying} | set(remembered)
    golden = Golden(
        file=file,
        sha256=sha256,
        runs=len(shapes),
        python=python,
        start_method=start_method,
        actors=actors,
        workers=workers,
        order=tuple(
            edge for edge in _keys([shapes[0].edges]) if all(shape.edges.get(edge) for shape in shapes)
        ),
        blocks=blocks,
        exitcodes=exitcodes,
        ending=endings[0],
        varying=tuple(sorted(names)),
    )
    return Frozen(golden, tuple(varying))


def _actors(shapes: Sequence[Shape], known: Golden | None, varying: list[Varying]) -> dict[str, Texts]:
    """What is frozen of each actor's lane: all of it, or the beginning that no run has left."""
    actors: dict[str, Texts] = {}
    for actor in _keys(shape.lanes for shape in shapes):
        lanes = [shape.lanes.get(actor) for shape in shapes]
        texts = _texts([lane or () for lane in lanes])
        if any(actor in shape.cut for shape in shapes):
            actors[actor] = (*texts[:CUT_LINES], OPEN)
            continue
        difference = _lanes_differ(actor, lanes)
        if difference is not None:
            varying.append(difference)
        if difference is None and (known is None or actor not in known.varying):
            actors[actor] = texts
            continue
        if known is not None and (actor in known.actors or actor in known.varying):
            texts = _common(texts, known.actors.get(actor, ()))
        if texts:
            actors[actor] = (*texts, OPEN)
    return actors


def _readable(lanes: Sequence[Lane]) -> tuple[Texts, ...]:
    return tuple(tuple(told.text for told in lane) for lane in lanes)


def _keys(mappings: Iterable[Mapping[str, object]]) -> list[str]:
    """All keys in an order that no run decides: `main` first, the others by name, numbers by their size."""
    return sorted({key for mapping in mappings for key in mapping}, key=_by_name)


def _by_name(key: str) -> tuple[bool, list[tuple[bool, int, str]]]:
    words = re.findall(r"\d+|\D+", key)
    return key != "main", [(word.isdecimal(), int(word) if word.isdecimal() else 0, word) for word in words]


def _same(what: str, values: Sequence[Any], varying: list[Varying]) -> bool:
    for run, other in enumerate(values[1:], 2):
        if other != values[0]:
            varying.append(Varying(what, str(values[0]), str(other), run))
            return False
    return True


def _lanes_differ(actor: str, lanes: Sequence[Lane | None]) -> Varying | None:
    first = lanes[0] or ()
    for run, lane in enumerate(lanes[1:], 2):
        for mine, other in zip_longest(first, lane or ()):
            if (
                mine is None
                or other is None
                or not (mine.text == other.text or mine.literal == other.literal)
            ):
                return Varying(actor, mine.text if mine else _NOTHING, other.text if other else _NOTHING, run)
        if (lanes[0] is None) != (lane is None):
            return Varying(actor, _presence(lanes[0]), _presence(lane), run)
    return None


def _presence(lane: Lane | None) -> str:
    return "not there" if lane is None else "there"


def _texts(lanes: Sequence[Lane]) -> Texts:
    """The lines that all lanes begin with: the literal text where all runs have it, else the one with placeholders."""
    shared: list[str] = []
    for lines in zip(*lanes, strict=False):
        if len(lines) > 1 and len({told.literal for told in lines}) == 1:
            shared.append(lines[0].literal)
        elif len({told.text for told in lines}) == 1:
            shared.append(lines[0].text)
        else:
            break
    return tuple(shared)


def _common(texts: Texts, known: Texts) -> Texts:
    return tuple(
        text for text, _ in takewhile(lambda pair: pair[0] == pair[1], zip(texts, known, strict=False))
    )


def frozen_parts(golden: Golden) -> Mapping[str, object]:
    """What of a golden is compared, without how it was made: two goldens with equal parts say the same."""
    return {
        "actors": golden.actors,
        "workers": golden.workers,
        "order": golden.order,
        "blocks": golden.blocks,
        "exitcodes": golden.exitcodes,
        "ending": None if "ending" in golden.varying else golden.ending,
        "varying": golden.varying,
    }
