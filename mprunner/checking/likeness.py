"""What was meant, perhaps: printed lines that look like one that a promise names and that never came; and what is missing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from difflib import get_close_matches

from mprunner.checking.forms import (
    Body,
    ChainForm,
    ClosedForm,
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
from mprunner.checking.roles import field_names
from mprunner.checking.verdict import Witness
from mprunner.checking.wording import phrase, shown, span_phrase
from mprunner.recording.events import Event

__all__ = ["alike", "untested"]

_MOST_TEXTS = 2_000
_MOST = 3


def alike(body: Body, events: Sequence[Event]) -> tuple[Witness, ...]:
    """The first print of each line that looks like one that the promise names, where that was never printed."""
    wanted = dict.fromkeys(text for one in bodies_of(body) for text in _texts(one))
    if not wanted:
        return ()
    printed: dict[str, Event] = {}
    for event in events:
        if event.call.operation == "print" and event.at == "begin" and len(printed) < _MOST_TEXTS:
            text = text_value(event.call)
            if isinstance(text, str):
                printed.setdefault(text, event)
    found = [
        Witness(printed[near[0]], f"like {shown(text)}")
        for text in wanted
        if text not in printed and (near := get_close_matches(text, printed, 1, 0.7))
    ]
    return tuple(sorted(found[:_MOST], key=lambda witness: witness.event.position))


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, MatcherForm) and isinstance(value.print, str):
        yield value.print
    parts = value if isinstance(value, tuple) else [getattr(value, name) for name in field_names(value)]
    for part in parts:
        yield from _texts(part)


def untested(body: Body) -> str | None:
    """What there was none of, in a promise that nothing put to the test; None where that is not one thing."""
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
    if isinstance(body, (FifoForm, ExactlyOnceForm)):
        return f"item of {body.queue}"
    return None
