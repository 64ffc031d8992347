"""The table of checks and the one function that runs them."""

from __future__ import annotations

from collections.abc import Callable

from mprunner.language.instances import Instance
from mprunner.language.located import Context

__all__ = ["CHECKS", "check_scenario"]

CHECKS: tuple[Callable[[Instance, Context], None], ...] = ()


def check_scenario(instance: Instance, context: Context) -> None:
    """Runs every check; what they find is reported to the context."""
    for check in CHECKS:
        check(instance, context)
