"""The steps of a target: the table that lists them, one model a verb.

A step in the YAML is a mapping with exactly one verb key. An *action* keeps its fields under the verb
(`- put: {queue: q, item: 1}`); a *control* verb has them beside it (`- while: x`, `steps: [...]`). `short` names the
field that a bare value under the verb stands for; `object_fields` are the fields that may name the object acted on,
by kind, of which exactly one is given.
"""

from __future__ import annotations

from mprunner.language.bodies import Body
from mprunner.language.control_steps import For, If, Repeat, Try, While, With
from mprunner.language.data_steps import Append, Create, Delete, Remove, Set, Update
from mprunner.language.plain_steps import (
    Assert,
    Break,
    CallTarget,
    Choose,
    Continue,
    Pass,
    Print,
    RaiseException,
    ReturnValue,
    Sleep,
)
from mprunner.language.pool_steps import Apply, ApplyAsync
from mprunner.language.process_steps import Close, Join, Kill, Run, Shutdown, Start, Terminate
from mprunner.language.queue_steps import (
    CancelJoinThread,
    Get,
    GetNowait,
    JoinThread,
    Put,
    PutNowait,
    TaskDone,
)
from mprunner.language.waiting_steps import (
    Abort,
    Acquire,
    Clear,
    Notify,
    NotifyAll,
    Release,
    Reset,
    Wait,
    WaitFor,
)

__all__ = ["VERBS"]

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
