"""What a replay on real objects can't force: one list. Reports count which of it a schedule has, and what happened is checked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from mprunner.program.declarations import Program
from mprunner.records import record
from mprunner.worlds.real.moves import GOES_ON, Move, Replayed

__all__ = ["UNFORCEABLE", "Unforceable", "counted"]


@record
class Unforceable:
    """A transition that nobody outside can order: its name, why, what is done instead, and the test that shows it."""

    name: str
    reason: str
    instead: str
    test: str


UNFORCEABLE: tuple[Unforceable, ...] = (
    Unforceable(
        "wake-up",
        "which sleeper the kernel wakes first, and when it runs, is the kernel's",
        "the end of a wait is waited for, and the record compared",
        "test_the_end_of_a_wait_is_waited_for",
    ),
    Unforceable(
        "inside",
        "an operation in flight, but for a get from a Queue, can't be held up between two of its own steps, nor can the end of a "
        "process",
        "it goes on by itself, and the record is compared",
        "test_a_condition_that_is_notified_is_replayed",
    ),
    Unforceable(
        "long write",
        "a feeder that writes more than the pipe has room for goes on as it is read",
        "it is let go until it sleeps",
        "test_a_long_item_is_written_as_far_as_there_is_room",
    ),
    Unforceable(
        "timeout inside",
        "a wait that others see begin before its time is up ends when the clock says so",
        "it is given a quarter of a second, and the record is compared",
        "test_a_wait_can_run_out_of_time_after_others_have_seen_it",
    ),
    Unforceable(
        "kill inside",
        "a signal arrives where the victim is: between two operations or in a wait, not in the midst of one; a pool kills its "
        "workers in a thread of its own",
        "the signal is held back until its time has come, and the victim's last operation is not compared",
        "test_a_killed_process_dies_where_the_schedule_says",
    ),
    Unforceable(
        "store buffer",
        "when a core writes its stores to memory is its own affair",
        "nothing; the values read are compared",
        "test_a_flush_of_a_store_buffer_is_not_forced",
    ),
    Unforceable(
        "hand-out",
        "which worker of a pool takes a task, and when results come back, is up to the pool's own threads",
        "tasks, and what their callbacks do, are led under their own names, whoever runs them",
        "test_tasks_of_a_pool_are_led_by_their_names",
    ),
    Unforceable(
        "clock",
        "what the clock says when it is asked is another in each run, and so is all that is computed from it",
        "it is left out of the comparison, the rest of the operation is compared",
        "test_what_depends_on_the_clock_is_not_compared",
    ),
)


def counted(
    program: Program, moves: Sequence[Move], replayed: Replayed | None = None, *, of_clock: int = 0
) -> dict[str, int]:
    """How many transitions of each of these a schedule has; only those that it has any of.

    `replayed` adds what a killed process no longer did, `of_clock` how many operations have values that depend on the clock.
    """
    found: Counter[str] = Counter(filter(None, _Naming(program, moves).names()))
    found["clock"] += of_clock
    if replayed is not None and any(move.name == "dies" for move in moves):
        found["kill inside"] += len(replayed.skipped)
    return {each.name: found[each.name] for each in UNFORCEABLE if found[each.name]}


_WAITS = frozenset({"acquire", "apply", "exit", "get", "join", "put", "wait"})
"""Where a process waits for others, and is killed as it waits: that can be forced."""


class _Naming:
    """Goes through a schedule, and names what of it can't be forced."""

    def __init__(self, program: Program, moves: Sequence[Move]) -> None:
        self._kinds = {each.name: each for each in program.objects}
        self._moves = moves
        self._writing = {move.thread for move in moves if move.name == "writes"}
        self._begun: dict[str, Move] = {}
        self._last: dict[str, str] = {}

    def names(self) -> Iterator[str | None]:
        for move in self._moves:
            yield self._name(move)
            if move.part == "begins":
                self._begun[move.thread] = move
            elif move.part == "ends":
                self._begun.pop(move.thread, None)
            self._last[move.thread] = move.name

    def _name(self, move: Move) -> str | None:
        if move.name == GOES_ON:
            return self._goes_on(move)
        if move.name == "dies":
            return "kill inside" if self._is_inside(move.thread.rpartition(".")[0]) else None
        if move.part == "ends":
            return None if self._is_held(move) else "wake-up"
        if move.part == "begins" and move.out:
            return None if self._is_held(move) else "timeout inside"
        return "hand-out" if move.name.startswith("task_start") else None

    def _goes_on(self, move: Move) -> str | None:
        if move.choice is not None:
            return "clock" if move.choice else None  # late
        if ".flush" in move.thread:
            return "store buffer"
        if ".feeder(" in move.thread:
            return "long write" if move.thread in self._writing else None
        begun = self._begun.get(move.thread)
        if begun is None:  # a process that has begun to end, or what nobody has written
            return "inside" if self._last.get(move.thread) == "exit" else None
        return None if self._is_held(begun) else "inside"

    def _is_inside(self, victim: str) -> bool:
        """Whether a process dies in the midst of an operation, and neither in a wait nor where it can be held."""
        declared = self._kinds.get(victim.partition("[")[0])
        if declared is not None:
            return True  # a worker: its pool kills it
        begun = self._begun.get(victim)
        if begun is None or self._is_held(begun):
            return False
        return self._last[victim] == GOES_ON or begun.name.partition(" ")[0] not in _WAITS

    def _is_held(self, move: Move) -> bool:
        """Whether each step of it waits for its turn: it gets an item from a `Queue` (`worlds.real.gate`)."""
        words = move.name.split()
        declared = self._kinds.get(words[1].partition("[")[0]) if len(words) > 1 else None
        return (
            words[0] in ("get", "get_nowait")
            and declared is not None
            and declared.kind == "queue"
            and declared.options.get("type") != "SimpleQueue"
            and declared.options.get("manager") is None
        )
