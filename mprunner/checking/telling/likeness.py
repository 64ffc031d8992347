"""What was meant, perhaps: printed lines that look like one that a promise names and that never came; and what is missing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from difflib import get_close_matches

from mprunner.checking.forms import (
    Body,
    ChainForm,
    ClosedForm,
    CountForm,
    EachForm,
    ExactlyOnceForm,
    FifoForm,
    HappensBeforeForm,
    MatcherForm,
    NoInterleavingForm,
    OpenForm,
    RelatedForm,
    bodies_of,
)
from mprunner.checking.matching import text_value
from mprunner.checking.meaning.roles import field_names
from mprunner.checking.verdict import Witness
from mprunner.checking.wording import phrase, shown, span_phrase
from mprunner.recording.events import Event

__all__ = ["alike", "untested"]

_MOST_TEXTS = 2_000
_MOST = 3


def alike(body: Body, events: Sequence[Event]) -> tuple[Witness, ...]:
    """The first event for each line or item that looks like one that the promise names, where that one never came."""
    forms = [form for one in bodies_of(body) for form in _matchers(one)]
    found = [*_texts(forms, events), *_items(forms, events)]
    return tuple(sorted(found[:_MOST], key=lambda witness: witness.event.position))


def _texts(forms: Sequence[MatcherForm], events: Sequence[Event]) -> Iterator[Witness]:
    wanted = dict.fromkeys(form.print for form in forms if isinstance(form.print, str))
    if not wanted:
        return
    printed: dict[str, Event] = {}
    for event in events:
        if event.call.operation == "print" and event.at == "begin" and len(printed) < _MOST_TEXTS:
            text = text_value(event.call)
            if isinstance(text, str):
                printed.setdefault(text, event)
    for text in wanted:
        near = [] if text in printed else get_close_matches(text, printed, 1, 0.7)
        if near:
            yield Witness(printed[near[0]], f"like {shown(text)}")


def _items(forms: Sequence[MatcherForm], events: Sequence[Event]) -> Iterator[Witness]:
    """Items that are a number where a text was promised, and the other way round."""
    wanted = {
        (type(form.item), str(form.item)): form for form in forms if type(form.item) in (str, int, float)
    }
    if not wanted:
        return
    seen: dict[tuple[type, str], Event] = {}
    for event in events:
        if "item" in event.call.values and len(seen) < _MOST_TEXTS:
            item = event.call.values["item"]
            seen.setdefault((type(item), str(item)), event)
    for (kind, text), form in wanted.items():
        others = [event for (other, same), event in seen.items() if same == text and other is not kind]
        if others and (kind, text) not in seen:
            item = others[0].call.values["item"]
            yield Witness(others[0], f"{shown(item)}, not {shown(form.item)}")


def _matchers(value: object) -> Iterator[MatcherForm]:
    if isinstance(value, MatcherForm):
        yield value
    parts = value if isinstance(value, tuple) else [getattr(value, name) for name in field_names(value)]
    for part in parts:
        yield from _matchers(part)


def untested(body: Body) -> str | None:
    """What there was none of, in a promise that nothing put to the test; None where that is not one thing."""
    if isinstance(body, CountForm):
        return phrase(body.of)
    if isinstance(body, EachForm):
        return phrase(body.each)
    if isinstance(body, ChainForm):
        return " then ".join(phrase(one) for one in body.each)
    if isinstance(body, HappensBeforeForm):
        return phrase(body.later)
    if isinstance(body, (OpenForm, ClosedForm)):
        return span_phrase(body.span)
    if isinstance(body, NoInterleavingForm):
        return span_phrase(body.inside)
    if isinstance(body, RelatedForm):
        return f"{span_phrase(body.span)}, or no {span_phrase(body.to)},"
    if isinstance(body, FifoForm):
        return f"item got from {body.queue}"
    if isinstance(body, ExactlyOnceForm):
        return f"item of {body.queue}"
    return None
