"""What an exit code of `mprun` says, and which of several wins."""

from __future__ import annotations

from collections.abc import Iterable

__all__ = [
    "BROKEN", "BUG", "INCONCLUSIVE", "INTERRUPTED", "INVALID", "KEPT", "NOTHING", "NOT_READ", "TABLE", "UNFINISHED", "USAGE",
    "worst",
]  # fmt: skip

KEPT = 0
BROKEN = 1
USAGE = 2
INVALID = 3
UNFINISHED = 4
NOTHING = 5
INCONCLUSIVE = 6
BUG = 70
INTERRUPTED = 130
NOT_READ = 141

TABLE: tuple[tuple[int, str], ...] = (
    (KEPT, "every promise was kept"),
    (BROKEN, "a promise was broken (an unexpected deadlock too), or a golden differs"),
    (USAGE, "wrong command line"),
    (INVALID, "invalid scenario (or recording)"),
    (UNFINISHED, "the run could not finish, for an unknown or outside cause"),
    (NOTHING, "nothing was selected, or all of it had to be skipped"),
    (INCONCLUSIVE, "inconclusive: no promise broken, but not all could be judged"),
    (BUG, "a bug of mprunner itself: please report it"),
    (INTERRUPTED, "interrupted (Ctrl-C)"),
    (NOT_READ, "nobody reads the output any more (as in `| head`)"),
)

_ORDER = (BUG, INTERRUPTED, INVALID, UNFINISHED, BROKEN, INCONCLUSIVE, NOTHING, KEPT)


def worst(codes: Iterable[int]) -> int:
    """Of the codes of several scenarios the one to exit with; `NOTHING` when there is none."""
    found = set(codes)
    return next((code for code in _ORDER if code in found), NOTHING)
