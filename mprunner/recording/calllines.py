"""The lines of a saved recording that are calls, to JSON objects and back.

There may be a million of them, so what is usual is checked in one go; only what fails is looked at member by member.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mprunner.operations import BY_KIND, KINDS, OPERATION_IDS, operation
from mprunner.recording.events import Call, ErrorShown, Part
from mprunner.recording.fields import Fields, MalformedError
from mprunner.recording.jsonvalues import MalformedValueError, decode, encode

__all__ = ["CALL_KEYS", "OUTCOMES", "PARTS", "call_from", "call_line"]

OUTCOMES = ("ok", "raised", "refused", "unfinished")
PARTS = ("text", "value", "pid", "time", "random")

CALL_KEYS = (
    "record", "op", "process", "actor", "object", "kind", "begin", "end", "outcome", "pid", "thread", "sequence", "end_sequence",
    "values", "error", "site", "label", "timed",
)  # fmt: skip
_CALL_KEYS = frozenset(CALL_KEYS)
_NO_VALUES: Mapping[str, Any] = {}


def call_line(call: Call, origin: int) -> dict[str, Any]:
    """One operation."""
    line: dict[str, Any] = {"record": "call", "op": call.operation, "process": call.process}
    if call.actor != call.process:
        line["actor"] = call.actor
    if call.object is not None:
        line["object"] = call.object
    line["kind"] = call.kind
    line["begin"] = call.begin - origin
    if call.end is not None:
        line["end"] = call.end - origin
    if call.outcome != ("ok" if call.end is not None else "unfinished"):
        line["outcome"] = call.outcome
    line["pid"] = call.pid
    line["thread"] = call.thread
    line["sequence"] = call.sequence
    if call.end_sequence is not None:
        line["end_sequence"] = call.end_sequence
    if call.values:
        line["values"] = {
            key: [[part.kind, encode(part.text)] for part in value] if key == "parts" else encode(value)
            for key, value in call.values.items()
        }
    if call.error is not None:
        error = call.error
        line["error"] = {"type": error.type, "bases": list(error.bases), "text": encode(error.text)}
    if call.site is not None:
        line["site"] = call.site
    if call.label is not None:
        line["label"] = call.label
    if call.timed:
        line["timed"] = True
    return line


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
    elif type(kind) is not str or (kind, op) not in BY_KIND:
        if kind not in KINDS:
            raise MalformedError.choice("kind", kind, KINDS)
        raise MalformedError(f"there is no operation {op!r} on the kind {kind!r}")
    return Call(
        -1, process, actor, pid, thread, sequence, op, target, kind, begin + origin, None if end is None else end + origin,
        outcome, _NO_VALUES if values is None else _values_from(values), None if error is None else _error_from(error),
        site, label, timed, end_sequence,
    )  # fmt: skip


def _values_from(values: Any) -> dict[str, Any]:
    if type(values) is not dict:
        raise MalformedError("'values' must be an object")
    try:
        return {
            key: value
            if type(value) is str or type(value) is int
            else _parts_from(value)
            if key == "parts"
            else decode(value)
            for key, value in values.items()
        }
    except MalformedValueError as error:
        raise MalformedError(f"'values': {error}") from error


def _parts_from(data: Any) -> tuple[Part, ...]:
    if type(data) is not list or not all(
        type(pair) is list and len(pair) == 2 and pair[0] in PARTS for pair in data
    ):
        raise MalformedError(f"'parts' must be a list of pairs, kind ({', '.join(PARTS)}) and text")
    return tuple(Part(kind, decode(text)) for kind, text in data)


def _error_from(data: Any) -> ErrorShown:
    fields = Fields(data, "error")
    error = ErrorShown(fields.text("type"), fields.texts("bases"), fields.rich_text("text", ""))
    fields.no_more()
    return error
