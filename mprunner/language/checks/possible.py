"""Every matcher and span under `expect` can be matched by an event of the program: a check that can't fail is none."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mprunner.language.checks.notation import as_pattern
from mprunner.language.checks.scope import Scope
from mprunner.language.checks.selectors import CALLBACK, all_matchers, all_spans
from mprunner.language.declarations import an
from mprunner.language.diagnostics import nearest
from mprunner.language.effects import ALWAYS, Effect, Effects, lock_named
from mprunner.language.matchers import Matcher, SpanOf
from mprunner.language.patterns import Equals, OneOf, Pattern, regex_meant, regexes, without_slashes
from mprunner.language.submissions import Submissions
from mprunner.operations import kinds_with

__all__ = ["check"]

_HOLD = "acquire"
_TASK = re.compile(r"(?P<pool>\w+)(?:\.(?P<target>\w+)(?:\[(?P<number>\d+)\])?)?")
_TASK_OPERATIONS = ("task_start", "task_end")
_ITEM_OPERATIONS = frozenset(("put", "put_nowait", "get", "get_nowait", "read", "write"))


def check(scope: Scope) -> None:
    """Reports matchers and spans that no event of any run can fit."""
    effects = Effects.gather(scope.declarations, scope.inference)
    submissions = Submissions.gather(scope.declarations, scope.inference)
    for matcher in all_matchers(scope.scenario):
        _check(scope, effects, submissions, matcher)
    for span in all_spans(scope.scenario):
        _check_span(scope, effects, span)


def _check(scope: Scope, effects: Effects, submissions: Submissions, matcher: Matcher) -> None:
    if (matcher.any_of or matcher.none_of) is not None and not list(matcher.patterns()):
        return
    trouble = _operation_trouble(scope, matcher) or _task_trouble(submissions, matcher)
    if trouble is None and not any(
        _fits(matcher, effect, process) for process, effect in _all(scope, effects)
    ):
        trouble = _reason(scope, effects, matcher)
    if trouble is not None:
        message, expected, notes = trouble
        scope.context.error("impossible-matcher", matcher.span, message, expected=expected, notes=notes)


Trouble = tuple[str, str | None, tuple[str, ...]]


def _operation_trouble(scope: Scope, matcher: Matcher) -> Trouble | None:
    """An operation that the object's kind does not have, or that has no text."""
    op, target = _literal(matcher.op), _literal(matcher.object)
    if matcher.print is not None and op is not None and op != "print":
        return f"an event of `{op}` has no `print`", "leave out `op`: `print` selects printed lines", ()
    if op is None or target is None:
        return None
    declared = scope.declarations.names.get(target.split("[")[0])
    kinds = [kind for kind in kinds_with(op) if kind != "none"]
    if op == "start":
        kinds.append("pool")  # what each of its workers does first
    lock = lock_named(target.split("[")[0], scope.declarations)
    if lock is not None and op in ("acquire", "release"):
        family = lock in scope.declarations.names and scope.declarations.names[lock].members
        index = target[len(target.split("[")[0]) :] if family else ""
        message = (
            f"`{target}` is made with `{lock}`: whoever takes it takes that lock, and so it is on record"
        )
        return message, f"write object: {lock}{index}", ()
    if declared is not None and kinds and declared.kind not in kinds and op not in ("create", "del"):
        return f"{an(declared.kind)} has no `{op}`: nothing can match this", None, ()
    return None


def _task_trouble(submissions: Submissions, matcher: Matcher) -> Trouble | None:
    """Tasks that the pool never gets; where several are named, when it gets none of them."""
    of_tasks = _literal(matcher.op) in _TASK_OPERATIONS
    for pattern, pool_is_enough in (
        (matcher.task, True),
        (matcher.actor, False),
        (matcher.object, of_tasks),
        (matcher.pool, of_tasks),
    ):
        named = [] if pattern is None else _alternatives(pattern)
        if pattern is matcher.actor:
            named = [None if each is None else each.replace(CALLBACK, "") for each in named]
        troubles = [_never(submissions, each, pool_is_enough) for each in named]
        if troubles and troubles[0] is not None and all(troubles):
            return troubles[0], None, ()
    return None


def _never(submissions: Submissions, name: str | None, pool_is_enough: bool) -> str | None:
    """Why the task of this name (or any of the pool, where that is `pool_is_enough`) can never be."""
    match = None if name is None else _TASK.fullmatch(name)
    if match is None or (match["target"] is None and not pool_is_enough):
        return None
    number = None if match["number"] is None else int(match["number"])
    return submissions.trouble(match["pool"], match["target"], number)


def _alternatives(pattern: Pattern) -> list[str | None]:
    """The texts that a pattern accepts; None among them for what is no plain text."""
    if isinstance(pattern, OneOf):
        return [text for option in pattern.options for text in _alternatives(option)]
    return [_literal(pattern)]


def _all(scope: Scope, effects: Effects) -> Iterator[tuple[str, Effect]]:
    for process, found in effects.of.items():
        for effect in found:
            yield process, effect


def _fits(matcher: Matcher, effect: Effect, process: str) -> bool:
    if not _accepts_process(matcher.process, process):
        return False
    if matcher.actor is not None and matcher.task is None and not _accepts_actor(matcher.actor, process):
        return False
    free = _free_operation(matcher)
    if free:
        return True
    if matcher.op is not None and not matcher.op.accepts(effect.operation):
        return False
    if matcher.print is not None and not _can_print(matcher.print, effect):
        return False
    if (
        matcher.object is not None
        and not effect.anything
        and not _accepts_object(matcher.object, effect.object)
    ):
        return False
    if matcher.label is not None and (effect.label is None or not matcher.label.accepts(effect.label)):
        return False
    if matcher.item is not None and effect.operation not in _ITEM_OPERATIONS and not effect.anything:
        return False
    return not (matcher.exitcode is not None and effect.operation != "exit")


def _free_operation(matcher: Matcher) -> bool:
    """Whether the matcher asks for what can stand on any record."""
    if matcher.print is not None or matcher.object is not None or matcher.label is not None:
        return False
    return matcher.op is not None and any(matcher.op.accepts(name) for name in ALWAYS)


def _can_print(pattern: Pattern, effect: Effect) -> bool:
    if effect.operation != "print" or effect.text is None:
        return False
    if isinstance(pattern, Equals):
        wanted = str(pattern.value)
        return effect.text.fullmatch(wanted) is not None or _is_line_of(wanted, effect)
    if effect.fixed:
        return any(pattern.accepts(line) for line in _fixed_text(effect).split("\n"))
    return True


def _is_line_of(wanted: str, effect: Effect) -> bool:
    """Whether a text of several lines can have this one among them."""
    assert effect.text is not None
    if "\\\n" not in effect.text.pattern and "\n" not in effect.text.pattern:
        return False
    lines = effect.text.pattern.replace("\\\n", "\n").split("\n")
    return any(re.fullmatch(line, wanted, re.DOTALL) is not None for line in lines)


def _fixed_text(effect: Effect) -> str:
    assert effect.text is not None
    return re.sub(r"\\(.)", r"\1", effect.text.pattern, flags=re.DOTALL)


def _accepts_process(pattern: Pattern | None, process: str) -> bool:
    return pattern is None or not isinstance(pattern, Equals) or str(pattern.value).split("[")[0] == process


def _accepts_actor(pattern: Pattern, process: str) -> bool:
    if not isinstance(pattern, Equals) or CALLBACK in str(pattern.value):
        return True
    return str(pattern.value).replace(".", "[").split("[")[0] == process


def _accepts_object(pattern: Pattern, name: str | None) -> bool:
    if not isinstance(pattern, Equals):
        return name is not None
    return str(pattern.value).replace(".", "[").split("[")[0] == name


def _literal(pattern: Pattern | None) -> str | None:
    return pattern.value if isinstance(pattern, Equals) and isinstance(pattern.value, str) else None


def _reason(scope: Scope, effects: Effects, matcher: Matcher) -> Trouble:
    process, line = _literal(matcher.process), _literal(matcher.print)
    who = f"`{process}`" if process is not None else "the program"
    if line is not None:
        texts = [_shown(effect) for one, effect in _all(scope, effects)
                 if effect.operation == "print" and _accepts_process(matcher.process, one)]  # fmt: skip
        texts = list(dict.fromkeys(texts))
        close = nearest(line, texts)
        notes = (f"it prints: {', '.join(texts[:6])}",) if texts else ("it prints nothing",)
        expected = f'the nearest is "{close[0]}"' if close else None
        regex = regex_meant(line)
        if regex is not None:
            expected = as_pattern("print", regex)
        return f'no step of {who} can print "{line}"', expected, notes
    slashed = [without_slashes(regex) for _, pattern in matcher.patterns() for regex in regexes(pattern)]
    expected = next(("leave out the slashes: {matches: '" + each + "'}" for each in slashed if each), None)
    return f"no step of {who} gives such an event: {matcher}", expected, ()


def _shown(effect: Effect) -> str:
    assert effect.text is not None
    return re.sub(r"\\(.)", r"\1", effect.text.pattern.replace(".*", "…"), flags=re.DOTALL)


def _check_span(scope: Scope, effects: Effects, span: SpanOf) -> None:
    name = span.name.split("[")[0]
    every = [effect for _, effect in _all(scope, effects)]
    held = (lock_named(name, scope.declarations) or name).partition("[")[0]
    if span.kind == "hold" and not any(
        one.operation == _HOLD and (one.anything or one.object == held) for one in every
    ):
        scope.context.error(
            "impossible-matcher", span.span, f"no step takes `{span.name}`: there are no holds of it"
        )
    elif span.kind == "task" and not effects.routines.get(name):
        scope.context.error("impossible-matcher", span.span, f"`{span.name}` gets no tasks")
    elif span.kind == "call":
        wanted = span.object and span.object.split("[")[0]
        fits = any(
            one.operation == span.name and (wanted is None or one.anything or one.object == wanted)
            for one in every
        )
        if not fits:
            scope.context.error("impossible-matcher", span.span, f"no step calls `{span.name}` there")
