"""Golden files: where they stand, how they are written (whole or not at all) and read.

A golden is YAML with one line for each thing an actor did, so that a review shows exactly what changed. A file with a merge
conflict in it is no error but a stale golden: accepting again settles it.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from mprunner.errors import UsageError
from mprunner.golden.shape import Golden
from mprunner.recording.whole import write_whole

__all__ = ["ConflictedGoldenError", "golden_path", "pending", "pending_path", "read", "render", "write"]

SUFFIX = ".golden.yaml"
PENDING = ".golden.new.yaml"
VERSION = 1

_HEAD = (
    "# Written by `mprun accept`: what a run shows, actor by actor. Review it like code; do not edit it.\n"
)


class ConflictedGoldenError(UsageError):
    """The golden holds the marks of a merge conflict: accept again to settle it."""


def golden_path(scenario: Path, name: str) -> Path:
    """Where the golden of the scenario `name` in file `scenario` stands.

    Beside the scenario, or in `tests/golden/` where the scenario's folder is called `scenarios` and its parent has that folder.
    An instance of a matrix, `lock[spawn-2]`, has a golden of its own, `lock.spawn-2.golden.yaml`.
    """
    folder = scenario.parent
    shared = folder.resolve().parent / "tests" / "golden"
    if folder.resolve().name == "scenarios" and shared.is_dir():
        folder = shared
    plain = name.replace("[", ".").replace("]", "").replace(os.sep, "-")
    return folder / f"{plain}{SUFFIX}"


def pending_path(golden: Path) -> Path:
    """Where a differing run's golden waits for a decision, beside the accepted one."""
    return golden.with_name(golden.name[: -len(SUFFIX)] + PENDING)


def pending(folder: Path) -> list[Path]:
    """The goldens in and below `folder` that wait for a decision."""
    return sorted(folder.rglob(f"*{PENDING}"))


def render(golden: Golden) -> str:
    """The text of the file."""
    import yaml

    data: dict[str, Any] = {
        "golden": VERSION,
        "scenario": {"file": golden.file, "sha256": golden.sha256},
        "accepted": {
            "runs": golden.runs,
            "python": golden.python,
            "start_method": golden.start_method,
        },
    }
    if golden.varying:
        data["varying"] = list(golden.varying)
    if "ending" not in golden.varying:
        data["ending"] = golden.ending
    data["actors"] = {actor: list(lane) for actor, lane in golden.actors.items()}
    if golden.workers:
        data["workers"] = {pool: [list(lane) for lane in lanes] for pool, lanes in golden.workers.items()}
    if golden.order:
        data["order"] = list(golden.order)
    if golden.blocks:
        data["blocks"] = [
            {"hold": lock, "of": "print", "prints": prints} for lock, prints in golden.blocks.items()
        ]
    data["exitcodes"] = dict(golden.exitcodes)
    text = yaml.dump(
        data, Dumper=_dumper(), sort_keys=False, allow_unicode=True, width=10**6, default_flow_style=False
    )
    return _HEAD + str(text)


def _dumper() -> Any:
    import yaml

    class Indented(yaml.SafeDumper):
        """Lists stand below their key, indented, as people write them."""

        def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
            super().increase_indent(flow, False)

    return Indented


def write(path: Path, golden: Golden) -> bool:
    """Write the file aside and move it into place; False, and nothing done, when it already says the same.

    Raises UsageError when the folder cannot be written to. Whoever reads the file meanwhile sees the old or the new text.
    """
    text = render(golden)
    try:
        if path.is_file() and path.read_text(encoding="utf-8") == text:
            return False
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, text)
    except OSError as error:
        raise UsageError(f"{path}: cannot write the golden: {error.strerror or error}") from error
    return True


def read(path: Path) -> Golden | None:
    """The golden in this file; None when there is none.

    Raises ConflictedGoldenError when it holds a merge conflict, UsageError when it is no golden.
    """
    import yaml

    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{path}: cannot read the golden: {error}") from error
    if any(row.startswith(("<<<<<<< ", ">>>>>>> ")) or row == "=======" for row in text.splitlines()):
        raise ConflictedGoldenError(f"{path}: the golden holds a merge conflict; run `mprun accept` again")
    try:
        return _golden(yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)))
    except (yaml.YAMLError, KeyError, TypeError, ValueError, AttributeError) as error:
        raise UsageError(f"{path}: not a golden file ({type(error).__name__}: {error})") from error


def _golden(data: Mapping[str, Any]) -> Golden:
    if data["golden"] != VERSION:
        raise ValueError(f"its format is {data['golden']!r}, this mprun reads {VERSION}")
    return Golden(
        file=str(data["scenario"]["file"]),
        sha256=str(data["scenario"]["sha256"]),
        runs=int(data["accepted"]["runs"]),
        python=str(data["accepted"]["python"]),
        start_method=str(data["accepted"]["start_method"]),
        actors={str(actor): tuple(map(str, lane)) for actor, lane in data["actors"].items()},
        workers={
            str(pool): tuple(tuple(map(str, lane)) for lane in lanes)
            for pool, lanes in data.get("workers", {}).items()
        },
        order=tuple(map(str, data.get("order", ()))),
        blocks={str(block["hold"]): int(block["prints"]) for block in data.get("blocks", ())},
        exitcodes={str(process): code for process, code in data["exitcodes"].items()},
        ending=str(data.get("ending", "finished")),
        varying=tuple(map(str, data.get("varying", ()))),
    )
