"""A run led through a schedule: which thread gets leave for which step, and where the run parts from what it should do.

A step that is to be done at once is waited for; one that begins to wait is let go until it sleeps; the end of a wait nobody can
order, so that it is waited for. Where the run can't follow, it is told where and why, and from there on everything is granted,
as it is behind the schedule's last step: a deadlock then shows as in any run.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any, Union

from mprunner.program.declarations import Program
from mprunner.worlds.real.held_signals import HeldSignals
from mprunner.worlds.real.late_kills import late_kills
from mprunner.worlds.real.moves import FREE, GOES_ON, HELD, Key, Move, Parting, Reason, Replayed, step_name
from mprunner.worlds.real.seats import Seat

__all__ = ["Leader", "Pace"]

Pace = Callable[[int, Move], Union[bool, None]]
"""Asked before the step of this number (from 0) is made, in the gatekeeper's thread, and again while it answers None: not yet.
False: no more of this replay.
"""

_UNWRITTEN = frozenset({"begin", "exit", "task_start", "task_end", "writes"})
"""What a schedule need not name, as nobody wrote it."""

_CALLBACK = ".callback["
"""In the names of threads that call back."""

_SOON_SECONDS = 2.0
"""A wait whose time runs out while others look on is over by then."""

_ARRIVAL_SECONDS = 10.0
"""What the threads of a pool pass on has arrived by then, although one of them never sleeps, or the machine is busy."""


def _may_wait(move: Move) -> bool:
    """Whether the step is made when its thread sleeps: it only begins, or writes more than there is room for."""
    return move.part == "begins" or move.name == "writes"


def _is_handed_on(move: Move) -> bool:
    """Whether the threads of a pool pass on what comes of the step: a task to a worker, a result to who submitted it."""
    return move.name.partition(" ")[0] in ("apply_async", "task_end")


class Leader:
    """Follows `moves`, and hears of what the threads of the run ask and do. The arguments are those of `Gatekeeper`."""

    def __init__(
        self, program: Program, moves: Sequence[Move], *, whole: bool, pace: Pace | None, stop: bool
    ) -> None:
        self._program = program
        pools = frozenset(each.name for each in program.objects if each.kind == "pool")
        self._moves = late_kills(moves, pools)
        self._last = {move.key: number for number, move in enumerate(self._moves)}
        self._named = {move.thread for move in self._moves}
        self._whole = whole
        self._pace = pace
        self._stop_at_end = stop
        self._at = 0
        self._parting: Parting | None = None
        self._skipped: list[Move] = []
        self._given: tuple[Seat, Key] | None = None
        self._asking: dict[str, Seat] = {}
        self._owner: dict[str, Seat] = {}
        self._done: set[Key] = set()
        self._signals = HeldSignals()
        self._counts: Counter[tuple[str, str]] = Counter()
        self._patience = 0.0
        self._arrival = 0.0
        self.seats: list[Seat] = []
        self.is_open = not self._moves
        """Whether everything is granted: behind the last step, or where the run has parted from the schedule."""
        self.wants_end = False
        """Whether the run is to be ended now."""

    @property
    def settling(self) -> bool:
        """Whether the thread that leave was given to has yet to come to rest, or its process to its end."""
        return self._given is not None and (self._given[0].going or self._given[0].closed)

    @property
    def spinning(self) -> Counter[int]:
        """By process, how many of its threads may never sleep: while a callback waits, CPython's that looks after the workers."""
        return Counter(seat.pid for thread, seat in self._asking.items() if _CALLBACK in thread)

    # --- what is heard ---

    def hear(self, seat: Seat, message: Any) -> None:
        """A thread says something."""
        what = message[0]
        if what == "hello":
            seat.pid = message[1]
        elif what == "going":
            seat.going = True
        elif what == "held":
            self._held(seat, within=message[1])
        elif what == "signal":
            self._signal(*message[1:])
        elif what == "done":
            if seat.inside:
                self._done.add(seat.inside.pop())
        elif what == "ask":
            self._asked(seat, *message[1:])

    def is_gone(self, seat: Seat) -> None:
        """A thread, or its process, has ended."""
        seat.asked = None
        for name in [name for name, asking in self._asking.items() if asking is seat]:
            del self._asking[name]

    def _asked(self, seat: Seat, thread: str, operation: str, target: str | None, site: int) -> None:
        name = step_name(self._program, operation, target, site)
        self._counts[thread, name] += 1
        key = (thread, name, self._counts[thread, name])
        seat.threads.add(thread)
        self._owner[thread] = seat
        if self.wants_end:
            return
        if self.is_open or (key not in self._last and self._is_free(thread, operation)):
            seat.grant(key, FREE)
            return
        self._sit(seat, key, within=False)

    def _held(self, seat: Seat, *, within: bool) -> None:
        """What it has leave for is on record and waits to be done; or it has slept, and needs a lock to come to its end; or,
        `within`, it is between two steps of it.
        """
        key = seat.inside.pop()
        if self.wants_end:
            return
        part = self._moves[self._at].part if self._given == (seat, key) else None
        if self.is_open or part == "ends" or not (part == "called" or self._stops(key, within=within)):
            seat.grant(key, FREE)
            return
        self._sit(seat, key, within=within)

    def _sit(self, seat: Seat, key: Key, *, within: bool) -> None:
        seat.asked, seat.within = key, within
        self._asking[key[0]] = seat

    def _stops(self, key: Key, *, within: bool) -> bool:
        """Whether what has begun does not go on by itself: its end is a step of its own and still to come, or never comes."""
        last = self._last.get(key)
        if last is None:
            return False
        part = self._moves[last].part
        if part == "begins":
            return within and (self._whole or f"{key[0]}.signal" in self._named)
        return part == "ends" and last >= self._at

    def _is_free(self, thread: str, operation: str) -> bool:
        """Whether a step that the schedule does not name may be made at any time."""
        if self._whole and (f"{thread}.signal" in self._named or operation in ("task_start", "task_end")):
            return False  # it is to die, or its worker is, before it comes to that
        if thread in self._named:
            return operation in _UNWRITTEN and operation != "writes"
        return operation in _UNWRITTEN or (thread == "main" and not self._whole)

    def _signal(self, victim: str, pid: int, number: int) -> None:
        """Somebody sends a signal to a process; a schedule that says when it dies has the signal held back."""
        self._signals.hold(victim, pid, number)
        if self.is_open or not (self._whole or f"{victim}.signal" in self._named):
            self._signals.deliver(victim)

    # --- following ---

    def advance(self) -> bool:
        """Go on as far as can be now; whether any step has been made."""
        before = self._at
        while not self.is_open:
            if self._at == len(self._moves):
                self.wants_end = self._stop_at_end
                self.let_all_go()
                break
            if not self._is_made(self._moves[self._at]):
                break
            self._at += 1
            self._given = None
        return self._at > before

    def _is_made(self, move: Move) -> bool:
        """Whether this step has been made; gives leave for it where that is asked for."""
        if self._given is not None:
            return self._is_over(move, *self._given)
        if move.name == GOES_ON:
            return not self._goes_on(move)
        if move.thread.endswith(".signal"):
            return self._has_died(move.thread.rpartition(".")[0])
        if move.part == "ends":
            sleeper = self._asking.get(move.thread)
            if sleeper is not None and sleeper.asked == move.key and self._may_go(move):
                self._grant(sleeper, move.key, self._mode(move))
            return move.key in self._done or self._was_left(move)
        found = self._asking.get(move.thread)
        if found is None or found.asked is None:
            return self._was_left(move)
        if found.asked != move.key:
            if found.asked in self._last or self._whole:
                self._other(move, found.asked)
            else:
                self._let_by(move.thread)
            return False
        if self._may_go(move):
            mode = self._mode(move)
            tell = _may_wait(move) or _is_handed_on(move) or move.name == "exit"
            self._grant(found, move.key, mode, tell=mode != HELD and tell)
            if mode == "soon":
                self._patience = time.monotonic() + _SOON_SECONDS
            elif _is_handed_on(move):
                self._arrival = time.monotonic() + _ARRIVAL_SECONDS
        return False

    def _mode(self, move: Move) -> Any:
        """The leave for a step: how it is to be done."""
        if move.part == "called":
            return HELD
        if move.part == "ends":
            return FREE
        if move.choice is not None:
            return move.choice
        if not move.out:
            return "have"
        return "soon" if move.part == "begins" and not self._ends_next(move) else "out"

    def _is_over(self, move: Move, seat: Seat, key: Key) -> bool:
        """Whether the step that leave was given for has been made."""
        if move.part == "called":
            return seat.asked == key or self._was_left(move)
        if move.name == GOES_ON:
            return key in self._done or seat.asked == key or seat.closed
        if move.name == "exit":
            return key in self._done and (seat.is_over() if seat.closed else seat.sleeps())
        if _is_handed_on(move):
            return key in self._done and self._has_arrived(seat)
        if key in self._done:
            return True
        if seat.closed:
            # Who could not be made in its process ends before it has begun; what it ends with is compared.
            return seat.is_over() if move.name == "begin" else self._skip(move)
        return (move.part == "begins" and seat.asked == key) or (_may_wait(move) and seat.sleeps())

    def _has_arrived(self, seat: Seat) -> bool:
        """Whether what the threads of a pool pass on is where it belongs: they sleep, or wait in a callback, and so does who gave
        it. Where a callback has raised, one of them never sleeps.
        """
        spinning = self.spinning
        concerned = [each for each in (seat, self._owner.get("main")) if each is not None]
        if all(each.is_over() if each.closed else spinning[each.pid] or each.rests() for each in concerned):
            return True
        return time.monotonic() > self._arrival

    def _goes_on(self, move: Move) -> bool:
        """Whether the thread stands between two steps of what it does, and has now got leave for the next of them."""
        seat = self._asking.get(move.thread)
        if seat is None or seat.asked is None or not seat.within:
            return False
        if self._may_go(move):
            self._grant(seat, seat.asked, FREE)
        return True

    def _grant(self, seat: Seat, key: Key, mode: Any, *, tell: bool = False) -> None:
        del self._asking[key[0]]
        seat.grant(key, mode, tell=tell)
        self._given = (seat, key)

    def _has_died(self, victim: str) -> bool:
        """Whether a process is over that a signal is to end now."""
        if self._program.process(victim.partition("[")[0]) is None:
            worker = self._owner.get(victim)
            return worker is None or (worker.closed and worker.is_over())
        self._signals.deliver(victim)
        return self._signals.has_ended(victim)

    def _may_go(self, move: Move) -> bool:
        """Whether whoever looks on wants the step now."""
        if self._pace is None:
            return True
        answer = self._pace(self._at, move)
        self._patience = time.monotonic() + _SOON_SECONDS
        if answer is False:
            self.wants_end = True
            self.let_all_go()
        return bool(answer)

    def _ends_next(self, move: Move) -> bool:
        """Whether nothing comes between the begin of this wait and its end."""
        following = (each for each in self._moves[self._at + 1 :] if each.name != GOES_ON)
        after = next(following, None)
        return after is not None and after.key == move.key and after.part == "ends"

    def _was_left(self, move: Move) -> bool:
        """Whether the thread is gone, and no step of it is to be waited for: it was killed."""
        owner = self._owner.get(move.thread)
        if owner is None or not owner.closed:
            return False
        if self._was_killed(move.thread):
            return self._skip(move)
        self._part(move, "died")
        return False

    def _was_killed(self, thread: str) -> bool:
        owner = self._owner.get(thread)
        if owner is None:
            return False
        return not any(key[0] in owner.threads and key[1] == "exit" for key in self._done)

    def _skip(self, move: Move) -> bool:
        self._skipped.append(move)
        return True

    # --- where it does not fit ---

    def is_stuck(self) -> None:
        """Nothing goes on any more: let somebody by whom the schedule does not name, else part from it."""
        if time.monotonic() < self._patience:
            return  # a clock runs
        unnamed = [thread for thread, seat in self._asking.items() if seat.asked not in self._last]
        if unnamed and not self._whole:
            self._let_by(min(unnamed, key=lambda thread: (thread != "main", thread)))
            return
        move = self._moves[self._at]
        owner = self._owner.get(move.thread)
        if owner is None:
            self._part(move, "absent")
        elif owner.inside:
            self._part(move, "blocked", owner.inside[-1][1])
        else:
            self._part(move, "ended")

    def _let_by(self, thread: str) -> None:
        """Give leave for a step that the schedule does not name, as somebody needs it."""
        seat = self._asking.pop(thread)
        if seat.asked is not None:
            seat.grant(seat.asked, FREE)

    def _other(self, move: Move, asked: Key) -> None:
        """The thread is at another step than the one that is next."""
        words = asked[1] if asked[2] == 1 else f"{asked[1]}, number {asked[2]}"
        self._part(move, "other" if self._last.get(asked, -1) > self._at else "unlisted", words)

    def _part(self, move: Move, reason: Reason, found: str = "") -> None:
        self._parting = Parting(self._at, move, reason, found)
        self.let_all_go()

    def let_all_go(self) -> None:
        """From now on everything is granted."""
        self.is_open = True
        self._given = None
        if self.wants_end:
            return  # nobody goes on
        self._signals.deliver_all()
        for seat in self.seats:
            if seat.asked is not None:
                seat.grant(seat.asked, FREE)
        self._asking.clear()

    def result(self) -> Replayed:
        """How far the run followed, now that it is over."""
        while self._parting is None and self._at < len(self._moves):
            move = self._moves[self._at]
            if move.name != GOES_ON and move.key not in self._done and not self._was_killed(move.thread):
                owner = self._owner.get(move.thread)
                self._part(move, "absent" if owner is None else "died" if owner.closed else "ended")
                break
            self._at += 1
        return Replayed(self._at, self._parting, tuple(self._skipped))
