"""Steps on no object: what prints, pauses, calls, raises, and leaves."""

from __future__ import annotations

from mprunner.language.bodies import Body
from mprunner.language.fields import (
    ArgumentList,
    ExceptionMap,
    ExpressionField,
    Name,
    NameMap,
    SecondsText,
    TextField,
)
from mprunner.language.quick_models import Field

__all__ = [
    "Assert",
    "Break",
    "CallTarget",
    "Choose",
    "Continue",
    "Pass",
    "Print",
    "RaiseException",
    "ReturnValue",
    "Sleep",
]


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


class CallTarget(Body):
    verb = "call"
    short = "target"
    summary = "Call another target as a function; `into` takes what it returns."
    target: Name = Field(description="The target.")
    args: ArgumentList | None = Field(None, description="Its positional arguments, a list.")
    kwargs: NameMap | None = Field(None, description="Its keyword arguments.")


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
