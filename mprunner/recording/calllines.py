"""The lines of a saved recording that are calls, to JSON objects and back.

There may be a million of them, so what is usual is checked in one go; only what fails is looked at member by member.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from mprunner.operations import BY_KIND, KINDS, OPERATION_IDS, operation
from mprunner.recording.events import Call, ErrorShown, Part
from mprunner.recording.fields import Fields, MalformedError
from mprunner.recording.jsonvalues import MalformedValueError, decode, encode

__all__ = [
    "CALL_KEYS",
    "OUTCOMES",
    "PARTS",
    "call_from",
    "call_line",
    "parts_from",
    "values_from",
    "values_line",
]

OUTCOMES = ("ok", "raised", "refused", "unfinished")
PARTS = ("text", "value", "pid", "time", "random")

CALL_KEYS = (
    "record", "begin", "end", "sequence", "end_sequence", "pid", "thread", "op", "process", "actor", "object", "kind", "outcome",
    "error", "site", "label", "timed", "values",
)  # fmt: skip
"""In the order in which they are written: when, then who, then what, which most calls have in common with others."""

_CALL_KEYS = frozenset(CALL_KEYS)
_NO_VALUES: Mapping[str, Any] = {}


def call_line(call: Call, origin: int) -> dict[str, Any]:
    """One operation."""
    line: dict[str, Any] = {"record": "call", "begin": call.begin - origin}
    if call.end is not None:
        line["end"] = call.end - origin
    line["sequence"] = call.sequence
    if call.end_sequence is not None:
        line["end_sequence"] = call.end_sequence
    line["pid"] = call.pid
    line["thread"] = call.thread
    line["op"] = call.operation
    line["process"] = call.process
    if call.actor != call.process:
        line["actor"] = call.actor
    if call.object is not None:
        line["object"] = call.object
    line["kind"] = call.kind
    if call.outcome != ("ok" if call.end is not None else "unfinished"):
        line["outcome"] = call.outcome
    if call.error is not None:
        error = call.error
        line["error"] = {"type": error.type, "bases": list(error.bases), "text": encode(error.text)}
    if call.site is not None:
        line["site"] = call.site
    if call.label is not None:
        line["label"] = call.label
    if call.timed:
        line["timed"] = True
    if call.values:
        line["values"] = values_line(call.values)
    return line


def values_line(values: Mapping[str, Any]) -> dict[str, Any]:
    """What a call carries."""
    return {
        key: [[part.kind, encode(part.text)] for part in value] if key == "parts" else encode(value)
        for key, value in values.items()
    }


def call_from(line: dict[str, Any], origin: int, position: int) -> Call:
    """Raises MalformedError. `position` (of the line) is the sequence of a call that tells none."""
    get = line.get
    op, process, begin, end = get("op"), get("process"), get("begin"), get("end")
    if not (
        type(op) is str and type(process) is str and type(begin) is int and (end is None or type(end) is int)
    ):
        fields = Fields(line, "call")
        fields.text("op")
        fields.text("process")
        fields.integer("begin")
        fields.integer("end", None)
    assert type(op) is str
    assert type(process) is str
    assert type(begin) is int
    if op not in OPERATION_IDS:
        raise MalformedError.choice("op", op, OPERATION_IDS)
    if not line.keys() <= _CALL_KEYS:
        raise MalformedError.unknown_key(
            "call", next(key for key in line if key not in _CALL_KEYS), _CALL_KEYS
        )
    if end is not None and end < begin:
        raise MalformedError(f"'end' {end} is before 'begin' {begin}")
    actor, pid, thread, sequence = (
        get("actor", process),
        get("pid", 0),
        get("thread", 0),
        get("sequence", position),
    )
    target, outcome, site, label = (
        get("object"),
        get("outcome", "unfinished" if end is None else "ok"),
        get("site"),
        get("label"),
    )
    end_sequence, timed, values, error = get("end_sequence"), get("timed", False), get("values"), get("error")
    if not (
        type(actor) is str and type(pid) is int and type(thread) is int and type(sequence) is int and type(timed) is bool
        and outcome in OUTCOMES and (target is None or type(target) is str) and (site is None or type(site) is int)
        and (label is None or type(label) is str) and (end_sequence is None or type(end_sequence) is int)
    ):  # fmt: skip
        fields = Fields(line, "call")
        for name in ("actor", "object", "label"):
            fields.text(name, None)
        for name in ("pid", "thread", "sequence", "end_sequence", "site"):
            fields.integer(name, None)
        fields.flag("timed")
        fields.one_of("outcome", OUTCOMES, "ok")
    if (outcome == "unfinished") != (end is None):
        raise MalformedError("a call is 'unfinished' exactly when it has no 'end'")
    kind = get("kind")
    if kind is None:
        spec = (operation(op, "none") if target is None else None) or operation(op)
        kind = spec.kind if spec is not None else "none"
    elif type(kind) is not str or not ((kind, op) in BY_KIND or _is_noted_of(kind, op)):
        if kind not in KINDS:
            raise MalformedError.choice("kind", kind, KINDS)
        raise MalformedError(f"there is no operation {op!r} on the kind {kind!r}")
    return Call(
        -1, process, actor, pid, thread, sequence, op, target, kind, begin + origin, None if end is None else end + origin,
        outcome, _NO_VALUES if values is None else values_from(values), None if error is None else _error_from(error),
        site, label, timed, end_sequence,
    )  # fmt: skip


def values_from(values: Any) -> dict[str, Any]:
    """What a call carries. Raises MalformedError."""
    if type(values) is not dict:
        raise MalformedError("'values' must be an object")
    try:
        return {
            key: value
            if type(value) is str or type(value) is int
            else parts_from(value)
            if key == "parts"
            else decode(value)
            for key, value in values.items()
        }
    except MalformedValueError as error:
        raise MalformedError(f"'values': {error}") from error


def parts_from(data: Any) -> tuple[Part, ...]:
    """The parts of a print. Raises MalformedError."""
    if type(data) is list:
        parts: list[Part] = []
        for pair in data:
            if type(pair) is not list or len(pair) != 2 or pair[0] not in PARTS:
                break
            kind, text = pair
            parts.append(_part(kind, text) if type(text) is str else Part(kind, decode(text)))
        else:
            return tuple(parts)
    raise MalformedError(f"'parts' must be a list of pairs, kind ({', '.join(PARTS)}) and text")


_part = lru_cache(maxsize=4096)(Part)
"""Most prints have parts in common."""


def _error_from(data: Any) -> ErrorShown:
    fields = Fields(data, "error")
    error = ErrorShown(fields.text("type"), fields.texts("bases"), fields.rich_text("text", ""))
    fields.no_more()
    return error


def _is_noted_of(kind: str, op: str) -> bool:
    """Whether this is put on record of a kind of object without being an operation on it: what goes on in a pool."""
    return kind == "pool" and op in ("start", "task_start", "task_end", "callback")
