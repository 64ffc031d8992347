"""What a process that stands at some step may still do to declared objects, as its code tells."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from mprunner.program import instructions as program
from mprunner.program.declarations import Program, Target
from mprunner.program.expressions import Constant, Expr, Local, Object
from mprunner.program.liveness import successors

__all__ = ["ahead"]


def ahead(whole: Program, operation: str, site: int) -> frozenset[tuple[str, str]]:
    """The operations, with the declared name of what they act on (`fork[1]`, `q`), that may come behind this one, which stands
    at `site`: in its own target, in what that calls, and behind the calls of it.

    What a variable, or an index that only a run can tell, stands for is left out.
    """
    targets = {each.name: each for each in (whole.main, *whole.targets.values())}
    found: set[tuple[str, str]] = set()
    seen: set[tuple[str, int]] = set()
    callers: set[str] = set()
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
            about = _named(targets[name], it.object)
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


def _named(target: Target, about: Expr | None) -> str | None:
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
    return f"{about.name}[{about.index.value}]" if isinstance(about.index, Constant) else None
