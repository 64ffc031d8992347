"""What is told of replays: where one parted from its schedule, and the steps one by one."""

from __future__ import annotations

from collections.abc import Sequence

from mprunner.exploring.schedule import step_text
from mprunner.program.declarations import Program
from mprunner.program.handles import Ref
from mprunner.recording.events import Call
from mprunner.report.style import Style, clean, cut, pad
from mprunner.worlds.conventions import lock_of
from mprunner.worlds.real.moves import GOES_ON, Move, Parting

__all__ = ["States", "StepLines", "came_of", "parting_phrase"]

_WIDEST = 30
_NARROWEST = 12


def parting_phrase(parting: Parting) -> str:
    """Which step came not as it stands in the schedule, and why."""
    move = parting.move
    head = f"step {parting.at + 1}, `{move.thread}: {step_text(move)}`, did not come"
    thread = move.thread
    why = {
        "other": f"{thread} is at `{parting.found}`, which stands further below",
        "unlisted": f"{thread} is at `{parting.found}`, which the schedule does not have there",
        "ended": f"the run came to rest without it: {thread} never came to it",
        "blocked": f"{thread} is in `{parting.found}`, and nobody can make that end",
        "absent": f"there is no {thread} in this run so far, and nobody who could start it goes on",
        "died": f"{thread} had ended",
    }
    return f"{head}: {why[parting.reason]}"


class States:
    """What locks, queues, events and shared values are in, as far as the steps that were made tell."""

    def __init__(self, program: Program) -> None:
        self._program = program
        self._held: dict[str, list[str]] = {}
        self._given_back: dict[str, int] = {}
        self._items: dict[str, int] = {}
        self._flags: dict[str, bool] = {}
        self._values: dict[str, str] = {}
        self._waiting: dict[str, str] = {}

    def made(self, move: Move, call: Call | None = None) -> None:
        """This step has been made; `call` is its operation, where that has ended and is on record."""
        operation, _, target = move.name.partition(" at ")[0].partition(" ")
        if move.part == "called":
            return
        if move.part == "begins":
            self._waiting[move.thread] = move.name
            self._give_back(move.thread, operation, target)
            return
        if move.part == "ends":
            self._waiting.pop(move.thread, None)
            self._take_again(move.thread, operation, target)
        if move.out or not target or (call is not None and call.outcome != "ok"):
            return
        if operation == "acquire":
            self._held.setdefault(target, []).append(move.thread)
        elif operation == "release":
            held = self._held.get(target, [])
            if held:
                held.remove(move.thread if move.thread in held else held[-1])
        elif operation in ("put", "put_nowait"):
            self._items[target] = self._items.get(target, 0) + 1
        elif operation in ("get", "get_nowait") and target in self._items:
            self._items[target] -= 1
        elif operation in ("set", "clear"):
            self._flags[target] = operation == "set"
        elif operation in ("read", "write") and call is not None:
            index = call.values.get("index")
            name = target if index is None else f"{target}[{index}]"
            self._values[name] = _shown(call.values.get("item" if operation == "write" else "result"))

    def _lock(self, operation: str, target: str) -> str | None:
        """The lock that a wait for this gives back."""
        declared = self._program.object(target.partition("[")[0])
        if operation != "wait" or declared is None or declared.kind != "condition":
            return None
        name, _, index = target.partition("[")
        lock = lock_of(self._program, Ref(name, int(index[:-1]) if index else None))
        return target if lock is None else str(lock)

    def _give_back(self, thread: str, operation: str, target: str) -> None:
        lock = self._lock(operation, target)
        if lock is not None:
            held = self._held.get(lock, [])
            self._given_back[thread] = held.count(thread)
            self._held[lock] = [each for each in held if each != thread]

    def _take_again(self, thread: str, operation: str, target: str) -> None:
        lock = self._lock(operation, target)
        if lock is not None:
            self._held.setdefault(lock, []).extend([thread] * self._given_back.pop(thread, 1))

    def lines(self) -> list[str]:
        """A phrase for each object that is not as at first, then one for each thread that waits."""
        found = [f"{name} held by {', '.join(by)}" for name, by in self._held.items() if by]
        found += [f"{name} has {number}" for name, number in self._items.items() if number]
        found += [f"{name} is {'set' if is_set else 'clear'}" for name, is_set in self._flags.items()]
        found += [f"{name} = {value}" for name, value in self._values.items()]
        return found + [f"{thread} waits in {name}" for thread, name in self._waiting.items()]


def came_of(call: Call | None) -> str:
    """What an operation gave or raised, as it stands behind its step; empty where there is nothing to tell."""
    if call is None:
        return ""
    if call.error is not None:
        return f": {call.error.type}"
    if call.operation == "print":
        return f": {call.values.get('text', '')}"
    value = call.values.get("result", call.values.get("item"))
    if value is None:
        return ": refused" if call.outcome == "refused" else ""
    return f": {_shown(value)}"


def _shown(value: object) -> str:
    return clean(getattr(value, "text", None) or repr(value))


class StepLines:
    """The steps of a schedule in lanes, a line each."""

    def __init__(self, moves: Sequence[Move], style: Style) -> None:
        self._style = style
        self._names = list(dict.fromkeys(move.thread for move in moves))
        self._digits = len(str(len(moves)))
        room = style.width - self._digits - 2
        self._each = max(_NARROWEST, min(_WIDEST, room // max(len(self._names), 1) - 2))
        self._beside = (self._each + 2) * len(self._names) <= room

    def head(self) -> str:
        """The names of the lanes."""
        if not self._beside:
            return ""
        names = "  ".join(pad(cut(clean(name), self._each), self._each) for name in self._names)
        return f"{' ' * self._digits}  {names}".rstrip()

    def line(self, number: int, move: Move, more: str = "") -> str:
        """The step of this number, counted from 1; `more` stands behind it."""
        words = clean((step_text(move) if move.name != GOES_ON else "(goes on)") + more)
        lead = str(number).rjust(self._digits)
        if not self._beside:
            return cut(f"{lead}  {pad(cut(clean(move.thread), 16), 16)}  {words}", self._style.width)
        column = self._names.index(move.thread) * (self._each + 2)
        return cut(f"{lead}  {' ' * column}{words}", self._style.width)
