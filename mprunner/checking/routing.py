"""Each event goes once to those constraints whose matchers can select it.

The decision is made once for a signature and remembered; exact texts, the commonest test of all, are looked
up and not compared one after the other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from mprunner.checking.constraint import Constraint
from mprunner.checking.matching import CallTest, Decision, Signature, stands
from mprunner.recording.events import Call, Event

Feed = Callable[[Event, int], None]
Tests = tuple[tuple[int, Callable[[Call], bool]], ...]


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

    def __init__(self, constraints: Sequence[Constraint]) -> None:
        self._constraints = constraints
        self._routes: dict[tuple[str, str, str, str | None, str, str], _Route] = {}
        self.uncertain: dict[int, list[Event]] = {}

    def feed(self, events: Iterable[Event]) -> None:
        """Give each event to the constraints that it concerns."""
        routes = self._routes
        for event in events:
            call = event.call
            key = (call.process, call.actor, call.operation, call.object, event.at, call.outcome)
            route = routes.get(key)
            if route is None:
                route = routes[key] = self._route(Signature(*key, call.kind))
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

    def _route(self, signature: Signature) -> _Route:
        route = _Route()
        here = stands(signature)
        by_text: list[tuple[Feed, int, bool, dict[str, int]]] = []
        for position, constraint in enumerate(self._constraints):
            mask = 0
            tests: list[tuple[int, CallTest]] = []
            for index, matcher in enumerate(constraint.matchers):
                decision: Decision = matcher.decide(signature)
                if decision is True:
                    mask |= 1 << index
                elif decision is not False:
                    tests.append((1 << index, decision))
            always = constraint.wants_all and here
            if not tests:
                if mask or always:
                    by_text.append((constraint.feed, mask, always, {}))
            elif all(test.text is not None for _, test in tests):
                masks: dict[str, int] = {}
                for bit, test in tests:
                    assert test.text is not None
                    masks[test.text] = masks.get(test.text, 0) | bit
                by_text.append((constraint.feed, mask, always, masks))
            else:
                checks = tuple((bit, test.check) for bit, test in tests)
                route.tested.append((constraint.feed, mask, always, checks))
            if signature.outcome == "unfinished":
                self._watch(route, position, constraint, signature)
        texts = {text for *_, masks in by_text for text in masks}
        route.fixed = [(feed, mask) for feed, mask, always, _ in by_text if mask or always]
        for text in texts:
            merged = ((feed, mask | masks.get(text, 0), always) for feed, mask, always, masks in by_text)
            route.by_text[text] = [(feed, mask) for feed, mask, always in merged if mask or always]
        return route

    def _watch(self, route: _Route, position: int, constraint: Constraint, signature: Signature) -> None:
        if signature.at != "begin":
            return
        decisions = [matcher.decide_if_ended(signature) for matcher in constraint.matchers]
        if not any(decisions):
            return

        def remember(event: Event, mask: int) -> None:
            self.uncertain.setdefault(position, []).append(event)

        route.tested.append((remember, 0, True, ()))
