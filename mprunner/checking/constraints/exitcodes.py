"""`exitcodes`: how processes ended. A family's or pool's name stands for all its members."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from functools import lru_cache
from typing import Any

from mprunner.checking.constraint import Constraint, End, Finding
from mprunner.checking.forms import ANY, MatcherForm
from mprunner.checking.matching import Matcher
from mprunner.checking.patterns import name_test, value_test
from mprunner.checking.verdict import Witness
from mprunner.checking.wording import listed, pattern
from mprunner.recording.events import Event, ProcessRecord


def exit_told(process: ProcessRecord) -> str:
    """How a process ended, as a clause: code or signal, and by whom."""
    code = process.exitcode
    if code is None:
        return f"{process.name} had not ended"
    if code >= 0:
        return f"{process.name} ended with exit code {code}"
    by = {"scenario": ", sent by the scenario", "outside": ", sent from outside", "mprun": ", sent by mprun"}
    return f"{process.name} was ended by signal {-code}{by.get(process.ended_by or '', '')}"


@lru_cache(maxsize=1)
def _exits_and_exceptions() -> tuple[Matcher, Matcher]:
    exits = MatcherForm(
        any_of=tuple(
            MatcherForm(op="exit", at=at, unfinished=unfinished)
            for at in ("begin", "end")
            for unfinished in (False, True)
        )
    )
    return Matcher(exits), Matcher(MatcherForm(op="exception", process=ANY))


class Exits(Constraint):
    """Common to what is judged from the list of processes: remembers their exit and exception events as
    witnesses.
    """

    __slots__ = ("_exceptions", "_exits")

    def __init__(self) -> None:
        super().__init__(_exits_and_exceptions())
        self._exits: dict[str, Event] = {}
        self._exceptions: dict[str, list[Event]] = {}

    def feed(self, event: Event, mask: int) -> None:
        if mask & 1:
            self._exits[event.call.process] = event
        if mask & 2:
            self._exceptions.setdefault(event.call.process, []).append(event)

    def memory(self) -> Hashable:
        return ()  # what processes came to says the list of them

    def _witnesses(self, name: str) -> tuple[Witness, ...]:
        found = [Witness(event, "its exception") for event in self._exceptions.get(name, ())[-1:]]
        if name in self._exits:
            found.append(Witness(self._exits[name], "its exit"))
        return tuple(found)


class Exitcodes(Exits):
    __slots__ = ("_codes",)

    def __init__(self, codes: Mapping[str, Any]) -> None:
        super().__init__()
        self._codes = codes

    def finish(self, end: End) -> Finding:
        judged: list[str] = []
        doubts: list[Finding] = []
        for name, promised in self._codes.items():
            selects, fits = name_test(name), value_test(promised)
            members = [process for process in end.recording.processes if selects(process.name)]
            if not members:
                doubts.append(_doubt(end, f"{name} was never started", name))
            ended = any(not _cut(process) for process in members)
            for process in members:
                if process.role == "worker" and ended and _cut(process):
                    continue  # a pool has as many workers as it came to have: those that ended are judged
                judged.append(process.name)
                told, witnesses = exit_told(process), self._witnesses(process.name)
                if _cut(process) and (process.exitcode is None or not fits(process.exitcode)):
                    reason = f"{told} by itself when the run ended" if process.exitcode is None else told
                    doubts.append(Finding("inconclusive", 1, f"{process.name} open", reason, witnesses))
                elif not fits(process.exitcode):
                    reason = f"{told}; promised is {pattern(promised)}"
                    return Finding(
                        "broken", len(judged), f"{process.name}: {process.exitcode}", reason, witnesses
                    )
        if doubts:
            return doubts[0]
        codes = listed([f"{name} {pattern(code)}" for name, code in self._codes.items()])
        return Finding("kept", len(judged), codes)


def _cut(process: ProcessRecord) -> bool:
    """Whether the process was still alive when the run was ended."""
    return process.exitcode is None or process.ended_by == "mprun"


def _doubt(end: End, reason: str, name: str) -> Finding:
    if end.complete:
        return Finding("broken", 1, f"{name} never started", reason)
    return Finding("inconclusive", 1, f"{name} not started", f"{reason}; the run was cut short")
