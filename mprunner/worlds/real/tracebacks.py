"""Tracebacks of a scenario's processes: CPython's own words, with the scenario's lines in place of the machinery's."""

from __future__ import annotations

import contextlib
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mprunner.worlds.real.actor import Actor


_WITHIN = "mprunner_site"


def traceback_lines(error: BaseException, actor: Actor) -> list[str]:
    """What CPython prints for an exception that left a target, frame by frame as the author wrote it."""
    program = actor.run.program
    lines: list[str] = []
    lines.append("Traceback (most recent call last):")
    machine = actor.machine
    within = getattr(error, _WITHIN, None)
    for number in (None if machine is None else machine.site, within):
        if number is not None and 0 <= number < len(program.sites):
            site = program.sites[number]
            lines += [f'  File "{program.path}", line {site.line}, in {site.target}', f"    {site.text}"]
    return lines + _text_of(error)


def standing_at(error: BaseException, site: int | None) -> None:
    """Note where in the program an exception came up, other than in the step that goes on."""
    if site is not None:
        with contextlib.suppress(AttributeError):
            setattr(error, _WITHIN, site)


def print_traceback(error: BaseException, actor: Actor, heading: str | None) -> None:
    """Write it to the standard error, below a heading such as `Process p1:`."""
    for line in (*([heading] if heading else ()), *traceback_lines(error, actor)):
        sys.stderr.write(f"{line}\n")


def _text_of(error: BaseException) -> list[str]:
    # Only few processes need it, and it is slow to import.
    import traceback

    return "".join(traceback.format_exception_only(type(error), error)).rstrip("\n").split("\n")
