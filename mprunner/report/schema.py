"""The JSON Schema of the lines that `--json` writes; docs/json.md tells of them in words."""

from __future__ import annotations

from typing import Any, get_args

from mprunner.checking.happens_before.knowledge import EdgeKind
from mprunner.checking.runs import Mark
from mprunner.checking.verdict import Holds, Status
from mprunner.worlds.real.moves import Reason

__all__ = ["report_schema"]

_Schema = dict[str, Any]

_TEXT: _Schema = {"type": "string"}
_MAYBE_TEXT: _Schema = {"type": ["string", "null"]}
_INTEGER: _Schema = {"type": "integer"}
_MAYBE_INTEGER: _Schema = {"type": ["integer", "null"]}
_SECONDS: _Schema = {"type": "number"}
_MAYBE_SECONDS: _Schema = {"type": ["number", "null"]}
_TEXTS: _Schema = {"type": "array", "items": _TEXT}


def report_schema() -> _Schema:
    """JSON Schema (2020-12) that every line of `--json` is valid under."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A line of mprun --json",
        "description": "A session is told in JSON lines, each as soon as it is known.",
        "oneOf": [{"$ref": f"#/$defs/{name}"} for name in _LINES],
        "$defs": {
            **{name: _object({"type": {"const": name}, **members}) for name, members in _LINES.items()},
            "event": {"description": "One instant of a call.", **_open(_EVENT)},
            "explanation": _object(_EXPLANATION, "What explains a broken or undecided promise."),
        },
    }


def _object(members: _Schema, description: str = "") -> _Schema:
    """All members are always there."""
    return {
        **({"description": description} if description else {}),
        **_open(members),
        "additionalProperties": False,
    }


def _open(members: _Schema) -> _Schema:
    return {"type": "object", "properties": members, "required": list(members)}


def _one_of(*values: str) -> _Schema:
    return {"enum": list(values)}


def _list(members: _Schema) -> _Schema:
    return {"type": "array", "items": members}


def _maybe(schema: _Schema) -> _Schema:
    return {"anyOf": [{"type": "null"}, schema]}


def _event(**more: _Schema) -> _Schema:
    """An event with further members."""
    return {"allOf": [{"$ref": "#/$defs/event"}, _open(more)]}


_EVENT: _Schema = {
    "position": {**_INTEGER, "description": "Its place in the record, from 0."},
    "time": _SECONDS,
    "at": _one_of("begin", "end"),
    "process": _TEXT,
    "actor": _TEXT,
    "op": _TEXT,
    "object": _MAYBE_TEXT,
    "outcome": _one_of("ok", "raised", "refused", "unfinished"),
    "values": {"type": "object"},
    "error": _maybe(_object({"type": _TEXT, "text": _TEXT})),
}
_PROMISE: _Schema = {
    "promise": _TEXT,
    "form": _TEXT,
    "holds": _one_of(*get_args(Holds)),
    "line": _MAYBE_INTEGER,
    "column": _MAYBE_INTEGER,
}
_BECAUSE = _object({"kind": _one_of(*get_args(EdgeKind)), "from": _INTEGER, "to": _INTEGER})
_EXPLANATION: _Schema = {
    "sentence": _MAYBE_TEXT,
    "why": _MAYBE_TEXT,
    "trace": _list(_event(role=_MAYBE_TEXT, left_out=_INTEGER)),
    "order": _list(
        _object(
            {
                "earlier": _INTEGER,
                "later": _INTEGER,
                "relation": _one_of("ordered", "clock", "concurrent"),
                "seconds": _SECONDS,
                "because": _list(_BECAUSE),
            }
        )
    ),
    "tested": _object(
        {"times": _INTEGER, "broken": _MAYBE_INTEGER, "first": _MAYBE_INTEGER, "last": _MAYBE_INTEGER}
    ),
    "spans": _list(_object({"process": _TEXT, "from": _INTEGER, "to": _MAYBE_INTEGER})),
    "nearest": _maybe(_object({"change": _TEXT, "promise": _TEXT, "summary": _TEXT})),
    "recording": _MAYBE_TEXT,
    "commands": _TEXTS,
}
_BLOCKED = _object(
    {
        "process": _TEXT, "op": _TEXT, "object": _MAYBE_TEXT, "since": _SECONDS, "holders": _TEXTS, "dead": _TEXTS,
        "reason": _TEXT,
    }
)  # fmt: skip
_PROCESS = _object(
    {
        "name": _TEXT, "pid": _INTEGER, "role": _one_of("main", "process", "worker", "manager", "foreign"),
        "parent": _MAYBE_TEXT, "started": _MAYBE_SECONDS, "ended": _MAYBE_SECONDS, "exitcode": _MAYBE_INTEGER,
        "ended_by": _MAYBE_TEXT, "running": _MAYBE_SECONDS, "ready": _MAYBE_SECONDS, "waiting": _MAYBE_SECONDS,
    }
)  # fmt: skip
_RACE = _object(
    {
        "object": _TEXT,
        "kind": _TEXT,
        "reason": _TEXT,
        "path": _TEXT,
        "accesses": _list(_event(line=_MAYBE_INTEGER)),
    }
)
_SCHEDULE = _object(
    {
        "switches": _INTEGER, "preemptions": _INTEGER, "least": {"type": "boolean"}, "bound": _MAYBE_INTEGER,
        "probability": _MAYBE_SECONDS,
        "steps": _list(_object({"thread": _TEXT, "did": _TEXT, "switch": _MAYBE_TEXT})),
    }
)  # fmt: skip
_UNFORCED: _Schema = {
    "type": "object",
    "additionalProperties": _INTEGER,
    "description": "Transitions that can't be forced, by name (docs/replay.md): how many there were.",
}
_PARTING: _Schema = {
    "step": _INTEGER, "thread": _TEXT, "did": _TEXT, "reason": _one_of(*get_args(Reason)), "found": _MAYBE_TEXT,
    "sentence": _TEXT,
}  # fmt: skip
_STATUSES = _object(dict.fromkeys(get_args(Status), _INTEGER))
_COUNTS = ("passed", "failed", "inconclusive", "unfinished", "interrupted", "invalid", "skipped")
_LINES: dict[str, _Schema] = {
    "start": {"format": {"const": 1}, "mprunner": _TEXT, "python": _TEXT},
    "diagnostic": {
        "path": _TEXT, "line": _INTEGER, "column": _INTEGER, "end_line": _INTEGER, "end_column": _INTEGER,
        "severity": _one_of("error", "warning"), "kind": _TEXT, "message": _TEXT, "expected": {},
    },
    "skipped": {"name": _TEXT, "path": _TEXT, "reason": _TEXT},
    "scenario": {
        "name": _TEXT, "path": _TEXT, "start_method": _TEXT, "backend": _one_of("processes", "threads"), "runs": _INTEGER,
    },
    "line": {
        "time": _SECONDS, "process": _TEXT, "actor": _TEXT, "stream": _one_of("stdout", "stderr"), "text": _TEXT,
    },
    "verdict": {
        "run": _INTEGER, **_PROMISE, "status": _one_of(*get_args(Status)), "activations": _INTEGER, "summary": _TEXT,
        "reason": _MAYBE_TEXT, "witnesses": _list(_event(role=_TEXT)),
        "chance": _maybe(
            _object({"reason": _TEXT, "earlier": {"$ref": "#/$defs/event"}, "later": {"$ref": "#/$defs/event"}})
        ),
    },
    "run": {
        "run": _INTEGER, "of": _INTEGER,
        "ending": _one_of("finished", "cut", "hang", "deadline", "interrupted", "crashed", "lost"),
        "seconds": _SECONDS,
        "diagnosis": _maybe(
            _object({"pattern": _TEXT, "sentence": _TEXT, "cycle": _TEXTS, "blocked": _list(_BLOCKED)})
        ),
        "note": _MAYBE_TEXT, "incomplete": _TEXTS, "processes": _list(_PROCESS), "happened": _TEXTS, "unspoken": _TEXTS,
        "races": _list(_RACE),
    },
    "recorded": {"path": _TEXT},
    "promise": {
        **_PROMISE, "result": _one_of(*get_args(Mark)), "note": _TEXT, "runs": _INTEGER, "broken_runs": _INTEGER,
        "run": _INTEGER, "in_runs": _list(_INTEGER), "explanation": _maybe({"$ref": "#/$defs/explanation"}),
    },
    "outcome": {
        "runs": _INTEGER, "of": _INTEGER, "first_run": _INTEGER, "ending": _TEXT, "broken": _TEXTS,
        "lines": _list(_object({"process": _TEXT, "text": _TEXT})),
    },
    "result": {
        "name": _TEXT, "path": _TEXT, "result": _one_of("passed", "failed", "inconclusive", "unfinished", "interrupted"),
        "exit_code": _INTEGER, "runs": _INTEGER, "seconds": _SECONDS,
    },
    "explored_outcome": {
        "executions": _INTEGER, "runs": _MAYBE_INTEGER, "allowed": {"type": "boolean"}, "values": _MAYBE_TEXT,
        "grade": _MAYBE_TEXT, "ending": _TEXT, "broken": _TEXTS,
        "lines": _list(_object({"process": _TEXT, "text": _TEXT})), "held": {"type": "object"},
        "schedule": _maybe(_SCHEDULE),
    },
    "explored_promise": {
        **_PROMISE, "result": _one_of(*get_args(Mark)), "note": _TEXT, "executions": _STATUSES, "assuming": _TEXTS,
        "explanation": _maybe({"$ref": "#/$defs/explanation"}), "schedule": _maybe(_SCHEDULE),
    },
    "deadlock": {
        "pattern": _TEXT, "sentence": _TEXT, "cycle": _TEXTS,
        "blocked": _list(
            _object({"process": _TEXT, "op": _TEXT, "object": _MAYBE_TEXT, "holders": _TEXTS, "dead": _TEXTS})
        ),
        "partial": {"type": "boolean"}, "always": {"type": "boolean"}, "promised": {"type": "boolean"}, "executions": _INTEGER,
        "schedule": _SCHEDULE,
    },
    "exploration": {
        "name": _TEXT, "path": _TEXT, "answer": _one_of("proved", "violated", "inconclusive"), "reason": _MAYBE_TEXT,
        "method": _TEXT, "complete": {"type": "boolean"}, "bound": _MAYBE_TEXT, "executions": _INTEGER, "states": _INTEGER,
        "steps": _INTEGER, "races": _INTEGER, "blocked": _INTEGER, "estimate": _MAYBE_SECONDS, "seconds": _SECONDS,
        "memory": _one_of("sc", "tso"), "always_stuck": {"type": "boolean"}, "runs": _INTEGER,
        "unreached": _list(_INTEGER), "leaked": _TEXTS, "notes": _TEXTS,
    },
    "confirmed": {
        "which": _one_of("counterexamples", "all"), "replayed": _INTEGER, "confirmed": _INTEGER,
        "unforced": _UNFORCED,
        "failed": _list(
            _object(
                {
                    "number": _INTEGER,
                    "parting": _maybe(_object(_PARTING)),
                    "differences": _list(
                        _object({"thread": _TEXT, "operation": _INTEGER, "modelled": _TEXT, "replayed": _TEXT})
                    ),
                }
            )
        ),
    },
    "replay": {
        "path": _TEXT, "steps": _INTEGER, "played": _INTEGER, "followed": _INTEGER,
        "partings": _list(_object({"line": _INTEGER, **_PARTING})),
        "unexpected": _TEXTS, "unforced": _UNFORCED, "changed": {"type": "boolean"},
    },
    "summary": {**dict.fromkeys(_COUNTS, _INTEGER), "exit_code": _INTEGER, "seconds": _SECONDS},
}  # fmt: skip
"""Type of a line -> its members."""
