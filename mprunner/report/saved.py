"""A saved recording, shown: all its events as lanes, then how the run went."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from mprunner.errors import UsageError
from mprunner.recording.events import Event, Recording
from mprunner.recording.order import events
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
    known = {process.name for process in recording.processes} | {call.process for call in recording.calls}
    unknown = [name for name in processes if name not in known]
    if unknown:
        raise UsageError(f"the recording has no process {unknown[0]!r}; it has {', '.join(sorted(known))}")
    yield recorded_header(recording, style)
    chosen = [
        event
        for event in events(recording)
        if (not processes or event.call.process in processes) and not _repeats(event)
    ]
    if around is not None:
        positions = [number for number, event in enumerate(chosen) if event.position == around]
        if not positions:
            raise UsageError(f"there is no event #{around} among those to show")
        chosen = chosen[max(positions[0] - AROUND, 0) : positions[0] + AROUND + 1]
    if prints:
        yield from _printed(chosen, recording, style)
    else:
        for start in range(0, len(chosen), _CHUNK):
            yield from lanes(
                rows_of(chosen[start : start + _CHUNK]), style, origin=recording.origin, most=None
            )
    yield from ending_lines(recording, style)
    yield from states_table(recording, style)
    yield from sentences(narrative(recording), style)


def _repeats(event: Event) -> bool:
    """Whether it is the second instant of what took no time."""
    return event.at == "end" and event.call.end == event.call.begin


def _printed(chosen: Sequence[Event], recording: Recording, style: Style) -> Iterator[str]:
    told = [event for event in chosen if event.at == "begin" and event.call.operation in ("print", "stderr")]
    width = max((len(clean(event.call.process)) for event in told), default=0)
    for event in told:
        bar = "│" if event.call.operation == "print" else "!"
        at = f"{moment(event.time, recording.origin):>7}"
        text = shortened(str(event.call.values.get("text", "")))
        yield f"{at}  {pad(clean(event.call.process), width)} {style.plain(bar)} {text}"
