"""The canonical form of a run: lanes of what each actor did, and the order that synchronisation made between them.

One interleaving is an accident; two runs of a correct program differ in it and are still the same run in all that matters.
So a shape keeps what each actor did in its own order, and between actors only the edges that an operation itself makes (a
start before what it starts, an item put before it is got), never an order that merely happened to be so.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Line:
    """One thing an actor did.

    `text` is as a golden shows it. `literal` is the same where a whole number in a value is a process id of the run: the
    number may be one by accident, so a golden takes the literal text if it is the same in every run.
    """

    text: str
    literal: str

    def reads(self, text: str) -> bool:
        return text in (self.text, self.literal)


OPEN = "..."
"""The last line of a frozen lane whose further course varies."""

Lane = tuple[Line, ...]
Texts = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Block:
    """The prints under a hold of `lock`: how many there are, and whether those of two holders were kept apart."""

    lock: str
    prints: int
    apart: bool = True


@dataclass(frozen=True, slots=True)
class Shape:
    """One run in canonical form.

    `lanes` are by actor (a declared process, `main`, a pool's task); `workers` are the lanes of each pool's interchangeable
    workers, sorted. `edges` map a sentence `a/x < b/y` to whether the record kept it. `exitcodes` are by process, without
    those that mprun itself ended. `ending` is how the run ended (`finished`, `cut`, `hang: self-lock`, ...).
    `cut` names the actors whose lanes an `ends:` cut off: how far they came is an accident.
    """

    lanes: Mapping[str, Lane]
    workers: Mapping[str, tuple[Lane, ...]] = field(default_factory=dict)
    edges: Mapping[str, bool] = field(default_factory=dict)
    blocks: Mapping[str, Block] = field(default_factory=dict)
    exitcodes: Mapping[str, int | None] = field(default_factory=dict)
    ending: str = "finished"
    cut: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Golden:
    """A frozen shape, as a golden file holds it.

    `file` and `sha256` are of the scenario it was made from; `runs`, `python` and `start_method` tell how, and are not
    compared. `actors` and `workers` hold texts (a pool's distinct worker lanes). `varying` names what differed between those
    runs and is therefore not frozen: `workers POOL`, `block LOCK`, `exitcode NAME`, `ending`, or an actor, of which only the
    beginning that all runs share is frozen, followed by `...`.
    """

    file: str
    sha256: str
    runs: int
    python: str
    start_method: str
    actors: Mapping[str, Texts]
    workers: Mapping[str, tuple[Texts, ...]] = field(default_factory=dict)
    order: tuple[str, ...] = ()
    blocks: Mapping[str, int] = field(default_factory=dict)
    exitcodes: Mapping[str, int | None] = field(default_factory=dict)
    ending: str = "finished"
    varying: tuple[str, ...] = ()
