"""The machine that runs a target of a program, from one operation to the next.

::

    machine = Machine(program, "add", (0, 1), {}, fresh_globals(program))
    while not isinstance(event := machine.advance(), Finished):
        try:
            result = world.perform(event)      # an Operation
        except Exception as error:
            machine.throw(error)
        else:
            machine.resume(result)

It knows no world: what touches anything outside its own variables it hands out. It never looks at a clock or a random number, so
that the same answers lead to the same course.
"""

from __future__ import annotations

import copy
from collections.abc import Iterable, Mapping, Sequence
from itertools import repeat
from typing import Any

from mprunner.program.binding import bind
from mprunner.program.declarations import Program, Target
from mprunner.program.execution import prepared
from mprunner.program.expressions import Global, Local
from mprunner.program.frames import Active, Frame, Leaving, Raising, Returning
from mprunner.program.handles import Handle
from mprunner.program.handouts import Finished, Operation
from mprunner.program.limits import check_nested
from mprunner.program.plain_data import canonical, copied
from mprunner.program.values import MARKS, marked, plain, type_name

__all__ = ["EndlessLoopError", "Finished", "Machine", "Operation", "fresh_globals"]

MAX_FRAMES = 1000
"""Calls that may be in each other; beyond that RecursionError is raised, as in Python."""

RELOAD, HANDED_OUT, FINISHED, ESCAPED = -1, -2, -3, -4
"""What an instruction answers instead of the next position: the top frame is another or elsewhere, an operation waits, the
target has returned, an exception has left it."""


def fresh_globals(program: Program) -> dict[str, Any]:
    """The scenario's globals with their initial values, a copy of its own."""
    return copy.deepcopy(program.globals)


class EndlessLoopError(Exception):
    """A machine plays on and on and hands nothing out: its `budget` is used up, at this site."""

    def __init__(self, site: int) -> None:
        super().__init__(site)
        self.site = site


class Machine:
    """One execution of a target. All machines of a process share one dict of globals.

    Raises TypeError at the first `advance` when the arguments do not fit the target's parameters. It is plain data: it can be
    pickled (the program goes with it) and copied at any point between two calls of `advance`.
    """

    budget: Iterable[Any] = repeat(None)
    """As many instructions are played from one operation to the next as this has items, each time anew."""

    def __init__(
        self,
        program: Program,
        target: str,
        arguments: Sequence[Any] = (),
        keywords: Mapping[str, Any] | None = None,
        variables: dict[str, Any] | None = None,
    ) -> None:
        self.program = program
        found = self._target(target)
        self.globals: dict[str, Any] = fresh_globals(program) if variables is None else variables
        self.site = 0
        """The step that the machine is at, or where an exception came from."""
        self.operation: Operation | None = None
        self._into: Local | Global | None = None
        self._thrown: BaseException | None = None
        self._escaped: BaseException | None = None
        self._result: Any = None
        try:
            initial = bind(found, arguments, keywords or {})
        except TypeError as error:
            initial, self._thrown = {}, error
        self._outermost = Frame(found.name, prepared(program, found), initial, None)
        self._frames = [self._outermost]

    def advance(self) -> Operation | Finished:
        """Runs up to the next operation, or to the end.

        Raises the exception that leaves the target; `site` then tells the step that raised it. Raises EndlessLoopError when the
        budget is used up before; the next call goes on from there.
        """
        self.operation = None
        if self._thrown is not None:
            error, self._thrown = self._thrown, None
            if self.unwind(error, self.site) == ESCAPED:
                self._escaped = None
                raise error.with_traceback(None)
        budget = iter(self.budget)
        while True:
            frame = self._frames[-1]
            steps, position = frame.steps, frame.pc
            caught: Exception | None = None
            try:
                for _ in budget:
                    position = steps[position](self, frame)
                    if position < 0:
                        break
            except Exception as error:
                caught = error
            if caught is not None:
                position = self.unwind(caught, self._site_at(frame, position))
            if position == HANDED_OUT and self.operation is not None:
                return self.operation
            if position >= 0:
                frame.pc = position  # a new budget would go on from here
                raise EndlessLoopError(self._site_at(frame, position))
            if position == FINISHED:
                return Finished(self._result)
            if position == ESCAPED and self._escaped is not None:
                escaped, self._escaped = self._escaped, None
                raise escaped.with_traceback(None)

    def resume(self, value: Any = None) -> None:
        """What the operation gave; the next `advance` goes on with it."""
        operation, self.operation = self.operation, None
        if self._into is not None:
            mark = MARKS.get(operation.op) if operation is not None else None
            if mark is not None:
                value = marked(plain(value), mark.mark)
            self.store(self._into, value)
            self._into = None

    def throw(self, error: BaseException) -> None:
        """What the operation raised; the next `advance` goes on with it."""
        self.operation = self._into = None
        self._thrown = error

    def variables(self) -> dict[str, Any]:
        """The variables of the target itself (not of those it called), as plain data; objects by how they look."""
        inside = self._outermost.variables.items()
        return {name: shown(value) for name, value in inside if not name.startswith("%") and name != "error"}

    def copy(self, memo: dict[int, Any] | None = None) -> Machine:
        """A machine that goes on from here by itself. With one `memo` for all parts of a process they stay connected."""
        memo = {} if memo is None else memo
        twin = Machine.__new__(Machine)
        twin.program, twin.budget = self.program, self.budget
        twin.site, twin.operation = self.site, self.operation
        if self.operation is not None:
            arguments = copied(self.operation.arguments, memo)
            twin.operation = Operation(
                self.operation.op, self.operation.object, arguments, self.operation.site
            )
        twin._into, twin._thrown, twin._escaped = self._into, self._thrown, self._escaped
        twin._result = copied(self._result, memo)
        twin.globals = copied(self.globals, memo)
        twin._frames = [frame.copy(memo) for frame in self._frames]
        twin._outermost = twin._frames[0] if self._frames else self._outermost.copy(memo)
        return twin

    def canonical(self, numbers: dict[int, tuple[int, Any]] | None = None) -> tuple[Any, ...]:
        """The whole state as something hashable: equal states behave equally from here on.

        Give one `numbers` for all parts of a process, in a fixed order, so that what they share counts.
        """
        from mprunner.program.liveness import live_temporaries  # no child of a run needs it

        numbers = {} if numbers is None else numbers
        frames = tuple(
            frame.canonical(numbers, live_temporaries(self.program, frame.target, frame.pc))
            for frame in self._frames
        )
        waiting = None
        if self.operation is not None:
            operation = self.operation
            waiting = (
                operation.op,
                operation.object,
                canonical(operation.arguments, numbers),
                operation.site,
            )
        thrown = canonical(self._thrown, numbers)
        return (
            frames,
            canonical(self.globals, numbers),
            waiting,
            self._into,
            thrown,
            canonical(self._result, numbers),
        )

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        for frame in {id(frame): frame for frame in (*self._frames, self._outermost)}.values():
            frame.steps = prepared(self.program, self._target(frame.target))

    @property
    def running(self) -> Frame | None:
        """The frame whose next instruction comes next; None where that is an exception, or nothing is left."""
        return None if self._thrown is not None or not self._frames else self._frames[-1]

    @property
    def stores_global(self) -> bool:
        """Whether what the operation gives goes to a global."""
        return isinstance(self._into, Global)

    # What instructions use.

    def store(self, place: Local | Global, value: Any) -> None:
        """Assigns a variable of the running frame, or a global."""
        if isinstance(place, Local):
            self._frames[-1].variables[place.name] = value
        else:
            self.globals[place.name] = value

    def hand_out(
        self, frame: Frame, operation: Operation, into: Local | Global | None, following: int
    ) -> int:
        """Stops before `following` with an operation."""
        frame.pc = following
        self.operation, self._into, self.site = operation, into, operation.site
        return HANDED_OUT

    def enter(self, target: Target, variables: dict[str, Any], into: Local | Global | None) -> int:
        """Begins a call. Raises RecursionError."""
        if len(self._frames) >= MAX_FRAMES:
            raise RecursionError("maximum recursion depth exceeded")
        self._frames.append(Frame(target.name, prepared(self.program, target), variables, into))
        return RELOAD

    def finish(self, frame: Frame, value: Any) -> int:
        """Returns from the frame, through the finally blocks that it stands in."""
        while frame.handlers:
            handler = frame.handlers.pop()
            if handler.kind == "finally":
                frame.cut_pending(handler.pending, handler.active)
                frame.pending.append(Returning(value))
                return handler.to
        if len(self._frames) == 1:
            self._frames.clear()
            self._result = value
            return FINISHED
        self._frames.pop()
        if frame.into is not None:
            self.store(frame.into, value)
        return RELOAD

    def leave(self, frame: Frame, leaving: Leaving) -> int:
        """Goes to where a `break` or `continue` leads, through the finally blocks in between."""
        while len(frame.handlers) > leaving.depth:
            handler = frame.handlers.pop()
            if handler.kind == "finally":
                frame.cut_pending(handler.pending, handler.active)
                frame.pending.append(leaving)
                return handler.to
        frame.cut_pending(leaving.pending, leaving.active)
        return leaving.to

    def unwind(self, error: BaseException, site: int) -> int:
        """Takes an exception to the block that it goes to, in this frame or a caller's.

        Answers ESCAPED when there is none."""
        while True:
            frame = self._frames[-1]
            if frame.handlers:
                handler = frame.handlers.pop()
                frame.cut_pending(handler.pending, handler.active)
                frame.pc = handler.to
                if handler.kind == "except":
                    frame.active.append(Active(error, site))
                    frame.variables["error"] = error
                else:
                    frame.pending.append(Raising(error, site))
                return RELOAD
            if len(self._frames) == 1:
                self._frames.clear()
                self.site, self._escaped = site, error
                return ESCAPED
            self._frames.pop()

    def _site_at(self, frame: Frame, position: int) -> int:
        code = self._target(frame.target).code
        return getattr(code[position], "site", self.site) if position < len(code) else self.site

    def _target(self, name: str) -> Target:
        return self.program.main if name == self.program.main.name else self.program.targets[name]


def shown(value: Any) -> Any:
    """`value` as plain data, without marks; handles and exceptions by how they look, what is huge or deep by its type."""
    value = plain(value)
    try:
        check_nested(value)
    except MemoryError:
        return f"<{type_name(value)} with a huge number of parts>"
    return _shown(value, 0)


_DEEPEST = 64
"""Levels of lists and mappings in each other that whoever reads a record can follow, as deep as its items are kept."""


def _shown(value: Any, depth: int) -> Any:
    value = plain(value)
    if isinstance(value, (dict, list, tuple)) and depth == _DEEPEST:
        return f"<{type_name(value)}, nested deeper than {_DEEPEST}>"
    if isinstance(value, dict):
        return {plain(key): _shown(item, depth + 1) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return type(value)(_shown(item, depth + 1) for item in value)
    if isinstance(value, Handle):
        return str(value)
    return repr(value) if isinstance(value, BaseException) else value
