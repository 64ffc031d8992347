"""One attempt of one thread to make a step: it reads and changes a draft of the state, and remembers what it touched."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mprunner.program.handles import Handle, Ref
from mprunner.worlds.model.steps import AWAIT, PUT, READ, WRITE, State
from mprunner.worlds.model.waiting import is_up

if TYPE_CHECKING:
    from mprunner.worlds.model.images import Image
    from mprunner.worlds.model.model import Model

__all__ = ["Turn"]

Touched = set[tuple[int, int]]


_NOBODY: Any = None
"""A process's own thread acts with its image; a thread that nobody wrote has none."""


class Turn:
    """What `perform` functions work on.

    They must depend on nothing else than what they look at here, so that what comes of them can be looked up the next time.
    """

    __slots__ = (
        "_local", "_modes", "_state", "afterwards", "alternative",
        "escaped", "events", "image", "late", "looked", "model",
        "phase", "process", "remembered", "returned", "thread", "waited", "writes",
    )  # fmt: skip

    def __init__(
        self, model: Model, state: State, thread: int, *, alternative: int = 0, late: bool = False
    ) -> None:
        self.model = model
        self.thread = thread
        self._state = state
        self.writes: dict[int, Any] = {}
        self.looked: dict[int, None] = {}
        self._modes: set[tuple[int, int]] = set()
        self.events: list[int] = []
        self.afterwards: list[int] = []
        """Instants that stand behind that of the operation itself."""
        self.alternative = alternative
        self.late = late
        """Nobody else can do anything: what waits for a time may be out of it."""
        self.waited = False
        """The operation was out of time."""
        self.process = model.threads[thread].process
        self._local = -1
        self.remembered = False
        """The memory is another than at the begin of the operation."""
        self.image: Image = _NOBODY
        self.phase: Any = None
        self.returned: Any = None
        self.escaped: BaseException | None = None

    @property
    def standing(self) -> int:
        """Where the thread of a process stands, at the begin of the step."""
        return int(self._state[self.model.slots[self.thread]])

    @property
    def memory_before(self) -> Image:
        """The memory of who acts, at the begin of the step."""
        standing = self.model.standing_of(self.thread, self.standing)
        assert standing is not None, "who acts is there"
        return self.model.images[standing[0]]

    # --- the draft ---

    def get(self, cell: int) -> Any:
        """What stands in a cell (READ)."""
        if (cell, AWAIT) not in self._modes:
            self._modes.add((cell, READ))
        return self.look(cell)

    def awaited(self, cell: int) -> Any:
        """What stands in a cell, for one who can't go on before somebody put it there, nor be held up by it later (AWAIT)."""
        if (cell, READ) not in self._modes:
            self._modes.add((cell, AWAIT))
        return self.look(cell)

    def set(self, cell: int, value: Any) -> None:
        """Change a cell (WRITE)."""
        self._modes.add((cell, WRITE))
        self.writes[cell] = value

    def look(self, cell: int) -> Any:
        """What stands in a cell; `touch` must say how it is touched."""
        if cell in self.writes:
            return self.writes[cell]
        self.looked[cell] = None
        return self._state[cell]

    def before(self, cell: int) -> Any:
        """What stood in a cell before this step; `touch` must say how it is touched."""
        self.looked[cell] = None
        return self._state[cell]

    def alter(self, cell: int, value: Any) -> None:
        """Change a cell; `touch` must say how it is touched."""
        self.writes[cell] = value

    def touch(self, cell: int, mode: int) -> None:
        """This step touches a cell in this mode."""
        self._modes.add((cell, mode))

    def shares_slot(self) -> None:
        """This step changes a slot that independent steps of others change, too: as one that puts something there does.

        Exploration then makes the steps again where it leaves one out, and does not put states together by their slots.
        """
        self.touch(self.model.layout.apart("by", self.thread), PUT)

    def touched(self) -> Touched:
        """All that was touched; a cell that was written was not only read."""
        written = {cell for cell, mode in self._modes if mode == WRITE}
        return {
            (cell, mode) for cell, mode in self._modes if mode not in (READ, AWAIT) or cell not in written
        }

    def mark(self) -> tuple[Any, ...]:
        """Where the draft is now, for `back`."""
        return dict(self.writes), set(self._modes), len(self.events), self._local, self.image, self.remembered

    def back(self, mark: tuple[Any, ...], *, touched: bool = False) -> None:
        """Forget what was changed since then, and unless `touched` what was touched. What was looked at stays looked at."""
        self.writes = mark[0]
        if not touched:
            self._modes = mark[1]
        del self.events[mark[2] :]
        self._local, self.image, self.remembered = mark[3], mark[4], mark[5]

    # --- memory ---

    @property
    def local(self) -> int:
        """The local state of the process as it is now."""
        if self.remembered:
            self.act_in(self.model.images.add(self.image))
        return self._local

    def act_in(self, local: int) -> None:
        """Act as the process in this local state."""
        self._local, self.image, self.remembered = local, self.model.images[local], False

    def remember(self, image: Image, *, own: bool = False) -> None:
        """From here this changed copy of the image is the process's memory. `own`: no other thread of it notices."""
        if image.strands and not own:
            self.touch(self.model.layout.apart("owned", self.process), WRITE)
        self.image, self.remembered = image, True

    def looks_at_memory(self) -> None:
        """Who acts looks at all of its memory, which other threads may change."""
        if self.image.strands:
            self.touch(self.model.layout.apart("memory", self.process), READ)

    def forget(self) -> None:
        """Act as nobody in particular again."""
        self._local, self.image, self.remembered = -1, _NOBODY, False

    # --- names ---

    def cell(self, kind: str, ref: Ref | str, *more: Any) -> int:
        """The cell of an object. Raises NameError as Python does for what is not there."""
        found = self.model.layout.find(kind, self.named(ref), *more)
        if found is None:
            raise NameError(f"name '{ref}' is not defined")
        return found

    def named(self, ref: Ref | str) -> str:
        """The name that the cells have of the object that who acts knows (see `copies`). Raises NameError as `cell` does."""
        name = str(ref)
        if self.image is None or "@" in name:
            return name
        if name in self.image.forgotten:
            raise NameError(f"name '{name}' is not defined")
        return self.image.named(name)

    def is_out_of_time(self) -> bool:
        """Whether a wait with a timeout may end by it now: at any time, or (`no_timeouts`) when nobody else can do anything."""
        options = self.model.options
        self.waited = is_up(self) if options.respect_sleep else self.late or not options.no_timeouts
        return self.waited

    def elapse(self, seconds: float) -> None:
        """Time passes for the process, if it ever looks at that."""
        shared = self.model.options.respect_sleep and self.model.features.hours
        if self.model.features.clock and seconds > 0 and not shared:
            image = self.image.copy()
            image.clock += seconds
            self.remember(image, own=True)

    # --- the record ---

    def emit(self, operation: str, at: str = "instant", handle: Handle | None = None, **more: Any) -> None:
        """Put an instant on record, of this process and actor unless `more` says another."""
        self.events.append(self.model.instant(self, operation, at, handle, **more))
