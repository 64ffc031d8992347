"""Schedules of the model made to happen on real processes, and what came of them compared with it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from mprunner.exploring.comparing import Difference, compared, of_the_clock
from mprunner.exploring.results import Witnessed
from mprunner.exploring.scheduling import schedule_of
from mprunner.exploring.unforceable import counted
from mprunner.program.declarations import Program
from mprunner.recording.events import Recording
from mprunner.records import record, replaced
from mprunner.worlds.base import RunOptions
from mprunner.worlds.real.gatekeeper import Gatekeeper, Pace
from mprunner.worlds.real.moves import Move, Replayed

if TYPE_CHECKING:
    from mprunner.worlds.model.model import Model
    from mprunner.worlds.real.supervisor import OnCalls, RealWorld

__all__ = ["Confirmation", "Confirmed", "confirm", "replay"]


@record
class Confirmation:
    """One schedule replayed: how far, its record, how that differs from the model's, what of it can't be forced."""

    replayed: Replayed
    recording: Recording
    differences: tuple[Difference, ...]
    unforced: dict[str, int]

    @property
    def confirmed(self) -> bool:
        """Whether the real run did what the model says."""
        return self.replayed.parting is None and not self.differences


@record
class Confirmed:
    """What became of replaying schedules, `which` of an exploration: `all` executions, or those that show something.

    `unforced` counts their steps that can't be forced, by name; `failed` are those that real processes did not confirm, each with
    its number (from 1).
    """

    which: str
    replayed: int
    confirmed: int
    unforced: Mapping[str, int]
    failed: tuple[tuple[int, Confirmation], ...]


def confirm(
    world: RealWorld,
    model: Model,
    witnesses: Iterable[Witnessed],
    options: RunOptions,
    *,
    tell: Callable[[Confirmation], None] | None = None,
) -> list[Confirmation]:
    """Replay each of these schedules once and compare it with the model's record of it.

    `tell` is called after each. Raises OSError when nothing can be run.
    """
    found = []
    for witness in witnesses:
        moves = schedule_of(model, witness.schedule)
        expected = witness.recording
        cut = expected.ending.how == "cut"
        replayed, recording = replay(world, model.program, moves, options, whole=True, stop=cut)
        differences = compared(expected, recording, skipped={move.thread for move in replayed.skipped})
        unforced = counted(model.program, moves, replayed, of_clock=of_the_clock(expected))
        found.append(Confirmation(replayed, recording, differences, unforced))
        if tell is not None:
            tell(found[-1])
    return found


def replay(
    world: RealWorld,
    program: Program,
    moves: Sequence[Move],
    options: RunOptions,
    *,
    whole: bool,
    stop: bool = False,
    pace: Pace | None = None,
    on_calls: OnCalls | None = None,
) -> tuple[Replayed, Recording]:
    """Run a program once as `moves` say. `stop`: the run is ended behind the last of them, else it goes on freely. `pace` is
    asked before each of them, `on_calls` takes the operations as they go on record.

    Sleeps take no time. Raises OSError when nothing can be run.
    """
    gate = Gatekeeper(program, moves, whole=whole, pace=pace, stop=stop)
    try:
        recording = world.run(program, replaced(options, time_scale=0.0), gate=gate, on_calls=on_calls)
    finally:
        replayed = gate.close()
    return replayed, recording
