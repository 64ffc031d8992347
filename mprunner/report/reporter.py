"""What a session of runs tells, and to whom: the interface of the text report and of `--json`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Literal, Protocol

from mprunner.records import record

if TYPE_CHECKING:
    from mprunner.checking.forms import Declared, PromiseForm
    from mprunner.checking.happens_before.races import Race
    from mprunner.checking.verdict import Verdict
    from mprunner.language.diagnostics import Diagnostic
    from mprunner.program.declarations import Program
    from mprunner.recording.events import Event, Recording
    from mprunner.report.runs import Outcomes
    from mprunner.report.standing import Standing
    from mprunner.worlds.base import LiveLine

__all__ = ["Case", "Reporter", "Result", "RunResult", "ScenarioResult"]

Result = Literal["passed", "failed", "inconclusive", "unfinished", "interrupted"]


@record
class Case:
    """A scenario about to run. `source` are the lines of its file; `alone` tells that the file holds no other."""

    name: str
    path: str
    program: Program
    source: Sequence[str]
    start_method: str
    backend: str
    runs: int
    alone: bool = True
    how: tuple[str, ...] = ()


@dataclass(frozen=True)
class RunResult:
    """One run, judged. `number` counts from 1.

    What costs as much as the judging itself is found out only for a run that is shown.
    """

    number: int
    recording: Recording
    verdicts: Sequence[Verdict]
    forms: Sequence[PromiseForm] = ()
    facts: Declared | None = None

    @cached_property
    def events(self) -> Sequence[Event]:
        """Those of its recording, in order."""
        from mprunner.recording.blocks import BlockEvents
        from mprunner.recording.columns import InStretches
        from mprunner.recording.order import events

        recording = self.recording
        return BlockEvents(recording) if isinstance(recording.calls, InStretches) else events(recording)

    @cached_property
    def happened(self) -> list[str]:
        """What happened and why in that order, in sentences."""
        from mprunner.report.narrative import narrative

        return narrative(self.recording, self.facts)

    @cached_property
    def races(self) -> list[Race]:
        """The races on shared memory that the run shows, whether it went wrong by them or not."""
        if self.facts is None or not self.facts.memory:
            return []
        from mprunner.checking.happens_before.causality import Causality
        from mprunner.checking.happens_before.races import races

        return list(races(self.events, Causality(self.events, self.facts), self.facts))

    @cached_property
    def unspoken(self) -> list[str]:
        """What no promise speaks of, in phrases."""
        if self.facts is None:
            return []
        from mprunner.checking.unspoken import unspoken_forms

        return unspoken_forms(self.recording, self.forms, self.facts)


@record
class ScenarioResult:
    """A scenario after its last run. `shown` is the run that a report looks at: the first that went wrong, else the last."""

    case: Case
    result: Result
    exit_code: int
    standings: Sequence[Standing]
    outcomes: Outcomes
    shown: RunResult | None
    origins: dict[int, int]
    runs: int
    nanoseconds: int


class Reporter(Protocol):
    """Is told things as they happen, in this order."""

    def invalid(self, diagnostics: Sequence[Diagnostic]) -> None:
        """A file with errors (it will not run) or warnings (it will)."""

    def skipped(self, name: str, path: str, reason: str) -> None:
        """A scenario that can't run as asked."""

    def begin(self, case: Case) -> None:
        """A scenario's first run is about to start."""

    def line(self, line: LiveLine, *, origin: int) -> None:
        """A line of the only run of a scenario."""

    def run_done(self, run: RunResult, *, of: int) -> None:
        """A run has been judged."""

    def done(self, result: ScenarioResult) -> None:
        """A scenario has been judged."""

    def recorded(self, path: str) -> None:
        """A recording has been saved."""

    def summary(
        self, counts: dict[str, int], *, failed: Sequence[str], exit_code: int, nanoseconds: int
    ) -> None:
        """All is done. `counts` has an entry for each result, `invalid` and `skipped`, which may be 0."""
