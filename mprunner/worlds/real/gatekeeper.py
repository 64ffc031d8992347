"""Who gives leave in a replay: one thread of mprun, to which the threads of a run connect, and which a `Leader` tells what to
grant.
"""

from __future__ import annotations

import contextlib
import os
import selectors
import socket
import threading
from collections.abc import Sequence

from mprunner.program.declarations import Program
from mprunner.worlds.real.leading import Leader, Pace
from mprunner.worlds.real.moves import Move, Replayed
from mprunner.worlds.real.seats import Quiet, Seat
from mprunner.worlds.real.wire import Channel

__all__ = ["Gatekeeper", "Pace"]

_TICK = 0.01
_SHORT_TICK = 0.001
_LISTEN = 64


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
        self._leader = Leader(program, moves, whole=whole, pace=pace, stop=stop)
        self._stopping = False
        self._quiet = Quiet()
        self._keeper = 0
        self._selector = selectors.DefaultSelector()
        self._listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._stop, self._stopper = os.pipe2(os.O_CLOEXEC)
        self._thread: threading.Thread | None = None
        self._failed: BaseException | None = None
        self.path = ""

    @property
    def is_open(self) -> bool:
        """Whether everything is granted: behind the last step, or where the run has parted from the schedule."""
        return self._leader.is_open

    @property
    def wants_end(self) -> bool:
        """Whether the run is to be ended now."""
        return self._leader.wants_end

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
        for seat in self._leader.seats:
            seat.channel.close()
        self._listener.close()
        self._selector.close()
        for descriptor in (self._stop, self._stopper):
            os.close(descriptor)
        with contextlib.suppress(OSError):
            os.unlink(self.path)
        if self._failed is not None:
            raise self._failed
        return self._leader.result()

    def _serve(self) -> None:
        try:
            while self._step():
                pass
        except BaseException as error:
            self._failed = error
            self._leader.let_all_go()

    def _step(self) -> bool:
        leader = self._leader
        tick = 0 if self._stopping else None if leader.is_open else _SHORT_TICK if leader.settling else _TICK
        ready = self._selector.select(tick)
        for key, _ in ready:
            if key.fileobj is self._listener:
                self._accept()
            elif key.data is not None:
                self._hear(key.data)
            else:
                self._stopping = True
                self._selector.unregister(self._stop)
        if not leader.is_open:
            if leader.advance() or ready:
                self._quiet.forget()
            elif not leader.settling and leader.seats and self._quiet.look(self._keeper, leader.spinning):
                leader.is_stuck()
                self._quiet.forget()
        return bool(ready) or not self._stopping  # what has arrived is heard to its end

    def _accept(self) -> None:
        with contextlib.suppress(BlockingIOError):
            end, _ = self._listener.accept()
            seat = Seat(Channel(end))
            self._leader.seats.append(seat)
            self._selector.register(end, selectors.EVENT_READ, seat)

    def _hear(self, seat: Seat) -> None:
        seat.channel.fill()
        while (message := seat.channel.pending()) is not None:
            self._leader.hear(seat, message)
        if seat.closed:
            self._selector.unregister(seat.channel.end)
            self._leader.is_gone(seat)
