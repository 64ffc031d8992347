"""What became of replays: of a schedule that was played several times, of an exploration's schedules that were confirmed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from mprunner.checking.runs import Mark
from mprunner.exploring.confirming import Confirmed
from mprunner.exploring.schedule import step_text
from mprunner.records import record
from mprunner.report.phrases import count
from mprunner.report.replaying import parting_phrase
from mprunner.report.style import Style, wrapped
from mprunner.report.text import MARKS
from mprunner.worlds.real.moves import Parting

__all__ = ["Replays", "confirmed_fields", "confirmed_lines", "replays_fields", "replays_lines"]

_MOST_TOLD = 3


@record
class Replays:
    """A schedule of so many `steps`, `played` so often; `followed` of these as it is written.

    `partings` are where the others left it, each with its line in the file; `unexpected` says how replays ended otherwise than it
    says. `unforced`: how many of its steps can't be forced, by name. `changed`: the scenario does something else than when the
    schedule was written.
    """

    path: str
    steps: int
    played: int
    followed: int
    partings: tuple[tuple[int, Parting], ...]
    unexpected: tuple[str, ...]
    unforced: Mapping[str, int]
    changed: bool = False


def replays_lines(replays: Replays, style: Style, *, quiet: bool = False) -> Iterator[str]:
    """For people. `quiet`: only what went wrong."""
    steps = count(replays.steps, "step")
    told = f"{replays.followed} of {count(replays.played, 'replay')} followed the schedule ({steps})"
    went = replays.followed == replays.played
    if not quiet or not went:
        yield _marked(went, told, style)
        yield from _unforced(replays.unforced, style)
    if replays.partings:
        line, parting = replays.partings[0]
        yield f"{replays.path}:{line}: {parting_phrase(parting)}"
        if replays.changed:
            yield "  what the scenario does has changed since this schedule was written"
    for words in dict.fromkeys(replays.unexpected):
        yield _marked(False, words, style)


def replays_fields(replays: Replays) -> dict[str, Any]:
    """For `--json`."""
    return {
        "path": replays.path,
        "steps": replays.steps,
        "played": replays.played,
        "followed": replays.followed,
        "partings": [{"line": line, **_parting(parting)} for line, parting in replays.partings],
        "unexpected": list(replays.unexpected),
        "unforced": dict(replays.unforced),
        "changed": replays.changed,
    }


def confirmed_lines(confirmed: Confirmed, style: Style) -> Iterator[str]:
    """For people: how many, and why not the others."""
    what = "executions" if confirmed.which == "all" else "schedules"
    if not confirmed.replayed:
        yield f"  there is nothing to confirm: no {what} were found"
        return
    went = confirmed.confirmed == confirmed.replayed
    told = f"{confirmed.confirmed} of {confirmed.replayed} {what} confirmed on real processes"
    yield _marked(went, told, style)
    yield from _unforced(confirmed.unforced, style)
    for number, each in confirmed.failed[:_MOST_TOLD]:
        words = []
        if each.replayed.parting is not None:
            words.append(parting_phrase(each.replayed.parting))
        words += [
            f"{one.thread}, {_which(one.number)}: the model has `{one.modelled}`, the replay `{one.real}`"
            for one in each.differences[:_MOST_TOLD]
        ]
        for line in words:
            yield from wrapped(f"the {number}. of them: {line}", style.width, "    ")
    left_out = len(confirmed.failed) - _MOST_TOLD
    if left_out > 0:
        yield f"    and {left_out} more"


def confirmed_fields(confirmed: Confirmed) -> dict[str, Any]:
    """For `--json`."""
    return {
        "which": confirmed.which,
        "replayed": confirmed.replayed,
        "confirmed": confirmed.confirmed,
        "unforced": dict(confirmed.unforced),
        "failed": [
            {
                "number": number,
                "parting": None if each.replayed.parting is None else _parting(each.replayed.parting),
                "differences": [
                    {
                        "thread": one.thread,
                        "operation": one.number,
                        "modelled": one.modelled,
                        "replayed": one.real,
                    }
                    for one in each.differences
                ],
            }
            for number, each in confirmed.failed
        ],
    }


def _parting(parting: Parting) -> dict[str, Any]:
    return {
        "step": parting.at + 1,
        "thread": parting.move.thread,
        "did": step_text(parting.move),
        "reason": parting.reason,
        "found": parting.found or None,
        "sentence": parting_phrase(parting),
    }


def _unforced(unforced: Mapping[str, int], style: Style) -> Iterator[str]:
    if unforced:
        told = ", ".join(f"{number} {name}" for name, number in unforced.items())
        yield from wrapped(f"not forced, only checked: {told}", style.width, "      ")


def _marked(good: bool, told: str, style: Style) -> str:
    mark: Mark = "kept" if good else "broken"
    return f"  {style.paint(style.plain(MARKS[mark]), mark)} {told}"


def _which(number: int) -> str:
    return f"operation {number}" if number else "at its end"
