"""A saved recording, shown: all its events as lanes, then how the run went."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Collection, Iterable, Iterator
from itertools import islice

from mprunner.errors import UsageError
from mprunner.recording.blocks import blocks
from mprunner.recording.columns import one_of_each
from mprunner.recording.events import Event, Recording
from mprunner.records import replaced
from mprunner.report.hang import ending_lines
from mprunner.report.lanes import lanes, rows_of
from mprunner.report.narrative import narrative
from mprunner.report.phrases import moment
from mprunner.report.states import states_table
from mprunner.report.style import Style, clean, pad, shortened
from mprunner.report.text import recorded_header, sentences

__all__ = ["saved_lines"]

AROUND = 12
"""Events before and after the one that is looked at."""
_PRINTS = ("print", "stderr")
_CHUNK = 200
"""Events that share the widths of their lanes: nothing waits for a million of them."""


def saved_lines(
    recording: Recording,
    style: Style,
    *,
    prints: bool = False,
    processes: Collection[str] = (),
    around: int | None = None,
) -> Iterator[str]:
    """The lines to show. Raises `UsageError` for a process or an event that the recording does not have."""
    seen = [(call.process, call.operation in _PRINTS) for call in one_of_each(recording.calls)]
    known = {process.name for process in recording.processes} | {process for process, _ in seen}
    unknown = [name for name in processes if name not in known]
    if unknown:
        raise UsageError(f"the recording has no process {unknown[0]!r}; it has {', '.join(sorted(known))}")
    yield recorded_header(recording, style)
    here: int | None = None

    def is_shown(event: Event) -> bool:
        return (not processes or event.call.process in processes) and not _repeats(event)

    if around is None:
        chosen: Iterable[Event] = filter(is_shown, _events(recording))
    else:
        chosen, here = _near(_events(recording), is_shown, around)
    if prints:
        printing = {name for name, prints_it in seen if prints_it and (not processes or name in processes)}
        yield from _printed(chosen, max(map(len, map(clean, printing)), default=0), recording, style)
    else:
        coming = iter(chosen)
        while some := list(islice(coming, _CHUNK)):
            rows = [replaced(row, role="here") if row.position == here else row for row in rows_of(some)]
            yield from lanes(rows, style, origin=recording.origin, most=None)
    yield from ending_lines(recording, style)
    if around is None:
        yield from states_table(recording, style)
        yield from sentences(narrative(recording), style)


def _events(recording: Recording) -> Iterator[Event]:
    for block in blocks(recording):
        yield from map(block.event, range(len(block)))


def _near(
    events: Iterable[Event], is_shown: Callable[[Event], bool], position: int
) -> tuple[list[Event], int | None]:
    """The event at a position of the record with those before and after it, and its position; where it is not shown, that
    of the last one before it.
    """
    before: deque[Event] = deque(maxlen=AROUND + 1)
    coming = iter(events)
    for event in coming:
        if is_shown(event):
            before.append(event)
        if event.position == position:
            after = islice(filter(is_shown, coming), AROUND)
            return [*before, *after], before[-1].position if before else None
    raise UsageError(f"there is no event #{position} in the recording")


def _repeats(event: Event) -> bool:
    """Whether it is the second instant of what took no time."""
    return event.at == "end" and event.call.end == event.call.begin


def _printed(events: Iterable[Event], width: int, recording: Recording, style: Style) -> Iterator[str]:
    for event in events:
        if event.at == "end" or event.call.operation not in _PRINTS:
            continue
        bar = "│" if event.call.operation == "print" else "!"
        at = f"{moment(event.time, recording.origin):>7}"
        text = shortened(str(event.call.values.get("text", "")))
        yield f"{at}  {pad(clean(event.call.process), width)} {style.plain(bar)} {text}"
