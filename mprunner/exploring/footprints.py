"""Dependence of two steps that can both be made in one state."""

from __future__ import annotations

from mprunner.exploring.system import AWAIT, GET, LABEL, PUT, READ, WRITE, Footprint

__all__ = ["conflicting"]

_COMMUTING = frozenset({(READ, READ), (READ, AWAIT), (AWAIT, READ), (AWAIT, AWAIT), (PUT, GET), (GET, PUT)})
"""Modes of one cell that do not conflict. A get that can be made takes another item than the put that can be made as well."""


def conflicting(one: Footprint, other: Footprint) -> bool:
    """Whether it makes a difference which of two steps of different threads is made first."""
    for cell, mode in one:
        for other_cell, other_mode in other:
            if cell != other_cell:
                continue
            if mode == WRITE or other_mode == WRITE:
                return True
            if (mode, other_mode) not in _COMMUTING and (mode != other_mode or mode < LABEL):
                return True
    return False
