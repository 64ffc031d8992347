"""The JSON Schema of a saved recording's lines, made from the same tables that the reader checks with."""

from __future__ import annotations

from typing import Any

from mprunner.operations import KINDS, OPERATION_NAMES
from mprunner.recording.calllines import OUTCOMES, PARTS
from mprunner.recording.lines import BACKENDS, ENDERS, ENDINGS, ROLES, VERSION

__all__ = ["recording_schema"]

_Schema = dict[str, Any]


def recording_schema() -> _Schema:
    """JSON Schema (2020-12) that every line of a recording is valid under."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A line of an mprunner recording",
        "description": "A recording is a file of JSON lines: a recording line, calls and processes, and an ending at last.",
        "oneOf": [{"$ref": f"#/$defs/{name}"} for name in ("recording", "call", "end", "process", "ending")],
        "$defs": {
            "recording": _line(
                "recording", "The header, first line of the file.", _HEADER, ("version", "scenario")
            ),
            "call": _line(
                "call",
                "One operation of one process, or what happened in one instant.",
                _CALL,
                ("op", "process", "begin"),
            ),
            "end": _line(
                "end",
                "A call that was written when it had only begun, once more as it ended.",
                {**_CALL, "end": _needed(_CALL["end"])},
                ("op", "process", "begin", "end"),
            ),
            "process": _line("process", "One process (or thread) of the run.", _PROCESS, ("name",)),
            "ending": _line("ending", "How the run ended, last line of the file.", _ENDING, ("how", "time")),
            "value": _VALUE,
            "text": _RICH_TEXT,
            "part": _PART,
            "error": _object("An exception.", _ERROR, ("type",)),
            "wait": _object(
                "Time spent waiting in one kind of operation on one object.", _WAIT, ("op", "nanoseconds")
            ),
            "diagnosis": _object("Why a run could not finish.", _DIAGNOSIS, ("pattern",)),
            "blocked": _object("One process in a hang.", _BLOCKED, ("process", "op", "since")),
        },
    }


def _line(record: str, description: str, members: _Schema, required: tuple[str, ...]) -> _Schema:
    kind = {"const": record, "description": "What kind of line this is."}
    return _object(description, {"record": kind, **members}, ("record", *required))


def _object(description: str, members: _Schema, required: tuple[str, ...]) -> _Schema:
    return {
        "description": description,
        "type": "object",
        "properties": members,
        "required": list(required),
        "additionalProperties": False,
    }


def _text(description: str) -> _Schema:
    return {"type": ["string", "null"], "description": description}


def _integer(description: str) -> _Schema:
    return {"type": ["integer", "null"], "description": description}


def _number(description: str) -> _Schema:
    return {"type": ["number", "null"], "description": description}


def _flag(description: str) -> _Schema:
    return {"type": ["boolean", "null"], "description": description}


def _choice(description: str, choices: tuple[str, ...], *, required: bool = False) -> _Schema:
    return {"enum": [*choices] if required else [*choices, None], "description": description}


def _list(description: str, items: _Schema) -> _Schema:
    return {"type": ["array", "null"], "items": items, "description": description}


def _values(description: str) -> _Schema:
    return {
        "type": ["object", "null"],
        "additionalProperties": {"$ref": "#/$defs/value"},
        "description": description,
    }


def _needed(schema: _Schema) -> _Schema:
    """The member can't be null."""
    return {**schema, "type": schema["type"][0]}


_HEADER: _Schema = {
    "version": {"const": VERSION, "description": "Of this format."},
    "scenario": _needed(_text("The scenario's name.")),
    "path": _text("The scenario's file, as it was given."),
    "scenario_sha256": _text("Of the scenario's file, in hexadecimal."),
    "start_method": _text("fork, spawn or forkserver."),
    "backend": _choice("Whether the processes were processes or threads.", BACKENDS),
    "python": _text("The version of Python."),
    "origin": _integer(
        "The run's zero: nanoseconds of CLOCK_MONOTONIC. All other times in the file count from here."
    ),
    "started_at": _number("The run's zero as seconds since 1970."),
    "time_scale": _number("What sleeps were multiplied with."),
    "seed": _integer("Of the run's random choices."),
}

_CALL: _Schema = {
    "begin": _needed(_integer("Nanoseconds since origin: just before the call.")),
    "end": _integer(
        "Nanoseconds since origin: just after it; equal to begin for an instant. Left out for what never ended, or ends in a "
        "line of its own."
    ),
    "sequence": _integer("Orders the begins of one thread that have the same time; the line's number where left out."),
    "end_sequence": _integer("The place of the end in the same order."),
    "pid": _integer("The process id."),
    "thread": _integer("The native id of the thread."),
    "op": {"enum": sorted(OPERATION_NAMES), "description": "The operation."},
    "process": _needed(_text("The declared name of the process: p1, fork[2], po[1], main.")),
    "actor": _text("The task within a pool's worker (po.work[4]); the process where it is left out."),
    "object": _text("The declared name of what it acted on; left out for what a process does by itself."),
    "kind": _choice("The kind of that object; where left out, the first kind that has the operation.", KINDS),
    "outcome": _choice("How it ended. ok where left out; unfinished where it has no end.", OUTCOMES),
    "error": {"oneOf": [{"$ref": "#/$defs/error"}, {"type": "null"}], "description": "The exception that it raised."},
    "site": _integer("Which step of the scenario it is."),
    "label": _text("That step's label."),
    "timed": _flag("It had a timeout or did not block: it could end by itself."),
    "values": {
        **_values("What the operation carries: item, result, text, exitcode, args, timeout, ..."),
        "properties": {
            "parts": {"type": "array", "items": {"$ref": "#/$defs/part"}, "description": "A printed line in its parts."}
        },
    },
}  # fmt: skip

_PROCESS: _Schema = {
    "name": _needed(_text("Its name in the scenario.")),
    "pid": _integer("The process id."),
    "role": _choice(
        "The scenario's main, a declared process, a pool's worker, a manager's server, or what user code started.",
        ROLES,
    ),
    "parent": _text("The name of the process that created it."),
    "mp_name": _text("Its name as multiprocessing tells it."),
    "started": _integer("Nanoseconds since origin."),
    "ended": _integer("Nanoseconds since origin: when it was first seen dead."),
    "exitcode": _integer("As multiprocessing tells it; negative for the signal that it died of."),
    "ended_by": _choice("Who ended it.", ENDERS),
    "target": _text("The name of its target."),
    "running": _integer("Nanoseconds on a CPU."),
    "ready": _integer("Nanoseconds ready to run, without a CPU."),
    "waiting": _integer("Nanoseconds waiting."),
    "daemon": _flag("It was a daemon."),
    "stopped": _flag("It was stopped by a signal."),
    "waits": _list("What it waited for.", {"$ref": "#/$defs/wait"}),
    "variables": _values("Its variables at its end."),
}

_ENDING: _Schema = {
    "how": _choice("finished: by itself; all others are incomplete.", ENDINGS, required=True),
    "time": _needed(_integer("Nanoseconds since origin.")),
    "note": {"oneOf": [{"$ref": "#/$defs/text"}, {"type": "null"}], "description": "A remark on the ending."},
    "diagnosis": {
        "oneOf": [{"$ref": "#/$defs/diagnosis"}, {"type": "null"}],
        "description": "Why it could not finish.",
    },
    "stderr_noise": _list(
        "What came out of the processes' standard error beneath Python.", {"$ref": "#/$defs/text"}
    ),
    "incomplete": _list("What could not be recorded.", {"$ref": "#/$defs/text"}),
    "notes": _list("Remarks on the run.", {"$ref": "#/$defs/text"}),
    "extra": _values("Anything else."),
}

_ERROR: _Schema = {
    "type": _needed(_text("The name of its type.")),
    "bases": _list("The names of that type's bases, nearest first, without object.", {"type": "string"}),
    "text": {"$ref": "#/$defs/text", "description": "What str() gives of it."},
}

_WAIT: _Schema = {
    "op": _needed(_text("The operation.")),
    "object": _text("The object."),
    "nanoseconds": _needed(_integer("In all.")),
}

_DIAGNOSIS: _Schema = {
    "pattern": _needed(_text("deadlock, self-lock, dead-holder, join-before-drain, ..., unknown.")),
    "sentence": {"$ref": "#/$defs/text", "description": "It in one or two sentences."},
    "blocked": _list("The processes that can't go on.", {"$ref": "#/$defs/blocked"}),
    "cycle": _list("The names of those that wait for each other, in order.", {"type": "string"}),
}

_BLOCKED: _Schema = {
    "process": _needed(_text("Its name.")),
    "op": _needed(_text("The operation that it is in.")),
    "object": _text("What it waits for."),
    "since": _needed(_integer("Nanoseconds since origin.")),
    "site": _integer("Which step of the scenario it is in."),
    "holders": _list("Who holds the object.", {"type": "string"}),
    "dead": _list("Which of them had already died.", {"type": "string"}),
    "reason": {"$ref": "#/$defs/text", "description": "Why it waits."},
}

_PART: _Schema = {
    "description": "A piece of a printed line: the kind of value it was, and its text.",
    "type": "array",
    "prefixItems": [{"enum": list(PARTS)}, {"$ref": "#/$defs/text"}],
    "minItems": 2,
    "maxItems": 2,
}


def _tag(name: str, holds: _Schema) -> _Schema:
    return {"type": "object", "properties": {name: holds}, "required": [name], "additionalProperties": False}


_ENCODED = {"type": "string", "contentEncoding": "base64"}
_ANY = {"$ref": "#/$defs/value"}
_MANY = {"type": "array", "items": _ANY}
_PAIR = {"type": "array", "items": _ANY, "minItems": 2, "maxItems": 2}
_SHOWN = {
    "type": "object",
    "properties": {"type": {"$ref": "#/$defs/text"}, "text": {"$ref": "#/$defs/text"}},
    "required": ["type", "text"],
    "additionalProperties": False,
}

_RICH_TEXT: _Schema = {
    "description": "A text; one that is no valid Unicode as UTF-8 with surrogates, in base64.",
    "oneOf": [{"type": "string"}, _tag("$utf8", _ENCODED)],
}

_VALUE: _Schema = {
    "description": "A value: JSON where JSON has it, else an object with one member whose name begins with $.",
    "oneOf": [
        {"type": ["null", "boolean", "number", "string"]},
        _MANY,
        {"type": "object", "propertyNames": {"pattern": "^[^$]|^$"}, "additionalProperties": _ANY},
        _tag("$tuple", _MANY),
        _tag("$set", _MANY),
        _tag("$frozenset", _MANY),
        _tag("$dict", {"type": "array", "items": _PAIR}),
        _tag("$bytes", _ENCODED),
        _tag("$utf8", _ENCODED),
        _tag("$int", {"type": "string", "pattern": "^-?0x[0-9a-fA-F]+$"}),
        _tag("$float", {"enum": ["nan", "inf", "-inf"]}),
        _tag("$complex", _PAIR),
        _tag("$shown", _SHOWN),
    ],
}
