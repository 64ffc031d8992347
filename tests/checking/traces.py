"""Recordings written as lines: `p1 acquire lock`, `p1 print x`, `p2 get q 1`, one instant after the other.

A line is one call that begins and ends before the next line, unless it ends in ` <` (begins here) or starts
with `> ` (ends here, named by process and operation). `!TYPE` after a call says that it raised, `?` that it
was refused; what is begun and never ended is unfinished. Values are Python literals where they look like one,
else texts.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable
from typing import Any

from mprunner.operations import operation
from mprunner.recording.events import (
    Call,
    Diagnosis,
    Ending,
    ErrorShown,
    Event,
    ProcessRecord,
    Recording,
)

STEP = 1_000_000
_VALUE_NAMES = {
    "print": "text", "put": "item", "put_nowait": "item", "get": "item", "get_nowait": "item", "exit": "exitcode",
    "stderr": "text", "exception": "text", "read": "result", "write": "item",
}  # fmt: skip
_OBJECTLESS = {
    "print",
    "begin",
    "exit",
    "sleep",
    "stderr",
    "exception",
    "assert",
    "task_start",
    "task_end",
    "mark",
    "x",
}
_KINDS = {"acquire": "lock", "release": "lock", "put": "queue", "get": "queue", "put_nowait": "queue", "get_nowait": "queue",
          "start": "process", "join": "process", "terminate": "process", "empty": "queue"}  # fmt: skip


def _literal(text: str) -> Any:
    try:
        return ast.literal_eval(text)
    except (ValueError, SyntaxError):
        return text


def trace(
    *lines: str,
    how: str = "finished",
    diagnosis: Diagnosis | None = None,
    processes: Iterable[ProcessRecord] = (),
    incomplete: tuple[str, ...] = (),
) -> Recording:
    """A recording of these lines; every process that acts in it ended with exit code 0 unless `processes`
    says otherwise.
    """
    calls: list[Call] = []
    running: list[Call] = []
    for position, line in enumerate(lines):
        time = (position + 1) * STEP
        if line.startswith("> "):
            who, name, *_ = line[2:].split(" ")
            call = next(one for one in running if (one.actor, one.operation) == (who, name))
            running.remove(call)
            call.end, call.outcome = time + STEP // 2, "ok"
            continue
        words, open_, outcome, error = line.split(" "), False, "ok", None
        if words[-1] == "<":
            words.pop()
            open_ = True
        if words[-1] == "?":
            words.pop()
            outcome = "refused"
        elif words[-1].startswith("!"):
            outcome, error = "raised", ErrorShown(words.pop()[1:], ("Exception", "BaseException"), "boom")
        calls.append(_call(words, len(calls), time, outcome, error))
        if open_:
            calls[-1].end, calls[-1].outcome = None, "unfinished"
            running.append(calls[-1])
    # Not `for process in`: CPython 3.12.1 then takes the function of that name below for this variable.
    given = {one.name: one for one in processes}
    actors = dict.fromkeys(call.process for call in calls)
    records = [given.pop(name) if name in given else process(name) for name in actors]
    records += given.values()
    last = (len(lines) + 1) * STEP
    return Recording(
        scenario="trace", path="trace.yaml", scenario_sha256="", start_method="fork", backend="processes",
        python="3.11", origin=0, started_at=0.0, time_scale=1.0, seed=0, calls=calls, processes=records,
        ending=Ending(how, last, diagnosis), incomplete=incomplete,  # type: ignore[arg-type]
    )  # fmt: skip


def _call(words: list[str], number: int, time: int, outcome: Any, error: ErrorShown | None) -> Call:
    actor, name, *rest = words
    who = actor
    if "." in actor:  # po[0].work[3]: the task po.work[3] in the worker po[0]
        who, _, task = actor.partition(".")
        actor = f"{who.partition('[')[0]}.{task}"
    thing = None if name in _OBJECTLESS or not rest else rest.pop(0)
    spec = operation(name)
    kind = _KINDS.get(name, spec.kind if spec is not None else "none")
    values = {_VALUE_NAMES.get(name, "text"): _literal(" ".join(rest))} if rest else {}
    end = time + STEP // 2
    return Call(
        number=number, process=who, actor=actor, pid=hash(who) % 1000, thread=1, sequence=number, operation=name,
        object=thing, kind=kind, begin=time, end=end, outcome=outcome, values=values, error=error,
    )  # fmt: skip


def events(recording: Recording) -> list[Event]:
    """Both instants of every call, by time."""
    instants: list[tuple[int, int, str, Call]] = []
    for call in recording.calls:
        instants.append((call.begin, call.number, "begin", call))
        if call.end is not None:
            instants.append((call.end, call.number, "end", call))
    instants.sort(key=lambda instant: instant[:2])
    return [
        Event(position, time, at, call)  # type: ignore[arg-type]
        for position, (time, _, at, call) in enumerate(instants)
    ]


def process(name: str, exitcode: int | None = 0, **fields: Any) -> ProcessRecord:
    """How a process ended: by itself and with 0, unless said otherwise."""
    role = "main" if name == "main" else "worker" if name.startswith("po[") else "process"
    settings: dict[str, Any] = {
        "pid": 1, "role": role, "parent": "main", "mp_name": None, "started": 0, "ended": 1, "ended_by": "itself",
    }  # fmt: skip
    return ProcessRecord(name=name, exitcode=exitcode, **{**settings, **fields})
