"""What a promise means, as `mprun explain` shows it."""

from __future__ import annotations

from collections.abc import Iterator

from mprunner.checking.meaning.explaining import Explanation
from mprunner.report.style import Style, clean, wrapped

__all__ = ["told"]

_INDENT = 12


def told(found: Explanation, place: str, style: Style) -> list[str]:
    """The lines for one promise, which stands at `place`."""
    lines = [style.paint(f"{clean(place)}  {clean(found.title)}", "bold")]
    if not found.core:
        lines.append("  judged by how the run ends, not by the order of events")
    lines += _block("core", found.core)
    lines += _block("where", [f"{name} = {clean(words)}" for name, words in found.letters])
    for label, text in (
        ("LTLf", found.formula),
        ("means", found.definition),
        ("kept by", found.kept),
        ("broken by", found.broken),
        ("runs", found.runs),
    ):
        if text is not None:
            lines += _block(label, wrapped(clean(text), max(style.width - _INDENT, 20)))
    return [style.plain(line) for line in lines]


def _block(label: str, lines: list[str] | tuple[str, ...]) -> Iterator[str]:
    for index, line in enumerate(lines):
        yield f"  {label if index == 0 else '':<{_INDENT - 2}}{line}"
