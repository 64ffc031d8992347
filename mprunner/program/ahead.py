"""What a process that stands at some step may still do to declared objects, as its code tells."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from mprunner.program import instructions as program
from mprunner.program.binding import bind
from mprunner.program.declarations import Program, Target
from mprunner.program.evaluate import build
from mprunner.program.expressions import Expr, Local, Object
from mprunner.program.liveness import successors
from mprunner.records import records_in

__all__ = ["Begun", "ahead", "begun"]


class Begun(NamedTuple):
    """The target that a process has begun with, and what it was given: the variables of it that it never changes."""

    target: str
    variables: dict[str, Any]


def begun(whole: Program, target: str, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Begun:
    """What a process that plays this target knows from its begin on; nothing, if it could not begin."""
    played = whole.targets[target]
    try:
        variables = bind(played, args, kwargs)
    except TypeError:
        return Begun(target, {})
    changed = {
        each.name
        for it in played.code
        for each in records_in((getattr(it, "place", None), getattr(it, "into", None)))
        if isinstance(each, Local)
    }
    return Begun(target, {name: value for name, value in variables.items() if name not in changed})


def ahead(
    whole: Program, operation: str, site: int, begin: Begun | None = None
) -> frozenset[tuple[str, str]]:
    """The operations, with the declared name of what they act on (`fork[1]`, `q`), that may come behind this one, which stands
    at `site`: in its own target, in what that calls, and behind the calls of it.

    What a variable stands for is left out, and an index that neither the code nor the `begin` of the process can tell.
    """
    targets = {each.name: each for each in (whole.main, *whole.targets.values())}
    found: set[tuple[str, str]] = set()
    seen: set[tuple[str, int]] = set()
    callers: set[str] = set()
    called = {it.target for each in targets.values() for it in each.code if isinstance(it, program.Call)}
    waiting = [
        (name, position + 1)
        for name, target in targets.items()
        for position, it in enumerate(target.code)
        if isinstance(it, program.Operate) and (it.operation, it.site) == (operation, site)
    ]
    while waiting:
        name, position = waiting.pop()
        if (name, position) in seen:
            continue
        seen.add((name, position))
        if name not in callers:
            callers.add(name)
            waiting += _behind_calls(targets, name)
        code = targets[name].code
        if position >= len(code):
            continue
        it = code[position]
        waiting += [(name, following) for following in successors(it, position)]
        waiting += [(name, handler) for handler in _handlers(code, position)]
        if isinstance(it, program.Call):
            waiting.append((it.target, 0))
        elif isinstance(it, program.Operate):
            own = begin is not None and begin.target == name and name not in called
            about = _named(whole, targets[name], it.object, begin.variables if begin and own else {})
            if about is not None:
                found.add((it.operation, about))
    return frozenset(found)


def _handlers(code: Sequence[program.Instruction], position: int) -> Iterator[int]:
    """Where an exception at a position may lead."""
    for place, it in enumerate(code):
        if isinstance(it, program.PushHandler) and place <= position < it.to:
            yield it.to


def _behind_calls(targets: dict[str, Target], name: str) -> Iterator[tuple[str, int]]:
    for caller, target in targets.items():
        for position, it in enumerate(target.code):
            if isinstance(it, program.Call) and it.target == name:
                yield caller, position + 1


def _named(whole: Program, target: Target, about: Expr | None, variables: dict[str, Any]) -> str | None:
    if isinstance(about, Local):  # `with` keeps what it holds in a variable of its own
        kept = {
            it.value
            for it in target.code
            if isinstance(it, program.Assign) and it.place == about and about.name.startswith("%")
        }
        about = kept.pop() if len(kept) == 1 else None
    if not isinstance(about, Object) or about.family:
        return None
    if about.index is None:
        return about.name
    counts = {each.name: each.count for each in whole.objects}
    try:
        index = build(about.index, counts)(variables, {})
    except Exception:
        return None  # only a run can tell
    return f"{about.name}[{index}]" if isinstance(index, int) else None
