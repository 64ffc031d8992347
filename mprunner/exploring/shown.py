"""The schedules that an exploration shows, each with a name and with what it shows; and as files."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from pathlib import Path

from mprunner.exploring.fingerprint import fingerprint
from mprunner.exploring.results import Exploration, Witnessed
from mprunner.exploring.schedule import Kind, Schedule
from mprunner.exploring.scheduling import schedule_of
from mprunner.records import record
from mprunner.worlds.model.model import Model

__all__ = ["Shown", "as_file", "shown"]

MOST_TOLD = 300
"""Characters that tell an outcome: it is to be known again, the steps are what counts."""


@record
class Shown:
    """A schedule worth keeping: a name for its file, its kind, what it shows, and the promises that it breaks."""

    name: str
    kind: Kind
    shows: str
    witness: Witnessed
    broken: tuple[str, ...] | None = None

    @property
    def is_counterexample(self) -> bool:
        """Whether something is wrong, or promised to happen, in it."""
        return self.kind != "outcome"


def shown(found: Exploration) -> Iterator[Shown]:
    """Of each broken promise, each promise that holds sometimes, each deadlock, each outcome one."""
    scenario = _plain(found.scenario)
    number = 0
    for answer in found.promises:
        broken = answer.answer == "broken"
        if answer.witness is None or not (broken or answer.promise.holds == "sometimes"):
            continue
        number += 1
        title = answer.promise.title
        if broken:
            yield Shown(f"{scenario}-broken-{number}", "violation", title, answer.witness, (title,))
        else:
            yield Shown(f"{scenario}-shown-{number}", "witness", title, answer.witness)
    for place, deadlock in enumerate(found.deadlocks, 1):
        yield Shown(
            f"{scenario}-deadlock-{place}", "deadlock", str(deadlock.diagnosis.pattern), deadlock.witness
        )
    for place, outcome in enumerate(found.outcomes, 1):
        if outcome.witness is not None:
            lines = "; ".join(f"{lane}: {text}" for lane, text in outcome.lines)
            held = "; ".join(f"{name} = {value}" for name, value in outcome.held)
            told = "; ".join(part for part in (lines, held) if part) or outcome.ending
            told = told if len(told) <= MOST_TOLD else f"{told[: MOST_TOLD - 1].rstrip()}…"
            yield Shown(f"{scenario}-outcome-{place}", "outcome", told, outcome.witness)


def as_file(model: Model, each: Shown) -> Schedule:
    """What goes into its file."""
    program = model.program
    return Schedule(
        schedule_of(model, each.witness.schedule),
        scenario=program.name,
        path=program.path,
        sha256=_digest(program.path),
        program=fingerprint(program),
        kind=each.kind,
        shows=each.shows,
        start_method=model.method,
        ending=each.witness.recording.ending.how,
        broken=each.broken,
        whole=True,
    )


def _digest(path: str) -> str | None:
    try:
        return hashlib.sha256(Path(path).read_bytes()).hexdigest()
    except OSError:
        return None


def _plain(name: str) -> str:
    return re.sub(r"[^\w.-]+", "-", name).strip("-")
