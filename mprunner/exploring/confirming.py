"""Schedules of the model made to happen on real processes, and what came of them compared, operation by operation."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from mprunner.exploring.results import Witnessed
from mprunner.exploring.scheduling import schedule_of
from mprunner.exploring.unforceable import counted
from mprunner.program.declarations import Program
from mprunner.recording.events import Call, Recording
from mprunner.records import record, replaced
from mprunner.worlds.base import RunOptions
from mprunner.worlds.real.gatekeeper import Gatekeeper, Pace
from mprunner.worlds.real.moves import Move, Replayed

if TYPE_CHECKING:
    from mprunner.worlds.model.model import Model
    from mprunner.worlds.real.supervisor import OnCalls, RealWorld

__all__ = ["Confirmation", "Confirmed", "Difference", "compared", "confirm", "replay"]

_OWN = frozenset({"pid", "ppid", "running", "ready", "variables", "seconds", "parts", "from", "to"})
"""Values that are of a run, or only tell how something was asked for."""

_RUN_VALUES = frozenset({"pid", "ident", "sentinel", "authkey"})
"""Operations whose value is of a run."""


@record
class Difference:
    """Where a real lane departs from the model's: the thread, which of its operations, and both in words."""

    thread: str
    number: int
    modelled: str
    real: str


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
        found.append(Confirmation(replayed, recording, differences, counted(moves, replayed)))
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


# --- comparing ---


def compared(
    expected: Recording, real: Recording, *, skipped: Collection[str] = ()
) -> tuple[Difference, ...]:
    """Where two records of one schedule differ, lane by lane, the first difference of each; then how they ended.

    Of a run that was cut short only what it had come to counts, of a process that was killed not its last operation; of those in
    `skipped`, which were killed before they did all that they were to do, what they did.
    """
    cut = expected.ending.how == "cut"
    ended = {each.name for each in expected.processes if each.exitcode is not None and each.exitcode < 0}
    killed = ended | {call.actor for call in expected.calls if call.process in ended}
    left, right = _lanes(expected), _lanes(real)
    found = []
    for thread in dict.fromkeys((*left, *right)):
        mine, theirs = left.get(thread, []), right.get(thread, [])
        if cut or thread in killed:
            # A task's end is nobody's step: it may come yet before its worker is killed.
            mine, theirs = (
                [told for told in lane if told.outcome != "unfinished" and told.operation != "task_end"]
                for lane in (mine, theirs)
            )
        if cut:
            theirs = theirs[: len(mine)]
        if thread in skipped:
            mine, theirs = ([told for told in lane if told.operation != "exit"] for lane in (mine, theirs))
            mine = mine[: len(theirs)]
        difference = _first(thread, mine, theirs)
        if difference is not None:
            found.append(difference)
    if not cut:
        found += _exit_codes(expected, real, skipped)
    if not cut and expected.ending.how != real.ending.how:
        found.append(Difference("the run", 0, expected.ending.how, real.ending.how))
    return tuple(found)


def _exit_codes(expected: Recording, real: Recording, skipped: Collection[str]) -> Iterator[Difference]:
    # Of one whose end nobody noticed there is none; that it ended is in its lane.
    codes = {each.name: each.exitcode for each in real.processes if each.exitcode is not None}
    for each in expected.processes:
        code = codes.get(each.name, each.exitcode)
        if code != each.exitcode and each.role == "process" and each.name not in skipped:
            yield Difference(each.name, 0, f"exit code {each.exitcode}", f"exit code {code}")


class _Told(NamedTuple):
    """What of an operation is the same in every run of one schedule."""

    operation: str
    target: str | None
    outcome: str
    error: str | None
    values: tuple[tuple[str, str], ...]


def _first(thread: str, mine: Sequence[_Told], theirs: Sequence[_Told]) -> Difference | None:
    for number in range(max(len(mine), len(theirs))):
        one = mine[number] if number < len(mine) else None
        other = theirs[number] if number < len(theirs) else None
        if one != other:
            return Difference(thread, number + 1, _words(one), _words(other))
    return None


def _lanes(recording: Recording) -> dict[str, list[_Told]]:
    # Which worker has a task is the pool's own affair (`unforceable`), and so is when workers begin and end.
    workers = {
        each.name: f"a worker of {each.name.partition('[')[0]}"
        for each in recording.processes
        if each.role in ("worker", "manager")
    }
    pids = {str(each.pid): workers.get(each.name, each.name) for each in recording.processes}
    pattern = re.compile(rf"\b({'|'.join(pids) or '0'})\b")
    found: dict[str, list[_Told]] = {}
    begun = {call.process for call in recording.calls if call.operation != "exit"}
    for call in recording.calls:
        # Of who ended before it began there is but the exit code.
        is_led = not (call.actor in workers and call.operation in ("start", "begin", "exit"))
        if is_led and call.operation != "stderr" and call.process in begun:
            told = _told(call, lambda text: pattern.sub(lambda hit: f"<pid of {pids[hit[1]]}>", text))
            found.setdefault(call.actor, []).append(told)
    return found


def _told(call: Call, plain: Callable[[str], str]) -> _Told:
    """`plain` puts names in the place of pids."""
    values = {name: repr(value) for name, value in call.values.items() if name not in _OWN}
    if call.operation in _RUN_VALUES:
        values.pop("result", None)
    # Whether anybody saw that it is gone is another matter.
    outcome = "ok" if call.operation == "exit" else call.outcome
    # That it began shows in a call that did not end; how an object looks is the object's affair.
    shown = () if outcome == "unfinished" else tuple(sorted(values.items()))
    given = tuple((name, plain(value)) for name, value in shown if "Shown(" not in value)
    return _Told(call.operation, call.object, outcome, None if call.error is None else call.error.type, given)


def _words(told: _Told | None) -> str:
    if told is None:
        return "nothing"
    operation, target, outcome, error, values = told
    words = operation if target is None else f"{operation} {target}"
    given = ", ".join(f"{name}={value}" for name, value in values)
    how = "" if outcome == "ok" else f", raised {error}" if error is not None else f", {outcome}"
    return f"{words}{f' ({given})' if given else ''}{how}"
