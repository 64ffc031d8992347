"""The report for people: what happens on standard output, problems of files and progress on standard error."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, TextIO

from mprunner.program.declarations import Program
from mprunner.report import text
from mprunner.report.hang import ending_lines, ending_sentence
from mprunner.report.live import LiveLines
from mprunner.report.phrases import a_list, count
from mprunner.report.progress import Progress
from mprunner.report.reporter import Case, RunResult, ScenarioResult
from mprunner.report.runs import outcome_table
from mprunner.report.states import states_note, states_table
from mprunner.report.style import Style, clean, wrapped

if TYPE_CHECKING:
    from mprunner.language.diagnostics import Diagnostic
    from mprunner.worlds.base import LiveLine

__all__ = ["Console"]

MOST_BLOCKS = 10
HANG = "hang"
"""The form of the unwritten promise that a run comes to its end."""
MOST_STDERR = 100
"""Lines of standard error of a run that are shown without -v: a pool whose initializer fails may write for ever."""
_MOST_UNSPOKEN = 4


class Console:
    """Text on `out`. `verbosity`: -1 only what went wrong and a line a scenario, 0 as usual, 1 with all that is known."""

    def __init__(self, out: TextIO, err: TextIO, style: Style, *, verbosity: int = 0) -> None:
        self._out = out
        self._err = err
        self._style = style
        self._verbosity = verbosity
        self._live: LiveLines | None = None
        self._names: list[str] = []
        self._progress = Progress(err, width=style.width)
        self._case: Case | None = None
        self._scenarios = 0
        self._stderr_lines = 0
        self._hidden = 0

    def invalid(self, diagnostics: Sequence[Diagnostic]) -> None:
        from mprunner.language.rendering import render

        self._out.flush()
        self._err.write(render(diagnostics) + "\n")
        self._err.flush()

    def skipped(self, name: str, path: str, reason: str) -> None:
        self._write([self._style.paint(text.skipped(name, path, reason), "dim")])

    def begin(self, case: Case) -> None:
        self._case = case
        self._live = None
        self._names = lane_names(case.program)
        self._hidden = 0
        self._stderr_lines = 0
        if self._verbosity < 0:
            self._progress.show(case.path)
            return
        if self._scenarios:
            self._write([""])
        self._scenarios += 1
        name = None if case.alone else case.name
        self._write([text.header(case.path, case.program, self._style, how=case.how, name=name)])

    def line(self, line: LiveLine, *, origin: int) -> None:
        if self._verbosity < 0:
            return
        if line.stream == "stderr":
            self._stderr_lines += 1
            if self._stderr_lines > MOST_STDERR and self._verbosity == 0:
                self._hidden += 1
                return
        if self._live is None:
            self._live = LiveLines(self._out, self._style, names=self._names, origin=origin)
        self._live.line(line)

    def run_done(self, run: RunResult, *, of: int) -> None:
        if of > 1 and self._case is not None:
            self._progress.show(f"{self._case.path}: run {run.number:,} of {of:,}")

    def recorded(self, path: str) -> None:
        if self._verbosity >= 0:
            self._write([f"  recorded in {clean(path)} (`mprun show {clean(path)}`)"])

    def done(self, result: ScenarioResult) -> None:
        self._progress.clear()
        style, case = self._style, result.case
        lines: list[str] = []
        if self._hidden:
            lines.append(f"  {count(self._hidden, 'more line')} of standard error (shown with -v)")
        many = result.runs > 1
        if many and self._verbosity >= 0:
            lines += outcome_table(result.outcomes, style)
        wrong = [each for each in result.standings if each.mark in ("broken", "inconclusive")]
        listed = result.standings if self._verbosity >= 0 else wrong
        lines += text.promise_lines(listed, style, verbose=self._verbosity > 0)
        diagnosed = result.shown.number if result.shown is not None else 0
        # That the shown run hangs is told below, with the diagnosis.
        wrong = [each for each in wrong if each.promise.form != HANG or each.run != diagnosed]
        if wrong:
            from mprunner.report.proof import (
                explained,
            )  # with all of checking, which loads while the run goes on
        for standing in wrong[:MOST_BLOCKS]:
            origin = result.origins.get(standing.run, 0)
            lines += explained(standing, style, path=case.path, source=case.source, origin=origin)
        if len(wrong) > MOST_BLOCKS:
            lines.append(
                f"  and {count(len(wrong) - MOST_BLOCKS, 'more promise', 'more promises')} like that"
            )
        ending = None
        if result.shown is not None:
            recording = result.shown.recording
            ending = None if many and result.exit_code == 0 else ending_sentence(recording)
            if result.exit_code or self._verbosity > 0:
                lines += ending_lines(recording, style, sites=case.program.sites)
            if self._verbosity >= 0:
                from mprunner.report.racing import race_lines

                if all(each.promise.form not in ("race", "no_races") for each in wrong):
                    places = [site.line for site in case.program.sites]
                    lines += race_lines(result.shown.races, style, places)
                by_chance = any(each.by_chance for each in result.standings)
                lines += self._happened(
                    result.shown, promised=result.exit_code == 0, many=many, by_chance=by_chance
                )
        if self._verbosity < 0:
            prefix = clean(case.path if case.alone else f"{case.path} {case.name}")
            lines.append(f"{style.paint(prefix, 'bold')}: {self._closing(result, ending)}")
        else:
            lines.append(self._closing(result, ending))
        self._write(lines)

    def _happened(self, run: RunResult, *, promised: bool, many: bool, by_chance: bool) -> list[str]:
        style, diagnosis = self._style, run.recording.ending.diagnosis
        lines = []
        if self._verbosity > 0:
            lines += states_table(run.recording, style)
        note = states_note(run.recording)
        told = [*run.happened, *([note] if note else [])]
        if promised and self._verbosity == 0 and diagnosis is not None:
            told.insert(
                0, clean(diagnosis.sentence)
            )  # a hang that was promised: why, without all the details
        if many and told:
            told[0] = f"Run {run.number:,}: {told[0]}"
        lines += text.sentences(told, style)
        if self._verbosity == 0 and by_chance:
            hint = "By chance: nothing in the program makes it so, another run may differ (`-v` shows the events)."
            lines += [style.paint(line, "dim") for line in wrapped(hint, style.width, "  ")]
        unspoken = [clean(each) for each in run.unspoken]
        if unspoken:
            shown = unspoken if self._verbosity > 0 else unspoken[:_MOST_UNSPOKEN]
            more = len(unspoken) - len(shown)
            what = a_list([*shown, f"{more} more"] if more else shown)
            dim = wrapped(style.plain(f"No promise speaks of {what}."), style.width, "  ")
            lines += [style.paint(line, "dim") for line in dim]
        return lines

    def _closing(self, result: ScenarioResult, ending: str | None) -> str:
        return text.closing_line(
            result.standings,
            self._style,
            runs=result.runs,
            nanoseconds=result.nanoseconds,
            result=result.result,
            ending=ending,
        )

    def summary(
        self, counts: dict[str, int], *, failed: Sequence[str], exit_code: int, nanoseconds: int
    ) -> None:
        if sum(counts.values()) <= 1:
            return
        told = [f"{number:,} {word}" for word, number in counts.items() if number]
        lines = [""] if self._verbosity >= 0 else []
        if len(failed) > 1 or (failed and sum(counts.values()) > 8):
            lines += [self._style.paint(clean(each), "broken") for each in failed]
        mark = "kept" if exit_code == 0 else "broken" if exit_code in (1, 3, 4, 70) else "inconclusive"
        seconds = nanoseconds / 1_000_000_000
        line = f"{', '.join(told)} · {seconds:.2f} s"
        self._write([*lines, self._style.paint(self._style.plain(line), mark)])  # type: ignore[arg-type]

    def _write(self, lines: Sequence[str]) -> None:
        if lines:
            self._out.write("\n".join(lines) + "\n")
            self._out.flush()


def lane_names(program: Program) -> list[str]:
    """The names that lines of a program may come from: `main`, the processes, the first of each pool's workers."""
    names = ["main"] if _prints(program) else []
    for process in program.processes:
        if process.replicas is None:
            names.append(process.name)
        else:
            names += [f"{process.name}[{number}]" for number in range(process.replicas)]
    for declared in program.objects:
        if declared.kind == "pool":
            names.append(f"{declared.name}[0]")
    return names


def _prints(program: Program) -> bool:
    return any(getattr(instruction, "operation", None) == "print" for instruction in program.main.code)
