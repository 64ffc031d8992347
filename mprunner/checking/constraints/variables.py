"""`variables`: what a process's variables held at its end."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Any

from mprunner.checking.constraint import Constraint, End, Finding
from mprunner.checking.patterns import name_test, value_test
from mprunner.checking.wording import counted, pattern, shown
from mprunner.recording.events import Event, ProcessRecord


class Variables(Constraint):
    """Judged from the list of processes alone. A killed process has no final values: then the promise is
    inconclusive.
    """

    __slots__ = ("_values",)

    def __init__(self, values: Mapping[str, Mapping[str, Any]]) -> None:
        super().__init__(())
        self._values = values

    def feed(self, event: Event, mask: int) -> None:
        """Nothing is asked of single events."""

    def memory(self) -> Hashable:
        return ()

    def finish(self, end: End) -> Finding:
        checked = 0
        doubt: Finding | None = None
        for name, promised in self._values.items():
            selects = name_test(name)
            members = [process for process in end.recording.processes if selects(process.name)]
            if not members:
                status = "broken" if end.complete else "inconclusive"
                reason = f"{name} was never started"
                if status == "broken":
                    return Finding("broken", 1, reason, reason)
                doubt = doubt or Finding("inconclusive", 1, reason, f"{reason}; the run was cut short")
            for process in members:
                if process.variables is None:
                    reason = f"{process.name} did not reach its end, so its variables are not known"
                    doubt = doubt or Finding("inconclusive", 1, f"{process.name} open", reason)
                    continue
                checked += len(promised)
                difference = _difference(process, process.variables, promised)
                if difference is not None:
                    return Finding("broken", checked, f"{process.name} differs", difference)
        return doubt or Finding("kept", checked, f"{counted(checked, 'variable')} as promised")


def _difference(process: ProcessRecord, found: Mapping[str, Any], promised: Mapping[str, Any]) -> str | None:
    for variable, value in promised.items():
        if variable not in found:
            return f"{process.name} has no variable `{variable}` at its end"
        if not value_test(value)(found[variable]):
            return f"`{variable}` of {process.name} is {shown(found[variable])} at its end; promised is {pattern(value)}"
    return None
