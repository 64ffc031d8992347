"""The exceptions of mprunner.

::

    MprunnerError
     +-- AuthoringError   the text that an author wrote is not right: holds located diagnostics
     +-- UsageError       mprunner was asked for something that can't be done: a wrong option, a missing recording
     |    +-- RecordingError   a file is no recording, or a malformed one: says where
     +-- RunError         a run could not be carried out for a reason outside the scenario
     +-- InternalError    a fault of mprunner itself, worth a report

Whoever embeds mprunner writes ``except MprunnerError``; the command line turns each branch into its own exit code.
This module imports nothing of mprunner, so that every other module can import it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mprunner.language.diagnostics import Diagnostic

__all__ = ["AuthoringError", "InternalError", "MprunnerError", "RecordingError", "RunError", "UsageError"]


class MprunnerError(Exception):
    """The base of all exceptions that mprunner raises on purpose.

    ::

        try:
            scenario = load(path)
        except MprunnerError as error:
            print(error)
    """


class AuthoringError(MprunnerError):
    """A scenario (or another file that people write) has mistakes in it.

    ``diagnostics`` holds all of them, in the order of the file; ``mprunner.language.diagnostics.render`` shows them
    with the source and a caret. ``str()`` gives their first lines. The fix is in the file: when the file is right and
    the run fails nevertheless, you get ``RunError`` or a verdict, never this.
    """

    def __init__(self, diagnostics: Iterable[Diagnostic]) -> None:
        self.diagnostics: tuple[Diagnostic, ...] = tuple(diagnostics)
        super().__init__(self.diagnostics)

    def __str__(self) -> str:
        return "\n".join(diagnostic.headline for diagnostic in self.diagnostics)


class UsageError(MprunnerError):
    """mprunner was called wrongly: an unknown option value, a file that is no recording, nothing selected.

    The scenario's text is not at fault, else you would get ``AuthoringError``.
    """


class RecordingError(UsageError):
    """A file that should be a recording can't be read as one, or a recording can't be written where it was asked for.

    ``str()`` is ``path:line: message``, without the line when the file as a whole is at fault. A recording that was cut off
    (its run was killed) is read without complaint; that it is incomplete stands in its ending.
    """

    def __init__(self, path: str, message: str, line: int | None = None) -> None:
        self.path = path
        self.line = line
        self.message = message
        super().__init__(path, message, line)

    def __str__(self) -> str:
        return (
            f"{self.path}: {self.message}"
            if self.line is None
            else f"{self.path}:{self.line}: {self.message}"
        )


class RunError(MprunnerError):
    """A run could not be carried out for a reason outside the scenario: no memory, no processes, a full disk.

    What the scenario itself does wrong (an exception, a hang) is part of its record and is judged; it is never raised.
    """


class InternalError(MprunnerError):
    """mprunner contradicts itself: please report it. Nothing that an author writes may lead here."""
