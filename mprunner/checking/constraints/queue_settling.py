"""Which puts and gets can be let go of, because nothing that is still to come can change what they say of the order.

Two things part what was from what comes. Where as many gets have ended as puts have begun, nothing is open: a get that ends later
takes an item that is put later. And where items are open, a get that ended before an open item was got counts only by the time
at which it did. Of all gets that came before that of an open item, put before theirs, the first says what the others do.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from operator import le

from mprunner.checking.constraints.queue_columns import ItemColumns, agree, matched, of_groups
from mprunner.records import record

__all__ = ["Needed", "empty_until", "needed"]


@record
class Needed:
    """The rows of the puts, and of the gets, that are still needed. `agree`: those that were got are in order."""

    puts: list[int]
    gets: list[int]
    agree: bool = True


def empty_until(puts: ItemColumns, gets: ItemColumns) -> int:
    """After how many puts and as many gets nothing was open, the last time that it was so; 0: never."""
    if not _in_order(puts.begins) or not _in_order(gets.ends):
        return 0
    for count in range(min(len(puts), len(gets)), 0, -1):
        if count == len(puts) or puts.begins[count] > gets.ends[count - 1]:
            return count
    return 0


def _in_order(times: Sequence[int]) -> bool:
    return all(map(le, times, times[1:]))


def needed(puts: ItemColumns, gets: ItemColumns, *, total: bool) -> Needed | None:
    """What is still needed where items are open; None where it can't be told which get took which put. When what was got is not
    in order, it is all that.
    """
    taken = matched(puts.values, gets.values)
    if taken is None or not (puts.in_turn() and gets.in_turn()) or not _sure(puts, gets, taken, total=total):
        return None
    got_from = [gets.begins[get] if get >= 0 else 0 for get in taken]
    got_until = [gets.ends[get] if get >= 0 else 0 for get in taken]
    rows: set[int] = set()
    for group in of_groups(puts, total=total):
        got = [row for row in group if taken[row] >= 0]
        if not agree(got, puts, got_from, got_until):
            got = [row for row, get in enumerate(taken) if get >= 0]
            return Needed(got, sorted(taken[row] for row in got), agree=False)
        open_ = [row for row in group if taken[row] < 0]
        got.sort(key=got_until.__getitem__)
        rows.update(open_, _first_after(puts, got, open_))
    kept = sorted(rows)
    return Needed(kept, sorted(taken[row] for row in kept if taken[row] >= 0))


def _first_after(puts: ItemColumns, got: Sequence[int], open_: Iterable[int]) -> set[int]:
    """For each open item the first that was got, of those put wholly after it."""
    highest: list[int] = []
    rows: list[int] = []
    for row in got:
        if not highest or puts.begins[row] > highest[-1]:
            highest.append(puts.begins[row])
            rows.append(row)
    places = {bisect_right(highest, puts.ends[one]) for one in open_}
    return {rows[place] for place in places if place < len(rows)}


def _sure(puts: ItemColumns, gets: ItemColumns, taken: Sequence[int], *, total: bool) -> bool:
    """Whether there is but one way to tell which get took which put: items that look alike were not open together, or both their
    puts and their gets came one after the other.
    """
    if len(set(puts.values)) == len(puts):
        return True
    last: dict[object, int] = {}
    processes = [process for process, _ in puts.numbers]
    for row, value in enumerate(puts.values):
        before = last.get(value)
        last[value] = row
        if before is None:
            continue
        get, other = taken[before], taken[row]
        if get >= 0 and gets.ends[get] < puts.begins[row]:
            continue
        if get < 0:
            continue  # both are open
        same = total or processes[puts.chains[before]] == processes[puts.chains[row]]
        if not same or puts.ends[before] >= puts.begins[row]:
            return False
        if other < 0 or gets.ends[get] >= gets.begins[other]:
            return False
    return True
