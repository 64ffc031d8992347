"""Which part of a tree is explored, where nobody knows how large it is: each branch of a point counts as much as its brothers.

So many executions for so large a part make an estimate of how many there are in all. Branches that are yet to be found are not in
it, and later branches are smaller, as others cover what they lead to; `benchmarks/exploration_estimate.py` says what comes of
that.
"""

from __future__ import annotations

from collections.abc import Iterable

__all__ = ["estimate", "explored"]


def explored(widths: Iterable[tuple[int, int]], *, inside: float = 1.0) -> float:
    """The part that is explored, 0 to 1. `widths`: at each point of the execution at hand, how many branches are done, and how
    many there are; `inside` is the part of what follows the last of these points.
    """
    part, share = 0.0, 1.0
    for done, branches in widths:
        part += share * done / branches
        share /= branches
    return part + share * inside


def estimate(executions: int, part: float) -> float | None:
    """How many executions there may be in all; None while that is anybody's guess."""
    return executions / part if executions and part > 0 else None
