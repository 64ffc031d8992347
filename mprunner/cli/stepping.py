"""`mprun replay --step`: a key a step, in a plain terminal."""

from __future__ import annotations

import os
import select
import sys
import termios
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Literal

from mprunner.errors import UsageError
from mprunner.report.replaying import States, StepLines
from mprunner.report.style import Style
from mprunner.worlds.real.moves import Move

__all__ = ["Stepper", "one_key"]

_WAIT = 0.05
_KEYS = "space: next step   b: back to the start   q: quit"


@contextmanager
def one_key() -> Iterator[None]:
    """In here keys arrive one by one and are not shown; afterwards the terminal is as it was. Raises UsageError without one."""
    try:
        descriptor = sys.stdin.fileno()
        before = termios.tcgetattr(descriptor)
    except (OSError, ValueError, termios.error) as error:
        raise UsageError("--step reads keys from a terminal; standard input is none") from error
    quiet = termios.tcgetattr(descriptor)
    quiet[3] &= ~(termios.ICANON | termios.ECHO)
    quiet[6][termios.VMIN], quiet[6][termios.VTIME] = 1, 0
    termios.tcsetattr(descriptor, termios.TCSADRAIN, quiet)
    try:
        yield
    finally:
        termios.tcsetattr(descriptor, termios.TCSADRAIN, before)


class Stepper:
    """Shows each step before it is made, and what the objects are in, and waits for a key. `pace` is for a gatekeeper.

    `wanted` is what the last key asked for: to go on, to begin again, to quit.
    """

    def __init__(self, moves: Sequence[Move], style: Style) -> None:
        self._moves = moves
        self._style = style
        self.wanted: Literal["on", "again", "quit"] = "on"
        self._told = -1
        self._begin()

    def _begin(self) -> None:
        self._lines = StepLines(self._moves, self._style)
        self._states = States()
        self._next = 0
        self._told = -1
        self.wanted = "on"

    def again(self) -> None:
        """From the start."""
        self._begin()
        self._say("")

    def pace(self, at: int, move: Move) -> bool | None:
        """Whether the step may be made; None as long as no key was pressed."""
        if self._told != at:
            self._show(at)
            self._told = at
        key = self._key()
        if key in (" ", "\n", "\r"):
            return True
        if key in ("b", "B"):
            self.wanted = "again"
            return False
        if key in ("q", "Q", "\x03", "\x04"):
            self.wanted = "quit"
            return False
        return None

    def finish(self, steps: int) -> None:
        """Show the rest of what was made."""
        self._made(steps)
        self._say(
            self._style.paint("the schedule is at its end" if steps == len(self._moves) else "stopped", "dim")
        )

    def _show(self, at: int) -> None:
        if at == 0 or self._next == 0:
            self._say(self._style.paint(self._lines.head(), "dim"))
        self._made(at)
        states = self._states.lines()
        if states:
            self._say(self._style.paint(f"      {'; '.join(states)}", "dim"))
        move = self._moves[at]
        self._say(
            f"next: {move.thread}: {self._lines.line(at + 1, move).strip().partition('  ')[2].strip()}   [{_KEYS}]"
        )

    def _made(self, upto: int) -> None:
        while self._next < upto:
            move = self._moves[self._next]
            self._states.made(move)
            self._say(self._lines.line(self._next + 1, move))
            self._next += 1

    def _say(self, text: str) -> None:
        sys.stdout.write(f"{text}\n")
        sys.stdout.flush()

    def _key(self) -> str:
        descriptor: Any = sys.stdin.fileno()
        if not select.select([descriptor], [], [], _WAIT)[0]:
            return ""
        return os.read(descriptor, 1).decode("latin-1") or "q"
