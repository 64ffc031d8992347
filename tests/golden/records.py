"""Small recordings, written down call by call."""

from __future__ import annotations

from typing import Any

from mprunner.operations import operation
from mprunner.recording.events import Call, Diagnosis, Ending, ErrorShown, Part, ProcessRecord, Recording


class Record:
    """Writes calls one after the other; each begins one nanosecond after the last one began."""

    def __init__(self, **pids: int) -> None:
        self.pids = {"main": 1000, **pids}
        self.calls: list[Call] = []
        self.roles: dict[str, str] = {}
        self.exitcodes: dict[str, int | None] = {}
        self.ended_by: dict[str, str] = {}

    def add(
        self,
        actor: str,
        name: str,
        object_: str | None = None,
        *,
        process: str | None = None,
        outcome: str = "ok",
        error: str | None = None,
        end: int | None = 0,
        kind: str | None = None,
        **values: Any,
    ) -> Call:
        spec = operation(name)
        begin = 100 + len(self.calls)
        owner = process or actor
        call = Call(
            number=len(self.calls),
            process=owner,
            actor=actor,
            pid=self.pids.setdefault(owner, 2000 + len(self.pids)),
            thread=1,
            sequence=len(self.calls),
            operation=name,
            object=object_,
            kind=kind or (spec.kind if spec else "none"),
            begin=begin,
            end=None if end is None else (end or begin),
            outcome=outcome,  # type: ignore[arg-type]
            values=values,
            error=ErrorShown(error, ("Exception",), "") if error else None,
            timed="timeout" in values,
        )
        self.calls.append(call)
        return call

    def prints(self, actor: str, text: str, **more: Any) -> None:
        self.add(actor, "print", text=text, parts=(Part("text", text),), **more)

    def done(self, how: str = "finished", pattern: str | None = None) -> Recording:
        diagnosis = Diagnosis(pattern, "") if pattern else None
        return Recording(
            scenario="s",
            path="s.yaml",
            scenario_sha256="abc",
            start_method="fork",
            backend="processes",
            python="3.11.7",
            origin=0,
            started_at=0.0,
            time_scale=1.0,
            seed=0,
            calls=list(self.calls),
            processes=[self._process(name, pid) for name, pid in self.pids.items()],
            ending=Ending(how, 10_000, diagnosis),  # type: ignore[arg-type]
        )

    def _process(self, name: str, pid: int) -> ProcessRecord:
        role = self.roles.get(name, "main" if name == "main" else "process")
        return ProcessRecord(
            name=name,
            pid=pid,
            role=role,  # type: ignore[arg-type]
            parent=None if name == "main" else "main",
            mp_name=None,
            started=0,
            ended=9_000,
            exitcode=self.exitcodes.get(name, 0),
            ended_by=self.ended_by.get(name, "itself"),  # type: ignore[arg-type]
        )


def two_children(order: str = "ab", **pids: int) -> Recording:
    """main starts a and b, each prints its own line, in the given order; main joins both."""
    record = Record(**{"a": 11, "b": 12, **pids})
    record.add("main", "start", "a", kind="process")
    record.add("main", "start", "b", kind="process")
    for child in order:
        record.add(child, "begin")
        record.prints(child, f"line of {child}")
        record.add(child, "exit", exitcode=0)
    for child in "ab":
        record.add("main", "join", child, kind="process")
    return record.done()
