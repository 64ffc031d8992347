"""The edge: what leaves a command as an exception becomes a message and an exit code, never a bare traceback."""

from __future__ import annotations

import os
import shlex
import shutil
import sys
import traceback

import click

from mprunner.cli.exitcodes import BUG, INTERRUPTED, INVALID, NOT_READ, UNFINISHED, USAGE
from mprunner.cli.main import OutputClosed
from mprunner.errors import AuthoringError, InternalError, RecordingError, RunError, UsageError

__all__ = ["handled"]

_FRAMES = 12


def handled(error: BaseException) -> int:
    """Tells `error` on standard error and gives the exit code for it."""
    try:
        return _handled(error)
    except BrokenPipeError:
        return _output_closed()


def _handled(error: BaseException) -> int:
    if isinstance(error, (OutputClosed, BrokenPipeError)):
        return _output_closed()
    if isinstance(error, (KeyboardInterrupt, click.Abort)):
        _tell("mprun: interrupted")
        return INTERRUPTED
    if isinstance(error, click.ClickException):
        return _usage(error)
    if isinstance(error, AuthoringError):
        from mprunner.language.rendering import render

        _tell(render(error.diagnostics, width=_columns()))
        return INVALID
    if isinstance(error, RecordingError):
        _tell(str(error))
        return INVALID
    if isinstance(error, UsageError):
        _tell(f"mprun: error: {error}")
        return USAGE
    if isinstance(error, RunError):
        _tell(f"mprun: error: {error}")
        return UNFINISHED
    if isinstance(error, OSError):
        _tell(f"mprun: error: the system refused: {error}")
        _silence()
        return UNFINISHED
    if isinstance(error, SystemExit):
        return error.code if isinstance(error.code, int) else 0 if error.code is None else BUG
    return _bug(error)


def _columns() -> int | None:
    """How wide the terminal is that errors go to; None where they go elsewhere, to a program that reads them line by line."""
    if sys.stderr is None or sys.stderr.closed or not sys.stderr.isatty():
        return None
    return max(shutil.get_terminal_size().columns, 40)


def _usage(error: click.ClickException) -> int:
    context = getattr(error, "ctx", None)
    command = context.command_path if context is not None else "mprun"
    _tell(f"{command}: error: {error.format_message()}")
    if context is not None:
        _tell(f"See `{command} --help`.")
    return USAGE


def _output_closed() -> int:
    _silence()
    return NOT_READ


def _silence() -> None:
    # What is still buffered would be flushed, and fail again, when the interpreter ends.
    nothing = os.open(os.devnull, os.O_WRONLY)
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (OSError, ValueError):
            os.dup2(nothing, stream.fileno())
    os.close(nothing)


def _bug(error: BaseException) -> int:
    kind = type(error).__name__
    said = str(error).splitlines()
    _tell(f"mprun: internal error: {kind}{f': {said[0]}' if said else ''}")
    _tell("This is a bug of mprunner, not of your scenario. Please report it with all that follows.")
    _tell("")
    _tell(f"    versions: {_versions()}")
    _tell(f"    command:  {shlex.join(['mprun', *sys.argv[1:]])}")
    if isinstance(error, InternalError) and error.__cause__ is not None:
        error = error.__cause__
    for line in "".join(
        traceback.format_exception(type(error), error, error.__traceback__, limit=-_FRAMES)
    ).splitlines():
        _tell(f"    {line}")
    return BUG


def _versions() -> str:
    from mprunner.cli.version import versions

    return versions()


def _tell(text: str) -> None:
    # A line break first would end a progress line; that one is gone before an exception comes here.
    if sys.stderr is not None:
        sys.stderr.write(f"{text}\n")
        sys.stderr.flush()
