"""From what stands on the command line to scenario files."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from pathlib import Path

from mprunner.errors import UsageError
from mprunner.language.suggestions import listed, nearest

__all__ = ["STDIN", "completions", "scenario_files", "unknown_command"]

STDIN = "-"
DEFAULT_FOLDER = "scenarios"
_SUFFIXES = (".yaml", ".yml")
_NOT_SCENARIOS = (".golden.yaml", ".golden.new.yaml")
_MOST_COMPLETIONS = 500


def scenario_files(paths: Sequence[str]) -> list[str]:
    """The scenario files that `paths` name: files as they are, folders with all below them, `-` for standard input.

    Each once, in the order given, those of a folder sorted; goldens and hidden folders are left out.
    Raises `UsageError` for a path that does not exist.
    """
    missing = [path for path in paths if path != STDIN and not os.path.exists(path)]
    if missing:
        raise UsageError("\n".join(_missing(path) for path in missing))
    found: dict[str, str] = {}
    for path in paths:
        for file in _in_folder(path) if os.path.isdir(path) else [path]:
            found.setdefault(file if file == STDIN else os.path.realpath(file), file)
    return list(found.values())


def is_scenario_name(name: str) -> bool:
    """Whether a file of this name in a folder is taken for a scenario."""
    return (
        name.lower().endswith(_SUFFIXES)
        and not name.lower().endswith(_NOT_SCENARIOS)
        and not name.startswith(".")
    )


def _in_folder(folder: str) -> list[str]:
    files = []
    for parent, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith((".", "__")))
        files += [
            os.path.normpath(os.path.join(parent, name)) for name in sorted(names) if is_scenario_name(name)
        ]
    return files


def _missing(path: str) -> str:
    close = nearest_paths(path)
    hint = f"; did you mean {listed(close)}?" if close else ""
    return f"no such file or folder: {path}{hint}"


def nearest_paths(path: str) -> list[str]:
    """Files and folders whose names are like that of `path`, which does not exist."""
    folder, name = os.path.split(path)
    candidates = {entry.name: str(Path(folder) / entry.name) for entry in _entries(folder or ".")}
    if not folder:
        for entry in _entries(DEFAULT_FOLDER):
            candidates.setdefault(entry.name, str(Path(DEFAULT_FOLDER) / entry.name))
    candidates = {
        name: path for name, path in candidates.items() if is_scenario_name(name) or os.path.isdir(path)
    }
    close = nearest(name, candidates)
    if not name.lower().endswith(_SUFFIXES):
        close = list(dict.fromkeys([*nearest(f"{name}.yaml", candidates), *close]))
    return [candidates[each] for each in close[:2]]


def _entries(folder: str) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as entries:
            return sorted(
                (entry for entry in entries if not entry.name.startswith(".")), key=lambda entry: entry.name
            )
    except OSError:
        return []


def unknown_command(name: str) -> str:
    """What to say of a first argument that is neither a command nor a path."""
    from mprunner.cli.main import COMMANDS

    close = nearest(name, COMMANDS) or nearest_paths(name)
    hint = f" Did you mean {listed(close)}?" if close else ""
    return f'"{name}" is neither a command nor a file.{hint}'


def completions(incomplete: str) -> list[str]:
    """Scenario files (and folders that are not the only choice) that `incomplete` may become."""
    folder, start = os.path.split(incomplete)
    found = _below(folder, start)
    while len(found) == 1 and found[0].endswith(os.sep):
        inside = _below(found[0], "")
        if not inside:
            break
        found = inside
    return found[:_MOST_COMPLETIONS]


def _below(folder: str, start: str) -> list[str]:
    found = []
    for entry in _entries(folder or "."):
        if not entry.name.startswith(start):
            continue
        path = os.path.join(folder, entry.name)
        if entry.is_dir():
            found.append(path + os.sep)
        elif is_scenario_name(entry.name):
            found.append(path)
    return found


def default_paths(paths: Iterable[str]) -> list[str]:
    """`paths`, or the folder where scenarios are usually kept when there is none."""
    given = list(paths)
    if given:
        return given
    return [DEFAULT_FOLDER] if os.path.isdir(DEFAULT_FOLDER) else ["."]
