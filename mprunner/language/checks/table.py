"""The table of checks and the one function that runs them."""

from __future__ import annotations

from collections.abc import Callable

from mprunner.language.checks import (
    arguments,
    braces,
    classes,
    control,
    declared,
    duplicates,
    kinds,
    memory,
    memory_use,
    names,
    notation,
    output,
    possible,
    selectors,
    together,
    unused,
    version,
)
from mprunner.language.checks.scope import Scope
from mprunner.language.instances import Instance
from mprunner.language.located import Context

__all__ = ["CHECKS", "check_scenario"]

CHECKS: tuple[Callable[[Scope], None], ...] = (
    duplicates.check,
    declared.check,
    names.check,
    kinds.check,
    classes.check,
    memory.check,
    memory_use.check,
    arguments.check,
    control.check,
    selectors.check,
    version.check,
    together.check,
)
"""What is asked of every scenario."""

WHOLE: tuple[Callable[[Scope], None], ...] = (
    possible.check,
    output.check,
    unused.check,
    braces.check,
    notation.check,
)
"""What can only be asked of a scenario without errors: what is unused, what can't happen, what was probably not meant."""


def check_scenario(instance: Instance, context: Context) -> None:
    """Runs every check; what they find is reported to the context."""
    scope = Scope.of(instance, context)
    for check in CHECKS:
        check(scope)
    if not context.problems.has_errors:
        for check in WHOLE:
            check(scope)
