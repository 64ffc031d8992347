"""The table of what was proved, row by row, and the folder that keeps it."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from tests.conformance.proving import Asked, Row
from tests.conformance.subjects import Subject

__all__ = ["Kept", "closing", "head", "line"]

_COLUMNS = "{:<28.28} {:<10} {:>9} {:>15} {:>15} {:>7} {:>7}"


def head() -> str:
    """The names of the columns."""
    return _COLUMNS.format("SCENARIO", "START", "EXECUTED", "REPLAYED", "FREE RUNS", "SECONDS", "DEFECTS")


def line(row: Row) -> str:
    """A row; what is wrong stands below it. `704+`: there are more executions; `of 32/40`: so many of 40 were to be replayed."""
    if row.refused is not None:
        return f"{row.title:<28.28} {row.method:<10} refused: {row.refused}"
    executed = f"{row.executions:,}{'' if row.complete else '+'}"
    replayed = f"{row.confirmed} of {row.played}"
    free = f"{row.allowed} of {row.seen}" if row.seen else "-"
    if row.undecided:
        free += f" ({row.undecided} ?)"
    told = _COLUMNS.format(
        row.title, row.method, executed, replayed, free, f"{row.seconds:.0f}", len(row.defects)
    )
    counted = Counter(row.defects)
    return "\n".join([told, *(f"    {number} x {words}" for words, number in counted.most_common(5))])


def closing(rows: Sequence[Row]) -> Iterator[str]:
    """What it all comes to, in a few lines."""
    done = [row for row in rows if row.refused is None]
    unforced: Counter[str] = Counter()
    for row in done:
        unforced.update(row.unforced)
    ended = sum(row.complete for row in done)
    yield f"{len(done)} scenarios, {ended} of them explored to the end; {len(rows) - len(done)} refused"
    yield f"{sum(row.confirmed for row in done):,} of {sum(row.played for row in done):,} executions confirmed by replay"
    if unforced:
        steps = ", ".join(f"{number:,} {name}" for name, number in unforced.most_common())
        yield f"  not forced in these, only checked: {steps}"
    seen, allowed = sum(row.seen for row in done), sum(row.allowed for row in done)
    undecided = sum(row.undecided for row in done)
    yield f"{allowed:,} of {seen:,} free runs are among what was explored" + (
        f"; {undecided:,} could not be decided" if undecided else ""
    )
    yield f"{sum(len(row.defects) for row in done):,} defects"


class Kept:
    """A folder with all rows so far, and the schedules of replays that went another way."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder
        self._known: dict[tuple[str, str, str, Asked], Row] = {}
        if folder is None:
            return
        folder.mkdir(parents=True, exist_ok=True)
        if self._rows.exists():
            for text in self._rows.read_text(encoding="utf-8").splitlines():
                row = Row.of(json.loads(text))
                self._known[row.title, row.method, row.digest, row.asked] = row

    @property
    def _rows(self) -> Path:
        assert self._folder is not None
        return self._folder / "rows.jsonl"

    def known(self, subject: Subject, asked: Asked) -> Row | None:
        """The row of a subject that was done before, as it is now and as it is asked for, and had no defect."""
        row = self._known.get((subject.title, subject.method, subject.digest, asked))
        return row if row is not None and not row.defects else None

    def add(self, row: Row) -> None:
        """One more row is done."""
        if self._folder is None:
            return
        with self._rows.open("a", encoding="utf-8") as file:
            file.write(json.dumps(row.plain()) + "\n")
        for number, text in enumerate(row.failed, 1):
            name = re.sub(r"[^\w.=-]+", "-", f"{row.title}-{row.method}-{number}")
            (self._folder / f"{name}.yaml").write_text(text, encoding="utf-8")
