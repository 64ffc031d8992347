"""What comparing with goldens, and accepting them, tells."""

from __future__ import annotations

import os

from mprunner.golden.accept import Acceptance, Check
from mprunner.report.style import Style, clean, cut

__all__ = ["acceptance_lines", "check_lines", "is_same"]

MOST_DIFFERENCES = 8
MOST_ROWS = 16


def is_same(check: Check) -> bool:
    """Whether the run shows what the golden says; a scenario that was changed since may still show the same."""
    comparison = check.comparison
    return comparison.status == "same" or (
        comparison.status == "stale" and not comparison.differences and check.note is None
    )


def check_lines(check: Check, style: Style, *, path: str, name: str, verbosity: int) -> list[str]:
    """`path: golden differs: ...`, what differs as rows of a diff, and the command that accepts it."""
    comparison = check.comparison
    shown = clean(path if "[" not in name else f"{path} {name}")
    if is_same(check):
        if verbosity < 0:
            return []
        changed = "; the scenario has changed since, accept it again" if comparison.status == "stale" else ""
        return [style.plain(f"{style.paint('✓', 'kept')} {shown}: as its golden{changed}")]
    if comparison.status == "missing":
        lines = [f"{shown}: it has no golden"]
    else:
        changed = " (the scenario has changed since it was accepted)" if comparison.status == "stale" else ""
        lines = [f"{shown}: differs from {clean(os.path.relpath(check.path))}{changed}"]
    lines[0] = style.paint(lines[0], "broken")
    if check.note is not None:
        lines.append(f"  {clean(check.note)}")
    for difference in comparison.differences[:MOST_DIFFERENCES]:
        lines.append(f"  {clean(difference.sentence)}")
        rows = difference.rows
        shown_rows = (
            rows
            if len(rows) <= MOST_ROWS
            else (*rows[: MOST_ROWS - 1], f"  ... {len(rows) - MOST_ROWS + 1} more lines")
        )
        lines += [f"    {_painted(cut(clean(row), style.width - 4), style)}" for row in shown_rows]
    if len(comparison.differences) > MOST_DIFFERENCES:
        lines.append(f"  and {len(comparison.differences) - MOST_DIFFERENCES} more differences")
    lines.append(f"  to accept it: mprun accept {clean(path)}")
    return lines


def _painted(row: str, style: Style) -> str:
    if row.startswith("+"):
        return style.paint(row, "kept")
    return style.paint(row, "broken") if row.startswith("-") else row


def acceptance_lines(acceptance: Acceptance, style: Style, *, path: str, name: str, runs: int) -> list[str]:
    """`path: written ...`, and what was not frozen because the runs differed in it."""
    shown = clean(path if "[" not in name else f"{path} {name}")
    if acceptance.done == "refused":
        return [style.paint(f"{shown}: not accepted: {clean(acceptance.reason or '')}", "broken")]
    lines = [f"{shown}: {acceptance.done} ({clean(os.path.relpath(acceptance.path))}, from {runs} runs)"]
    for varying in acceptance.varying:
        lines.append(style.paint(f"  not frozen: {cut(clean(str(varying)), style.width - 14)}", "dim"))
    return lines
