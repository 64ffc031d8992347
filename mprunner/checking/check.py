"""Judge a recording by the promises of a scenario: the written ones, then those that every scenario makes."""

from __future__ import annotations

from mprunner.checking.adapt import declared, promise_form
from mprunner.checking.judging import Judge
from mprunner.checking.verdict import Verdict
from mprunner.language.models import Scenario
from mprunner.recording.events import Recording


def check(recording: Recording, scenario: Scenario) -> list[Verdict]:
    """A verdict for each promise of the scenario, in its order, and for each unwritten one that the run
    put to the test.
    """
    forms = [promise_form(promise) for promise in scenario.expect]
    facts = declared(scenario, threads=recording.backend == "threads")
    return Judge(forms, facts).judge(recording)
