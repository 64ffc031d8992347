"""What the model can't follow: it is refused with its place, never skipped."""

from __future__ import annotations

from mprunner.errors import MprunnerError
from mprunner.program.declarations import Program

__all__ = ["Unfollowed"]


class Unfollowed(MprunnerError):  # noqa: N818 - it says what is not followed
    """The model of a scenario can't be made, or not followed further: `reason` says why, `line` where (1-based, or None)."""

    def __init__(self, reason: str, program: Program, site: int | None = None) -> None:
        self.reason = reason
        self.path = program.path
        known = site is not None and 0 <= site < len(program.sites)
        self.line = program.sites[site].line if known and site is not None else None
        self.column = program.sites[site].column if known and site is not None else None
        self.text = program.sites[site].text if known and site is not None else ""
        super().__init__(reason)

    def __str__(self) -> str:
        place = self.path if self.line is None else f"{self.path}:{self.line}:{self.column}"
        step = f" (`{self.text}`)" if self.text else ""
        return f"{place}: the model can't follow this{step}: {self.reason}"
