"""When a pool is to be ended in a replay: its workers are killed by its own threads, which nobody can hold up."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from mprunner.worlds.real.moves import GOES_ON, Move

__all__ = ["late_kills"]


def late_kills(moves: Sequence[Move], pools: Collection[str]) -> tuple[Move, ...]:
    """The same steps with each end of one of these pools as late as can be: what a worker does before it dies, it then can do.

    Nothing but the end of the workers depends on when they are sent a signal, as long as it comes before the next step of who
    sends it. Processes that a scenario declares are no matter here: their signals are held back.
    """
    found = list(moves)
    for at in range(len(found) - 1, -1, -1):
        move = found[at]
        ends = move.name.startswith("terminate ") and move.name.split()[1].partition("[")[0] in pools
        if not ends and (move.name, move.thread) != ("exit", "main"):
            continue
        later = at
        while later + 1 < len(found) and not _comes_before(move, found[later + 1]):
            later += 1
        if later + 1 < len(found) and _is_worker_s_end(found[later + 1], pools):
            found.insert(later, found.pop(at))
    return tuple(found)


def _comes_before(move: Move, following: Move) -> bool:
    """Whether a kill has to come before this step."""
    same = following.thread == move.thread and following.name != GOES_ON
    return same or following.thread.endswith(".signal")


def _is_worker_s_end(move: Move, pools: Collection[str]) -> bool:
    return move.thread.endswith(".signal") and move.thread.partition("[")[0] in pools
