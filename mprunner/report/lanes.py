"""A few events side by side: one lane a process, time downwards."""

from __future__ import annotations

from collections.abc import Sequence

from mprunner.language.source import display_width
from mprunner.recording.events import Event
from mprunner.records import record
from mprunner.report.phrases import event_phrase, moment
from mprunner.report.style import Style, clean, pad

__all__ = ["MOST_ROWS", "Row", "lanes", "rows_of"]

MOST_ROWS = 20
NARROWEST_LANE = 14
NARROWEST_COLUMN = 8
WIDEST_LANE = 34
WIDEST_ROLE = 30


@record
class Row:
    """One event in its lane; `role` says what it is in a proof. `left_out`: so many events before it are not shown; `open`:
    the lanes in which a stretch of time goes on at this instant.
    """

    position: int
    time: int
    lane: str
    text: str
    role: str = ""
    left_out: int = 0
    open: frozenset[str] = frozenset()


def rows_of(events: Sequence[Event]) -> list[Row]:
    """Events as rows without a role."""
    return [Row(event.position, event.time, event.call.actor, event_phrase(event)) for event in events]


def lanes(
    rows: Sequence[Row], style: Style, *, origin: int | None, indent: str = "  ", most: int | None = MOST_ROWS
) -> list[str]:
    """Lines that show `rows`: `#position  seconds  lane  lane ...  ← role`; without the seconds where `origin` is None.

    Where the lanes do not fit beside each other, the process stands in a column of its own. Of more than `most` rows
    (None: any number) the first and the last are shown, with a line for how many are between them. Where there is room for
    it, a line tells of events that were left out.
    """
    if not rows:
        return []
    shown: list[Row | int] = list(rows)
    if most is not None and len(rows) > most:
        head, tail = most - most // 2, most // 2
        shown = [*rows[:head], len(rows) - most, *rows[-tail:]]
    gaps = sum(1 for row in rows if row.left_out)
    if gaps and most is not None and len(rows) + gaps <= most:
        shown = []
        for each in rows:
            shown += [each.left_out, each] if each.left_out else [each]
    kept = [row for row in shown if isinstance(row, Row)]
    names = list(dict.fromkeys(row.lane for row in kept))
    marks = max(len(f"#{row.position}") for row in kept)
    times = _times(kept, origin)
    left = len(indent) + marks + 2 + (len(times[0]) + 2 if times else 0)
    arrow = style.plain("←")
    widest_role = min(WIDEST_ROLE, style.width * 3 // 8)
    roles = min(max(display_width(style.plain(row.role)) for row in kept), widest_role)
    room = style.width - left - (roles + len(arrow) + 4 if roles else 0)
    widths = _widths(names, kept, room, style)
    lines = []
    if widths is not None:
        header = "  ".join(
            style.lane(pad(style.fitted(clean(name), widths[name]), widths[name]), names.index(name))
            for name in names
        )
        lines.append(_stripped(f"{' ' * left}{header}"))
    in_column = max(display_width(clean(name)) for name in names)
    column_room = max(room - in_column - 2, NARROWEST_COLUMN)
    longest = min(max(display_width(style.plain(row.text)) for row in kept), column_room)
    if widths is None:
        widest_role = min(widest_role, style.width - left - in_column - longest - len(arrow) - 6)
    moments = iter(times)
    for row in shown:
        if isinstance(row, int):
            lines.append(style.plain(f"{indent}{'…':>{marks}}  {row:,} more"))
            continue
        when = f"  {next(moments)}" if times else ""
        mark = style.paint(f"{'#' + str(row.position):>{marks}}{when}", "dim")
        if widths is None:
            name = style.lane(pad(clean(row.lane), in_column), names.index(row.lane))
            body = f"{name}  {pad(style.fitted(row.text, column_room), longest)}"
        else:
            marked = bool(row.role) or not roles
            body = "  ".join(_painted(row, name, widths[name], names, style, marked=marked) for name in names)
        role = style.paint(f"{arrow} {style.fitted(row.role, widest_role)}", "bold") if row.role else ""
        lines.append(_stripped(f"{indent}{mark}  {body}   {role}" if role else f"{indent}{mark}  {body}"))
    return lines


def _widths(names: list[str], rows: Sequence[Row], room: int, style: Style) -> dict[str, int] | None:
    """How wide each lane is, None when they do not fit beside each other."""
    most = max(WIDEST_LANE, room // len(names) - 2)
    wanted = {
        name: min(
            max(
                display_width(clean(name)),
                *(display_width(style.plain(_cell(row, name))) for row in rows if row.lane == name),
            ),
            most,
        )
        for name in names
    }
    room -= 2 * (len(names) - 1)
    while sum(wanted.values()) > room:
        widest = max(wanted, key=lambda name: wanted[name])
        if wanted[widest] <= NARROWEST_LANE:
            return None
        wanted[widest] -= 1
    return wanted


def _painted(row: Row, lane: str, width: int, names: Sequence[str], style: Style, *, marked: bool) -> str:
    """A row's cell in a lane: what is no part of the proof (not `marked`) steps back."""
    text = style.fitted(_cell(row, lane), width)
    painted = style.lane(text, names.index(lane)) if marked and text else style.paint(text, "dim")
    return painted + " " * (width - display_width(text))


def _cell(row: Row, lane: str) -> str:
    """What stands in a lane beside a row: its text, or a bar where a stretch goes on."""
    bar = "│" if lane in row.open else ""
    if row.lane != lane:
        return bar
    return f"{bar} {row.text}" if bar else row.text


def _times(rows: Sequence[Row], origin: int | None) -> list[str]:
    """Milliseconds, or microseconds where milliseconds would not tell neighbours apart, all as wide; none without an origin."""
    if origin is None:
        return []
    times = [moment(row.time, origin) for row in rows]
    if any(times[number] == times[number - 1] for number in range(1, len(times))):
        times = [moment(row.time, origin, 6) for row in rows]
    width = max(len(time) for time in times)
    return [time.rjust(width) for time in times]


def _stripped(line: str) -> str:
    return line.rstrip(" ")
