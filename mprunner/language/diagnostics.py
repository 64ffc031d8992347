"""Problems of a text as data: where, what kind, what was expected. They are made anywhere and shown in one place."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from mprunner.errors import AuthoringError
from mprunner.language.kinds import KINDS, Kind
from mprunner.language.rendering import headline, render
from mprunner.language.source import Source, Span
from mprunner.language.suggestions import listed, nearest
from mprunner.records import record

__all__ = ["KINDS", "Diagnostic", "Kind", "Problems", "Severity", "listed", "nearest", "render"]

Severity = Literal["error", "warning"]


@record
class Diagnostic:
    """One problem at one place.

    ``message`` is the sentence of the first line, ``expected`` stands behind the caret (what to write instead), each
    of ``notes`` gets a line of its own below. Raises ``ValueError`` for a ``kind`` that is not in ``KINDS``.
    """

    kind: str
    source: Source
    span: Span
    message: str
    expected: str | None = None
    notes: tuple[str, ...] = ()
    severity: Severity = "error"

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"unregistered kind of diagnostic: {self.kind!r}")

    @property
    def headline(self) -> str:
        """The first line: ``file:line:column: message [kind]``."""
        return headline(self)

    @property
    def order(self) -> tuple[str, int, int, str]:
        """What diagnostics are sorted by."""
        return self.source.path, self.span.line, self.span.column, self.message


class Problems:
    """Collects diagnostics, so that an author sees all problems of a file at once."""

    def __init__(self) -> None:
        self._found: list[Diagnostic] = []

    def add(self, diagnostic: Diagnostic) -> None:
        """Takes a finished diagnostic."""
        self._found.append(diagnostic)

    def error(
        self,
        kind: str,
        source: Source,
        span: Span,
        message: str,
        *,
        expected: str | None = None,
        notes: Iterable[str] = (),
    ) -> None:
        """Something that has to be changed before the scenario can run."""
        self.add(Diagnostic(kind, source, span, message, expected, tuple(notes)))

    def warning(
        self,
        kind: str,
        source: Source,
        span: Span,
        message: str,
        *,
        expected: str | None = None,
        notes: Iterable[str] = (),
    ) -> None:
        """Something that is allowed and probably not meant."""
        self.add(Diagnostic(kind, source, span, message, expected, tuple(notes), "warning"))

    @property
    def diagnostics(self) -> tuple[Diagnostic, ...]:
        """All, sorted by file, line, column and message; what was said twice about a place stands once."""
        once: dict[tuple[str, str, Span, str], Diagnostic] = {}
        for diagnostic in sorted(self._found, key=lambda found: found.order):
            key = (diagnostic.kind, diagnostic.source.path, diagnostic.span, diagnostic.message)
            once.setdefault(key, diagnostic)
        return tuple(once.values())

    @property
    def has_errors(self) -> bool:
        """Whether anything but warnings was found."""
        return any(diagnostic.severity == "error" for diagnostic in self._found)

    def raise_if_errors(self) -> None:
        """Raises ``AuthoringError`` with everything found (warnings too) when there is an error among it."""
        if self.has_errors:
            raise AuthoringError(self.diagnostics)
