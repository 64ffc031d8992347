"""The order between actors that operations themselves make, as sentences `a/x < b/y`.

Only what synchronises is an edge: a start and what it starts, a process's end and the join that saw it, an item and the get
that took it (where only one put can have given it), a submission, its task, its callback, and who waited for that, the only
`set` of an event and the waits for it, the parties of a barrier. Nothing is learned from an order that runs happened to have.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from mprunner.golden.lines import line
from mprunner.golden.placeholders import Names
from mprunner.recording.events import Call, Recording


@dataclass(frozen=True, slots=True)
class Place:
    """A thing in an actor's lane: its name in an edge and its instants, nanoseconds (`end` None: never ended)."""

    name: str
    begin: int
    end: int | None


def edges(recording: Recording, names: Names) -> dict[str, bool]:
    """Each edge of the run, in order of the record, and whether the record kept it."""
    places = _places(recording.calls, names)
    found: dict[str, bool] = {}
    for giver, taker in (
        *_processes(recording, places),
        *_items(recording, places),
        *_tasks(recording, places),
        *_callbacks(recording, places),
        *_flags(recording, places),
        *_barriers(recording, places),
    ):
        kept = taker.end is not None and giver.begin <= taker.end
        found.setdefault(f"{giver.name} < {taker.name}", kept)
    return found


def _places(calls: Iterable[Call], names: Names) -> Mapping[int, Place]:
    """By a call's number: its line's text with the actor's name, numbered where an actor has the same line again."""
    seen: dict[str, int] = defaultdict(int)
    places: dict[int, Place] = {}
    for call in calls:
        told = line(call, names)
        if told is None:
            continue
        name = f"{call.actor}/{told.text}"
        seen[name] += 1
        number = seen[name]
        places[call.number] = Place(name if number == 1 else f"{name} #{number}", call.begin, call.end)
    return places


def _processes(recording: Recording, places: Mapping[int, Place]) -> Iterator[tuple[Place, Place]]:
    begun = {c.process: c for c in recording.calls if c.operation == "begin"}
    ended = {c.process: c for c in recording.calls if c.operation == "exit"}
    for call in recording.calls:
        if call.outcome != "ok" or call.number not in places or call.object is None:
            continue
        if call.operation == "start" and call.object in begun and call.process != call.object:
            begin = begun[call.object]
            yield places[call.number], Place(f"{call.object}/begin", begin.begin, begin.begin)
        elif call.operation == "join" and call.object in ended and not call.timed:
            gone = ended[call.object]
            yield Place(f"{call.object}/exit", gone.begin, gone.begin), places[call.number]


def _items(recording: Recording, places: Mapping[int, Place]) -> Iterator[tuple[Place, Place]]:
    put: dict[tuple[str | None, str], list[Call]] = defaultdict(list)
    got: dict[tuple[str | None, str], list[Call]] = defaultdict(list)
    for call in recording.calls:
        if call.kind != "queue" or call.outcome != "ok":
            continue
        key = (call.object, repr(call.values.get("item")))
        if call.operation in ("put", "put_nowait"):
            put[key].append(call)
        elif call.operation in ("get", "get_nowait"):
            got[key].append(call)
    for key, givers in put.items():
        takers = got.get(key, [])
        if len(givers) == len(takers) == 1 and givers[0].actor != takers[0].actor:
            yield places[givers[0].number], places[takers[0].number]


def _tasks(recording: Recording, places: Mapping[int, Place]) -> Iterator[tuple[Place, Place]]:
    began = {c.actor: c for c in recording.calls if c.operation == "task_start"}
    ended = {c.actor: c for c in recording.calls if c.operation == "task_end"}
    for call in recording.calls:
        if call.outcome not in ("ok", "raised") or call.number not in places:
            continue
        place = places[call.number]
        task = str(call.values.get("task")) if call.kind == "pool" else call.object
        if call.operation in ("apply", "apply_async") and task in began:
            instant = began[task].begin
            yield place, Place(f"{task}/begin", instant, instant)
        if task in ended and (call.operation == "apply" or _waited(call)):
            instant = ended[task].begin
            yield Place(f"{task}/end", instant, instant), place
        if call.operation == "join" and call.kind == "pool" and call.outcome == "ok":
            for name, end in ended.items():
                if name.startswith(f"{call.object}."):
                    yield Place(f"{name}/end", end.begin, end.begin), place


def _callbacks(recording: Recording, places: Mapping[int, Place]) -> Iterator[tuple[Place, Place]]:
    called = {str(c.values.get("task")): c for c in recording.calls if c.operation == "callback"}
    for call in recording.calls if called else ():
        if call.operation == "task_end" and call.actor in called:
            yield Place(f"{call.actor}/end", call.begin, call.begin), places[called[call.actor].number]
        elif call.object in called and call.number in places and _waited(call):
            callback = called[call.object]
            if callback.end is not None:
                name = f"{places[callback.number].name} (done)"
                yield Place(name, callback.end, callback.end), places[call.number]


def _flags(recording: Recording, places: Mapping[int, Place]) -> Iterator[tuple[Place, Place]]:
    """The `set` and the waits that saw it, where an event is set once only, so that it can have been no other."""
    sets: dict[str | None, list[Call]] = defaultdict(list)
    for call in recording.calls:
        if call.kind == "event" and call.operation == "set":
            sets[call.object].append(call)
    for call in recording.calls if sets else ():
        setters = sets.get(call.object, ()) if call.kind == "event" and call.operation == "wait" else ()
        if len(setters) == 1 and call.outcome == "ok" and setters[0].actor != call.actor:
            yield places[setters[0].number], places[call.number]


def _barriers(recording: Recording, places: Mapping[int, Place]) -> Iterator[tuple[Place, Place]]:
    """Each arrival and each departure of a round, where rounds can be told: all parties come to each, as often as the others."""
    waits: dict[str | None, dict[str, list[Call]]] = defaultdict(lambda: defaultdict(list))
    unclear: set[str | None] = set()
    for call in recording.calls:
        if call.kind != "barrier":
            continue
        if call.operation == "wait" and call.outcome == "ok":
            waits[call.object][call.actor].append(call)
        elif call.operation in ("wait", "reset", "abort"):
            unclear.add(call.object)
    for barrier, rounds in waits.items():
        parties = list(rounds.values())
        if barrier in unclear or len({len(each) for each in parties}) != 1:
            continue
        for together in zip(*parties, strict=True):
            numbers = sorted(call.values.get("result") for call in together if _numbered(call))
            if numbers != list(range(len(together))):
                break  # others than these are its parties
            for one in together:
                arrival = Place(f"{places[one.number].name} (begins)", one.begin, one.begin)
                yield from ((arrival, places[other.number]) for other in together if other is not one)


def _numbered(call: Call) -> bool:
    return isinstance(call.values.get("result"), int)


def _waited(call: Call) -> bool:
    """A get or wait that saw its task's end: one with a timeout may have come back without."""
    return call.kind == "result" and (not call.timed or (call.operation == "get" and call.outcome == "ok"))
