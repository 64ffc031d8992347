"""What a replay on real objects can't force: one list. Reports count which of it a schedule has, and what happened is checked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

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
        "an operation in flight can't be held up between two of its own steps",
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
        "a signal arrives where the victim is: between two operations or in a wait, not in the midst of one",
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
        "tasks are led under their own names, whoever runs them",
        "test_tasks_of_a_pool_are_led_by_their_names",
    ),
)


def counted(moves: Sequence[Move], replayed: Replayed | None = None) -> dict[str, int]:
    """How many transitions of each of these a schedule has; only those that it has any of.

    `replayed` adds what a killed process no longer did.
    """
    found: Counter[str] = Counter(filter(None, map(_name, moves)))
    begun = {move.key for move in moves if move.part == "begins"}
    found["timeout inside"] += sum(
        1 for move in moves if move.out and move.key in begun and move.part == "begins"
    )
    writes = Counter(move.thread for move in moves if move.name == "writes")
    found["long write"] += sum(1 for move in moves if move.name == GOES_ON and move.thread in writes)
    if replayed is not None:
        found["kill inside"] += len(replayed.skipped)
    return {each.name: found[each.name] for each in UNFORCEABLE if found[each.name]}


def _name(move: Move) -> str | None:
    if move.part == "ends":
        return "wake-up"
    if move.name == GOES_ON:
        if ".flush" in move.thread:
            return "store buffer"
        return None if ".feeder(" in move.thread else "inside"
    if move.name == "dies":
        return "kill inside"
    return "hand-out" if move.name.startswith("task_start") else None
