"""The lines of a saved recording that are about the run and its processes, to JSON objects and back.

Times in a file are nanoseconds since `origin`, the run's zero. Members that have their usual value are left out.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from mprunner.recording.events import (
    Blocked,
    Diagnosis,
    Ending,
    ProcessRecord,
    Recording,
    Waited,
)
from mprunner.recording.fields import Fields, MalformedError
from mprunner.recording.jsonvalues import encode

__all__ = [
    "VERSION",
    "Closing",
    "Header",
    "ending_from",
    "ending_line",
    "header_from",
    "header_line",
    "header_of",
    "process_from",
    "process_line",
]

VERSION = 1
"""Of the format. A reader refuses a version that it does not know."""

BACKENDS = ("processes", "threads")
ROLES = ("main", "process", "worker", "manager", "foreign")
ENDERS = ("itself", "scenario", "mprun", "outside")
ENDINGS = ("finished", "cut", "hang", "deadline", "interrupted", "crashed", "lost")


@dataclass(frozen=True, slots=True)
class Header:
    """What is known of a run when it starts. The members are those of `Recording`."""

    scenario: str
    path: str = ""
    scenario_sha256: str = ""
    start_method: str = ""
    backend: str = "processes"
    python: str = ""
    origin: int = 0
    started_at: float = 0.0
    time_scale: float = 1.0
    seed: int = 0


def header_of(recording: Recording) -> Header:
    """The header of a finished recording."""
    return Header(**{name: getattr(recording, name) for name in Header.__dataclass_fields__})


def header_line(header: Header) -> dict[str, Any]:
    """The first line of a file."""
    members = {name: getattr(header, name) for name in Header.__dataclass_fields__}
    return {"record": "recording", "version": VERSION, **members}


def header_from(line: dict[str, Any]) -> Header:
    """Raises MalformedError."""
    fields = Fields(line, "recording")
    version = fields.integer("version")
    if version != VERSION:
        raise MalformedError(f"version {version} of the format, this mprunner knows {VERSION}")
    header = Header(
        scenario=fields.text("scenario"),
        path=fields.text("path", ""),
        scenario_sha256=fields.text("scenario_sha256", ""),
        start_method=fields.text("start_method", ""),
        backend=fields.one_of("backend", BACKENDS, "processes"),
        python=fields.text("python", ""),
        origin=fields.integer("origin", 0),
        started_at=fields.number("started_at", 0.0),
        time_scale=fields.number("time_scale", 1.0),
        seed=fields.integer("seed", 0),
    )
    fields.no_more()
    return header


def process_line(process: ProcessRecord, origin: int) -> dict[str, Any]:
    """One process."""
    line: dict[str, Any] = {
        "record": "process",
        "name": process.name,
        "pid": process.pid,
        "role": process.role,
    }
    for name in ("parent", "mp_name", "exitcode", "ended_by", "target", "running", "ready", "waiting"):
        if getattr(process, name) is not None:
            line[name] = getattr(process, name)
    for name in ("started", "ended"):
        if getattr(process, name) is not None:
            line[name] = getattr(process, name) - origin
    for name in ("daemon", "stopped"):
        if getattr(process, name):
            line[name] = True
    if process.waits:
        line["waits"] = [
            {"op": wait.operation, "object": wait.object, "nanoseconds": wait.nanoseconds}
            for wait in process.waits
        ]
    if process.variables is not None:
        line["variables"] = {name: encode(value) for name, value in process.variables.items()}
    return line


def process_from(line: dict[str, Any], origin: int) -> ProcessRecord:
    """Raises MalformedError."""
    fields = Fields(line, "process")
    started, ended = fields.integer("started", None), fields.integer("ended", None)
    process = ProcessRecord(
        name=fields.text("name"),
        pid=fields.integer("pid", 0),
        role=fields.one_of("role", ROLES, "process"),
        parent=fields.text("parent", None),
        mp_name=fields.text("mp_name", None),
        started=None if started is None else started + origin,
        ended=None if ended is None else ended + origin,
        exitcode=fields.integer("exitcode", None),
        ended_by=fields.one_of("ended_by", ENDERS, None),
        target=fields.text("target", None),
        daemon=fields.flag("daemon"),
        running=fields.integer("running", None),
        ready=fields.integer("ready", None),
        waiting=fields.integer("waiting", None),
        waits=tuple(_wait_from(wait) for wait in fields.items("waits")),
        variables=fields.values("variables"),
        stopped=fields.flag("stopped"),
    )
    fields.no_more()
    return process


def _wait_from(data: Any) -> Waited:
    fields = Fields(data, "wait")
    wait = Waited(fields.text("op"), fields.text("object", None), fields.integer("nanoseconds"))
    fields.no_more()
    return wait


def ending_line(recording: Recording, origin: int) -> dict[str, Any]:
    """The last line: how it ended, and what else is only known then; its times are since the file's `origin`."""
    ending = recording.ending
    line: dict[str, Any] = {"record": "ending", "how": ending.how, "time": ending.time - origin}
    if ending.note is not None:
        line["note"] = encode(ending.note)
    if ending.diagnosis is not None:
        diagnosis = ending.diagnosis
        line["diagnosis"] = {
            "pattern": diagnosis.pattern,
            "sentence": encode(diagnosis.sentence),
            "blocked": [_blocked_line(blocked, origin) for blocked in diagnosis.blocked],
            "cycle": list(diagnosis.cycle),
        }
    for name in ("stderr_noise", "incomplete", "notes"):
        if getattr(recording, name):
            line[name] = [encode(text) for text in getattr(recording, name)]
    if recording.extra:
        line["extra"] = {name: encode(value) for name, value in recording.extra.items()}
    return line


def _blocked_line(blocked: Blocked, origin: int) -> dict[str, Any]:
    return {
        "process": blocked.process,
        "op": blocked.operation,
        "object": blocked.object,
        "since": blocked.since - origin,
        "site": blocked.site,
        "holders": list(blocked.holders),
        "dead": list(blocked.dead),
        "reason": encode(blocked.reason),
    }


@dataclass(frozen=True, slots=True)
class Closing:
    """What the last line of a file tells."""

    ending: Ending
    stderr_noise: tuple[str, ...]
    incomplete: tuple[str, ...]
    notes: tuple[str, ...]
    extra: dict[str, Any]


def ending_from(line: dict[str, Any], origin: int) -> Closing:
    """Raises MalformedError."""
    fields = Fields(line, "ending")
    diagnosis = fields.member("diagnosis")
    ending = Ending(
        how=fields.one_of("how", ENDINGS),
        time=fields.integer("time") + origin,
        diagnosis=None if diagnosis is None else _diagnosis_from(diagnosis, origin),
        note=fields.rich_text("note", None),
    )
    closing = Closing(
        ending,
        fields.texts("stderr_noise"),
        fields.texts("incomplete"),
        fields.texts("notes"),
        dict(fields.values("extra") or {}),
    )
    fields.no_more()
    return closing


def _diagnosis_from(data: Any, origin: int) -> Diagnosis:
    fields = Fields(data, "diagnosis")
    diagnosis = Diagnosis(
        fields.text("pattern"),
        fields.rich_text("sentence", ""),
        tuple(_blocked_from(blocked, origin) for blocked in fields.items("blocked")),
        fields.texts("cycle"),
    )
    fields.no_more()
    return diagnosis


def _blocked_from(data: Any, origin: int) -> Blocked:
    fields = Fields(data, "blocked")
    blocked = Blocked(
        process=fields.text("process"),
        operation=fields.text("op"),
        object=fields.text("object", None),
        since=fields.integer("since") + origin,
        site=fields.integer("site", None),
        holders=fields.texts("holders"),
        dead=fields.texts("dead"),
        reason=fields.rich_text("reason", ""),
    )
    fields.no_more()
    return blocked
