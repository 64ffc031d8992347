"""The exceptions of mprunner.

::

    MprunnerError
     +-- AuthoringError   the text that an author wrote is not right: holds located diagnostics
     +-- UsageError       mprunner was asked for something that can't be done: a wrong option, a missing recording
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

__all__ = ["AuthoringError", "InternalError", "MprunnerError", "RunError", "UsageError"]


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


class RunError(MprunnerError):
    """A run could not be carried out for a reason outside the scenario: no memory, no processes, a full disk.

    What the scenario itself does wrong (an exception, a hang) is part of its record and is judged; it is never raised.
    """


class InternalError(MprunnerError):
    """mprunner contradicts itself: please report it. Nothing that an author writes may lead here."""
