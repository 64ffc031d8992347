"""A program: what every target does, as a flat list of instructions over named objects.

All of it is plain, frozen and picklable: a spawned child receives it as it is. Nothing here knows which world runs it.
"""

from __future__ import annotations

from typing import Any, Literal, Union

from mprunner.operations import Kind
from mprunner.records import made, record


@record
class Ref:
    """The declared name of an object or process, and its index within a family (`fork[2]`)."""

    name: str
    index: int | None = None

    def __str__(self) -> str:
        return self.name if self.index is None else f"{self.name}[{self.index}]"


@record
class Handle:
    """What a variable holds for an object: a symbol, never the object itself.

    A world may hand out a subclass that carries more (a pool's result); the machine never looks inside.
    """

    kind: str
    ref: Ref

    def __str__(self) -> str:
        return f"<{self.kind} {self.ref}>"


@record
class Site:
    """Where an instruction comes from: the step in the YAML file (1-based), its text and label."""

    line: int
    column: int
    text: str
    target: str
    label: str | None = None


# --- pure expressions: evaluated without leaving the machine ---


@record
class Constant:
    value: Any


@record
class Local:
    """A variable, a parameter or (named `%N`) a temporary of the running frame."""

    name: str


@record
class Global:
    name: str


@record
class Object:
    """A declared object or process by name; with `index` an expression that picks one of a family."""

    kind: str
    name: str
    index: Expr | None = None
    family: bool = False


@record
class Spread:
    """Positional arguments that a list gives, as `*value` does. Only among the arguments of a call."""

    value: Expr


@record
class Unary:
    operator: str
    operand: Expr


@record
class Binary:
    operator: str
    left: Expr
    right: Expr


@record
class Compare:
    left: Expr
    operators: tuple[str, ...]
    rights: tuple[Expr, ...]


@record
class Logical:
    operator: Literal["and", "or"]
    operands: tuple[Expr, ...]


@record
class Conditional:
    test: Expr
    then: Expr
    otherwise: Expr


@record
class Subscript:
    value: Expr
    index: Expr


@record
class Slice:
    lower: Expr | None
    upper: Expr | None
    step: Expr | None


@record
class Attribute:
    """A safe attribute or a safe method (bound) of a plain value: `text.upper`, `error.args`."""

    value: Expr
    name: str


@record
class CallBuiltin:
    name: str
    arguments: tuple[Expr, ...]
    keywords: tuple[tuple[str, Expr], ...] = ()


@record
class CallMethod:
    """A call of a safe method of a plain value (`text.upper()`)."""

    value: Expr
    name: str
    arguments: tuple[Expr, ...]
    keywords: tuple[tuple[str, Expr], ...] = ()


@record
class Collection:
    kind: Literal["list", "tuple", "set"]
    items: tuple[Expr, ...]


@record
class Mapping:
    items: tuple[tuple[Expr, Expr], ...]


@record
class FormatField:
    value: Expr
    conversion: str = ""
    spec: Expr | None = None


@record
class Template:
    """An f-string. Evaluated to a `values.Rendered` (a str that keeps its typed parts) where it is printed."""

    parts: tuple[str | FormatField, ...]


Expr = Union[
    Constant,
    Local,
    Global,
    Object,
    Spread,
    Unary,
    Binary,
    Compare,
    Logical,
    Conditional,
    Subscript,
    Slice,
    Attribute,
    CallBuiltin,
    CallMethod,
    Collection,
    Mapping,
    FormatField,
    Template,
]

# --- instructions ---


@record
class Assign:
    """Store a value in a Local or Global, or in an element of a list or mapping held by one (`Subscript`)."""

    place: Local | Global | Subscript
    value: Expr
    site: int


@record
class Mutate:
    """`append`, `remove` or `update` a list or mapping in place."""

    action: Literal["append", "remove", "update"]
    place: Expr
    value: Expr
    site: int


@record
class Jump:
    to: int


@record
class JumpUnless:
    test: Expr
    to: int
    site: int


@record
class Iterate:
    """Advance a loop: `state` holds (sequence, next position). Stores the next item in `into` or jumps to `to`.

    With `unpack` the item is taken apart into as many values as `into` has places.
    """

    state: str
    into: tuple[Local | Global, ...]
    to: int
    site: int
    unpack: bool = False


@record
class BeginIteration:
    """Evaluate what a `for` or `repeat` runs over, once, into the temporary `state`."""

    state: str
    sequence: Expr
    count: bool
    site: int


@record
class Operate:
    """Hand out an operation to the world; `into` takes what it returns."""

    operation: str
    object: Expr | None
    arguments: tuple[tuple[str, Expr], ...]
    into: Local | Global | None
    site: int


@record
class Call:
    target: str
    arguments: tuple[Expr, ...]
    keywords: tuple[tuple[str, Expr], ...]
    into: Local | Global | None
    site: int


@record
class Return:
    value: Expr | None
    site: int


@record
class Raise:
    """Raise an exception of this (builtin or multiprocessing) type; without a type, the one being handled again."""

    type: str | None
    arguments: tuple[Expr, ...]
    site: int


@record
class PushHandler:
    """From here an exception goes to `to`: an except clause, or a finally block with its completion pending."""

    kind: Literal["except", "finally"]
    to: int


@record
class PopHandler:
    """Leave the innermost handler normally; a finally block then runs with nothing pending (fall through to it)."""


@record
class MatchException:
    """In an except block: go on when the exception is one of `types` (or its text fits `text`), else jump to `to`."""

    types: tuple[str, ...]
    to: int
    text: str | None = None


@record
class EndExcept:
    """The exception was handled: forget it and go on."""


@record
class EndFinally:
    """Resume the pending completion of the finally block: go on, return, leave a loop, or raise again."""


@record
class Leave:
    """`break` or `continue`: unwind handlers down to `depth`, running their finally blocks, then jump to `to`.

    `pending` and `active` are how many finally and except blocks the loop itself stands in: those further in are left.
    """

    to: int
    depth: int
    pending: int = 0
    active: int = 0


@record
class Forget:
    """`del` of a variable."""

    place: Local | Global
    site: int


Instruction = Union[
    Assign,
    Mutate,
    Jump,
    JumpUnless,
    Iterate,
    BeginIteration,
    Operate,
    Call,
    Return,
    Raise,
    PushHandler,
    PopHandler,
    MatchException,
    EndExcept,
    EndFinally,
    Leave,
    Forget,
]

# --- declarations ---


@record
class Parameter:
    name: str
    form: Literal["plain", "args", "kwargs"] = "plain"
    required: bool = True
    default: Any = None


@record
class Target:
    """A function of the scenario. `needs` are the declared objects it, or what it calls or starts, refers to."""

    name: str
    parameters: tuple[Parameter, ...]
    code: tuple[Instruction, ...]
    locals: tuple[str, ...] = ()
    needs: frozenset[str] = frozenset()


@record
class ObjectDeclaration:
    """A declared object. `options` hold what its constructor takes, under its own names.

    queue: maxsize (int), type (Queue | JoinableQueue | SimpleQueue), manager (name or None) · lock: type (Lock | RLock),
    manager · semaphore: value (int), type (Semaphore | BoundedSemaphore), manager · condition: lock (the name of a lock or of
    a family of them, or None), manager · event: manager · barrier: parties (int), action (target name or None), timeout,
    manager · pool: processes, initializer (target name or None), initargs (tuple of Expr), maxtasksperchild,
    context (start method or None), routine (as that of a process, for initargs) ·
    value: type (Value | RawValue), cell (typecode or name in ctypes), args (what it holds at first, or nothing),
    lock (True | False | the name of a lock), manager · array: type (Array | RawArray), cell, of (how many, or a list or
    bytes or text), size (how many), lock, manager.
    `count` is None for a single object, else the size of the family. `later` objects are made by a `create` step.
    """

    kind: Kind
    name: str
    options: dict[str, Any]
    count: int | None
    later: bool
    site: int


@record
class ProcessDeclaration:
    """A declared process. `mp_name` is the author's `name:`; `parent` names the process that creates it, or `main`.

    args and kwargs are evaluated where it is created, with `index` (the replica's number) as a Local. Where one of them,
    or the name, looks at the world, they are empty, and `routine` names the target that gives (args, kwargs, name); it
    takes `index`.
    """

    name: str
    target: str | None
    arguments: tuple[Expr, ...]
    keywords: tuple[tuple[str, Expr], ...]
    replicas: int | None
    mp_name: Expr | None
    daemon: bool | None
    parent: str
    site: int
    routine: str | None = None
    given: int | None = None
    """The site of what it is given."""


@record
class Ends:
    """How an endless scenario ends: `after` seconds (never scaled), or `when` an event fits (a plain matcher mapping)."""

    after: float | None
    when: dict[str, Any] | None


@record
class Program:
    """All that a world needs to run a scenario."""

    name: str
    path: str
    start_method: str | None
    objects: tuple[ObjectDeclaration, ...]
    processes: tuple[ProcessDeclaration, ...]
    globals: dict[str, Any]
    targets: dict[str, Target]
    main: Target
    sites: tuple[Site, ...]
    ends: Ends | None = None
    hang_promised: bool = False
    lines: dict[int, str] = made(factory=dict)
    """The source lines that sites stand on, for reports made from a recording alone."""

    def object(self, name: str) -> ObjectDeclaration | None:
        return next((declared for declared in self.objects if declared.name == name), None)

    def process(self, name: str) -> ProcessDeclaration | None:
        return next((declared for declared in self.processes if declared.name == name), None)
