"""The tree of an exploration, as a page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mprunner.exploring.playing import witnessed
from mprunner.report.exploration import explored
from mprunner.report.explored_outcomes import by_lane
from mprunner.report.schedule_lanes import step_phrases
from mprunner.report.tree_page import MOST_LEAVES, Leaf, Mark, Step, tree_page

if TYPE_CHECKING:
    from mprunner.exploring.executions import Executions, Kind
    from mprunner.exploring.results import Exploration
    from mprunner.worlds.model.model import Model

__all__ = ["drawn"]


def drawn(model: Model, executions: Executions, found: Exploration) -> str:
    """The page: HTML that needs nothing else."""
    leaves = []
    for schedule in found.schedules[:MOST_LEAVES]:
        kind = executions.kind(schedule)
        made = witnessed(model, schedule)
        steps = tuple(Step(step.thread, "\n".join(step_phrases(step))) for step in made.steps)
        leaves.append(Leaf(steps, _told(kind), _mark(kind)))
    return tree_page(
        found.scenario,
        found.path,
        leaves,
        told=explored(found.accounting),
        total=max(found.accounting.executions, len(leaves)),
    )


def _mark(kind: Kind) -> Mark:
    if kind.pattern is not None:
        return "stuck"
    return "broken" if kind.outcome.broken else "kept"


def _told(kind: Kind) -> str:
    outcome = kind.outcome
    parts = by_lane(outcome.lines)
    parts += [f"{name} = {value}" for name, value in outcome.held]
    if outcome.graded is not None:
        parts.insert(0, outcome.graded)
    if kind.pattern is not None:
        parts.insert(0, "hangs")
    parts += [f"broken: {title}" for title in outcome.broken]
    return "; ".join(parts) or "ends"
