"""The table of operations: every verb and observation that touches something outside the process's own variables.

It is the one vocabulary that the language, the program, the worlds, the recording and the checkers share. A name stands here
once for each kind of object that has it (`join` of a process, of a pool). The instants follow the rule that keeps a record
causal: what an operation *gives* (a release, an item, a submission) stands at its begin, what it *takes* (a lock, an item,
a result) at its end.
"""

from __future__ import annotations

from typing import Literal

from mprunner.records import record

Kind = Literal[
    "process", "queue", "lock", "semaphore", "condition", "event", "barrier", "value", "array", "pool", "result", "manager",
    "none",
]  # fmt: skip
Instant = Literal["begin", "end"]
Form = Literal["verb", "method", "attribute", "event"]

KINDS: tuple[Kind, ...] = (
    "process", "queue", "lock", "semaphore", "condition", "event", "barrier", "value", "array", "pool", "result", "manager",
    "none",
)  # fmt: skip

SHARED_SECTIONS: dict[str, Kind] = {
    "locks": "lock", "semaphores": "semaphore", "conditions": "condition", "flags": "event", "barriers": "barrier",
    "queues": "queue", "values": "value", "arrays": "array",
}  # fmt: skip
"""Section of a scenario -> the kind of what is declared there: objects that processes share, single or in families."""

SECTIONS: dict[str, Kind] = {"managers": "manager", **SHARED_SECTIONS, "pools": "pool"}
"""As `SHARED_SECTIONS`, with all that `main` creates."""


@record
class OperationSpec:
    """One operation on one kind of object.

    `form` says how a scenario writes it: a step (`verb`), an observing call in an expression (`method`), an observed
    attribute (`attribute`), or not at all, because only the record has it (`event`).
    `stands` is the instant at which a matcher without `at:` sees it. `gives` and `takes` say which effects it has;
    an operation with both is seen at either instant with `at:`.
    `blocks` tells that it may wait for another process; `refuses` that it may answer False or time out without raising.
    `silent` operations are performed by the world but leave no event. `attributes` are those that an expression looks
    at to perform it, where it is not called by its name.
    """

    name: str
    kind: Kind
    parameters: tuple[str, ...] = ()
    form: Form = "verb"
    stands: Instant = "begin"
    gives: bool = False
    takes: bool = False
    blocks: bool = False
    refuses: bool = False
    silent: bool = False
    attributes: tuple[str, ...] = ()

    @property
    def written(self) -> tuple[str, ...]:
        """The attributes or methods that an expression has for it."""
        return self.attributes or (self.name,)


def _verb(name: str, kind: Kind, *parameters: str, **effects: object) -> OperationSpec:
    return OperationSpec(name, kind, parameters, "verb", **effects)  # type: ignore[arg-type]


def _method(name: str, kind: Kind, *parameters: str, **effects: object) -> OperationSpec:
    return OperationSpec(name, kind, parameters, "method", "end", **effects)  # type: ignore[arg-type]


def _attribute(name: str, kind: Kind) -> OperationSpec:
    return OperationSpec(name, kind, (), "attribute", "end")


def _read(kind: Kind, *attributes: str) -> OperationSpec:
    return OperationSpec(
        "read",
        kind,
        ("index", "attribute"),
        "attribute",
        "end",
        takes=True,
        blocks=True,
        attributes=attributes,
    )


def _write(kind: Kind) -> OperationSpec:
    return OperationSpec("write", kind, ("index", "attribute", "item"), "event", gives=True, blocks=True)


def _event(name: str, stands: Instant = "begin") -> OperationSpec:
    return OperationSpec(name, "none", (), "event", stands)


OPERATIONS: tuple[OperationSpec, ...] = (
    # processes
    _verb("start", "process", gives=True),
    _verb("join", "process", "timeout", stands="end", takes=True, blocks=True, refuses=True),
    _verb("run", "process"),
    _verb("terminate", "process", gives=True),
    _verb("kill", "process", gives=True),
    _verb("close", "process"),
    _method("is_alive", "process"),
    _attribute("name", "process"),
    _attribute("pid", "process"),
    _attribute("ident", "process"),
    _attribute("exitcode", "process"),
    _attribute("daemon", "process"),
    _attribute("authkey", "process"),
    _attribute("sentinel", "process"),
    OperationSpec("set_attribute", "process", ("attribute", "value"), "event"),
    # queues
    _verb("put", "queue", "item", "block", "timeout", gives=True, takes=True, blocks=True),
    _verb("put_nowait", "queue", "item", gives=True),
    _verb("get", "queue", "block", "timeout", stands="end", gives=True, takes=True, blocks=True),
    _verb("get_nowait", "queue", stands="end", gives=True, takes=True),
    _method("qsize", "queue"),
    _method("empty", "queue"),
    _method("full", "queue"),
    _verb("close", "queue"),
    _verb("join_thread", "queue", stands="end", blocks=True),
    _verb("cancel_join_thread", "queue"),
    _verb("task_done", "queue", gives=True, blocks=True),
    _verb("join", "queue", stands="end", takes=True, blocks=True),
    # locks
    _verb("acquire", "lock", "block", "timeout", stands="end", takes=True, blocks=True, refuses=True),
    _verb("release", "lock", gives=True),
    _method("locked", "lock"),
    # semaphores
    _verb("acquire", "semaphore", "block", "timeout", stands="end", takes=True, blocks=True, refuses=True),
    _verb("release", "semaphore", gives=True),
    _method("get_value", "semaphore"),
    _method("locked", "semaphore"),
    # values and arrays: the cells of shared memory; each look and each assignment takes the lock by itself, if there is one
    _read("value", "value"),
    _write("value"),
    _verb("acquire", "value", "block", "timeout", stands="end", takes=True, blocks=True, refuses=True),
    _verb("release", "value", gives=True),
    _method("get_lock", "value", silent=True),
    _method("get_obj", "value", silent=True),
    _read("array", "value", "raw"),
    _write("array"),
    _verb("acquire", "array", "block", "timeout", stands="end", takes=True, blocks=True, refuses=True),
    _verb("release", "array", gives=True),
    _method("get_lock", "array", silent=True),
    _method("get_obj", "array", silent=True),
    OperationSpec("len", "array", (), "event", silent=True),
    # pools and their results
    _verb("apply", "pool", "func", "args", "kwds", gives=True, takes=True, blocks=True),
    _verb("apply_async", "pool", "func", "args", "kwds", "callback", "error_callback", gives=True),
    _verb("close", "pool"),
    _verb("terminate", "pool", gives=True),
    _verb("join", "pool", stands="end", takes=True, blocks=True),
    _verb("get", "result", "timeout", stands="end", takes=True, blocks=True),
    _verb("wait", "result", "timeout", stands="end", takes=True, blocks=True, refuses=True),
    _method("ready", "result"),
    _method("successful", "result"),
    # conditions: acquire and release are those of its lock; wait gives the lock back at its begin, has it at its end
    _verb("acquire", "condition", "block", "timeout", stands="end", takes=True, blocks=True, refuses=True),
    _verb("release", "condition", gives=True),
    _verb("wait", "condition", "timeout", stands="end", gives=True, takes=True, blocks=True, refuses=True),
    _verb("notify", "condition", "n", gives=True, blocks=True),
    _verb("notify_all", "condition", gives=True, blocks=True),
    # events: all of their methods take a lock of their own
    _verb("set", "event", gives=True, blocks=True),
    _verb("clear", "event", blocks=True),
    _verb("wait", "event", "timeout", stands="end", takes=True, blocks=True, refuses=True),
    _method("is_set", "event", blocks=True),
    # barriers: wait arrives at its begin and departs at its end
    _verb("wait", "barrier", "timeout", stands="end", gives=True, takes=True, blocks=True),
    _verb("reset", "barrier", gives=True, blocks=True),
    _verb("abort", "barrier", gives=True, blocks=True),
    _attribute("parties", "barrier"),
    _attribute("n_waiting", "barrier"),
    _attribute("broken", "barrier"),
    # managers
    _verb("shutdown", "manager"),
    # what a process does by itself
    _verb("print", "none", "text"),
    _verb("sleep", "none", "seconds", "from", "to", stands="end"),
    _verb("choose", "none", "from", stands="end"),
    _verb("create", "none", "name"),
    _verb("del", "none", "name"),
    OperationSpec("assert", "none", ("text",), "event"),
    OperationSpec("getpid", "none", (), "method", silent=True),
    OperationSpec("getppid", "none", (), "method", silent=True),
    OperationSpec("monotonic", "none", (), "method", silent=True),
    OperationSpec("random", "none", (), "method", silent=True),
    OperationSpec(
        "deadline", "none", ("timeout",), "event", silent=True
    ),  # what `wait_for` looks at a clock for
    OperationSpec("remaining", "none", ("until",), "event", silent=True),
    # only in the record
    _event("begin"),  # the first instant of a process, worker or main: before its target's first step
    _event("exit"),  # begin: the process's own last instant; end: whoever saw it dead
    _event("task_start"),
    _event("task_end"),
    _event(
        "callback"
    ),  # of a task that has ended: begin to end of its target, in the process that submitted the task
    _event("exception"),  # an exception that left a process's target, a task or main
    _event("stderr"),  # one line that the process wrote to its standard error
    _event("mark"),  # put on the record by user code
)
"""Every operation, in a fixed order. Names may repeat over kinds; a (kind, name) pair does not."""

OPERATION_NAMES: tuple[str, ...] = tuple(dict.fromkeys(spec.name for spec in OPERATIONS))
"""Distinct names; the position of a name in it is its id in a process log."""

OPERATION_IDS: dict[str, int] = {name: position for position, name in enumerate(OPERATION_NAMES)}

BY_KIND: dict[tuple[Kind, str], OperationSpec] = {(spec.kind, spec.name): spec for spec in OPERATIONS}


def operation(name: str, kind: Kind | None = None) -> OperationSpec | None:
    """The operation of this name: on `kind` if given, else the first that has the name; None when there is none."""
    if kind is not None:
        return BY_KIND.get((kind, name))
    return next((spec for spec in OPERATIONS if spec.name == name), None)


def kinds_with(name: str) -> tuple[Kind, ...]:
    """The kinds of object that have an operation of this name."""
    return tuple(spec.kind for spec in OPERATIONS if spec.name == name)


ATTRIBUTES: dict[str, str] = {
    written: spec.name for spec in OPERATIONS if spec.form == "attribute" for written in spec.written
}
"""Attribute that an expression can look at -> the operation that this is."""

HELD: tuple[Kind, ...] = kinds_with("acquire")
"""The kinds of object that a process can hold: what `acquire`, `release` and `with` are for."""
