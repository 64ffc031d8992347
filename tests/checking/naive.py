"""Promises by their definitions: LTLf formulas over letters, and `each`, `count` and `sequence` as sentences,
evaluated without thought.

A trace is a list of sets of letters (an event may be an `a` and a `b` at once). Formulas are those of Dwyer,
Avrunin and Corbett, and of DECLARE, in Python: a formula is a function of a trace and a position.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import permutations

Letters = frozenset[str]
Trace = Sequence[Letters]
Formula = Callable[[Trace, int], bool]


def remembered(f: Formula) -> Formula:
    """The same formula, which asks no place of a trace twice: formulas in formulas would ask each very often."""
    seen: list[Trace] = []
    known: dict[int, bool] = {}

    def asked(trace: Trace, i: int) -> bool:
        if not seen or seen[0] is not trace:
            seen[:] = [trace]
            known.clear()
        if i not in known:
            known[i] = f(trace, i)
        return known[i]

    return asked


def letter(name: str) -> Formula:
    return lambda trace, i: name in trace[i]


def no(f: Formula) -> Formula:
    return lambda trace, i: not f(trace, i)


def both(f: Formula, g: Formula) -> Formula:
    return lambda trace, i: f(trace, i) and g(trace, i)


def either(f: Formula, g: Formula) -> Formula:
    return lambda trace, i: f(trace, i) or g(trace, i)


def implies(f: Formula, g: Formula) -> Formula:
    return either(no(f), g)


def then(f: Formula) -> Formula:
    """X: there is a next event, and f holds there."""
    return lambda trace, i: i + 1 < len(trace) and f(trace, i + 1)


def weakly_then(f: Formula) -> Formula:
    return lambda trace, i: i + 1 >= len(trace) or f(trace, i + 1)


def until(f: Formula, g: Formula) -> Formula:
    return lambda trace, i: any(
        g(trace, j) and all(f(trace, k) for k in range(i, j)) for j in range(i, len(trace))
    )


def weak_until(f: Formula, g: Formula) -> Formula:
    return either(until(f, g), always(f))


def finally_(f: Formula) -> Formula:
    return lambda trace, i: any(f(trace, j) for j in range(i, len(trace)))


def always(f: Formula) -> Formula:
    return lambda trace, i: all(f(trace, j) for j in range(i, len(trace)))


def on(formula: Formula, trace: Trace, *, empty: bool) -> bool:
    """The formula of a whole trace; of an empty one it is `empty`."""
    return formula(trace, 0) if trace else empty


def each(trace: Trace, *, where: str, wanted: bool, without: bool) -> bool:
    """Every a has (or has no) b: reflexive after, before and anywhere; no c strictly between."""
    for i, here in enumerate(trace):
        if "a" not in here:
            continue
        candidates = {
            "after": range(i, len(trace)),
            "before": range(i + 1),
            "anywhere": range(len(trace)),
            "next": range(i + 1, min(i + 2, len(trace))),
            "previous": range(max(i - 1, 0), i),
        }[where]
        found = any(
            "b" in trace[j]
            and not (without and any("c" in trace[k] for k in range(min(i, j) + 1, max(i, j))))
            for j in candidates
        )
        if found != wanted:
            return False
    return True


Step = tuple[str, str]
"""(kind, letters): `one` a, `next` a, `any_order` ab, `gap_without` a."""


def sequence(trace: Trace, steps: Sequence[Step], start: int = 0, last: int = -1, gap: str = "") -> bool:
    """Some choice of events fits, by trying all; `gap` holds letters that must not stand before the first of them."""

    def free(stop: int) -> bool:
        return not any(set(gap) & trace[k] for k in range(start, stop))

    if not steps:
        return free(len(trace))
    (kind, letters), rest = steps[0], steps[1:]
    if kind == "any_order":
        return any(
            sequence(trace, [*(("one", one) for one in order), *rest], start, last, gap)
            for order in permutations(letters)
        )
    if kind.startswith("any_order without "):
        inner = ("gap_without", kind[-1])
        rows = (
            [part for one in order for part in (inner, ("one", one))][1:] for order in permutations(letters)
        )
        return any(sequence(trace, [*row, *rest], start, last, gap) for row in rows)
    if kind == "gap_without":
        return sequence(trace, rest, start, last, gap + letters)
    places = range(last + 1, min(last + 2, len(trace))) if kind == "next" else range(start, len(trace))
    return any(letters in trace[i] and free(i) and sequence(trace, rest, i + 1, i) for i in places)


def complete(trace: Trace, steps: Sequence[Step]) -> bool:
    """The n-th event of interest is the n-th step, up to the order in the groups."""
    if not steps:
        return not trace
    (kind, letters), rest = steps[0], steps[1:]
    if kind == "any_order":
        return any(
            complete(trace, [*(("one", one) for one in order), *rest]) for order in permutations(letters)
        )
    return bool(trace) and letters in trace[0] and complete(trace[1:], rest)


def segments(
    trace: Trace, *, opener: str | None, closer: str | None, open_end: bool, repeat: bool
) -> list[Trace]:
    """The parts of a trace that a scope selects: open at both ends, not nested."""
    found: list[Trace] = []
    start: int | None = 0 if opener is None else None
    for i, here in enumerate(trace):
        if start is not None and closer is not None and closer in here:
            found.append(trace[start:i])
            start = None
            if not repeat:
                return found
        elif start is None and opener is not None and opener in here and not (closer and closer in here):
            start = i + 1
    if start is not None and (closer is None or open_end):
        found.append(trace[start:])
    return found
