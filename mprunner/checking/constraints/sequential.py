"""Sequential objects: what their operations do to them when they come one after the other.

One table for each model says which recorded operation is which step; nothing else knows how objects are recorded. A step
takes the object's state and a call, and gives the state after it, or None where the call cannot have gone so.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from contextlib import suppress
from typing import Any

from mprunner.checking.patterns import fingerprint
from mprunner.checking.wording import item_of
from mprunner.recording.events import Call
from mprunner.records import record

__all__ = ["MODELS", "UNKNOWN", "Model", "Update", "bounded", "cells_step", "held", "register_step"]

UNKNOWN = ("unknown",)
"""The state of a register of which nothing is known yet: the first read tells it."""

Step = Callable[[Any, Call], Any]


@record
class Update:
    """A read and the write that follows it, as one operation of a counter."""

    read: Call
    write: Call


@record
class Model:
    """The steps by operation and outcome, and the kinds of object that have them. `initial` is the state at first where
    the declaration does not tell it.
    """

    steps: Mapping[tuple[str, str], Step]
    kinds: frozenset[str]
    initial: Hashable


_LETTERS = {
    "b": "c_byte", "B": "c_ubyte", "h": "c_short", "H": "c_ushort", "i": "c_int", "I": "c_uint", "l": "c_long", "L": "c_ulong",
    "q": "c_longlong", "Q": "c_ulonglong", "f": "c_float", "d": "c_double",
}  # fmt: skip


def held(value: Any, cell: str | None) -> Hashable:
    """What a cell of this C type holds after a value was written to it: a number is cut to its size."""
    if isinstance(value, (int, float)) and not isinstance(value, bool) and cell is not None:
        import ctypes

        kind = getattr(ctypes, _LETTERS.get(cell, cell), None)
        if kind is not None:
            with suppress(TypeError, ValueError):
                value = kind(value).value
    return fingerprint(value)


def register_step(state: Any, operation: Call | Update, cell: str | None = None) -> Any:
    """One step of a register; of a counter, whose reads and writes go together, too. `cell`: its type in C."""
    if isinstance(operation, Update):
        read = register_step(state, operation.read, cell)
        return None if read is None else register_step(read, operation.write, cell)
    after = (held(item_of(operation), cell),)
    return after if operation.operation == "write" or state in (UNKNOWN, after) else None


def _take(state: Any, call: Call) -> Any:
    return state - 1 if state > 0 else None


def _give(state: Any, call: Call) -> Any:
    return state + 1


def _give_one(state: Any, call: Call) -> Any:
    return 1 if state == 0 else None


def _none_left(state: Any, call: Call) -> Any:
    return state if state == 0 else None


def _is_taken(state: Any, call: Call) -> Any:
    return state if (state == 0) is bool(call.values.get("result")) else None


def _has_so_many(state: Any, call: Call) -> Any:
    return state if state == call.values.get("result") else None


def _append(state: Any, call: Call) -> Any:
    return (*state, fingerprint(item_of(call)))


def _first(state: Any, call: Call) -> Any:
    return state[1:] if state and state[0] == fingerprint(item_of(call)) else None


def _is_empty(state: Any, call: Call) -> Any:
    return state if not state else None


def _tells_empty(state: Any, call: Call) -> Any:
    return state if bool(call.values.get("result")) is (not state) else None


def _into_bag(state: Any, call: Call) -> Any:
    value = fingerprint(item_of(call))
    return frozenset({**(bag := dict(state)), value: bag.get(value, 0) + 1}.items())


def _out_of_bag(state: Any, call: Call) -> Any:
    bag, value = dict(state), fingerprint(item_of(call))
    if not bag.get(value):
        return None
    bag[value] -= 1
    return frozenset((one, number) for one, number in bag.items() if number)


def _size(state: Any) -> int:
    return sum(number for _, number in state) if isinstance(state, frozenset) else len(state)


def _holds_so_many(state: Any, call: Call) -> Any:
    return state if _size(state) == call.values.get("result") else None


def bounded(steps: Mapping[tuple[str, str], Step], bound: int | None) -> dict[tuple[str, str], Step]:
    """The steps of a queue with room for so many items (None: for any number), or of a semaphore that refuses more permits."""

    def within(step: Step) -> Step:
        def after(state: Any, call: Call) -> Any:
            found = step(state, call)
            return None if found is None or bound is None or _taken(found) > bound else found

        return step if bound is None else after

    def is_full(state: Any, call: Call) -> Any:
        return state if bound is not None and _taken(state) == bound else None

    def tells_full(state: Any, call: Call) -> Any:
        return (
            state
            if bool(call.values.get("result")) is (bound is not None and _taken(state) == bound)
            else None
        )

    found = dict(steps)
    refusals = [
        ("put", "Full"),
        ("put_nowait", "Full"),
        *([("release", "ValueError")] if bound is not None else []),
    ]
    for name, refusal in refusals:
        if (name, "ok") in steps:
            found[name, "ok"], found[name, refusal] = within(steps[name, "ok"]), is_full
    if ("put", "ok") in steps:
        found["full", "ok"] = tells_full
    return found


def _taken(state: Any) -> int:
    return state if isinstance(state, int) else _size(state)


def cells_step(state: Any, call: Call, cells: Sequence[int], cell: str | None = None) -> Any:
    """One step of an array of registers: a read or write of some of its cells. The state has those that are known."""
    known, value = dict(state), item_of(call)
    values = [value] if isinstance(call.values.get("index"), int) else _one_by_one(value)
    for place, one in zip(cells, values, strict=False):
        after = held(one, cell)
        if call.operation == "read" and known.get(place, after) != after:
            return None
        known[place] = after
    return frozenset(known.items())


def _one_by_one(value: Any) -> list[Any]:
    return (
        [value[place : place + 1] for place in range(len(value))] if isinstance(value, bytes) else list(value)
    )


def _of_queue(put: Step, get: Step) -> dict[tuple[str, str], Step]:
    return {
        ("qsize", "ok"): _holds_so_many,
        ("put", "ok"): put, ("put_nowait", "ok"): put, ("get", "ok"): get, ("get_nowait", "ok"): get,
        ("get", "Empty"): _is_empty, ("get_nowait", "Empty"): _is_empty, ("empty", "ok"): _tells_empty,
    }  # fmt: skip


MODELS: dict[str, Model] = {
    "register": Model({("read", "ok"): register_step, ("write", "ok"): register_step}, frozenset(("value", "array")), UNKNOWN),
    "counter": Model({("read", "ok"): register_step, ("write", "ok"): register_step}, frozenset(("value", "array")), UNKNOWN),
    "queue": Model(_of_queue(_append, _first), frozenset(("queue",)), ()),
    "set": Model(_of_queue(_into_bag, _out_of_bag), frozenset(("queue",)), frozenset()),
    "lock": Model(
        {
            ("acquire", "ok"): _take, ("release", "ok"): _give_one, ("acquire", "refused"): _none_left,
            ("locked", "ok"): _is_taken,
        },
        frozenset(("lock", "value", "array")), 1,
    ),
    "semaphore": Model(
        {
            ("acquire", "ok"): _take, ("release", "ok"): _give, ("acquire", "refused"): _none_left,
            ("locked", "ok"): _is_taken, ("get_value", "ok"): _has_so_many,
        },
        frozenset(("semaphore",)), 1,
    ),
}  # fmt: skip
"""Name of a model -> what it is."""
