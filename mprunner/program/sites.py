"""The places of a scenario that instructions come from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mprunner.program.declarations import Site

if TYPE_CHECKING:
    from mprunner.language.source import Source, Span

__all__ = ["Sites"]

MAX_TEXT = 200


class Sites:
    """Collects sites; the first one, 0, is the scenario itself."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._sites = [Site(1, 1, "", "main")]
        self._lines: dict[int, str] = {}

    def add(self, span: Span, target: str, label: str | None = None) -> int:
        """The number of a new site at `span`."""
        text = self._source.slice(span).split("\n", 1)[0].strip()
        if text.startswith("{") and text.endswith("}"):
            text = text[1:-1].strip()
        text = text[:MAX_TEXT]
        self._sites.append(Site(span.line, span.column, text, target, label))
        self._lines[span.line] = self._source.line(span.line)
        return len(self._sites) - 1

    @property
    def all(self) -> tuple[Site, ...]:
        """The sites in the order of their numbers."""
        return tuple(self._sites)

    @property
    def lines(self) -> dict[int, str]:
        """The lines of the source that sites stand on, by number."""
        return dict(sorted(self._lines.items()))
