"""Who gives leave in a replay: one thread of mprun, which lets the processes of a run do their steps in a schedule's order.

A step that is to be done at once is waited for; one that begins to wait is let go until it sleeps; the end of a wait nobody can
order, so that it is waited for. Where the run can't follow, it is told where and why, and from there on everything is granted,
as it is behind the schedule's last step: a deadlock then shows as in any run.
"""

from __future__ import annotations

import contextlib
import os
import selectors
import socket
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any, Union

from mprunner.program.declarations import Program
from mprunner.worlds.real import proc
from mprunner.worlds.real.late_kills import late_kills
from mprunner.worlds.real.moves import FREE, GOES_ON, HELD, Key, Move, Parting, Reason, Replayed, step_name
from mprunner.worlds.real.seats import Quiet, Seat
from mprunner.worlds.real.wire import Channel

__all__ = ["Gatekeeper", "Pace"]

Pace = Callable[[int, Move], Union[bool, None]]
"""Asked before the step of this number (from 0) is made, in the gatekeeper's thread, and again while it answers None: not yet.
False: no more of this replay.
"""

_UNWRITTEN = frozenset({"begin", "exit", "task_start", "writes"})
"""What a schedule need not name, as nobody wrote it."""

_QUIET_LOOKS = 6
_TICK = 0.01
_SHORT_TICK = 0.001
_LISTEN = 64
_SOON_SECONDS = 2.0
"""A wait whose time runs out while others look on is over by then."""


def _may_wait(move: Move) -> bool:
    """Whether the step is made when its thread sleeps: it only begins, or writes more than there is room for."""
    return move.part == "begins" or move.name == "writes"


class Gatekeeper:
    """Follows `moves`. `whole`: they are all the steps that there are, so that another one is a parting. `stop`: the run is to
    be ended behind the last of them.
    """

    def __init__(
        self,
        program: Program,
        moves: Sequence[Move],
        *,
        whole: bool,
        pace: Pace | None = None,
        stop: bool = False,
    ) -> None:
        self._program = program
        pools = frozenset(each.name for each in program.objects if each.kind == "pool")
        self._moves = late_kills(moves, pools)
        self._last = {move.key: number for number, move in enumerate(self._moves)}
        self._named = {move.thread for move in self._moves}
        self._whole = whole
        self._pace = pace
        self._stop_at_end = stop
        self._wants_end = False
        self._stopping = False
        self._at = 0
        self._open = not self._moves
        self._parting: Parting | None = None
        self._skipped: list[Move] = []
        self._given: tuple[Seat, Key] | None = None
        self._seats: list[Seat] = []
        self._asking: dict[str, Seat] = {}
        self._owner: dict[str, Seat] = {}
        self._done: set[Key] = set()
        self._signals: dict[str, list[tuple[int, int]]] = {}
        self._victims: dict[str, int] = {}
        self._counts: Counter[tuple[str, str]] = Counter()
        self._quiet = Quiet(_QUIET_LOOKS)
        self._keeper = 0
        self._patience = 0.0
        self._selector = selectors.DefaultSelector()
        self._listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._stop, self._stopper = os.pipe2(os.O_CLOEXEC)
        self._thread: threading.Thread | None = None
        self._failed: BaseException | None = None
        self.path = ""

    @property
    def is_open(self) -> bool:
        """Whether everything is granted: behind the last step, or where the run has parted from the schedule."""
        return self._open

    @property
    def wants_end(self) -> bool:
        """Whether the run is to be ended now."""
        return self._wants_end

    def start(self, path: str, keeper: int) -> None:
        """Listen at this path, which is not there yet; `keeper` is the process that all of the run descends from.

        Raises OSError.
        """
        self.path, self._keeper = path, keeper
        self._listener.bind(path)
        self._listener.listen(_LISTEN)
        self._listener.setblocking(False)
        self._selector.register(self._listener, selectors.EVENT_READ, None)
        self._selector.register(self._stop, selectors.EVENT_READ, None)
        self._thread = threading.Thread(target=self._serve, name="gatekeeper", daemon=True)
        self._thread.start()

    def close(self) -> Replayed:
        """The run is over: stop, and tell how far it followed. Raises what went wrong here."""
        os.write(self._stopper, b".")
        if self._thread is not None:
            self._thread.join()
        for seat in self._seats:
            seat.channel.close()
        self._listener.close()
        self._selector.close()
        for descriptor in (self._stop, self._stopper):
            os.close(descriptor)
        with contextlib.suppress(OSError):
            os.unlink(self.path)
        if self._failed is not None:
            raise self._failed
        while self._parting is None and self._at < len(self._moves):
            move = self._moves[self._at]
            if move.name != GOES_ON and move.key not in self._done and not self._was_killed(move.thread):
                owner = self._owner.get(move.thread)
                self._part(move, "absent" if owner is None else "died" if owner.closed else "ended")
                break
            self._at += 1
        return Replayed(self._at, self._parting, tuple(self._skipped))

    # --- serving ---

    def _serve(self) -> None:
        try:
            while self._step():
                pass
        except BaseException as error:
            self._failed = error
            self._let_all_go()

    def _step(self) -> bool:
        tick = 0 if self._stopping else None if self._open else _SHORT_TICK if self._settling else _TICK
        ready = self._selector.select(tick)
        for key, _ in ready:
            if key.fileobj is self._listener:
                self._accept()
            elif key.data is not None:
                self._hear(key.data)
            else:
                self._stopping = True
                self._selector.unregister(self._stop)
        if not self._open:
            self._advance()
            if ready:
                self._quiet.forget()
            elif not self._settling and self._seats and self._quiet.look(self._keeper):
                self._stuck()
        return bool(ready) or not self._stopping  # what has arrived is heard to its end

    @property
    def _settling(self) -> bool:
        return self._given is not None and (self._given[0].going or self._given[0].closed)

    def _accept(self) -> None:
        with contextlib.suppress(BlockingIOError):
            end, _ = self._listener.accept()
            seat = Seat(Channel(end))
            self._seats.append(seat)
            self._selector.register(end, selectors.EVENT_READ, seat)

    def _hear(self, seat: Seat) -> None:
        seat.channel.fill()
        while (message := seat.channel.pending()) is not None:
            self._obey(seat, message)
        if seat.closed:
            self._selector.unregister(seat.channel.end)
            seat.asked = None
            for name in [name for name, asking in self._asking.items() if asking is seat]:
                del self._asking[name]

    def _obey(self, seat: Seat, message: Any) -> None:
        what = message[0]
        if what == "hello":
            seat.pid = message[1]
        elif what == "going":
            seat.going = True
        elif what == "held":
            self._held(seat)
        elif what == "signal":
            self._signal(*message[1:])
        elif what == "done":
            if seat.inside:
                self._done.add(seat.inside.pop())
        elif what == "ask":
            self._asked(seat, *message[1:])

    def _held(self, seat: Seat) -> None:
        """What it has leave for is on record and waits to be done; or it has slept, and needs a lock to come to its end."""
        key = seat.inside.pop()
        if self._wants_end:
            return
        only_called = self._given == (seat, key) and self._moves[self._at].part == "called"
        if self._open or not (only_called or self._end_comes(key)):
            seat.grant(key, FREE)
            return
        seat.asked = key
        self._asking[key[0]] = seat

    def _signal(self, victim: str, pid: int, number: int) -> None:
        """Somebody sends a signal to a process; a schedule that says when it dies has the signal held back."""
        self._victims[victim] = pid
        self._signals.setdefault(victim, []).append((pid, number))
        if self._open or not (self._whole or f"{victim}.signal" in self._named):
            self._deliver(victim)

    def _deliver(self, victim: str) -> None:
        for pid, number in self._signals.pop(victim, ()):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, number)

    def _end_comes(self, key: Key) -> bool:
        """Whether the end of a wait is a step of its own, and still to come."""
        at = self._last.get(key, -1)
        return at >= self._at and self._moves[at].part == "ends"

    def _asked(self, seat: Seat, thread: str, operation: str, target: str | None, site: int) -> None:
        name = step_name(self._program, operation, target, site)
        self._counts[thread, name] += 1
        key = (thread, name, self._counts[thread, name])
        seat.threads.add(thread)
        self._owner[thread] = seat
        if self._wants_end:
            return
        if self._open or (key not in self._last and self._is_free(thread, operation)):
            seat.grant(key, FREE)
            return
        seat.asked = key
        self._asking[thread] = seat

    def _is_free(self, thread: str, operation: str) -> bool:
        """Whether a step that the schedule does not name may be made at any time."""
        if self._whole and (f"{thread}.signal" in self._named or operation == "task_start"):
            return False  # it is to die, or its worker is, before it comes to that
        if thread in self._named:
            return operation in _UNWRITTEN and operation != "writes"
        return operation in _UNWRITTEN or (thread == "main" and not self._whole)

    # --- following ---

    def _advance(self) -> None:
        while not self._open:
            if self._at == len(self._moves):
                self._wants_end = self._stop_at_end
                self._let_all_go()
                return
            move = self._moves[self._at]
            if not self._is_made(move):
                return
            self._at += 1
            self._given = None
            self._quiet.forget()

    def _is_made(self, move: Move) -> bool:
        """Whether this step has been made; gives leave for it where that is asked for."""
        if self._given is not None:
            seat, key = self._given
            if move.part == "called":
                return seat.asked == key or self._is_gone(move)
            if move.name == "exit":
                return key in self._done and (seat.is_over() if seat.closed else seat.sleeps())
            if key in self._done:
                return True
            if seat.closed:
                # Who could not be made in its process ends before it has begun; what it ends with is compared.
                return seat.is_over() if move.name == "begin" else self._skip(move)
            return (move.part == "begins" and seat.asked == key) or (_may_wait(move) and seat.sleeps())
        if move.name == GOES_ON:
            return True
        if move.thread.endswith(".signal"):
            return self._has_died(move.thread.rpartition(".")[0])
        if move.part == "ends":
            sleeper = self._asking.get(move.thread)
            if sleeper is not None and sleeper.asked == move.key and self._may_go(move):
                del self._asking[move.thread]
                sleeper.grant(move.key, FREE)
                self._given = (sleeper, move.key)
            return move.key in self._done or self._is_gone(move)
        found = self._asking.get(move.thread)
        if found is None or found.asked is None:
            return self._is_gone(move)
        if found.asked != move.key:
            if found.asked in self._last or self._whole:
                self._other(move, found.asked)
            else:
                self._let_by(move.thread)
            return False
        if not self._may_go(move):
            return False
        del self._asking[move.thread]
        if move.part == "called":
            found.grant(move.key, HELD)
            self._given = (found, move.key)
            return False
        out = "soon" if move.part == "begins" and not self._ends_next(move) else "out"
        mode: Any = move.choice if move.choice is not None else out if move.out else "have"
        found.grant(move.key, mode, tell=_may_wait(move) or move.name == "exit")
        if mode == "soon":
            self._patience = time.monotonic() + _SOON_SECONDS
        self._given = (found, move.key)
        return False

    def _has_died(self, victim: str) -> bool:
        """Whether a process is over that a signal is to end now."""
        if self._program.process(victim.partition("[")[0]) is None:
            worker = self._owner.get(victim)
            return worker is None or (worker.closed and worker.is_over())
        self._deliver(victim)
        return victim in self._victims and proc.activity(self._victims[victim]) is None

    def _may_go(self, move: Move) -> bool:
        """Whether whoever looks on wants the step now."""
        if self._pace is None:
            return True
        answer = self._pace(self._at, move)
        self._patience = time.monotonic() + _SOON_SECONDS
        if answer is False:
            self._wants_end = True
            self._let_all_go()
        return bool(answer)

    def _ends_next(self, move: Move) -> bool:
        """Whether nothing comes between the begin of this wait and its end."""
        following = (each for each in self._moves[self._at + 1 :] if each.name != GOES_ON)
        after = next(following, None)
        return after is not None and after.key == move.key and after.part == "ends"

    def _let_by(self, thread: str) -> None:
        """Give leave for a step that the schedule does not name, as somebody needs it."""
        seat = self._asking.pop(thread)
        if seat.asked is not None:
            seat.grant(seat.asked, FREE)
        self._quiet.forget()

    def _other(self, move: Move, asked: Key) -> None:
        """The thread is at another step than the one that is next."""
        words = asked[1] if asked[2] == 1 else f"{asked[1]}, number {asked[2]}"
        self._part(move, "other" if self._last.get(asked, -1) > self._at else "unlisted", words)

    def _is_gone(self, move: Move) -> bool:
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

    def _stuck(self) -> None:
        if time.monotonic() < self._patience:
            return  # a clock runs
        unnamed = [thread for thread, seat in self._asking.items() if seat.asked not in self._last]
        if unnamed and not self._whole:
            self._let_by(min(unnamed, key=lambda thread: (thread != "main", thread)))
            return
        move = self._moves[self._at]
        owner = self._owner.get(move.thread)
        inside = owner.inside if owner is not None else []
        if inside:
            self._part(move, "blocked", inside[-1][1])
        elif owner is not None:
            self._part(move, "ended")
        else:
            self._part(move, "absent")

    def _part(self, move: Move, reason: Reason, found: str = "") -> None:
        self._parting = Parting(self._at, move, reason, found)
        self._let_all_go()

    def _let_all_go(self) -> None:
        self._open = True
        self._given = None
        if self._wants_end:
            return  # nobody goes on
        for victim in list(self._signals):
            self._deliver(victim)
        for seat in self._seats:
            if seat.asked is not None:
                seat.grant(seat.asked, FREE)
        self._asking.clear()
