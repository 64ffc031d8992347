"""Small programs of a few instructions on shared cells, locks, semaphores and queues, as systems to explore.

A program is a tuple of threads, a thread a tuple of instructions. Each instruction is one step, but jumps and tests belong to
the step before them. A thread has one register, which starts at 0.

    ("read", x)            register := cell
    ("write", x, n)        cell := n
    ("add", x, n)          cell := register + n         (not atomic with the read before it)
    ("acquire", l), ("release", l), ("try", l)          (try: register := 1 if it got the lock, else 0)
    ("down", s), ("up", s)
    ("put", q, n), ("get", q)                           (get: register := item)
    ("poll", q)            register := 1 if there is an item, else 0
    ("soon", q)            a get that gives up: register := item, or -1 if there is none
    ("both", l, m, ...)    takes two locks or more at once
    ("await", x, n)        waits until the cell is n
    ("pick", x, y)         sets one of the two cells to 1, as nobody decides
    ("stop", t)            from now on thread t makes no step
    ("join", t)            waits until thread t has come to its end, or was stopped
    ("choose", n)          register := 0 ... n-1, as nobody decides
    ("tick",)              a step that touches nothing
    ("print", n)           a step that a promise sees as n
    ("if", n, to)          go on at `to` if the register is n
    ("goto", to)           go on at `to`
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from mprunner.worlds.model.steps import (
    AWAIT,
    GET,
    LABEL,
    PUT,
    READ,
    WRITE,
    Change,
    Footprint,
    LocalSteps,
    State,
    Step,
    ThreadInfo,
)

__all__ = ["Instruction", "Thread", "Toy"]

Instruction = tuple[Any, ...]
Thread = tuple[Instruction, ...]
_LOCAL = frozenset({"if", "goto"})
_BARE = frozenset({"tick", "print", "choose", "stop", "join"})
_TWO = frozenset({"both", "pick"})
_ENDED = -1
_SEEN = 1 << 24


class Toy:
    """A program as a system. `semaphores` and `bounds` (of queues) give what is not the default: 1, and no bound.

    A state has a slot (next instruction, register) for each thread, then one for each thing, in the order of `things`.
    """

    def __init__(
        self,
        threads: Sequence[Thread],
        *,
        semaphores: Mapping[str, int] | None = None,
        bounds: Mapping[str, int] | None = None,
    ) -> None:
        self.program = tuple(threads)
        self.threads = [ThreadInfo(f"t{number}", f"t{number}", False) for number in range(len(threads))]
        self._bounds = dict(bounds or {})
        self._semaphores = dict(semaphores or {})
        self.things: dict[str, int] = {}
        self._tokens: dict[int, int] = {}
        first: list[Any] = [self._resting(number, 0, 0) for number in range(len(threads))]
        for thread in threads:
            for op in thread:
                if op[0] in _BARE or op[0] in _LOCAL or op[1] in self.things:
                    continue
                name: str = op[1]
                self.things[name] = len(first)
                first.append(self._at_first(name, op[0]))
                if name in self._bounds:
                    self.things[f"room of {name}"] = len(first)
                    self._tokens[len(first)] = self._bounds[name]
                    first.append(None)
        self._lives: dict[int, int] = {}
        for op in [op for thread in threads for op in thread if op[0] in _TWO]:
            for name in op[2:]:
                if name not in self.things:
                    self.things[name] = len(first)
                    first.append(0)
        for thread in sorted({op[1] for code in threads for op in code if op[0] == "stop"}):
            self._lives[thread] = len(first)
            first.append(1)
        self._ends: dict[int, int] = {}
        for thread in sorted({op[1] for code in threads for op in code if op[0] == "join"}):
            if thread < len(self.program):
                self._ends[thread] = len(first)
                first.append(int(first[thread][0] == _ENDED))
        self.initial: State = tuple(first)

    def _at_first(self, name: str, op: str) -> Any:
        if op in ("put", "get", "poll", "soon"):
            return ()
        return self._semaphores.get(name, 1) if op in ("down", "up") else 0

    def _resting(self, thread: int, at: int, register: int) -> tuple[int, int]:
        """Where the thread stands once it has done all that is local."""
        code = self.program[thread]
        for _ in range(len(code) + 1):
            if at >= len(code):
                return (_ENDED, register)
            op = code[at]
            if op[0] == "goto":
                at = op[1]
            elif op[0] == "if":
                at = op[2] if register == op[1] else at + 1
            else:
                return (at, register)
        return (_ENDED, register)

    # --- as exploration sees it ---

    def enabled(self, state: State) -> tuple[int, ...]:
        return tuple([thread for thread in range(len(self.program)) if self._can(state, thread)])

    def alternatives(self, state: State, thread: int) -> int:
        if not self._can(state, thread):
            return 0
        op = self.program[thread][state[thread][0]]
        return int(op[1]) if op[0] == "choose" else 2 if op[0] == "pick" else 1

    def pending(self, state: State, thread: int) -> Footprint | None:
        at = state[thread][0]
        if at == _ENDED or self._can(state, thread):
            return None
        life = self._lives.get(thread)
        if life is not None and not state[life]:
            return ((life, READ),)
        return self._footprint(thread, self.program[thread][at], state)

    def is_waiting(self, state: State, thread: int) -> bool:
        return self.pending(state, thread) is not None

    def initial_tokens(self, cell: int) -> int:
        return self._tokens.get(cell, 0)

    def place(self, thread: int) -> int:
        return thread

    def local_steps(self, state: State, thread: int) -> LocalSteps:
        at = state[thread][0]
        op = ("tick",) if at == _ENDED else self.program[thread][at]
        cells = self._cells(thread, op)
        if not self._can(state, thread):
            return LocalSteps(cells, ())
        changes = []
        for alternative in range(self.alternatives(state, thread)):
            after, footprint, events = self.step(state, thread, alternative)
            writes = tuple((cell, after[cell]) for cell in {thread, *cells})
            changes.append(Change(writes, footprint, events))
        return LocalSteps(cells, tuple(changes))

    def footprint(self, state: State, thread: int, alternative: int = 0) -> Footprint:
        return self.step(state, thread, alternative).footprint

    def step(self, state: State, thread: int, alternative: int = 0) -> Step:
        at, register = state[thread]
        op = self.program[thread][at]
        kind = op[0]
        slots = list(state)
        if kind == "choose":
            register = alternative
        elif kind == "stop":
            slots[self._lives[op[1]]] = 0
            if op[1] in self._ends:
                slots[self._ends[op[1]]] = 1
        elif kind == "pick":
            slots[self.things[op[1 + alternative]]] = 1
        elif kind == "both":
            for name in op[1:]:
                slots[self.things[name]] = 1
        elif kind not in _BARE:
            cell = self.things[op[1]]
            register, slots[cell] = _done(op, register, state[cell])
        slots[thread] = self._resting(thread, at + 1, register)
        touched = dict(self._footprint(thread, op, state, alternative))
        if thread in self._ends and slots[thread][0] == _ENDED:
            slots[self._ends[thread]] = 1
            touched[self._ends[thread]] = WRITE
        events = (at * len(self.program) + thread,)
        return Step(tuple(slots), tuple(sorted(touched.items())), events)

    def site(self, state: State, thread: int) -> int | None:
        """The instruction at which a thread stands."""
        at: int = state[thread][0]
        return None if at == _ENDED else at * len(self.program) + thread

    # --- instructions ---

    def _can(self, state: State, thread: int) -> bool:
        at = state[thread][0]
        life = self._lives.get(thread)
        if at == _ENDED or (life is not None and not state[life]):
            return False
        op = self.program[thread][at]
        if op[0] == "join":
            return op[1] not in self._ends or bool(state[self._ends[op[1]]])
        if op[0] in _BARE:
            return True
        value = state[self.things[op[1]]]
        if op[0] == "both":
            return all(state[self.things[name]] == 0 for name in op[1:])
        if op[0] == "await":
            return bool(value == op[2])
        if op[0] == "acquire":
            return bool(value == 0)
        if op[0] == "down":
            return bool(value > 0)
        if op[0] == "get":
            return bool(value)
        return op[0] != "put" or len(value) < self._bounds.get(op[1], len(value) + 1)

    def _cells(self, thread: int, op: Instruction) -> tuple[int, ...]:
        """What decides a step besides where the thread stands, and what it may change."""
        cells = [] if op[0] in _BARE else [self.things[op[1]]]
        if op[0] in _TWO:
            cells.extend(self.things[name] for name in op[2:])
        if thread in self._lives:
            cells.append(self._lives[thread])
        if op[0] == "stop":
            cells.append(self._lives[op[1]])
        ends = (thread, op[1]) if op[0] in ("stop", "join") else (thread,)
        cells.extend(self._ends[each] for each in ends if each in self._ends)
        return tuple(sorted(set(cells)))

    def _footprint(self, thread: int, op: Instruction, state: State, alternative: int = 0) -> Footprint:
        touched = dict(self._touched(op, state, alternative))
        if thread in self._lives:
            touched.setdefault(self._lives[thread], READ)
        return tuple(sorted(touched.items()))

    def _touched(self, op: Instruction, state: State, alternative: int) -> Footprint:
        kind = op[0]
        if kind in ("tick", "choose"):
            return ()
        if kind == "print":
            return ((_SEEN, LABEL + op[1]),)
        if kind == "stop":
            end = self._ends.get(op[1])
            life = (self._lives[op[1]], WRITE)
            return (life,) if end is None else (life, (end, READ if state[end] else WRITE))
        if kind == "join":
            return ((self._ends[op[1]], AWAIT),) if op[1] in self._ends else ()
        cell = self.things[op[1]]
        if kind == "pick":
            return ((self.things[op[1 + alternative]], WRITE),)
        if kind == "both" and not state[cell]:
            return tuple((self.things[name], WRITE) for name in op[1:])
        if kind in ("read", "poll", "await") or (kind == "soon" and not state[cell]):
            return ((cell, READ),)
        if kind in ("put", "get", "soon"):
            room = self.things.get(f"room of {op[1]}")
            modes = (GET, PUT) if kind != "put" else (PUT, GET)
            return ((cell, modes[0]),) if room is None else ((cell, modes[0]), (room, modes[1]))
        if kind == "try" and state[cell]:
            return ((cell, READ),)
        return ((cell, WRITE),)


def _done(op: Instruction, register: int, value: Any) -> tuple[int, Any]:
    """Register and value of the thing after an instruction."""
    kind = op[0]
    if kind == "read":
        return value, value
    if kind == "write":
        return register, op[2]
    if kind == "add":
        return register, register + op[2]
    if kind == "acquire":
        return register, 1
    if kind == "try":
        return int(value == 0), 1
    if kind == "release":
        return register, 0
    if kind in ("down", "up"):
        return register, value + (1 if kind == "up" else -1)
    if kind == "put":
        return register, (*value, op[2])
    if kind == "get" or (kind == "soon" and value):
        return value[0], value[1:]
    if kind in ("soon", "await"):
        return register if kind == "await" else -1, value
    return int(bool(value)), value
