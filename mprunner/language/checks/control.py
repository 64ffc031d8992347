"""Steps that make sense only inside others, or with something beside them."""

from __future__ import annotations

from mprunner.language.checks.scope import Scope
from mprunner.language.control_steps import For, Repeat, Try, While
from mprunner.language.declarations import MAIN, Routine
from mprunner.language.fields import Step
from mprunner.language.plain_steps import RaiseException, Sleep
from mprunner.language.walking import blocks_of

__all__ = ["check"]

GIVING = (
    "get",
    "get_nowait",
    "acquire",
    "join",
    "apply",
    "apply_async",
    "wait",
    "wait_for",
    "call",
    "choose",
    "release",
    "run",
)


def check(scope: Scope) -> None:
    """Reports loops left outside of loops, `into` where nothing is given, and the like."""
    for routine in scope.routines:
        _walk(scope, routine, routine.steps, in_loop=False, in_except=False)


def _walk(scope: Scope, routine: Routine, steps: tuple[Step, ...], *, in_loop: bool, in_except: bool) -> None:
    for step in steps:
        _check(scope, routine, step, in_loop, in_except)
        body = step.body
        if isinstance(body, Try):
            _walk(scope, routine, body.try_, in_loop=in_loop, in_except=in_except)
            for handler in body.except_.values():
                _walk(scope, routine, handler, in_loop=in_loop, in_except=True)
            for block in (body.else_, body.finally_):
                _walk(scope, routine, block or (), in_loop=in_loop, in_except=in_except)
            continue
        loop = in_loop or isinstance(body, (While, For, Repeat))
        for block in blocks_of(step):
            _walk(scope, routine, block, in_loop=loop, in_except=in_except)


def _check(scope: Scope, routine: Routine, step: Step, in_loop: bool, in_except: bool) -> None:
    body, error = step.body, scope.context.error
    if step.verb in ("break", "continue") and not in_loop:
        error("misplaced-step", step.verb_span, f"`{step.verb}` stands outside of every loop")
    if isinstance(body, RaiseException) and body.exception is None and not in_except:
        message = "a bare `raise` stands outside of every except block: there is nothing to raise again"
        error("misplaced-step", step.verb_span, message, expected="name the exception: raise: TYPE")
    if step.verb == "return" and routine.name == MAIN and getattr(body, "value", None) is not None:
        error("misplaced-step", step.verb_span, "main gives no value back")
    if step.verb == "choose" and step.into is None:
        error(
            "missing-field",
            step.verb_span,
            "`choose` needs `into: NAME` beside it for the value that is chosen",
        )
    if step.into is not None and step.into_span is not None and step.verb not in GIVING:
        error("misplaced-field", step.into_span, f"`{step.verb}` gives nothing that `into` could take")
    if isinstance(body, Sleep):
        ranged = body.from_ is not None, body.to is not None
        if (body.seconds is None) == (not any(ranged)) or ranged in ((True, False), (False, True)):
            message = "`sleep` takes a number of seconds, or `from` and `to`"
            error("wrong-value", step.verb_span, message, expected="for example sleep: 1")
    if step.verb == "remove" and (getattr(body, "list", None) is None) == (
        getattr(body, "mapping", None) is None
    ):
        error(
            "wrong-value", step.verb_span, "`remove` takes its item from one thing: give `list` or `mapping`"
        )
    if isinstance(body, Try) and not body.except_ and body.finally_ is None:
        error("missing-field", step.verb_span, "`try` needs `except` or `finally` beside it")
