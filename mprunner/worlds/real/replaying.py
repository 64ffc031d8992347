"""A schedule on real processes: a run whose operations go one after the other, in a given order."""

from __future__ import annotations

from collections.abc import Sequence

from mprunner.program.declarations import Program
from mprunner.recording.events import Recording
from mprunner.records import record, replaced
from mprunner.worlds.base import RunOptions
from mprunner.worlds.real.gate import PATIENCE, Gatekeeper, Turn
from mprunner.worlds.real.supervisor import RealWorld

__all__ = ["Replayed", "replay"]


@record
class Replayed:
    """What a replay came to: its record, how many of its turns came, and why not all did (None: they did)."""

    recording: Recording
    passed: int
    parting: str | None


def replay(
    world: RealWorld,
    program: Program,
    options: RunOptions,
    turns: Sequence[Turn],
    *,
    patience: float = PATIENCE,
) -> Replayed:
    """Run a program with its operations in the order of these turns; what comes after the last runs free.

    A turn that does not come within `patience` seconds is where the run parts from the schedule. Raises OSError when nothing can
    be run.
    """
    path = str(world.directory / "gate")
    with Gatekeeper(path, turns, patience=patience) as keeper:
        recording = world.run(program, replaced(options, gate=path))
        keeper.ended()
        return Replayed(recording, keeper.passed, keeper.parting)
