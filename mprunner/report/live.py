"""The lines of a run as they come: time, lane, text."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, TextIO

from mprunner.language.source import display_width
from mprunner.report.phrases import moment
from mprunner.report.style import Style, clean, cut, pad, shortened

if TYPE_CHECKING:
    from mprunner.worlds.base import LiveLine

__all__ = ["LiveLines"]

WIDEST_LANE = 24
STDERR_MARK = "!"


class LiveLines:
    """Writes a run's lines to `out`, one row each, in the order in which they are handed in.

    ``  0.004  p1 │ add1:num=0``: seconds since `origin`, the lane (the process), the text. A line of standard error has
    `!` for the bar. The lanes are as wide as the longest of `names`; one that turns up later and is wider widens them.
    """

    def __init__(self, out: TextIO, style: Style, *, names: Iterable[str], origin: int) -> None:
        self._out = out
        self._style = style
        self._origin = origin
        self._lanes: dict[str, int] = {}
        self._width = 0
        for name in names:
            self._lane(name)

    def line(self, line: LiveLine) -> None:
        """Shows one line at once."""
        self._out.write(self.row(line) + "\n")
        self._out.flush()

    def row(self, line: LiveLine) -> str:
        """How `line` is shown, without a line break."""
        number = self._lane(line.process)
        name = self._style.lane(pad(cut(clean(line.process), WIDEST_LANE), self._width), number)
        at = self._style.paint(f"{moment(line.time_ns, self._origin):>7}", "dim")
        text = shortened(line.text)
        if line.stream == "stderr":
            return f"{at}  {name} {self._style.paint(f'{STDERR_MARK} {text}', 'stderr')}"
        return self._style.plain(f"{at}  {name} │ ") + text

    def _lane(self, name: str) -> int:
        if name not in self._lanes:
            self._lanes[name] = len(self._lanes)
            self._width = max(self._width, min(display_width(clean(name)), WIDEST_LANE))
        return self._lanes[name]
