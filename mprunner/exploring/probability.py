"""How probable it is that a scheduler hits something which takes each enabled thread alike, and each alternative of its step.

Exact, as a fraction, where executions end; where states can come again, equations are solved exactly while they are few, else
from below and from above until both agree to the precision that is asked for.
"""

from __future__ import annotations

from collections.abc import Collection
from fractions import Fraction
from math import ceil, lcm, log

from mprunner.exploring.components import components
from mprunner.exploring.graph import Graph
from mprunner.records import record

__all__ = ["MOST_STATES", "Probability", "probability", "runs_needed"]

MOST_STATES = 100_000
_MOST_EQUATIONS = 40
"""Of a cycle's states: their equations are solved exactly up to so many."""
_MOST_SWEEPS = 20_000
_MOST_DIGITS = 4_000


@record
class Probability:
    """Between `low` and `high`; `exact` where it is known as a fraction."""

    low: float
    high: float
    exact: Fraction | None = None

    @property
    def runs(self) -> int | None:
        """How many runs hit it once with a probability of 95 %; None where it is never hit."""
        return runs_needed(self.exact if self.exact is not None else self.low)


def runs_needed(chance: Fraction | float, confidence: float = 0.95) -> int | None:
    """How many independent runs hit something this probable at least once, with this confidence: about ln 20 / p for 95 %."""
    if chance <= 0:
        return None
    if chance >= confidence:
        return 1
    if chance < 1e-9:
        return ceil(-log(1 - confidence) / float(chance))
    return ceil(log(1 - confidence) / log(1 - float(chance)))


def probability(
    graph: Graph, goals: Collection[int], *, most: int = MOST_STATES, precision: float = 1e-9
) -> Probability | None:
    """The probability that a random schedule reaches one of the goals.

    None where that is unknown: the graph is not complete, it has more than `most` states, or the bounds that were found are
    further apart than `precision`.
    """
    if not graph.complete or len(graph) > most:
        return None
    wanted = set(goals)
    reaching = graph.reaching(wanted)
    if not reaching[0]:
        return Probability(0.0, 0.0, Fraction(0))
    groups = components([0], graph.successors)
    if all(len(group) == 1 and group[0] not in graph.successors(group[0]) for group in groups):
        exact = _acyclic(graph, [group[0] for group in groups], wanted, reaching)
        return Probability(float(exact), float(exact), exact)
    return _cyclic(graph, groups, wanted, reaching, precision)


def _acyclic(graph: Graph, order: list[int], wanted: set[int], reaching: bytearray) -> Fraction:
    """By dynamic programming over numerators: a state from which at most h steps follow has the denominator unit ** h."""
    choices = {state: list(graph.choices(state).values()) for state in order if reaching[state]}
    ways = {len(threads) * len(targets) for threads in choices.values() for targets in threads}
    unit = lcm(*ways) if ways else 1
    powers, chances = [1], {}
    for state in order:
        if not reaching[state] or state in wanted:
            chances[state] = (0, int(state in wanted))
            continue
        below = [chances[target] for targets in choices[state] for target in targets]
        height = 1 + max(each for each, _ in below)
        while len(powers) <= height:
            powers.append(powers[-1] * unit)
        total, threads = 0, choices[state]
        for targets in threads:
            share = unit // (len(threads) * len(targets))
            for target in targets:
                lower, numerator = chances[target]
                total += numerator * powers[height - 1 - lower] * share
        chances[state] = (height, total)
    height, numerator = chances[0]
    return Fraction(numerator, unit**height)


def _cyclic(
    graph: Graph, groups: list[list[int]], wanted: set[int], reaching: bytearray, precision: float
) -> Probability | None:
    """Component by component, from the ends: exactly, or between two bounds."""
    if max(len(group) for group in groups) <= _MOST_EQUATIONS:
        exact = _exactly(graph, groups, wanted, reaching)
        if exact is not None:
            return Probability(float(exact), float(exact), exact)
    low = [1.0 if state in wanted else 0.0 for state in range(len(graph))]
    high = [1.0 if here else 0.0 for here in reaching]
    for group in groups:
        inside = [state for state in group if reaching[state] and state not in wanted]
        if not inside:
            continue
        shares = [(state, _shares(graph, state)) for state in inside]
        alone = len(group) == 1 and group[0] not in graph.successors(group[0])
        for _ in range(1 if alone else _MOST_SWEEPS):
            apart = 0.0
            for state, targets in shares:
                low[state] = sum(share * low[target] for target, share in targets)
                high[state] = sum(share * high[target] for target, share in targets)
                apart = max(apart, high[state] - low[state])
            if apart <= precision / 2:
                break
    if high[0] - low[0] > precision:
        return None
    return Probability(low[0], min(high[0], 1.0))


def _shares(graph: Graph, state: int) -> list[tuple[int, float]]:
    threads = graph.choices(state).values()
    return [(target, 1 / (len(threads) * len(targets))) for targets in threads for target in targets]


def _exactly(graph: Graph, groups: list[list[int]], wanted: set[int], reaching: bytearray) -> Fraction | None:
    """The probability from the initial state; None where its fractions grow too long to be worth it."""
    chances: dict[int, Fraction] = {}
    for group in groups:
        inside = [state for state in group if reaching[state] and state not in wanted]
        for state in group:
            if state not in inside:
                chances[state] = Fraction(int(state in wanted))
        place = {state: column for column, state in enumerate(inside)}
        rows = []
        for state in inside:
            row = [Fraction(0)] * (len(inside) + 1)
            row[place[state]] += 1
            threads = graph.choices(state).values()
            for targets in threads:
                for target in targets:
                    share = Fraction(1, len(threads) * len(targets))
                    if target in place:
                        row[place[target]] -= share
                    else:
                        row[-1] += share * chances[target]
            rows.append(row)
        for state, chance in zip(inside, _solved(rows), strict=True):
            if chance.denominator.bit_length() > _MOST_DIGITS:
                return None
            chances[state] = chance
    return chances[0]


def _solved(rows: list[list[Fraction]]) -> list[Fraction]:
    """Gauss and Jordan: as many equations as unknowns, which have one solution; the right side is the last column."""
    for column in range(len(rows)):
        pivot = next(row for row in range(column, len(rows)) if rows[row][column])
        rows[column], rows[pivot] = rows[pivot], rows[column]
        head = rows[column][column]
        rows[column] = [each / head for each in rows[column]]
        for number, row in enumerate(rows):
            factor = row[column]
            if number != column and factor:
                rows[number] = [one - factor * other for one, other in zip(row, rows[column], strict=True)]
    return [row[-1] for row in rows]
