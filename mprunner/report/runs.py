"""Many runs of one scenario: which outcomes there were, how often each, and in which run first.

Two runs have the same outcome when the same lines came from the same lanes in the same order, the same promises were
broken, and they ended alike. What differs from run to run anyway (process ids, times, random numbers) is shown by kind.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from mprunner.checking.verdict import Verdict
from mprunner.language.source import display_width
from mprunner.recording.events import Recording
from mprunner.recording.printed import Lines, printed_lines
from mprunner.records import made, record
from mprunner.report.style import Style, clean, cut, pad

__all__ = ["Outcome", "Outcomes", "outcome_table"]

MOST_OUTCOMES = 12
_ENDINGS = {
    "hang": "and hung",
    "deadline": "and was out of time",
    "interrupted": "and was interrupted",
    "crashed": "and did not get to its end",
    "lost": "and could not be recorded whole",
}


@record(frozen=False)
class Outcome:
    """One way in which runs went. `lines` are (lane, text); `first_run` counts from 1."""

    lines: Lines
    broken: tuple[str, ...]
    ending: str
    first_run: int
    runs: int = 0


@record(frozen=False)
class Outcomes:
    """Takes runs one by one and tells them apart; keeps no recording."""

    runs: int = 0
    _found: dict[tuple[Lines, tuple[str, ...], str], Outcome] = made(factory=dict)

    _first: tuple[Recording, tuple[str, ...]] | None = None

    def add(self, recording: Recording, verdicts: Iterable[Verdict]) -> None:
        """Counts one run. What the first printed is looked for when there is another to compare it with, or somebody asks."""
        self.runs += 1
        broken = tuple(
            clean(verdict.promise.title)
            for verdict in verdicts
            if verdict.status == "broken" and verdict.promise.holds == "always"
        )
        if self.runs == 1:
            self._first = recording, broken
            return
        self._count_first()
        self._count(recording, broken, self.runs)

    def ranked(self) -> list[Outcome]:
        """The outcomes, the most frequent first, then by their first run."""
        self._count_first()
        return sorted(self._found.values(), key=lambda outcome: (-outcome.runs, outcome.first_run))

    def _count_first(self) -> None:
        if self._first is not None:
            first, self._first = self._first, None
            self._count(*first, 1)

    def _count(self, recording: Recording, broken: tuple[str, ...], run: int) -> None:
        lines, ending = printed_lines(recording), recording.ending.how
        outcome = self._found.setdefault((lines, broken, ending), Outcome(lines, broken, ending, run))
        outcome.runs += 1


def outcome_table(outcomes: Outcomes, style: Style) -> list[str]:
    """RESULT, RUNS, SHARE and first run of each outcome.

    A result is told by its lines, runs of one lane together; what all outcomes begin with is left out.
    """
    ranked = outcomes.ranked()
    shown = ranked[:MOST_OUTCOMES]
    common = _common_beginning([outcome.lines for outcome in ranked]) if len(ranked) > 1 else 0
    room = max(style.width - 32, 30)
    results = [_result(outcome, common, room) for outcome in shown]
    width = max(display_width("RESULT"), *(display_width(result) for result in results))
    runs_width = max(4, len(f"{outcomes.runs:,}"))
    rows = [style.paint(f"  {pad('RESULT', width)}  {'RUNS':>{runs_width}}   SHARE  FIRST", "dim")]
    for outcome, result in zip(shown, results, strict=True):
        share = f"{100 * outcome.runs / outcomes.runs:.1f} %"
        numbers = f"{outcome.runs:>{runs_width},}  {share:>7}  run {outcome.first_run}"
        rows.append(style.plain(f"  {pad(result, width)}  {numbers}"))
        if outcome.ending in _ENDINGS:
            rows.append(f"    {_ENDINGS[outcome.ending]}")
        broken = [style.plain(f"    ✗ broken: {title}") for title in outcome.broken]
        rows += [style.paint(cut(row, style.width), "broken") for row in broken]
    left_out = ranked[MOST_OUTCOMES:]
    if left_out:
        rest = sum(outcome.runs for outcome in left_out)
        share = f"{100 * rest / outcomes.runs:.1f} %"
        rows.append(f"  {pad(f'{len(left_out):,} more outcomes', width)}  {rest:>{runs_width},}  {share:>7}")
    return rows


def _common_beginning(all_lines: Sequence[Lines]) -> int:
    shortest = min(len(lines) for lines in all_lines)
    for number in range(shortest):
        if len({lines[number] for lines in all_lines}) > 1:
            return number
    return shortest


def _result(outcome: Outcome, common: int, room: int) -> str:
    lines = outcome.lines[common:]
    if not lines:
        return "(nothing printed)" if not outcome.lines else f"({len(outcome.lines)} lines, as in the others)"
    groups: list[tuple[str, list[str]]] = []
    for lane, text in lines:
        if groups and groups[-1][0] == lane:
            groups[-1][1].append(cut(clean(text), 40))
        else:
            groups.append((lane, [cut(clean(text), 40)]))
    told = " → ".join(f"{clean(lane)}: {', '.join(texts)}" for lane, texts in groups)
    if display_width(told) > room:
        told = " → ".join(_short(lane, texts) for lane, texts in groups)
    return cut(f"{'… ' if common else ''}{told}", room)


def _short(lane: str, texts: Sequence[str]) -> str:
    """A group in few columns: where it begins, and how many lines follow."""
    more = f" (+{len(texts) - 1})" if len(texts) > 1 else ""
    return f"{clean(lane)}: {cut(texts[0], 20)}{more}"
