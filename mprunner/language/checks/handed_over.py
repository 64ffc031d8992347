"""Whether all prints of a scenario are ordered by what is handed over: items, permits, events, starts and joins.

The k-th take of something comes after the k-th give of it, where only one process gives it; and all that a process did before it
gave comes before all that another does after it took.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence

from mprunner.language.checks.atoms import Atom, Line, lines_of_atoms
from mprunner.language.checks.scope import Scope
from mprunner.language.declarations import MAIN
from mprunner.language.effects import Effects
from mprunner.records import replaced

__all__ = ["prints_are_handed_over"]

_GIVING = ("put", "put_nowait", "release", "set")

Place = tuple[str, int]
"""A process, and which of its atoms."""


def prints_are_handed_over(scope: Scope, effects: Effects) -> bool:
    """Whether any two prints of different processes come in one order in every run; False where that is not known."""
    lines = lines_of_atoms(scope)
    there: Counter[str | None] = Counter()
    main = lines.get(MAIN)
    if main is not None:
        lines[MAIN] = replaced(main, atoms=tuple(_set_aside(main.atoms, there)))
    routines = scope.declarations.routines
    printing = {name for name, one in routines.items() if any(step.verb == "print" for step in one.all_steps)}
    for name, reached in effects.routines.items():
        line = lines.get(name)
        # What is reached otherwise than by calls, the action of a barrier or a callback, stands in no line.
        if reached & printing and (line is None or not reached & printing <= line.routines):
            return False
    known = {name: line.atoms for name, line in lines.items() if line is not None}
    after = _edges(known, _given(scope, effects, lines, there))
    prints = [
        (name, at) for name, line in known.items() for at, atom in enumerate(line) if atom.does == "print"
    ]
    later = {place: _reached(place, known, after) for place in prints}
    return all(
        one[0] == other[0] or other in later[one] or one in later[other]
        for place, one in enumerate(prints)
        for other in prints[:place]
    )


def _set_aside(atoms: Sequence[Atom], there: Counter[str | None]) -> Iterator[Atom]:
    """The atoms of main without what it gives before it starts anybody: that is counted as there from the start."""
    started = False
    for atom in atoms:
        started = started or atom.does == "start"
        if atom.does == "give" and atom.object is not None and not started:
            there[atom.object] += 1
        else:
            yield atom


def _given(
    scope: Scope, effects: Effects, lines: Mapping[str, Line | None], there: Mapping[str | None, int]
) -> dict[str, int | None]:
    """What is given by one process only that is known, and how much of it is there from the start.

    None: it is not used up, so that any take comes after the first give (an event).
    """
    givers: defaultdict[str, set[str]] = defaultdict(set)
    spoilt: set[str | None] = set()
    for name, of in effects.of.items():
        line = lines.get(name)
        atoms = () if line is None else [atom for atom in line.atoms if atom.does == "give"]
        for atom in atoms:
            givers[atom.object or ""].add(name)
        unclear = line is None or any(atom.object is None for atom in atoms)
        spoilt |= {
            effect.object
            for effect in of
            if effect.operation == "clear" or (unclear and effect.operation in _GIVING)
        }
    if None in spoilt:
        return {}
    found: dict[str, int | None] = {}
    for name, by in givers.items():
        declared = scope.declarations.names.get(name)
        if declared is None or len(by) != 1 or name in spoilt:
            continue
        if declared.kind == "semaphore":
            found[name] = int(scope.scenario.semaphores[name].value) + there.get(name, 0)
        elif declared.kind == "queue":
            found[name] = there.get(name, 0)
        elif declared.kind == "event" and name not in there:
            found[name] = None
    return found


def _edges(lines: Mapping[str, Sequence[Atom]], given: Mapping[str, int | None]) -> dict[Place, list[Place]]:
    """From an atom to those of other processes that come after it."""
    after: defaultdict[Place, list[Place]] = defaultdict(list)
    gives: defaultdict[str, list[Place]] = defaultdict(list)
    for name, line in lines.items():
        for at, atom in enumerate(line):
            if atom.does == "give" and atom.object is not None:
                gives[atom.object].append((name, at))
    for name, line in lines.items():
        taken: defaultdict[str, int] = defaultdict(int)
        for at, atom in enumerate(line):
            if atom.object is None:
                continue
            if atom.does == "start" and atom.object in lines:
                after[name, at].append((atom.object, 0))
            elif atom.does == "join" and lines.get(atom.object):
                after[atom.object, len(lines[atom.object]) - 1].append((name, at))
            elif atom.does == "take" and atom.object in given:
                there = given[atom.object]
                number = 0 if there is None else taken[atom.object] - there
                taken[atom.object] += 1
                if 0 <= number < len(gives[atom.object]):
                    after[gives[atom.object][number]].append((name, at))
    return after


def _reached(
    place: Place, lines: Mapping[str, Sequence[Atom]], after: Mapping[Place, Sequence[Place]]
) -> set[Place]:
    """Every atom that comes after this one."""
    found: set[Place] = set()
    waiting = [place]
    while waiting:
        name, at = waiting.pop()
        for following in (
            *([(name, at + 1)] if at + 1 < len(lines[name]) else ()),
            *after.get((name, at), ()),
        ):
            if following not in found:
                found.add(following)
                waiting.append(following)
    return found
