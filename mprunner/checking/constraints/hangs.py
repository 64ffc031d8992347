"""`hangs` and `deadlock`: the run does not come to its end, and why."""

from __future__ import annotations

from collections.abc import Mapping

from mprunner.checking.constraint import Constraint, End, Finding
from mprunner.checking.forms import MatcherForm
from mprunner.checking.matching import CallTest, Matcher, Signature
from mprunner.checking.patterns import name_test
from mprunner.checking.verdict import Witness
from mprunner.checking.wording import phrase
from mprunner.recording.events import Blocked, Event, Recording

DEADLOCKS = ("deadlock", "self-lock")


class Hangs(Constraint):
    """Kept by a run in which every live process is blocked for good: those of `waiting` in such an operation.

    `patterns` are the diagnoses that count (None: any).
    """

    __slots__ = ("_last", "_patterns", "_waiting", "_what")

    def __init__(
        self, *, waiting: Mapping[str, MatcherForm], patterns: tuple[str, ...] | None, what: str = "hang"
    ) -> None:
        super().__init__([Matcher(MatcherForm(at="begin", unfinished=True))])
        self._waiting = {name: Matcher(form) for name, form in waiting.items()}
        self._patterns = patterns
        self._what = what
        self._last: dict[str, Event] = {}

    def feed(self, event: Event, mask: int) -> None:
        self._last[event.call.process] = event

    def finish(self, end: End) -> Finding:
        ending = end.recording.ending
        if ending.how != "hang":
            if ending.complete:
                return Finding("broken", 1, "finished", f"the run finished: there was no {self._what}")
            return Finding(
                "inconclusive", 1, ending.how, f"the run was cut short ({ending.how}) before a {self._what}"
            )
        diagnosis = ending.diagnosis
        blocked = diagnosis.blocked if diagnosis is not None else ()
        witnesses = tuple(
            Witness(self._last[one.process], "waits for ever") for one in blocked if one.process in self._last
        )
        found = diagnosis.pattern if diagnosis is not None else "unknown"
        sentence = diagnosis.sentence if diagnosis is not None else "the run hangs for an unknown reason"
        if self._patterns is not None and found not in self._patterns:
            wanted = " or ".join(self._patterns)
            return Finding("broken", 1, found, f"the hang is no {wanted} but {found}: {sentence}", witnesses)
        for name, matcher in self._waiting.items():
            reason = self._not_waiting(end.recording, name, matcher, blocked)
            if reason is not None:
                return Finding("broken", 1, found, f"{reason}; {sentence}", witnesses)
        return Finding("kept", 1, found, sentence, witnesses)

    def _not_waiting(
        self, recording: Recording, name: str, matcher: Matcher, blocked: tuple[Blocked, ...]
    ) -> str | None:
        selects = name_test(name)
        members = [process.name for process in recording.processes if selects(process.name)]
        if not members:
            return f"{name} was never started"
        for member in members:
            event = self._last.get(member)
            if event is None:
                where = next((f" but in `{one.operation}`" for one in blocked if one.process == member), "")
                return f"{member} does not wait in {phrase(matcher.form)}{where}"
            call = event.call
            signature = Signature(
                call.process, call.actor, call.operation, call.object, "begin", "unfinished", call.kind
            )
            decision = matcher.decide_if_ended(signature)
            if decision is False or (isinstance(decision, CallTest) and not decision.check(call)):
                return f"{member} waits in `{call.operation}`, not in {phrase(matcher.form)}"
        return None
