"""From raw records to calls: pairs begins with ends, names objects, and follows the actors.

`Merger` takes records in the order of each log, as they come, so that a run can be shown and saved while it goes on.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, cast

from mprunner.operations import OPERATION_NAMES
from mprunner.program.declarations import Site
from mprunner.recording.collecting import collector_paused
from mprunner.recording.events import Call, ErrorShown, Outcome, Part, ProcessRecord
from mprunner.recording.layout import (
    ACTOR,
    BEGIN,
    END,
    HELLO,
    INSTANT,
    NO_SITE,
    OUTCOME_BITS,
    OUTCOMES,
    SLOT,
    TIMED,
)
from mprunner.recording.naming import NameTable
from mprunner.recording.reading import LogInfo, Raw

__all__ = ["Merger"]

_NO_VALUES: Mapping[str, Any] = {}


class _Thread:
    """What is known of one log while it is merged: whose it is, which task it runs, and which calls are in flight."""

    __slots__ = ("actor", "in_flight", "info", "process")

    def __init__(self, info: LogInfo, process: str) -> None:
        self.info = info
        self.process = process
        self.actor: str = info.hello.get("actor") or process
        self.in_flight: list[tuple[int, Call]] = []


class Merger:
    """Turns raw records into calls. `names` is the program's table; `sites` its steps, for their labels.

    A process that user code forked is named after its parent: `p1.fork[0]`.
    """

    def __init__(self, names: NameTable, sites: Sequence[Site] = ()) -> None:
        self._names = names.entries
        self._sites = sites
        self._threads: dict[LogInfo, _Thread] = {}
        self._forks: dict[str, int] = {}
        self._by_log: dict[str, str] = {}
        self.orphans = 0
        """Ends whose begin is in no log: after a fork within a call, or in a log that is damaged."""

    def feed(self, raws: Iterable[Raw]) -> list[Call]:
        """The calls that these records complete, in order of their completion within each log. Not yet numbered."""
        with collector_paused():
            return self._feed(raws)

    def _feed(self, raws: Iterable[Raw]) -> list[Call]:
        completed: list[Call] = []
        threads = self._threads
        for raw in raws:
            phase = raw.phase
            if phase == HELLO:
                threads[raw.log] = _Thread(raw.log, self._name(raw.log))
                continue
            thread = threads[raw.log]
            if phase == BEGIN:
                thread.in_flight.append((raw.place, self._call(raw, thread, None)))
            elif phase == END:
                self._end(raw, thread, completed)
            elif phase == INSTANT:
                completed.append(self._call(raw, thread, raw.time))
            elif phase == ACTOR:
                thread.actor = raw.payload or thread.process
        return completed

    def unfinished(self) -> list[Call]:
        """The calls that are in flight now: what each thread is doing, outermost first. They are as `feed` will complete them."""
        return [call for thread in self._threads.values() for _, call in thread.in_flight]

    def processes(self) -> list[ProcessRecord]:
        """Who said hello, in order of their start: what logs alone tell. A process with several threads is there once."""
        found: dict[tuple[int, str], ProcessRecord] = {}
        for thread in sorted(self._threads.values(), key=lambda thread: thread.info.time):
            hello, key = thread.info.hello, (thread.info.pid, thread.process)
            if key not in found:
                found[key] = ProcessRecord(
                    name=thread.process,
                    pid=thread.info.pid,
                    role=cast("Any", hello.get("role", "process")),
                    parent=hello.get("parent"),
                    mp_name=hello.get("mp_name"),
                    started=hello.get("started") or thread.info.time,
                    ended=None,
                    exitcode=None,
                    ended_by=None,
                    target=hello.get("target"),
                    daemon=bool(hello.get("daemon")),
                )
        return list(found.values())

    def _name(self, log: LogInfo) -> str:
        origin = log.hello.get("forked_from")
        if origin is None:
            name = log.process
        else:
            parent = self._by_log.get(origin, log.process)
            number = self._forks.get(parent, 0)
            self._forks[parent] = number + 1
            name = f"{parent}.fork[{number}]"
            log.hello["parent"] = parent
        self._by_log[log.name] = name
        return name

    def _call(self, raw: Raw, thread: _Thread, end: int | None) -> Call:
        named = self._names[raw.number] if raw.number < len(self._names) else self._names[0]
        site = None if raw.site == NO_SITE else raw.site
        sequence = raw.place // SLOT
        call = Call(
            -1,
            thread.process,
            thread.actor,
            thread.info.pid,
            thread.info.thread,
            sequence,
            OPERATION_NAMES[raw.operation],
            named.name or None,
            named.kind,
            raw.time,
            end,
            "unfinished" if end is None else "ok",
            _NO_VALUES,
            None,
            site,
            self._sites[site].label if site is not None and site < len(self._sites) else None,
            bool(raw.flags & TIMED) if end is None else False,
            None if end is None else sequence,
        )
        if raw.payload is not None:
            _carry(call, raw.payload)
        return call

    def _end(self, raw: Raw, thread: _Thread, completed: list[Call]) -> None:
        in_flight = thread.in_flight
        skipped: list[Call] = []
        if raw.token:
            place = raw.token
            while in_flight and in_flight[-1][0] & 0xFFFF_FFFF > place:
                skipped.append(in_flight.pop()[1])
            if not in_flight or in_flight[-1][0] & 0xFFFF_FFFF != place:
                self.orphans += 1
                return
        elif not in_flight:
            self.orphans += 1
            return
        call = in_flight.pop()[1]
        call.end = raw.time
        call.end_sequence = raw.place // SLOT
        call.outcome = cast("Outcome", OUTCOMES[raw.flags & OUTCOME_BITS])
        if raw.payload is not None:
            _carry(call, raw.payload)
        for one in skipped:
            # The exception that skipped its end left it by now. It may have been saved as begun: it can't be left out.
            one.end, one.end_sequence, one.outcome, one.error = (
                call.end,
                call.end_sequence,
                "raised",
                call.error,
            )
            completed.append(one)
        completed.append(call)


def _carry(call: Call, payload: Any) -> None:
    """Puts what a record carries where it belongs in the call."""
    if not isinstance(payload, dict):
        payload = {"value": payload}
    if "object" in payload:
        call.object = payload.pop("object")
    if "kind" in payload:
        call.kind = payload.pop("kind")
    if "error" in payload:
        error = payload.pop("error")
        call.error = ErrorShown(str(error[0]), tuple(error[1]), str(error[2]))
    if "parts" in payload:
        payload["parts"] = tuple(Part(kind, text) for kind, text in payload["parts"])
    call.values = {**call.values, **payload} if call.values else payload
