"""One recorded call as one line of a golden, or as nothing where it says only how the time went."""

from __future__ import annotations

from mprunner.golden.placeholders import NO_NAMES, Names, printed, value, visible
from mprunner.golden.shape import Line
from mprunner.operations import OPERATIONS
from mprunner.recording.events import Call, Part

UNTOLD = frozenset({"sleep", "begin", "exit", "stderr", "task_start"})
"""Operations that leave no line: time passing, what a lane tells by itself, and texts that hold paths."""

_OBSERVATIONS = frozenset(spec.name for spec in OPERATIONS if spec.form in ("method", "attribute"))
_PIDS = frozenset({"pid", "ident"})
_OPAQUE = {"sentinel": "<handle>", "authkey": "<key>"}


def line(call: Call, names: Names) -> Line | None:
    """What the call is in its actor's lane; None for what is not told."""
    if call.operation in UNTOLD:
        return None
    return Line(_text(call, names, names), _text(call, names, NO_NAMES))


def _text(call: Call, names: Names, numbers: Names) -> str:
    if call.operation == "print":
        return f"print {_printed(call, names)}"
    if call.operation == "exception":
        return f"exception {call.error.type if call.error else 'unknown'}"
    if call.operation == "task_end":
        return _task_end(call, numbers)
    words = [call.operation]
    if call.object is not None:
        words.append(call.object + _cell(call))
    words.extend(_given(call, numbers))
    return " ".join(words) + _outcome(call, names, numbers)


def _printed(call: Call, names: Names) -> str:
    parts = call.values.get("parts")
    if isinstance(parts, (list, tuple)) and all(isinstance(part, Part) for part in parts):
        return printed(parts, names)
    return visible(str(call.values.get("text", "")))


def _task_end(call: Call, numbers: Names) -> str:
    if call.outcome == "raised" or call.error is not None:
        return f"raises {call.error.type if call.error else 'an exception'}"
    return f"returns {value(call.values.get('result'), numbers)}"


def _cell(call: Call) -> str:
    """Which part of an array was read or written."""
    if call.operation in ("read", "write") and "index" in call.values:
        return f"[{visible(str(call.values['index']))}]"
    if call.operation in ("read", "write") and "attribute" in call.values:
        return f".{call.values['attribute']}"
    return ""


def _given(call: Call, numbers: Names) -> list[str]:
    values = call.values
    if call.operation in ("put", "put_nowait", "write") and "item" in values:
        return [value(values["item"], numbers)]
    if call.operation in ("apply", "apply_async", "callback") and "task" in values:
        return [str(values["task"])]
    if call.operation == "set_attribute":
        return [f"{values.get('attribute')} = {value(values.get('value'), numbers)}"]
    if call.operation in ("create", "del", "mark") and "name" in values:
        return [visible(str(values["name"]))]
    return []


def _outcome(call: Call, names: Names, numbers: Names) -> str:
    if call.outcome == "unfinished":
        return " (never ended)"
    if call.outcome == "raised":
        return f" raises {call.error.type if call.error else 'an exception'}"
    if call.outcome == "refused":
        return " -> refused"
    if call.operation in _OPAQUE:
        return f" -> {_OPAQUE[call.operation]}"
    shown = call.values.get("item") if call.operation in ("get", "get_nowait") else None
    shown = call.values.get("result", shown)
    if call.operation in _PIDS and isinstance(shown, int):
        return f" -> {names.pid(shown)}"
    if call.operation in _OBSERVATIONS or (shown is not None and call.operation in _TAKES):
        return f" -> {value(shown, numbers)}"
    return ""


_TAKES = frozenset({"get", "get_nowait", "apply", "choose"})
