"""Tracebacks of a scenario's processes: CPython's own words, with the scenario's lines in place of the machinery's."""

from __future__ import annotations

import contextlib

from mprunner.program.declarations import Program

__all__ = ["standing_at", "traceback_lines"]

_WITHIN = "mprunner_site"


def traceback_lines(
    error: BaseException, program: Program, site: int | None, heading: str | None
) -> list[str]:
    """What CPython prints for an exception that left a target at this site, frame by frame as the author wrote it.

    It stands below a heading such as `Process p1:`, if there is one.
    """
    lines: list[str] = [] if heading is None else [heading]
    lines.append("Traceback (most recent call last):")
    within = getattr(error, _WITHIN, None)
    for number in (site, within):
        if number is not None and 0 <= number < len(program.sites):
            step = program.sites[number]
            lines += [f'  File "{program.path}", line {step.line}, in {step.target}', f"    {step.text}"]
    return lines + _text_of(error)


def standing_at(error: BaseException, site: int | None) -> None:
    """Note where in the program an exception came up, other than in the step that goes on."""
    if site is not None:
        with contextlib.suppress(AttributeError):
            setattr(error, _WITHIN, site)


def _text_of(error: BaseException) -> list[str]:
    # Only few processes need it, and it is slow to import.
    import traceback

    return "".join(traceback.format_exception_only(type(error), error)).rstrip("\n").split("\n")
