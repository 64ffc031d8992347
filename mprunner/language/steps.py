"""The steps of a target: one model a verb, and the table that lists them.

A step in the YAML is a mapping with exactly one verb key. An *action* keeps its fields under the verb
(`- put: {queue: q, item: 1}`); a *control* verb has them beside it (`- while: x`, `steps: [...]`). `short` names the
field that a bare value under the verb stands for; `object_fields` are the fields that may name the object acted on,
by kind, of which exactly one is given.
"""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import Field

from mprunner.language.bodies import Body
from mprunner.language.control_steps import Elif, For, If, Repeat, Try, While, With
from mprunner.language.fields import (
    ArgumentList,
    ExceptionMap,
    ExpressionField,
    FlagText,
    KeyMap,
    Name,
    NameMap,
    ReferenceField,
    SecondsText,
    TextField,
    TextMap,
)
from mprunner.operations import HELD

__all__ = [
    "VERBS",
    "Abort",
    "Acquire",
    "Append",
    "Apply",
    "ApplyAsync",
    "Assert",
    "Body",
    "Break",
    "CallTarget",
    "CancelJoinThread",
    "Choose",
    "Clear",
    "Close",
    "Continue",
    "Create",
    "Delete",
    "Elif",
    "For",
    "Get",
    "GetNowait",
    "If",
    "Join",
    "JoinThread",
    "Kill",
    "Notify",
    "NotifyAll",
    "Pass",
    "Print",
    "Put",
    "PutNowait",
    "RaiseException",
    "Release",
    "Remove",
    "Repeat",
    "Reset",
    "ReturnValue",
    "Run",
    "Set",
    "Shutdown",
    "Sleep",
    "Start",
    "TaskDone",
    "Terminate",
    "Try",
    "Update",
    "Wait",
    "WaitFor",
    "While",
    "With",
]

Timeout = Annotated[SecondsText, Field(description="Seconds to wait at most; scaled by --time-scale.")]
Block = Annotated[FlagText, Field(description="Whether to wait at all: true or false.")]


class Start(Body):
    verb = "start"
    short = "process"
    object_fields: ClassVar[dict[str, str]] = {"process": "process"}
    summary = "Start a process (`Process.start()`); a family's name starts every member in order."
    process: ReferenceField = Field(description="The process to start.")


class Join(Body):
    verb = "join"
    short = "process"
    object_fields: ClassVar[dict[str, str]] = {"process": "process", "pool": "pool", "queue": "queue"}
    summary = "Wait until a process or a closed pool's workers have ended, or all items of a JoinableQueue are done."
    process: ReferenceField | None = Field(None, description="The process to wait for.")
    pool: ReferenceField | None = Field(
        None, description="The pool to wait for, after `close` or `terminate`."
    )
    queue: ReferenceField | None = Field(None, description="The JoinableQueue; there is no `timeout` for it.")
    timeout: Timeout | None = None


class Run(Body):
    verb = "run"
    short = "process"
    object_fields: ClassVar[dict[str, str]] = {"process": "process"}
    summary = "Call `Process.run()` directly: the target runs in the calling process."
    process: ReferenceField = Field(description="The process whose target to run here.")


class Terminate(Body):
    verb = "terminate"
    short = "process"
    object_fields: ClassVar[dict[str, str]] = {"process": "process", "pool": "pool"}
    summary = "Stop a process by SIGTERM, or a pool at once."
    process: ReferenceField | None = Field(None, description="The process to stop.")
    pool: ReferenceField | None = Field(None, description="The pool to stop.")


class Kill(Body):
    verb = "kill"
    short = "process"
    object_fields: ClassVar[dict[str, str]] = {"process": "process"}
    summary = "Stop a process by SIGKILL."
    process: ReferenceField = Field(description="The process to kill.")


class Close(Body):
    verb = "close"
    short = "process"
    object_fields: ClassVar[dict[str, str]] = {"process": "process", "pool": "pool", "queue": "queue"}
    summary = (
        "Release a process object, let a pool take no more tasks, or close this process's end of a queue."
    )
    process: ReferenceField | None = Field(None, description="The process object to release.")
    pool: ReferenceField | None = Field(None, description="The pool that takes no more tasks.")
    queue: ReferenceField | None = Field(None, description="The queue this process puts nothing more into.")


class Put(Body):
    verb = "put"
    object_fields: ClassVar[dict[str, str]] = {"queue": "queue"}
    summary = "Put an item into a queue; waits for a slot unless told otherwise."
    queue: ReferenceField = Field(description="The queue.")
    item: TextField = Field(description="What to put.")
    block: Block | None = None
    timeout: Timeout | None = None


class PutNowait(Body):
    verb = "put_nowait"
    object_fields: ClassVar[dict[str, str]] = {"queue": "queue"}
    summary = "Put an item without waiting: `Full` when there is no slot."
    queue: ReferenceField = Field(description="The queue.")
    item: TextField = Field(description="What to put.")


class Get(Body):
    verb = "get"
    short = "queue"
    object_fields: ClassVar[dict[str, str]] = {"queue": "queue", "result": "result"}
    summary = "Take an item out of a queue, or the result of a pool's task."
    queue: ReferenceField | None = Field(None, description="The queue.")
    result: ReferenceField | None = Field(None, description="What `apply_async` gave.")
    block: Block | None = None
    timeout: Timeout | None = None


class GetNowait(Body):
    verb = "get_nowait"
    short = "queue"
    object_fields: ClassVar[dict[str, str]] = {"queue": "queue"}
    summary = "Take an item without waiting: `Empty` when none is there."
    queue: ReferenceField = Field(description="The queue.")


class JoinThread(Body):
    verb = "join_thread"
    short = "queue"
    object_fields: ClassVar[dict[str, str]] = {"queue": "queue"}
    summary = "Wait until a closed queue's feeder thread has written everything."
    queue: ReferenceField = Field(description="The closed queue.")


class CancelJoinThread(Body):
    verb = "cancel_join_thread"
    short = "queue"
    object_fields: ClassVar[dict[str, str]] = {"queue": "queue"}
    summary = "Do not wait for a queue's feeder thread at exit: items may be lost."
    queue: ReferenceField = Field(description="The queue.")


class TaskDone(Body):
    verb = "task_done"
    short = "queue"
    object_fields: ClassVar[dict[str, str]] = {"queue": "queue"}
    summary = "Tell a JoinableQueue that one of its items is done: its `join` waits for as many as were put."
    queue: ReferenceField = Field(description="The JoinableQueue.")


_HELD: dict[str, str] = {
    "lock": "lock",
    "semaphore": "semaphore",
    "condition": "condition",
    "value": "value",
    "array": "array",
}


class Acquire(Body):
    verb = "acquire"
    short = "lock"
    object_fields: ClassVar[dict[str, str]] = _HELD
    also_kinds = tuple(kind for kind in HELD if kind not in _HELD)
    summary = "Take a lock or a permit; gives True, or False when it was not to be had in time."
    lock: ReferenceField | None = Field(None, description="The lock.")
    semaphore: ReferenceField | None = Field(None, description="The semaphore.")
    condition: ReferenceField | None = Field(None, description="The condition whose lock to take.")
    value: ReferenceField | None = Field(None, description="The value whose lock to take.")
    array: ReferenceField | None = Field(None, description="The array whose lock to take.")
    block: Block | None = None
    timeout: Timeout | None = None


class Release(Body):
    verb = "release"
    short = "lock"
    object_fields: ClassVar[dict[str, str]] = _HELD
    also_kinds = tuple(kind for kind in HELD if kind not in _HELD)
    summary = "Give a lock or a permit back."
    lock: ReferenceField | None = Field(None, description="The lock.")
    semaphore: ReferenceField | None = Field(None, description="The semaphore.")
    condition: ReferenceField | None = Field(None, description="The condition whose lock to give back.")
    value: ReferenceField | None = Field(None, description="The value whose lock to give back.")
    array: ReferenceField | None = Field(None, description="The array whose lock to give back.")


_OF_CALLS = {"target": "func", "function": "func", "kwargs": "kwds", "arguments": "args"}


class Apply(Body):
    synonyms: ClassVar[dict[str, str]] = _OF_CALLS
    verb = "apply"
    object_fields: ClassVar[dict[str, str]] = {"pool": "pool"}
    summary = "Run a target in a pool's worker and wait for what it returns."
    pool: ReferenceField = Field(description="The pool.")
    func: Name = Field(description="The target to run.")
    args: ArgumentList | None = Field(None, description="Its positional arguments, a list.")
    kwds: NameMap | None = Field(None, description="Its keyword arguments.")


class ApplyAsync(Body):
    synonyms: ClassVar[dict[str, str]] = _OF_CALLS
    verb = "apply_async"
    object_fields: ClassVar[dict[str, str]] = {"pool": "pool"}
    summary = "Hand a target to a pool's workers and go on; `into` takes the result object."
    pool: ReferenceField = Field(description="The pool.")
    func: Name = Field(description="The target to run.")
    args: ArgumentList | None = Field(None, description="Its positional arguments, a list.")
    kwds: NameMap | None = Field(None, description="Its keyword arguments.")


class Wait(Body):
    synonyms: ClassVar[dict[str, str]] = {"flag": "event", "task": "result"}
    verb = "wait"
    short = "result"
    object_fields: ClassVar[dict[str, str]] = {
        "result": "result",
        "condition": "condition",
        "event": "event",
        "barrier": "barrier",
    }
    summary = (
        "Wait until a pool's task has ended (without taking its result), a condition is notified (without its lock "
        "meanwhile), an event is set, or all parties of a barrier have come. Gives False when that was not so in time, of a "
        "barrier the number of the arrival, from 0."
    )
    result: ReferenceField | None = Field(None, description="What `apply_async` gave.")
    condition: ReferenceField | None = Field(None, description="The condition, whose lock the process holds.")
    event: ReferenceField | None = Field(None, description="The event.")
    barrier: ReferenceField | None = Field(None, description="The barrier.")
    timeout: Timeout | None = None


class WaitFor(Body):
    synonyms: ClassVar[dict[str, str]] = {"until": "predicate", "test": "predicate", "lock": "condition"}
    verb = "wait_for"
    object_fields: ClassVar[dict[str, str]] = {"condition": "condition"}
    summary = "Wait on a condition until an expression is true: it is looked at first, and after each `wait`. Gives its value."
    condition: ReferenceField = Field(description="The condition, whose lock the process holds.")
    predicate: ExpressionField = Field(description="The expression.")
    timeout: Timeout | None = None


class Notify(Body):
    synonyms: ClassVar[dict[str, str]] = {"count": "n", "times": "n"}
    verb = "notify"
    short = "condition"
    object_fields: ClassVar[dict[str, str]] = {"condition": "condition"}
    summary = "Wake one process that waits on a condition, or some; nobody is no fault."
    condition: ReferenceField = Field(description="The condition, whose lock the process holds.")
    n: TextField | None = Field(None, description="How many at most; 1 when not given.")


class NotifyAll(Body):
    verb = "notify_all"
    short = "condition"
    object_fields: ClassVar[dict[str, str]] = {"condition": "condition"}
    summary = "Wake all that wait on a condition."
    condition: ReferenceField = Field(description="The condition, whose lock the process holds.")


class Clear(Body):
    verb = "clear"
    short = "event"
    object_fields: ClassVar[dict[str, str]] = {"event": "event"}
    summary = "Take back that an event is set."
    event: ReferenceField = Field(description="The event.")


class Reset(Body):
    verb = "reset"
    short = "barrier"
    object_fields: ClassVar[dict[str, str]] = {"barrier": "barrier"}
    summary = "Empty a barrier, and mend a broken one; whoever waits gets `BrokenBarrierError`."
    barrier: ReferenceField = Field(description="The barrier.")


class Abort(Body):
    verb = "abort"
    short = "barrier"
    object_fields: ClassVar[dict[str, str]] = {"barrier": "barrier"}
    summary = "Break a barrier: whoever waits or comes gets `BrokenBarrierError`, until it is reset."
    barrier: ReferenceField = Field(description="The barrier.")


class Shutdown(Body):
    verb = "shutdown"
    short = "manager"
    object_fields: ClassVar[dict[str, str]] = {"manager": "manager"}
    summary = "End a manager's server process."
    manager: ReferenceField = Field(description="The manager.")


class Print(Body):
    verb = "print"
    short = "text"
    summary = "Print one line."
    text: TextField = Field(description="The line.")


class Sleep(Body):
    verb = "sleep"
    short = "seconds"
    summary = "Sleep a number of seconds, or a random number of them between two bounds."
    seconds: SecondsText | None = Field(None, description="How long.")
    from_: SecondsText | None = Field(
        None, alias="from", description="The least of a random time, with `to`."
    )
    to: SecondsText | None = Field(None, description="The most of a random time, with `from`.")


class Choose(Body):
    verb = "choose"
    summary = "Leave a choice open: one of the values goes into `into`."
    from_: TextField = Field(alias="from", description="The list of values to choose from.")


class Set(Body):
    """`set: {place: value, ...}`, several in written order; `set: EVENT`."""

    verb = "set"
    short = "places"
    whole = True
    short_text = "event"
    object_fields: ClassVar[dict[str, str]] = {"event": "event"}
    object_needed = False
    summary = (
        "Assign variables, globals, elements, or settable attributes, in written order; or set an event."
    )
    places: TextMap = Field((), description="Reference -> value.")
    event: ReferenceField | None = Field(None, description="The event, only as `- set: EVENT`.")


class Append(Body):
    verb = "append"
    summary = "Append an item to a list in place."
    list: ReferenceField = Field(description="The list.")
    item: TextField = Field(description="What to append.")


class Remove(Body):
    verb = "remove"
    summary = "Remove the first such item from a list, or a key from a mapping, in place."
    list: ReferenceField | None = Field(None, description="The list.")
    mapping: ReferenceField | None = Field(None, description="The mapping.")
    item: TextField = Field(description="The item or key to remove.")


class Update(Body):
    verb = "update"
    summary = "Set keys of a mapping in place."
    mapping: ReferenceField = Field(description="The mapping.")
    items: KeyMap = Field(description="Key -> value.")


class CallTarget(Body):
    verb = "call"
    short = "target"
    summary = "Call another target as a function; `into` takes what it returns."
    target: Name = Field(description="The target.")
    args: ArgumentList | None = Field(None, description="Its positional arguments, a list.")
    kwargs: NameMap | None = Field(None, description="Its keyword arguments.")


class Create(Body):
    verb = "create"
    short = "name"
    summary = "Create an object that was declared `create: later`."
    name: Name = Field(description="The declared object.")


class Delete(Body):
    verb = "del"
    short = "name"
    summary = "Drop this process's reference to an object, or forget a variable."
    name: Name = Field(description="The declared object or variable.")


class RaiseException(Body):
    """`raise: TYPE`, `raise: {TYPE: text}`; a bare `- raise` raises the handled exception again."""

    verb = "raise"
    short = "exception"
    whole = True
    summary = "Raise an exception: `TYPE`, `{TYPE: text}`, or bare to raise the handled one again."
    exception: ExceptionMap | None = Field(None, description="The type, with an optional text or value.")


class ReturnValue(Body):
    verb = "return"
    short = "value"
    summary = "Leave the target, giving a value back to `call` or to the pool."
    value: TextField | None = Field(None, description="The value.")


class Assert(Body):
    verb = "assert"
    short = "test"
    summary = "State what must be true here; else AssertionError, and the run fails."
    test: ExpressionField = Field(description="The condition.")


class Pass(Body):
    verb = "pass"
    summary = "Do nothing."


class Break(Body):
    verb = "break"
    summary = "Leave the innermost loop."


class Continue(Body):
    verb = "continue"
    summary = "Go on with the next round of the innermost loop."


VERBS: dict[str, type[Body]] = {
    body.verb: body
    for body in (
        Start, Join, Run, Terminate, Kill, Close, Put, PutNowait, Get, GetNowait, JoinThread, CancelJoinThread, TaskDone,
        Acquire, Release, Wait, WaitFor, Notify, NotifyAll, Clear, Reset, Abort, Apply, ApplyAsync, Shutdown,
        Print, Sleep, Choose, Set, Append, Remove, Update,
        CallTarget, Create, Delete, RaiseException, ReturnValue, Assert, Pass, Break, Continue, With, If, While, For,
        Repeat, Try,
    )
}  # fmt: skip
