"""Which temporaries of the compiler still matter at a position of a target.

A temporary that will not be read again is part of no state: two executions that differ only in it behave equally.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from mprunner.program import instructions as program
from mprunner.program.declarations import Program, Target
from mprunner.program.expressions import Local
from mprunner.program.instructions import Instruction
from mprunner.records import Record

__all__ = ["live_temporaries", "successors", "temporaries_read"]


def live_temporaries(whole: Program, target: str, position: int) -> frozenset[str]:
    """The temporaries (`%1`) of the target that instructions from `position` on may read before they are written."""
    found = whole.main if target == whole.main.name else whole.targets[target]
    live = _live(id(found), _Keep(found))
    return live[position] if position < len(live) else frozenset()


class _Keep:
    """Keeps a target alive as long as its entry in the cache, so that its id stays its own."""

    def __init__(self, target: Target) -> None:
        self.target = target

    def __hash__(self) -> int:
        return 0

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Keep) and other.target is self.target


@lru_cache(maxsize=256)
def _live(_identity: int, keep: _Keep) -> list[frozenset[str]]:
    code = keep.target.code
    handlers = {it.to for it in code if isinstance(it, program.PushHandler)}
    behind_finally = handlers | {it.to for it in code if isinstance(it, program.Leave)}
    live: list[frozenset[str]] = [frozenset()] * (len(code) + 1)
    reads = [frozenset(temporaries_read(it)) for it in code]
    writes = [_written(it) for it in code]
    changed = True
    while changed:
        changed = False
        at_handlers = frozenset[str]().union(*(live[to] for to in handlers)) if handlers else frozenset()
        for position in range(len(code) - 1, -1, -1):
            following = successors(code[position], position)
            if isinstance(code[position], program.EndFinally):
                following = (*following, *behind_finally)
            after = frozenset[str]().union(*(live[to] for to in following))
            now = (after - writes[position]) | reads[position] | at_handlers
            if now != live[position]:
                live[position], changed = now, True
    return live


def temporaries_read(node: Any) -> Iterator[str]:
    """The temporaries that an instruction or expression reads."""
    if isinstance(node, Local):
        if node.name.startswith("%"):
            yield node.name
    elif isinstance(node, tuple):
        for part in node:
            yield from temporaries_read(part)
    elif isinstance(node, program.Iterate):
        yield node.state
    elif isinstance(node, Record):
        for name in node.fields:
            value = getattr(node, name)
            if name != "into" and not (name == "place" and isinstance(value, Local)):
                yield from temporaries_read(value)


def _written(it: Instruction) -> frozenset[str]:
    if isinstance(it, program.BeginIteration):
        return frozenset((it.state,))
    place = it.place if isinstance(it, program.Assign) else getattr(it, "into", None)
    return frozenset((place.name,)) if isinstance(place, Local) else frozenset()


def successors(it: Instruction, position: int) -> tuple[int, ...]:
    """The positions that an instruction at `position` goes on to; where an exception or a pending `finally` leads is left out."""
    if isinstance(it, (program.Jump, program.Leave)):
        return (it.to,)
    if isinstance(it, (program.Return, program.Raise)):
        return ()
    if isinstance(it, (program.JumpUnless, program.Iterate, program.MatchException)):
        return (position + 1, it.to)
    return (position + 1,)
