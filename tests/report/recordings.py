"""Recordings made by hand: small worlds whose every nanosecond is chosen."""

from __future__ import annotations

from typing import Any

from mprunner.recording.events import (
    Call,
    Ending,
    ErrorShown,
    Event,
    Outcome,
    Part,
    ProcessRecord,
    Recording,
)

ORIGIN = 1_000_000_000_000
MS = 1_000_000
UNFINISHED = -1.0


class Story:
    """Builds a recording step by step; times are milliseconds since the run's zero."""

    def __init__(self, scenario: str = "lock") -> None:
        self.scenario = scenario
        self.calls: list[Call] = []
        self.processes: list[ProcessRecord] = []

    def call(
        self,
        process: str,
        operation: str,
        target: str | None = None,
        *,
        at: float,
        to: float | None = None,
        kind: str = "none",
        outcome: Outcome = "ok",
        error: ErrorShown | None = None,
        actor: str | None = None,
        site: int | None = None,
        **values: Any,
    ) -> Call:
        begin = ORIGIN + int(at * MS)
        end = None if outcome == "unfinished" else begin if to is None else ORIGIN + int(to * MS)
        number = len(self.calls)
        call = Call(
            number, process, actor or process, 100, 1, number, operation, target, kind, begin, end, outcome, values,
            error, site,
        )  # fmt: skip
        self.calls.append(call)
        return call

    def print(self, process: str, text: str, *, at: float, parts: tuple[Part, ...] = ()) -> Call:
        return self.call(process, "print", at=at, text=text, parts=parts or (Part("text", text),))

    def process(
        self, name: str, *, started: float = 0, ended: float | None = None, **fields: Any
    ) -> ProcessRecord:
        fields.setdefault("role", "main" if name == "main" else "process")
        fields.setdefault("parent", None if name == "main" else "main")
        fields.setdefault("exitcode", None if ended is None else 0)
        fields.setdefault("ended_by", None if ended is None else "itself")
        record = ProcessRecord(
            name=name,
            pid=100 + len(self.processes),
            mp_name=None,
            started=ORIGIN + int(started * MS),
            ended=None if ended is None else ORIGIN + int(ended * MS),
            **fields,
        )
        self.processes.append(record)
        return record

    def recording(self, *, ending: Ending | None = None, until: float = 0, **fields: Any) -> Recording:
        calls = sorted(self.calls, key=lambda call: call.begin)
        return Recording(
            scenario=self.scenario,
            path=f"scenarios/{self.scenario}.yaml",
            scenario_sha256="0" * 64,
            start_method=fields.pop("start_method", "fork"),
            backend="processes",
            python="3.11.7",
            origin=ORIGIN,
            started_at=0.0,
            time_scale=1.0,
            seed=0,
            calls=calls,
            processes=self.processes,
            ending=ending or Ending("finished", ORIGIN + int(until * MS)),
            **fields,
        )


def at_begin(call: Call, position: int) -> Event:
    return Event(position, call.begin, "begin", call)


def at_end(call: Call, position: int) -> Event:
    assert call.end is not None
    return Event(position, call.end, "end", call)


def locked_twins() -> Story:
    """p1 holds the lock for two seconds, p2 waits for it; main joins both."""
    story = Story()
    story.call("main", "start", "p1", at=0, to=1, kind="process")
    story.call("main", "start", "p2", at=1, to=2, kind="process")
    story.call("main", "join", "p1", at=2, to=2006, kind="process")
    story.call("p1", "acquire", "lock", at=3, to=3.1, kind="lock")
    story.call("p2", "acquire", "lock", at=4, to=2004.5, kind="lock")
    for number in range(3):
        story.print("p1", f"add1:num={number}", at=4 + number * 1000)
    story.call("p1", "release", "lock", at=2004, kind="lock")
    story.call("main", "join", "p2", at=2006, to=4010, kind="process")
    for number in range(3):
        story.print("p2", f"add2:num={number * 2}", at=2005 + number * 1000)
    story.call("p2", "release", "lock", at=4006, kind="lock")
    story.process("main", ended=4012, running=12 * MS, ready=2 * MS)
    story.process("p1", started=1, ended=2006, running=3 * MS, ready=1 * MS)
    story.process("p2", started=2, ended=4008, running=3 * MS, ready=1 * MS)
    return story
