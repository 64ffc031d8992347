"""What checking says about a promise, in one run and over many."""

from __future__ import annotations

from typing import Literal

from mprunner.recording.events import Event
from mprunner.records import record

Status = Literal["kept", "broken", "inconclusive", "vacuous"]
Holds = Literal["always", "sometimes", "never"]


@record
class Promise:
    """A promise as written: where it stands, how it is told in one line, and its modality.

    `title` is a phrase for people (`mutual exclusion of lock`, `sequence add1:num=0 → add1:num=1`); `line`
    and `column` are None for a promise that nobody wrote (every process ends with exit code 0, no assert
    broke, no deadlock, the objects' own contracts). `outcomes` are those that it lists, each with its grade.
    """

    title: str
    form: str
    holds: Holds = "always"
    line: int | None = None
    column: int | None = None
    why: str | None = None
    vacuous_ok: bool = False
    index: int = 0
    text: str = ""
    end_line: int | None = None
    outcomes: tuple[tuple[str, str], ...] = ()


@record
class Witness:
    """An event that proves a verdict, and what it is in the proof (`holder 1`, `too early`, `has no
    release`).
    """

    event: Event
    role: str


@record
class Proof:
    """What else there is to tell of a verdict, for those that are looked at.

    `violations` of the activations were broken (None: that can't be counted), the first and the last of them by these
    events. `order` are pairs of events on whose order the verdict rests, the earlier first. `stretches` are the spans
    that it speaks of, as begin and end (None: not ended).
    """

    violations: int | None = None
    first: Event | None = None
    last: Event | None = None
    order: tuple[tuple[Event, Event], ...] = ()
    stretches: tuple[tuple[Event, Event | None], ...] = ()


@record
class Chance:
    """What makes a promise on order one that holds by chance: nothing in the program orders `earlier` before `later`;
    `reason` says so in a sentence.
    """

    earlier: Event
    later: Event
    reason: str


@record
class Verdict:
    """One promise judged on one run.

    `activations` counts how often it was put to the test; `summary` is a short phrase (`2 holds, none
    overlapping`); `reason` is the one sentence that says why it is broken or inconclusive; `witnesses` are
    the events that prove it, in order of the record. `chance`: it is kept, and only by chance.
    """

    promise: Promise
    status: Status
    activations: int
    summary: str
    reason: str | None = None
    witnesses: tuple[Witness, ...] = ()
    chance: Chance | None = None
