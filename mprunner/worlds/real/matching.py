"""Whether a record is the one that `ends: {when: ...}` waits for."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from mprunner.operations import BY_KIND, OPERATION_NAMES, OperationSpec, operation
from mprunner.recording.layout import BEGIN, END, INSTANT, OUTCOMES
from mprunner.recording.reading import Raw
from mprunner.worlds.real.live import LiveRun


class LiveMatcher:
    """A plain matcher over live records: `op`, `object`, `process`, `actor`, `print`, and recorded values by name."""

    def __init__(self, fields: Mapping[str, Any], live: LiveRun) -> None:
        self._fields = dict(fields)
        self._live = live
        self._begun: dict[tuple[int, int], dict[str, Any]] = {}
        self._stacks: dict[int, list[int]] = {}

    def fits(self, raw: Raw) -> bool:
        """Whether this record is the instant of a fitting operation that succeeded."""
        actor = self._live.actors.get(raw.log.order)
        if actor is None or raw.phase not in (BEGIN, END, INSTANT):
            return False
        if raw.phase == END:
            return self._ended(raw)
        seen = self._seen(raw)
        if raw.phase == BEGIN:
            self._begun[raw.log.order, raw.place] = seen
            self._stacks.setdefault(raw.log.order, []).append(raw.place)
            spec = _spec(seen)
            return spec is not None and spec.stands == "begin" and self._matches(seen)
        return self._matches(seen)

    def _seen(self, raw: Raw) -> dict[str, Any]:
        actor = self._live.actors[raw.log.order]
        values = raw.payload if isinstance(raw.payload, dict) else {}
        entry = self._live.names.entries[raw.number] if raw.number else None
        operation_name = OPERATION_NAMES[raw.operation]
        seen: dict[str, Any] = {
            **values,
            "op": operation_name,
            "object": entry.name if entry else values.get("object"),
            "kind": entry.kind if entry else values.get("kind", "none"),
            "process": actor.process,
            "actor": actor.task or actor.process,
        }
        if operation_name == "print":
            seen["print"] = values.get("text")
        return seen

    def _ended(self, raw: Raw) -> bool:
        stack = self._stacks.get(raw.log.order, [])
        place = None
        while stack:
            place = stack.pop()
            if not raw.token or (place & 0xFFFF_FFFF) == raw.token:
                break
        seen = self._begun.pop((raw.log.order, place), None) if place is not None else None
        if seen is None:
            return False
        seen.update(raw.payload if isinstance(raw.payload, dict) else {})
        outcome = OUTCOMES[raw.flags & 3]
        if outcome == "raised" and "raised" in self._fields:
            error = seen.get("error")
            seen["raised"] = error[0] if isinstance(error, tuple) and error else None
            return self._matches(seen)
        if outcome == "refused" and self._fields.get("refused"):
            return self._matches({**seen, "refused": True})
        spec = _spec(seen)
        return outcome == "ok" and spec is not None and spec.stands == "end" and self._matches(seen)

    def _matches(self, seen: Mapping[str, Any]) -> bool:
        alternatives = self._fields.get("any_of")
        if alternatives is not None and not any(_fits_all(each, seen) for each in alternatives):
            return False
        return _fits_all(
            {key: value for key, value in self._fields.items() if key not in ("any_of", "at")}, seen
        )


def _spec(seen: Mapping[str, Any]) -> OperationSpec | None:
    return BY_KIND.get((seen["kind"], seen["op"])) or operation(seen["op"])


def _fits_all(fields: Mapping[str, Any] | str, seen: Mapping[str, Any]) -> bool:
    if isinstance(fields, str):
        fields = {"print": fields}
    return all(_fits(wanted, seen.get(key), key) for key, wanted in fields.items())


def _fits(wanted: Any, found: Any, key: str) -> bool:
    if isinstance(wanted, Mapping):
        if "matches" in wanted:
            return found is not None and re.search(str(wanted["matches"]), str(found)) is not None
        if "not" in wanted:
            return not _fits(wanted["not"], found, key)
    if isinstance(wanted, (list, tuple)) and not isinstance(found, (list, tuple)):
        return any(_fits(each, found, key) for each in wanted)
    if key in ("process", "object", "actor", "pool") and isinstance(found, str) and "[" not in str(wanted):
        return bool(found == wanted or found.rpartition("[")[0] == wanted)
    return bool(found == wanted) and isinstance(found, bool) == isinstance(wanted, bool)
