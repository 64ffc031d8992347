"""All declared names share one namespace."""

from __future__ import annotations

from mprunner.language.checks.scope import Scope
from mprunner.language.declarations import MAIN, an, written_names
from mprunner.language.safe import BUILTINS
from mprunner.language.source import Span

__all__ = ["check"]

RESERVED = {MAIN: "the main process"}


def check(scope: Scope) -> None:
    """Reports names that are declared twice, that mean something already, or that hide a builtin."""
    first: dict[str, tuple[str, Span]] = {}
    for name, kind, span in written_names(scope.instance):
        if name in first:
            other, place = first[name]
            message = (
                f'"{name}" is declared twice: as {an(other)} at line {place.line} and as {an(kind)} here'
            )
            expected = "all declared names share one namespace: rename one"
            scope.context.error("duplicate-name", span, message, expected=expected)
            scope.context.broken.add(name)
            continue
        first[name] = kind, span
        if name in RESERVED:
            message = f'"{name}" always means {RESERVED[name]}; no {kind} can be called so'
            scope.context.error("bad-name", span, message)
        elif name in BUILTINS:
            message = f'"{name}" is a function of expressions; no {kind} can be called so'
            scope.context.error("bad-name", span, message)
