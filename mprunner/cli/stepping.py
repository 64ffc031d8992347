"""`mprun replay --step`: a key a step, in a plain terminal."""

from __future__ import annotations

import os
import select
import sys
import termios
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Literal

from mprunner.errors import UsageError
from mprunner.exploring.schedule import step_text
from mprunner.program.declarations import Program
from mprunner.recording.events import Call
from mprunner.report.replaying import States, StepLines, came_of
from mprunner.report.style import Style, clean, cut, wrapped
from mprunner.worlds.real.moves import GOES_ON, Key, Move, step_name

__all__ = ["Stepper", "one_key"]

_WAIT = 0.05
_LATE = 0.5
"""Seconds after which a step is shown though nothing of it is on record."""
_KEYS = "space: next step   b: back to the start   q: quit"
_UNRECORDED = frozenset({GOES_ON, "writes", "dies", "exit", "begin"})
"""Steps of which there is nothing to tell."""


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
    """Shows each step before it is made, and what the objects are in, and waits for a key. `pace` is for a gatekeeper, `calls`
    takes what goes on record meanwhile.

    `wanted` is what the last key asked for: to go on, to begin again, to quit.
    """

    def __init__(self, program: Program, moves: Sequence[Move], style: Style) -> None:
        self._program = program
        self._moves = moves
        self._style = style
        self.wanted: Literal["on", "again", "quit"] = "on"
        self._say(style.paint(_KEYS, "dim"))
        self._begin()

    def _begin(self) -> None:
        self._lines = StepLines(self._moves, self._style)
        self._states = States(self._program)
        self._calls: dict[Key, Call] = {}
        self._counts: Counter[tuple[str, str]] = Counter()
        self._seen: list[str] = []
        self._next = 0
        self._told = -1
        self._since: float | None = None
        self.wanted = "on"
        self._say(self._style.paint(self._lines.head(), "dim"))

    def again(self) -> None:
        """From the start."""
        self._say("")
        self._begin()

    def calls(self, ended: Sequence[Call], unfinished: Sequence[Call], now: int) -> None:
        """These operations have ended."""
        for call in ended:
            name = step_name(self._program, call.operation, call.object, call.site)
            self._counts[call.actor, name] += 1
            self._calls[call.actor, name, self._counts[call.actor, name]] = call

    def pace(self, at: int, move: Move) -> bool | None:
        """Whether the step may be made; None as long as no key was pressed."""
        if self._told != at:
            if not self._is_known(at):
                return None
            self._show(at)
            self._told = at
        key = self._key()
        if not key:
            return None
        self._clear()
        if key in (" ", "\n", "\r"):
            return True
        if key in ("b", "B"):
            self.wanted = "again"
            return False
        if key in ("q", "Q", "\x03", "\x04"):
            self.wanted = "quit"
            return False
        self._prompt(at)
        return None

    def finish(self, steps: int) -> None:
        """Show the rest of what was made."""
        self._made(steps)
        self._say(
            self._style.paint("the schedule is at its end" if steps == len(self._moves) else "stopped", "dim")
        )

    def _is_known(self, at: int) -> bool:
        """Whether what came of the steps before this one is on record, or has not come there for a while."""
        if self._since is None:
            self._since = time.monotonic()
        late = time.monotonic() - self._since > _LATE
        waits = any(
            move.key not in self._calls and move.part in ("whole", "ends") and move.name not in _UNRECORDED
            for move in self._moves[self._next : at]
        )
        if waits and not late:
            return False
        self._since = None
        return True

    def _show(self, at: int) -> None:
        self._made(at)
        states = self._states.lines()
        if states != self._seen:
            self._seen = states
            for line in wrapped("; ".join(states), self._style.width, "      "):
                self._say(self._style.paint(line, "dim"))
        self._prompt(at)

    def _prompt(self, at: int) -> None:
        move = self._moves[at]
        words = "goes on" if move.name == GOES_ON else step_text(move)
        asked = cut(clean(f"next: {move.thread}: {words} "), self._style.width - 1)
        sys.stdout.write(self._style.paint(asked, "bold"))
        sys.stdout.flush()

    def _clear(self) -> None:
        """Take the question away: what is left on the screen are the steps."""
        sys.stdout.write("\r\x1b[K")

    def _made(self, upto: int) -> None:
        while self._next < upto:
            move = self._moves[self._next]
            call = self._calls.get(move.key) if move.part in ("whole", "ends") else None
            self._states.made(move, call)
            self._say(self._lines.line(self._next + 1, move, came_of(call)))
            self._next += 1

    def _say(self, text: str) -> None:
        sys.stdout.write(f"{text}\n")
        sys.stdout.flush()

    def _key(self) -> str:
        descriptor: Any = sys.stdin.fileno()
        if not select.select([descriptor], [], [], _WAIT)[0]:
            return ""
        return os.read(descriptor, 1).decode("latin-1") or "q"
