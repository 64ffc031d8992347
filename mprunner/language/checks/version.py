"""`requires:` names versions of mprunner."""

from __future__ import annotations

import re
from pathlib import Path

from mprunner.language.checks.scope import Scope
from mprunner.language.located import node_of

__all__ = ["check", "fits"]

_REQUIREMENT = re.compile(r"\s*(>=|==|>|<=|<)?\s*(\d+(?:\.\d+)*)\s*")


def check(scope: Scope) -> None:
    """Reports a requirement that can't be read, or that this version does not meet."""
    required = scope.scenario.requires
    if required is None:
        return
    span = node_of(scope.instance.content["requires"]).span
    if any(_REQUIREMENT.fullmatch(part) is None for part in required.split(",")):
        message = f'"{required}" is no requirement of a version'
        scope.context.error("wrong-value", span, message, expected='for example ">=0.1"')
        return
    here = _installed()
    if here is not None and not fits(required, here):
        notes = ["`mprun --version` tells which one this is"]
        scope.context.error(
            "version", span, f"this scenario needs mprunner {required}, which this is not", notes=notes
        )


def fits(required: str, version: str) -> bool:
    """Whether `version` (digits and dots) meets `required` (`>=0.1`, or several with commas)."""
    return all(_part_fits(part, version) for part in required.split(","))


def _part_fits(part: str, version: str) -> bool:
    match = _REQUIREMENT.fullmatch(part)
    if match is None:
        return False
    wanted, here = _numbers(match.group(2)), _numbers(version)
    width = max(len(wanted), len(here))
    here, wanted = here + (0,) * (width - len(here)), wanted + (0,) * (width - len(wanted))
    results = {
        ">=": here >= wanted,
        "==": here == wanted,
        ">": here > wanted,
        "<=": here <= wanted,
        "<": here < wanted,
    }
    return results[match.group(1) or ">="]


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(number) for number in re.findall(r"\d+", version.split("+")[0])[:3])


def _installed() -> str | None:
    """The version of what is running: as installed, or as the project file beside the sources says."""
    from importlib import metadata  # takes longer to import than most scenarios to load

    try:
        return metadata.version("mprunner")
    except metadata.PackageNotFoundError:
        project = Path(__file__).parents[3] / "pyproject.toml"
        found = (
            re.search(r'^version = "(.+)"$', project.read_text("utf-8"), re.M) if project.is_file() else None
        )
        return None if found is None else found.group(1)
