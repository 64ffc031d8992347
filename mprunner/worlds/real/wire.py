"""Messages between mprun and its keeper: pickled, each behind its length, over a pair of sockets."""

from __future__ import annotations

import pickle
import select
import socket
import struct
import time
from typing import Any

_LENGTH = struct.Struct("!I")


class Channel:
    """One end of the pair. Not for use by more than one thread at a time."""

    def __init__(self, end: socket.socket) -> None:
        self._end = end
        self._buffer = bytearray()
        self.closed = False

    def fileno(self) -> int:
        return self._end.fileno()

    @property
    def end(self) -> socket.socket:
        """The socket itself."""
        return self._end

    def send(self, message: Any) -> bool:
        """Send one message; False when the other end is gone."""
        body = pickle.dumps(message, protocol=pickle.HIGHEST_PROTOCOL)
        try:
            self._end.sendall(_LENGTH.pack(len(body)) + body)
        except OSError:
            self.closed = True
        return not self.closed

    def pending(self) -> Any | None:
        """The next message that has already arrived whole, else None."""
        if len(self._buffer) < _LENGTH.size:
            return None
        (length,) = _LENGTH.unpack_from(self._buffer)
        end = _LENGTH.size + length
        if len(self._buffer) < end:
            return None
        message = pickle.loads(memoryview(self._buffer)[_LENGTH.size : end])
        del self._buffer[:end]
        return message

    def fill(self) -> None:
        """Read what is there (waits when nothing is); the end of the other side sets `closed`."""
        try:
            chunk = self._end.recv(1 << 16)
        except OSError:
            chunk = b""
        if chunk:
            self._buffer += chunk
        else:
            self.closed = True

    def receive(self, timeout: float | None) -> Any | None:
        """The next message, waiting at most `timeout` seconds (None: for ever); None when none came or it is closed."""
        deadline = None if timeout is None else time.monotonic() + timeout
        while True:
            message = self.pending()
            if message is not None or self.closed:
                return message
            remaining = None if deadline is None else max(0.0, deadline - time.monotonic())
            if not select.select([self._end], [], [], remaining)[0]:
                return None
            self.fill()

    def close(self) -> None:
        self.closed = True
        self._end.close()
