"""How long each process was running, ready to run, and waiting, and what it waited for."""

from __future__ import annotations

from mprunner.recording.events import ProcessRecord, Recording
from mprunner.report.phrases import duration
from mprunner.report.style import Style, clean, cut, pad

__all__ = ["states_note", "states_table"]

_UNKNOWN = "?"
_HELD_BACK = 50_000_000
"""Nanoseconds ready but not running that are worth a word, when they are a tenth of the process's life too."""

_APART = 1_000_000
_COVERS = "running and ready count a process's start-up and all its threads too"


def states_table(recording: Recording, style: Style) -> list[str]:
    """A row for each process: lived, running, ready, waiting, and the longest waits. `?` where the system does not tell.

    `lived` begins with the first record, while the system counts from the very start of a process (a spawned one has to
    import first) and adds its threads up. Where that gives more than the life, a line below says so.
    """
    rows = [("process", "lived", "running", "ready", "waiting", "waited for")]
    for process in recording.processes:
        running, ready, waiting = process.running, process.ready, _waiting(process)
        rows.append(
            (
                clean(process.name),
                _shown(_lived(process)),
                _shown(running),
                _shown(ready),
                _shown(waiting),
                _waited_for(process),
            )
        )
    widths = [max(len(row[column]) for row in rows) for column in range(5)]
    lines = []
    for number, row in enumerate(rows):
        cells = [pad(row[0], widths[0]), *(f"{row[column]:>{widths[column]}}" for column in range(1, 5))]
        line = cut(f"  {'  '.join(cells)}  {row[5]}".rstrip(), style.width)
        lines.append(style.paint(line, "dim") if number == 0 else line)
    if any(_more_than_lived(process) for process in recording.processes):
        lines.append(style.paint(cut(f"  {_COVERS}", style.width), "dim"))
    return lines


def states_note(recording: Recording) -> str | None:
    """One sentence when the machine, not the scenario, held a process back; else None."""
    held_back = []
    for process in recording.processes:
        lived = _lived(process)
        if process.ready is None or lived is None:
            continue
        if process.ready >= _HELD_BACK and process.ready * 10 >= lived:
            held_back.append((process.ready, process.name, lived, _more_than_lived(process)))
    if not held_back:
        return None
    ready, name, lived, more_than_lived = max(held_back)
    of = ", its start and all its threads counted" if more_than_lived else f" of {duration(lived)}"
    others = len(held_back) - 1
    more = f", as were {others} more" if others > 1 else ", as was 1 more" if others else ""
    return f"{clean(name)} was ready but not running for {duration(ready)}{of}{more}: the machine was busy."


def _more_than_lived(process: ProcessRecord) -> bool:
    """Whether the system's times cannot lie within the life on record: they cover more than that."""
    lived = _lived(process)
    if lived is None or process.running is None or process.ready is None:
        return False
    # The record's clock and the scheduler's are read one after the other: a millisecond apart means nothing.
    return process.running + process.ready > lived + _APART


def _lived(process: ProcessRecord) -> int | None:
    if process.started is None or process.ended is None:
        return None
    return process.ended - process.started


def _waiting(process: ProcessRecord) -> int | None:
    if _more_than_lived(process):
        return None
    lived = _lived(process)
    if process.waiting is not None or lived is None or process.running is None or process.ready is None:
        return process.waiting
    return max(lived - process.running - process.ready, 0)


def _waited_for(process: ProcessRecord) -> str:
    longest = sorted(process.waits, key=lambda wait: -wait.nanoseconds)[:3]
    return ", ".join(
        f"{wait.operation}{f' {clean(wait.object)}' if wait.object else ''} {duration(wait.nanoseconds)}"
        for wait in longest
    )


def _shown(nanoseconds: int | None) -> str:
    return _UNKNOWN if nanoseconds is None else duration(nanoseconds)
