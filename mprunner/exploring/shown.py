"""The schedules that an exploration shows, each with a name and with what it shows."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mprunner.exploring.results import Exploration, Schedule

__all__ = ["shown"]


def shown(found: Exploration) -> Iterator[tuple[str, str, Schedule]]:
    """Name, a sentence, schedule: of each broken promise, each promise that holds sometimes, each deadlock, each outcome."""
    scenario = _plain(found.scenario)
    number = 0
    for answer in found.promises:
        if answer.witness is not None and (answer.answer == "broken" or answer.promise.holds == "sometimes"):
            number += 1
            kind = "broken" if answer.answer == "broken" else "shown"
            yield f"{scenario}-{kind}-{number}", f"{kind}: {answer.promise.title}", answer.witness.schedule
    for place, deadlock in enumerate(found.deadlocks, 1):
        yield (
            f"{scenario}-deadlock-{place}",
            f"deadlock: {deadlock.diagnosis.pattern}",
            deadlock.witness.schedule,
        )
    for place, outcome in enumerate(found.outcomes, 1):
        if outcome.witness is not None:
            lines = "; ".join(f"{lane}: {text}" for lane, text in outcome.lines)
            held = "; ".join(f"{name} = {value}" for name, value in outcome.held)
            told = "; ".join(part for part in (lines, held) if part) or outcome.ending
            yield f"{scenario}-outcome-{place}", f"outcome: {told}", outcome.witness.schedule


def _plain(name: str) -> str:
    return re.sub(r"[^\w.-]+", "-", name).strip("-")
