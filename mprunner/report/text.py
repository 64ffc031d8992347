"""The report of a scenario for people: a header, a line for each promise, closing lines; `proof.py` explains."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from mprunner.language.source import display_width
from mprunner.operations import SHARED_SECTIONS
from mprunner.program.declarations import Program
from mprunner.recording.events import Recording
from mprunner.report.phrases import count, duration
from mprunner.report.standing import Mark, Standing
from mprunner.report.style import Style, clean, pad, wrapped

__all__ = ["MARKS", "closing_line", "header", "promise_lines", "sentences", "skipped", "title_of"]

WIDEST_TITLE = 48
_FRAME = 7
"""Columns of a promise's line beside title and note: two, the mark and one, and three between the two."""

MARKS: dict[Mark, str] = {"kept": "✓", "broken": "✗", "open": "·", "inconclusive": "?"}
_PLURALS = {"process": "processes"}


def header(
    path: str, program: Program, style: Style, *, how: Sequence[str] = (), name: str | None = None
) -> str:
    """`scenarios/lock.yaml · 2 processes, 1 lock`; `name` for one of several in a file, `how` what is unusual about the run."""
    parts = [style.paint(clean(path), "bold")]
    if name:
        parts.append(clean(name))
    contents = _contents(program)
    if contents:
        parts.append(contents)
    parts.extend(clean(word) for word in how)
    return style.plain(" · ".join(parts))


def _contents(program: Program) -> str:
    numbers: Counter[str] = Counter()
    for process in program.processes:
        numbers["process"] += 1 if process.replicas is None else process.replicas
    for kind in (*SHARED_SECTIONS.values(), "pool", "manager"):
        for declared in program.objects:
            if declared.kind == kind:
                numbers[kind] += 1 if declared.count is None else declared.count
    return ", ".join(count(number, kind, _PLURALS.get(kind)) for kind, number in numbers.items() if number)


def promise_lines(standings: Sequence[Standing], style: Style, *, verbose: bool = False) -> list[str]:
    """A line for each promise. Those that nobody wrote are shown when they are not kept, or all with `verbose`."""
    shown = [each for each in standings if verbose or each.written or each.mark not in ("kept", "open")]
    if not shown:
        return []
    rows = [(each.mark, style.plain(title_of(each)), style.plain(clean(each.note))) for each in shown]
    column = _title_column([(title, note) for _, title, note in rows], style.width)
    lines: list[str] = []
    for each, row in zip(shown, rows, strict=True):
        lines += _promise_line(*row, column, style)
        if verbose and each.mark == "kept" and each.verdict.chance is not None:
            reason = wrapped(style.plain(clean(each.verdict.chance.reason)), style.width, "      ")
            lines += [style.paint(line, "dim") for line in reason]
    return lines


def _title_column(rows: Sequence[tuple[str, str]], width: int) -> int:
    """How wide the column of titles can be so that each note that fits beside its title stands in one column with the others."""
    sizes = [(display_width(title), display_width(note)) for title, note in rows]
    beside = [size for size in sizes if _FRAME + sum(size) <= width]
    widest = max((title for title, _ in beside), default=0)
    return min(widest, WIDEST_TITLE, width - _FRAME - max((note for _, note in beside), default=0))


def _promise_line(mark: Mark, title: str, note: str, column: int, style: Style) -> Iterator[str]:
    """A promise in one line, or, where that is too wide, its note below the title."""
    sign = style.paint(style.plain(MARKS[mark]), mark)
    if note and _FRAME + display_width(title) + display_width(note) <= style.width:
        yield f"  {sign} {pad(title, column)}   {style.paint(note, 'dim')}"
        return
    first, *more = wrapped(title, style.width, "    ") or [""]
    yield f"  {sign} {first.strip()}"
    yield from more
    for line in wrapped(note, style.width, "      "):
        yield style.paint(line, "dim")


def title_of(standing: Standing) -> str:
    """The promise in one line, with its modality."""
    promise = standing.promise
    return clean(promise.title if promise.holds == "always" else f"{promise.holds} {promise.title}")


def skipped(name: str, path: str, reason: str) -> str:
    """That a scenario is left out, and why; of the instances of a matrix, which."""
    return f"{clean(path)}: skipped{f' {clean(name)}' if '[' in name else ''}: {clean(reason)}"


def sentences(told: Sequence[str], style: Style) -> list[str]:
    """What happened, as wrapped and indented lines."""
    return [line for sentence in told for line in wrapped(style.plain(sentence), style.width, "  ")]


def closing_line(
    standings: Sequence[Standing],
    style: Style,
    *,
    runs: int,
    nanoseconds: int,
    result: str,
    ending: str | None = None,
) -> str:
    """`passed · 1 run · 4.02 s`, with what is broken, undecided or open, and how the run ended if not by itself."""
    mark: Mark = "kept" if result == "passed" else "broken" if result == "failed" else "inconclusive"
    parts = [style.paint(result, mark)]
    numbers = Counter(each.mark for each in standings)
    if numbers["broken"]:
        parts.append(f"{numbers['broken']} of {count(len(standings), 'promise')} broken")
    if numbers["inconclusive"]:
        parts.append(f"{numbers['inconclusive']} undecided")
    if numbers["open"]:
        parts.append(f"{numbers['open']} open")
    if ending is not None:
        parts.append(ending)
    parts += [count(runs, "run"), _seconds(nanoseconds)]
    return style.plain(" · ".join(parts))


def _seconds(nanoseconds: int) -> str:
    seconds = nanoseconds / 1_000_000_000
    return f"{seconds:.2f} s" if seconds < 60 else duration(nanoseconds)


def recorded_header(recording: Recording, style: Style) -> str:
    """The header of a saved recording: path, scenario, processes, how it was run."""
    processes = [process for process in recording.processes if process.role not in ("main", "manager")]
    parts = [
        style.paint(clean(recording.path), "bold"),
        clean(recording.scenario),
        count(len(processes), "process", "processes"),
        count(len(recording.calls), "operation"),
        "threads" if recording.backend == "threads" else recording.start_method,
        f"Python {clean(recording.python)}",
    ]
    return style.plain(" · ".join(parts))
