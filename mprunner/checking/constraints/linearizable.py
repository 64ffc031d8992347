"""`linearizable`: the calls on an object can have gone one after the other, each at an instant between its begin and its end.

Queues with distinct items, locks and semaphores are decided without a search; what else there is (registers, sets, equal
items, refusals) by one with a cap, beyond which the promise is inconclusive.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Sequence
from math import inf
from typing import Any

from mprunner.checking.constraint import Constraint, End, Finding
from mprunner.checking.constraints.linearizing import Linearized, Timed, linearize
from mprunner.checking.constraints.queue_patterns import Operation, pattern_in
from mprunner.checking.constraints.sequential import (
    MODELS,
    UNKNOWN,
    Update,
    bounded,
    cells_step,
    register_step,
)
from mprunner.checking.contracts.permits import Permit, fits
from mprunner.checking.forms import MatcherForm, Matches
from mprunner.checking.in_flight import may_have_happened
from mprunner.checking.matching import ASSUMED, Matcher
from mprunner.checking.patterns import fingerprint
from mprunner.checking.verdict import Witness
from mprunner.checking.wording import counted, item_of, told
from mprunner.recording.events import Call, Event
from mprunner.records import replaced

__all__ = ["Linearizable"]

_SHOWN = 3

History = list[Timed]


class Linearizable(Constraint):
    """The calls on one object. `initial` is its state at first; `reentrant`: what its holder acquires again counts once;
    `cell` is the C type of a value or of an array's cells, `bound` how many items a queue has room for, or the most permits of a
    semaphore.
    """

    __slots__ = (
        "_bound",
        "_cell",
        "_ended",
        "_initial",
        "_model",
        "_name",
        "_reentrant",
        "_steps",
        "_unfinished",
    )

    def __init__(
        self,
        name: str,
        model: str,
        *,
        initial: Hashable = None,
        reentrant: bool = False,
        cell: str | None = None,
        bound: int | None = None,
    ) -> None:
        ends = [
            MatcherForm(object=name, at="end"),
            MatcherForm(object=name, at="end", refused=True),
            MatcherForm(object=name, at="end", raised=Matches("")),
        ]
        begun = MatcherForm(object=name, at="begin", unfinished=True)
        super().__init__([Matcher(MatcherForm(any_of=tuple(ends))), Matcher(begun)])
        self._name = model
        self._cell = cell
        self._model = MODELS[model]
        self._bound = bound
        self._steps = bounded(self._model.steps, bound)
        self._initial = self._model.initial if initial is None else initial
        self._reentrant = reentrant
        self._ended: list[Event] = []
        self._unfinished: list[Event] = []

    def feed(self, event: Event, mask: int) -> None:
        if ASSUMED in event.call.values:
            if event.at == "begin":
                self._unfinished.append(event)
        elif mask & 2:
            self._unfinished.append(event)
        elif _kind(event.call) in self._steps:
            self._ended.append(event)

    def finish(self, end: End) -> Finding:
        loose = [
            one for one in may_have_happened(self._unfinished, end.recording)
            if (one.call.operation, "ok") in self._model.steps and one.call.operation not in ("read", "get", "get_nowait")
        ]  # fmt: skip
        ended = self._outermost(self._ended) if self._reentrant else self._ended
        indexes = {type(one.call.values.get("index")) for one in [*ended, *loose]}
        sliced = bool(indexes - {type(None)}) and indexes != {int}
        if sliced and self._name == "register":
            return self._of_cells(ended, loose)
        if sliced:
            reason = "an array was read or written in slices, too, which are not told apart by their cells"
            return Finding("inconclusive", len(ended), "slices of an array", reason)
        found: Finding | None = None
        for cell, events in _cells(ended, loose).items():
            one = self._judge(cell, *events)
            if found is None or (found.status == "kept" and one.status != "kept") or one.status == "broken":
                found = one
        if found is None:
            return Finding("kept", 0, "no call")
        total = len(ended)
        summary = found.summary if found.status != "kept" else f"{counted(total, 'call')} in some order"
        return Finding(found.status, total, summary, found.reason, found.witnesses)

    def _judge(self, cell: str, ended: list[Event], loose: list[Event]) -> Finding:
        if (
            not loose
            and self._name in ("lock", "semaphore")
            and all(_kind(one.call) in (("acquire", "ok"), ("release", "ok")) for one in ended)
        ):
            return self._permits(ended)
        if not loose and self._name == "queue":
            found = _patterns(ended)
            if found is not None and (found.status == "broken" or self._bound is None):
                return found
        history = [Timed(one.call, one.call.begin, one.call.end) for one in ended]
        if self._name == "counter":
            history = _updates(history)
        history += [Timed(one.call, one.call.begin, None) for one in loose]
        return self._searched(history, {id(one.call): one for one in [*ended, *loose]})

    def _permits(self, ended: list[Event]) -> Finding:
        history = [
            Permit(one.call.operation == "acquire", one.call.begin, one.call.end or 0, place)
            for place, one in enumerate(ended)
        ]
        bound = 1 if self._name == "lock" else inf if self._bound is None else self._bound
        stuck = fits(history, int(self._initial), bound)  # type: ignore[call-overload]
        if stuck is None:
            return Finding("kept", len(ended), "")
        event = ended[stuck]
        others = [one for one in ended if (one.call.end or 0) < (event.call.end or 0)][-_SHOWN:]
        lacks = "nothing was left to take" if event.call.operation == "acquire" else "it was free"
        reason = f"{told(event)}, though in every order of the calls {lacks} then"
        return _broken(ended, reason, others, event)

    def _searched(self, history: History, events: dict[int, Event]) -> Finding:
        steps = self._steps

        def step(state: Any, what: Any) -> Any:
            if isinstance(what, Update) or self._name in ("register", "counter"):
                return register_step(state, what, self._cell)
            return steps[_kind(what) if _kind(what) in steps else (what.operation, "ok")](state, what)

        return self._found(linearize(history, self._initial, step), history, events)

    def _of_cells(self, ended: list[Event], loose: list[Event]) -> Finding:
        """Slices take several cells at once, so that all cells are one object."""
        touched = {id(one.call): cells_of(one.call) for one in [*ended, *loose]}
        if any(cells is None for cells in touched.values()):
            reason = "which cells of the array were read or written is not on record"
            return Finding("inconclusive", len(ended), "cells of an array", reason)
        history = [Timed(one.call, one.call.begin, one.call.end) for one in ended]
        history += [Timed(one.call, one.call.begin, None) for one in loose]
        begun: frozenset[Any] = frozenset()
        if self._initial != UNKNOWN:
            places = {place for cells in touched.values() for place in cells or ()}
            begun = frozenset((place, self._initial[0]) for place in places)  # type: ignore[index]

        def step(state: Any, what: Any) -> Any:
            return cells_step(state, what, touched[id(what)] or (), self._cell)

        found = linearize(history, begun, step)
        one = self._found(found, history, {id(one.call): one for one in [*ended, *loose]})
        return (
            replaced(one, summary=f"{counted(len(ended), 'call')} in some order")
            if one.status == "kept"
            else one
        )

    def _found(self, found: Linearized, history: History, events: dict[int, Event]) -> Finding:
        if found.answer == "yes":
            return Finding("kept", len(history), "")
        if found.answer == "unknown" or found.stuck is None:
            reason = "too many calls overlap to tell whether there is an order of them"
            return Finding("inconclusive", len(history), "too many calls overlap", reason)
        return self._stuck(found, events, len(history))

    def _stuck(self, found: Linearized, events: dict[int, Event], total: int) -> Finding:
        last = events[id(_last(found.stuck))]
        before = [events[id(_last(one))] for one in found.order][-_SHOWN:]
        if isinstance(found.stuck, Update):
            read = events[id(found.stuck.read)]
            reason = f"{told(read)}, and after that {told(last)}: another write came in between"
            before = [*before[-1:], read]
        else:
            reason = f"no order of the calls explains that {told(last)}"
        reason += f"; {len(found.order)} of {counted(total, 'call')} can have gone before it"
        return _broken([*before, last], reason, before, last, total)

    def _outermost(self, ended: Sequence[Event]) -> list[Event]:
        """Without what a thread acquires that it holds already, and the releases of that."""
        depth: dict[Hashable, int] = defaultdict(int)
        kept: list[Event] = []
        for one in ended:
            call = one.call
            key = (call.process, call.thread)
            if _kind(call) == ("acquire", "ok"):
                depth[key] += 1
                if depth[key] > 1:
                    continue
            elif _kind(call) == ("release", "ok"):
                depth[key] -= 1
                if depth[key] > 0:
                    continue
            kept.append(one)
        return kept


def _kind(call: Call) -> tuple[str, str]:
    """A row of a model's table: the operation and how it ended."""
    return (
        call.operation,
        call.error.type if call.outcome == "raised" and call.error is not None else call.outcome,
    )


def cells_of(call: Call) -> Sequence[int] | None:
    """The cells that an access to an array touches, by their numbers; None where the record does not tell."""
    index, value = call.values.get("index"), item_of(call)
    if isinstance(index, int):
        return (index,)
    if not isinstance(index, str) or not isinstance(value, (list, tuple, str, bytes)):
        return None
    bounds = [int(part) if part else None for part in index.split(":")]
    if None in bounds[:2] or any(bound is not None and bound < 0 for bound in bounds):
        return None
    cells = range(*bounds)  # type: ignore[arg-type]
    return cells if len(cells) == len(value) else None


def _last(what: Any) -> Call:
    return what.write if isinstance(what, Update) else what


def _cells(ended: list[Event], loose: list[Event]) -> dict[str, tuple[list[Event], list[Event]]]:
    """The calls on each cell of an array by itself; of what has none, all together."""
    found: dict[str, tuple[list[Event], list[Event]]] = defaultdict(lambda: ([], []))
    for which, events in enumerate((ended, loose)):
        for one in events:
            found[str(one.call.values.get("index", ""))][which].append(one)
    return found


def _updates(history: History) -> History:
    """A read and the next write of the same thread as one operation; what is read and not written stays a read."""
    pending: dict[Hashable, Timed] = {}
    found: History = []
    for one in sorted(history, key=lambda timed: timed.begin):
        call = one.what
        key = (call.process, call.thread)
        read = pending.pop(key, None)
        if call.operation == "write" and read is not None:
            found.append(Timed(Update(read.what, call), read.begin, one.end))
            continue
        if read is not None:
            found.append(read)
        if call.operation == "read":
            pending[key] = one
        else:
            found.append(one)
    return [*found, *pending.values()]


def _patterns(ended: list[Event]) -> Finding | None:
    """What the four patterns tell; None where they do not: equal items, answers that they do not know."""
    history: list[Operation] = []
    for place, event in enumerate(ended):
        call = event.call
        name, how = _kind(call)
        end = call.end if call.end is not None else inf
        if how == "ok" and name in ("put", "put_nowait", "get", "get_nowait"):
            value = fingerprint(item_of(call))
            history.append(
                Operation("put" if name.startswith("put") else "get", value, call.begin, end, place)
            )
        elif how == "Empty" or (name == "empty" and call.values.get("result") is True):
            history.append(Operation("empty", None, call.begin, end, place))
        else:
            return None
    values = [one.value for one in history if one.what == "put"]
    if len(set(values)) < len(values):
        return None
    broken = pattern_in(history)
    if broken is None:
        return Finding("kept", len(ended), "")
    events = [ended[one.place] for one in broken.operations]
    words = {
        "not put": "{0}, which nobody had put",
        "too early": "{1} before it was put",
        "twice": "{2}, which had been got already",
        "order": "{0} before {1}, but {2} first"
        + (", and then {3}" if len(events) > 3 else ", and not the other"),
        "empty": "{1} came back empty, though {0} lay there all the while",
    }
    reason = words[broken.pattern].format(*map(told, events))
    return _broken(ended, reason, events[:-1], events[-1])


def _broken(
    ended: list[Event], reason: str, before: list[Event], last: Event, total: int | None = None
) -> Finding:
    roles = [Witness(one, "before it") for one in before if one is not last]
    witnesses = sorted([*roles, Witness(last, "fits no order")], key=lambda one: one.event.position)
    return Finding("broken", total or len(ended), "no order explains the calls", reason, tuple(witnesses))
