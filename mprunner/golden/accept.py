"""Accepting: runs of a scenario become its golden, unless that would freeze an accident.

A golden is made from several runs, and whatever differs between them (an actor's lane, an exit code, the ending) is
not frozen but listed under `varying`. What has once been seen to vary stays unfrozen as long as the scenario is the same.
Under CI nothing is ever written: a golden is accepted by a person who looks at it.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from mprunner.errors import UsageError
from mprunner.golden.canonical import canonical
from mprunner.golden.compare import Comparison, compare
from mprunner.golden.files import ConflictedGoldenError, golden_path, pending_path, read, write
from mprunner.golden.freezing import Varying, freeze, frozen_parts
from mprunner.golden.shape import Golden
from mprunner.recording.events import Recording

__all__ = ["RUNS", "Acceptance", "Check", "accept", "check", "in_ci"]

RUNS = 5
"""How many runs a golden is made from unless one says otherwise."""


@dataclass(frozen=True, slots=True)
class Acceptance:
    """`done`: `written` anew, `unchanged`, or `refused` (under CI, or a run could not be used; `reason` says why).

    `varying` is what these runs differed in, and what is therefore not frozen.
    """

    path: Path
    done: Literal["written", "unchanged", "refused"]
    varying: tuple[Varying, ...] = ()
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Check:
    """A run against its golden; `note` tells of a golden that could not be used as it is."""

    path: Path
    comparison: Comparison
    note: str | None = None


def in_ci(environment: Mapping[str, str] = os.environ) -> bool:
    """Whether this runs unattended: `CI` is set, as every CI service sets it, to anything but `0` or `false`."""
    return environment.get("CI", "").lower() not in ("", "0", "false")


def accept(
    recordings: Sequence[Recording],
    *,
    scenario: Path,
    name: str,
    sha256: str,
    environment: Mapping[str, str] = os.environ,
) -> Acceptance:
    """Make the golden of the scenario `name` in file `scenario` from these runs of it, and write it.

    Raises UsageError without a run to make it from, or when the file cannot be written.
    """
    path = golden_path(scenario, name)
    if not recordings:
        raise UsageError(f"{scenario}: no run of {name} to accept")
    if in_ci(environment):
        return Acceptance(path, "refused", reason="CI is set: goldens are accepted by hand, never in CI")
    lost = next((r for r in recordings if r.ending.how in _UNUSABLE), None)
    if lost is not None:
        return Acceptance(path, "refused", reason=f"a run could not be used: {lost.ending.how}")
    old = _old(path)
    same = old is not None and old.sha256 == sha256
    frozen = freeze(
        [canonical(recording) for recording in recordings],
        file=_shown(scenario, path),
        sha256=sha256,
        python=recordings[0].python,
        start_method=recordings[0].start_method,
        known=old if same else None,
    )
    pending_path(path).unlink(missing_ok=True)
    if old is not None and same and frozen_parts(old) == frozen_parts(frozen.golden):
        return Acceptance(path, "unchanged", frozen.varying)
    written = write(path, frozen.golden)
    return Acceptance(path, "written" if written else "unchanged", frozen.varying)


_UNUSABLE = frozenset({"interrupted", "crashed", "lost", "deadline"})


def check(recording: Recording, *, scenario: Path, name: str, sha256: str) -> Check:
    """Compare a run with the golden; a run that differs is left beside it as `NAME.golden.new.yaml` to be looked at.

    Raises UsageError when the golden file is no golden.
    """
    path = golden_path(scenario, name)
    shape = canonical(recording)
    note = None
    try:
        golden = read(path)
    except ConflictedGoldenError as error:
        return Check(path, Comparison("stale"), str(error))
    comparison = compare(golden, shape, sha256=sha256)
    if comparison.status == "same":
        pending_path(path).unlink(missing_ok=True)
    elif comparison.status != "missing":
        new = freeze(
            [shape],
            file=_shown(scenario, path),
            sha256=sha256,
            python=recording.python,
            start_method=recording.start_method,
            known=golden,
        )
        try:
            write(pending_path(path), new.golden)
        except UsageError as error:  # a read-only checkout can still be compared
            note = str(error)
    return Check(path, comparison, note)


def _old(path: Path) -> Golden | None:
    try:
        return read(path)
    except UsageError:
        return None  # about to be written anew


def _shown(scenario: Path, golden: Path) -> str:
    return Path(os.path.relpath(scenario, golden.parent)).as_posix()
