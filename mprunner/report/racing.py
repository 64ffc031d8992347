"""Races on shared memory, as reports tell them: both accesses, with their lines in the file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from mprunner.checking.happens_before.races import Race, placed, told_race
from mprunner.report.phrases import count
from mprunner.report.style import Style, clean, wrapped

__all__ = ["race_lines"]

_MOST_RACES = 2


def race_lines(races: Sequence[Race], style: Style, lines: Sequence[int]) -> Iterator[str]:
    """A sentence for each race, or for the first of many. `lines` are those of the file, by site."""
    for race in races[:_MOST_RACES]:
        sentence = f"There is a {told_race(race, lambda event: placed(event, lines))}."
        yield from wrapped(style.plain(clean(sentence)), style.width, "  ")
    if len(races) > _MOST_RACES:
        yield f"  And {count(len(races) - _MOST_RACES, 'more race')} like that."
