"""Each event goes once to those constraints whose matchers can select it.

The decision is made once for a signature and remembered; exact texts, the commonest test of all, are looked
up and not compared one after the other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from mprunner.checking.blocks.deciding import Selected, Tests, select
from mprunner.checking.constraint import Constraint
from mprunner.checking.matching import Signature
from mprunner.recording.events import Event

Feed = Callable[[Event, int], None]
Key = tuple[str, str, str, str | None, str, str]


class Decisions:
    """What the matchers of a list of constraints decide, by signature. Constraints made anew for another run decide alike."""

    def __init__(self) -> None:
        self._known: dict[Key, list[Selected]] = {}

    def of(self, key: Key, kind: str, constraints: Sequence[Constraint]) -> list[Selected]:
        """For each constraint that an event of this signature may concern."""
        selected = self._known.get(key)
        if selected is None:
            signature = Signature(*key, kind)  # type: ignore[arg-type]
            all_of_them = (select(at, one, signature) for at, one in enumerate(constraints))
            selected = self._known[key] = [one for one in all_of_them if one is not None]
        return selected


class _Route:
    """Where the events of one signature go."""

    __slots__ = ("by_text", "fixed", "tested")

    def __init__(self) -> None:
        self.fixed: list[tuple[Feed, int]] = []
        self.tested: list[tuple[Feed, int, bool, Tests]] = []
        self.by_text: dict[object, list[tuple[Feed, int]]] = {}


class Router:
    """Feeds constraints. Operations that never ended and that a constraint would have seen, had they
    ended, are kept in `uncertain`.
    """

    def __init__(self, constraints: Sequence[Constraint], decisions: Decisions | None = None) -> None:
        self._constraints = constraints
        self._decisions = Decisions() if decisions is None else decisions
        self._routes: dict[Key, _Route] = {}
        self.uncertain: dict[int, list[Event]] = {}

    def feed(self, events: Iterable[Event]) -> None:
        """Give each event to the constraints that it concerns."""
        routes = self._routes
        for event in events:
            call = event.call
            key = (call.process, call.actor, call.operation, call.object, event.at, call.outcome)
            route = routes.get(key)
            if route is None:
                route = routes[key] = self._route(key, call.kind)
            if route.by_text:
                text = call.values.get("text")
                targets = route.by_text.get(text) if type(text) is str else None
                for feed, mask in route.fixed if targets is None else targets:
                    feed(event, mask)
            else:
                for feed, mask in route.fixed:
                    feed(event, mask)
            for feed, mask, always, tests in route.tested:
                for bit, check in tests:
                    if check(call):
                        mask |= bit
                if mask or always:
                    feed(event, mask)

    def _route(self, key: Key, kind: str) -> _Route:
        route = _Route()
        by_text: list[tuple[Feed, int, bool, dict[str, int]]] = []
        for position, mask, always, masks, tests, if_ended in self._decisions.of(
            key, kind, self._constraints
        ):
            feed = self._constraints[position].feed
            if tests is not None:
                route.tested.append((feed, mask, always, tests))
            elif mask or always or masks:
                by_text.append((feed, mask, always, masks))
            if if_ended:
                route.tested.append((self._remember(position), 0, True, ()))
        texts = {text for *_, masks in by_text for text in masks}
        route.fixed = [(feed, mask) for feed, mask, always, _ in by_text if mask or always]
        for text in texts:
            merged = ((feed, mask | masks.get(text, 0), always) for feed, mask, always, masks in by_text)
            route.by_text[text] = [(feed, mask) for feed, mask, always in merged if mask or always]
        return route

    def _remember(self, position: int) -> Feed:
        def remember(event: Event, mask: int) -> None:
            self.uncertain.setdefault(position, []).append(event)

        return remember
