"""`for_each`: the promise anew for each value that its variables take in the run.

The values are known only at the end, so what can concern any of them is remembered, and then given to the promise of each
value that it concerns. An event finds these by the value of its own field, so that many values cost no more than few. Where
every event counts, since `next` is the next of all, only neighbours of what the promise selects are remembered.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterator, Mapping
from typing import Any

from mprunner.checking.constraint import Constraint, End, Finding
from mprunner.checking.constraints.substituting import (
    Value,
    captured,
    captures,
    filled,
    loosened,
    names_in,
    plain_fields,
    substituted,
)
from mprunner.checking.fields import bound_field
from mprunner.checking.forms import Filled, MatcherForm, Matches, PartForm, PromiseForm, Variable, parts_of
from mprunner.checking.matching import ASSUMED, Matcher, Signature, stands_here
from mprunner.checking.meaning.roles import field_names
from mprunner.checking.patterns import fingerprint, text_of
from mprunner.checking.wording import counted, shown
from mprunner.recording.events import Call, Event
from mprunner.records import replaced

__all__ = ["ForEach", "for_each"]

Values = Mapping[str, Value]
MakeFor = Callable[["Values | None"], Constraint]
"""The constraint for these values; with None that in which the variables still stand."""

Build = Callable[[Any], "Constraint | None"]


def for_each(promise: PromiseForm | PartForm, build: Build) -> Constraint | None:
    """The constraint of a promise with quantifiers, the first outermost; `build` makes that of a promise, or none."""
    domain, *rest = promise.for_each
    inner = replaced(promise, for_each=tuple(rest))
    if build(inner) is None:
        return None

    def make(values: Values | None) -> Constraint:
        found = build(inner if values is None else substituted(inner, values))
        assert found is not None
        return found

    return ForEach(domain, make, grouped=_is_grouped(inner))


def _is_grouped(promise: PromiseForm | PartForm) -> bool:
    """Whether neighbours are told by groups somewhere in the promise."""
    return promise.per != "run" or any(map(_is_grouped, parts_of(promise.body)))


class ForEach(Constraint):
    """`matchers` are that of the quantifier, then those of the promise, each with any value for the variables."""

    __slots__ = ("_before", "_captures", "_domain", "_links", "_log", "_make", "_near", "_thin", "_values")

    def __init__(self, domain: MatcherForm, make: MakeFor, *, grouped: bool) -> None:
        inner = make(None)
        fields = [(field, getattr(domain, field)) for field in field_names(domain)]
        self._domain = [(field, pattern) for field, pattern in fields if any(True for _ in captured(pattern))]
        self._captures = captures(domain)
        own = set(self._captures)
        forms = [matcher.form for matcher in inner.matchers]
        super().__init__(
            [Matcher(loosened(form, own)) for form in (domain, *forms)], wants_all=inner.wants_all
        )
        self._links = [
            (place, _Link(form, own)) for place, form in enumerate(forms) if set(names_in(form)) & own
        ]
        self._make = make
        self._log: list[tuple[Event, int]] = []
        self._values: dict[Hashable, Values] = {}
        self._thin = inner.wants_all and not grouped
        self._before: Event | None = None
        self._near = False

    def feed(self, event: Event, mask: int) -> None:
        if mask & 1:
            self._capture(event.call)
        own = mask >> 1
        if self._thin:
            self._remember(event, own)
        elif own or (self.wants_all and stands_here(event)):
            self._log.append((event, own))

    def _remember(self, event: Event, mask: int) -> None:
        """What is selected, and of the rest what stands right before it or behind it."""
        if mask:
            if self._before is not None:
                self._log.append((self._before, 0))
            self._log.append((event, mask))
            self._before, self._near = None, True
        elif stands_here(event):
            if self._near:
                self._log.append((event, 0))
            self._before, self._near = (None if self._near else event), False

    def _capture(self, call: Call) -> None:
        found: dict[str, Value] = {}
        for field, pattern in self._domain:
            value = bound_field(call, field)
            if value is None and ASSUMED in call.values:
                return
            for name, taken in _taken(pattern, value):
                if name in found and _key(found[name]) != _key(taken):
                    return
                found[name] = taken
        if len(found) == len(self._captures):
            self._values.setdefault(tuple(_key(found[name]) for name in self._captures), found)

    def finish(self, end: End) -> Finding:
        given = list(self._values.values())
        parts: list[list[tuple[Event, int]]] = [[] for _ in given]
        last = [-1] * len(given)
        """The place in the log of the last that each value was given."""
        following: list[int] = []
        """The values that want the next one, whatever it is."""
        for at, (event, mask) in enumerate(self._log):
            own = mask
            hits: dict[int, int] = defaultdict(int)
            for place, link in self._links:
                bit = 1 << place
                if mask & bit:
                    own &= ~bit
                    for which in link.concerned(event, given):
                        hits[which] |= bit
            if self._thin:
                chosen = {which: own | hits.get(which, 0) for which in (range(len(given)) if own else hits)}
                for which, bits in chosen.items():
                    if at and last[which] < at - 1:
                        parts[which].append((self._log[at - 1][0], 0))
                    parts[which].append((event, bits))
                    last[which] = at
                for which in following:
                    if last[which] < at:
                        parts[which].append((event, 0))
                        last[which] = at
                following = [*chosen]
            elif own or (self.wants_all and stands_here(event)):
                for which, part in enumerate(parts):
                    part.append((event, own | hits.get(which, 0)))
            else:
                for which, bits in hits.items():
                    parts[which].append((event, bits))
        findings = [self._judged(None, part, end) for part in parts]
        return self._together(findings, given, parts, end)

    def _judged(self, values: Values | None, part: list[tuple[Event, int]], end: End) -> Finding:
        constraint = self._make(values)
        for event, mask in part:
            constraint.feed(event, mask)
        return constraint.finish(end)

    def _together(
        self, findings: list[Finding], given: list[Values], parts: list[list[tuple[Event, int]]], end: End
    ) -> Finding:
        names = " and ".join(f"${name}" for name in self._captures)
        activations = sum(one.activations for one in findings)
        for status, words in (("broken", "broken"), ("inconclusive", "open")):
            bad = [place for place, one in enumerate(findings) if one.status == status]
            if bad:
                values = given[bad[0]]
                first = self._judged(values, parts[bad[0]], end)
                told = ", ".join(f"${name} = {shown(value.value)}" for name, value in values.items())
                summary = (
                    f"{words} for {len(bad)} of {counted(len(given), 'value')} of {names}: {first.summary}"
                )
                reason = f"with {told}: {first.reason}"
                return replaced(first, activations=activations, summary=summary, reason=reason)
        if not findings:
            return Finding("kept", 0, f"no value of {names}")
        return Finding("kept", activations, f"for each of {counted(len(given), 'value')} of {names}")


class _Link:
    """Tells for an event that a matcher with variables may select, for which values it does."""

    def __init__(self, form: MatcherForm, names: set[str]) -> None:
        self._form = form
        self._fields = plain_fields(form, names)
        self._index: dict[Hashable, list[int]] | None = None
        self._matchers: list[Matcher] = []
        self._loose: list[bool] = []

    def concerned(self, event: Event, given: list[Values]) -> Iterator[int]:
        """The places of the values for which the matcher selects the event."""
        if self._fields is None:
            yield from self._tested(event, given)
            return
        if self._index is None:
            self._index = defaultdict(list)
            self._loose = [_is_textual(pattern, given) for _, pattern in self._fields]
            for which, values in enumerate(given):
                key = tuple(_wanted(pattern, values) for _, pattern in self._fields)
                self._index[key].append(which)
        found = [bound_field(event.call, field) for field, _ in self._fields]
        if ASSUMED in event.call.values and None in found:
            yield from range(len(given))
            return
        key = tuple(
            text_of(value) if loose else fingerprint(value)
            for value, loose in zip(found, self._loose, strict=True)
        )
        yield from self._index.get(key, ())

    def _tested(self, event: Event, given: list[Values]) -> Iterator[int]:
        if not self._matchers:
            for values in given:
                form = substituted(self._form, values)
                self._matchers.append(Matcher(loosened(form, set(names_in(form)))))
        call = event.call
        signature = Signature(
            call.process, call.actor, call.operation, call.object, event.at, call.outcome, call.kind
        )
        for which, matcher in enumerate(self._matchers):
            decision = matcher.decide(signature)
            if decision is True or (decision is not False and decision.check(call)):
                yield which


def _is_textual(pattern: Variable | Filled, given: list[Values]) -> bool:
    if isinstance(pattern, Filled):
        return True
    return any(values[pattern.name].textual for values in given)


def _wanted(pattern: Variable | Filled, values: Values) -> Hashable:
    return filled(pattern, values) if isinstance(pattern, Filled) else _key(values[pattern.name])


def _key(value: Value) -> Hashable:
    return text_of(value.value) if value.textual else fingerprint(value.value)


def _taken(pattern: Any, value: Any) -> Iterator[tuple[str, Value]]:
    """What a field's pattern captures of its value."""
    if isinstance(pattern, Variable):
        yield pattern.name, Value(value)
        return
    regex = pattern.pattern if isinstance(pattern, Matches) else _capturing(pattern)
    match = re.search(regex, text_of(value))
    if match is not None:
        for name, text in match.groupdict().items():
            if text is not None:
                yield name, Value(text, textual=True)


def _capturing(pattern: Filled) -> str:
    """The regular expression of a text with places for its variables."""
    pieces: list[str] = []
    seen: set[str] = set()
    for one in pattern.parts:
        if isinstance(one, str):
            pieces.append(one if pattern.regex else re.escape(one))
        elif not one.captures:
            pieces.append(".+?")
        else:
            pieces.append(f"(?P={one.name})" if one.name in seen else f"(?P<{one.name}>.+?)")
            seen.add(one.name)
    text = "".join(pieces)
    return text if pattern.regex else f"\\A(?s:{text})\\Z"
