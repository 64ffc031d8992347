"""The runs of one scenario, judged one by one and summed up, whoever made the recordings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mprunner.checking.adapt import declared, promise_form
from mprunner.checking.judging import Judge
from mprunner.checking.runs import OverRuns
from mprunner.cli.exitcodes import KEPT
from mprunner.cli.judging import RESULTS, ending_code, exit_code, run_went_wrong
from mprunner.recording.events import Recording
from mprunner.records import replaced
from mprunner.report.reporter import Case, RunResult, ScenarioResult
from mprunner.report.runs import Outcomes
from mprunner.report.standing import is_explained, standing

if TYPE_CHECKING:
    from mprunner.checking.telling.evidence import Evidence
    from mprunner.checking.verdict import Verdict
    from mprunner.language.models import Scenario

__all__ = ["Tally"]


class Tally:
    """Takes recordings with `add`; `result` says what they come to. Of the recordings only one is kept: the one to show.

    `repeatable` tells that more of them can be had by `--runs`.
    """

    def __init__(self, scenario: Scenario, case: Case, *, repeatable: bool = True) -> None:
        self._case = case
        self._repeatable = repeatable
        self._forms = [promise_form(promise) for promise in scenario.expect]
        lines = tuple(site.line for site in case.program.sites)
        self._facts = replaced(declared(scenario, threads=case.backend == "threads"), lines=lines)
        self._judge = Judge(self._forms, self._facts)
        self._outcomes = Outcomes()
        self._over = OverRuns()
        self._endings: set[int] = set()
        self._origins: dict[int, int] = {}
        self._evidence: dict[tuple[int, str, str], Evidence] = {}
        self._recorded: dict[int, str] = {}
        self._shown: RunResult | None = None
        self._shown_is_wrong = False

    def add(self, recording: Recording, *, saved: str | None = None) -> RunResult:
        """Judges one more run; `saved` is the path of its recording, where it has one."""
        verdicts = self._judge.judge(recording)
        self._outcomes.add(recording, verdicts)
        self._over.add(verdicts)
        number = self._over.runs
        self._origins[number] = recording.origin
        if saved is not None:
            self._recorded[number] = saved
        ended = ending_code(recording, verdicts)
        self._endings.add(ended)
        run = RunResult(number, recording, verdicts, self._forms, self._facts)
        self._explain(run)
        if not self._shown_is_wrong:
            self._shown = run
            self._shown_is_wrong = ended != KEPT or run_went_wrong(verdicts)
        return run

    def _explain(self, run: RunResult) -> None:
        """Gathers the evidence for the first verdict of each kind that a report explains."""
        new = [one for one in run.verdicts if is_explained(one) and _key(one) not in self._evidence]
        if new:
            from mprunner.checking.telling.evidence import gather

            for found in gather(new, self._forms, self._facts, run.recording, run.events):
                self._evidence[_key(found.verdict)] = found

    def result(self, *, nanoseconds: int, require_sometimes: bool = False) -> ScenarioResult:
        """What all runs so far come to."""
        standings = [
            standing(
                each,
                self._over.runs,
                repeatable=self._repeatable,
                evidence=lambda verdict: self._evidence.get(_key(verdict)),
                recorded=self._recorded,
            )
            for each in self._over.promises()
        ]
        code = exit_code(standings, self._endings, require_sometimes=require_sometimes)
        return ScenarioResult(
            case=self._case,
            result=RESULTS[code],
            exit_code=code,
            standings=standings,
            outcomes=self._outcomes,
            shown=self._shown,
            origins=self._origins,
            runs=self._over.runs,
            nanoseconds=nanoseconds,
        )


def _key(verdict: Verdict) -> tuple[int, str, str]:
    return verdict.promise.index, verdict.promise.title, verdict.status
