"""Operations, values and times in words: one way to say each of them, for every part of a report."""

from __future__ import annotations

import signal
from typing import Any

from mprunner.operations import KINDS, operation
from mprunner.recording.events import Call, Event, Shown
from mprunner.report.style import clean, cut

__all__ = [
    "a_list",
    "about",
    "call_phrase",
    "cell",
    "count",
    "duration",
    "event_phrase",
    "exit_phrase",
    "moment",
    "value",
]

VALUE_WIDTH = 40
_NANOSECONDS = 1_000_000_000
_MARKS = frozenset({"begin", "exit", "task_start", "task_end", "exception", "stderr", "mark", "assert"})
"""What is on record as an instant, though two are given for some."""


def moment(time: int, origin: int, digits: int = 3) -> str:
    """An instant (nanoseconds) as seconds since the run's zero, to the millisecond unless more `digits` are asked for."""
    return f"{(time - origin) / _NANOSECONDS:.{digits}f}"


def duration(nanoseconds: int) -> str:
    """A length of time in the unit that people would use: `2.0 s`, `12 ms`, `0.4 ms`."""
    seconds = nanoseconds / _NANOSECONDS
    if seconds >= 100:
        return f"{seconds:.0f} s"
    if seconds >= 0.0995:
        return f"{seconds:.2f} s" if seconds < 1 else f"{seconds:.1f} s"
    milliseconds = seconds * 1000
    return f"{milliseconds:.0f} ms" if milliseconds >= 2 else f"{milliseconds:.1f} ms"


def _rounded(number: float) -> int:
    """An estimate with as many digits as it deserves: two."""
    whole = round(number)
    return round(whole, 2 - len(str(whole)))


def about(estimate: float | None, known: int) -> str | None:
    """An estimate of something of which so many are `known`; None where it is none, or says no more than that."""
    if estimate is None or estimate <= known:
        return None
    return f"about {max(_rounded(estimate), known + 1):,}"


def count(number: int, noun: str, plural: str | None = None) -> str:
    """`1 run`, `2 runs`, `2 processes`."""
    if number == 1:
        return f"{number} {noun}"
    if plural is None:
        plural = f"{noun}es" if noun.endswith(("s", "x", "ch")) else f"{noun}s"
    return f"{number:,} {plural}"


def a_list(names: list[str], conjunction: str = "and") -> str:
    """`a`, `a and b`, `a, b and c`; of many names the first few and how many more."""
    if len(names) > 6:
        names = [*names[:5], f"{len(names) - 5} more"]
    if len(names) < 2:
        return "".join(names)
    return f"{', '.join(names[:-1])} {conjunction} {names[-1]}"


def value(shown: Any, width: int = VALUE_WIDTH) -> str:
    """A recorded value as Python writes it, safe for a terminal, in at most `width` columns."""
    text = shown.text if isinstance(shown, Shown) else _representation(shown, width)
    return cut(clean(text), width)


def _representation(shown: Any, width: int) -> str:
    if isinstance(shown, (str, bytes)) and len(shown) > width * 2:
        shown = shown[: width * 2]
    return repr(shown)


def call_phrase(call: Call, *, ended: bool = False) -> str:
    """What a call did: `acquire lock`, `put q 'A'`, `get q → 'A'`, `get q: Empty`, `print add1:num=0`.

    That it never ended is said too, unless `ended` tells that the reader knows.
    """
    return _doing(call) + ("" if ended and call.outcome == "unfinished" else _came_of_it(call))


def _doing(call: Call) -> str:
    """A call without what came of it."""
    words = [call.operation]
    if call.operation in ("task_start", "task_end") and call.values.get("task", call.actor) == call.actor:
        return call.operation
    if call.object is not None and call.object != call.process:
        words.append(clean(call.object) + cell(call))
    given = _given(call)
    if given:
        words.append(given)
    return " ".join(words)


def cell(call: Call) -> str:
    """Which part of an array a call read or wrote: `[2]`, `[0:3]`, `.raw`; empty for anything else."""
    if "index" in call.values and call.operation in ("read", "write"):
        return f"[{clean(str(call.values['index']))}]"
    attribute = call.values.get("attribute") if call.operation in ("read", "write") else None
    return f".{clean(str(attribute))}" if attribute is not None else ""


def _given(call: Call) -> str:
    values = call.values
    if call.operation in ("print", "stderr") and "text" in values:
        return cut(clean(str(values["text"])), VALUE_WIDTH * 2)
    if call.operation in ("put", "put_nowait", "write") and "item" in values:
        return value(values["item"])
    if call.operation in ("apply", "apply_async", "callback", "task_start", "task_end") and "task" in values:
        return clean(str(values["task"]))
    if call.operation == "sleep" and isinstance(values.get("seconds"), (int, float)):
        return f"{values['seconds']:g}"
    if call.operation == "exit" and isinstance(values.get("exitcode"), int):
        return exit_phrase(values["exitcode"])
    if call.operation == "mark" and "name" in values:
        return value(values["name"])
    return ""


def _came_of_it(call: Call) -> str:
    if call.outcome == "unfinished":
        return " … (never ended)"
    if call.outcome == "raised":
        return f": {call.error.type if call.error else 'an exception'}"
    if call.operation == "exception" and call.error is not None:
        text = clean(call.error.text)
        return cut(f": {call.error.type}{f': {text}' if text else ''}", VALUE_WIDTH)
    if call.outcome == "refused":
        return " → False"
    if call.operation in ("get", "get_nowait") and "item" in call.values:
        return f" → {value(call.values['item'])}"
    if (call.operation in ("get", "apply", "choose") or call.kind == "barrier") and "result" in call.values:
        return f" → {value(call.values['result'])}"
    spec = operation(call.operation)
    if spec is not None and spec.form in ("method", "attribute") and "result" in call.values:
        return f" → {value(call.values['result'])}"
    return ""


def event_phrase(event: Event) -> str:
    """A call's phrase, and which of its instants it is where that is not the one by which it is known. What came of a call is
    known at its end, so it is told there, or where the call is known by its begin.
    """
    call = event.call
    if call.end is None or call.end == call.begin:
        return call_phrase(call)
    spec = operation(call.operation, call.kind) if call.kind in KINDS else operation(call.operation)
    if spec is None or spec.stands == event.at or (spec.form == "event" and call.operation in _MARKS):
        return call_phrase(call)
    if event.at == "begin":
        return f"{_doing(call)} (begins)"
    return f"{call_phrase(call)} (done)" if call.outcome == "ok" else call_phrase(call)


def exit_phrase(exitcode: int) -> str:
    """An exit code as multiprocessing tells it, with the signal's name: `0`, `1`, `-9 (SIGKILL)`."""
    return f"{exitcode} ({signal_name(-exitcode)})" if exitcode < 0 else str(exitcode)


def signal_name(number: int) -> str:
    """`SIGTERM` for 15; `signal 99` for one without a name."""
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"
