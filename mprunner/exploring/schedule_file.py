"""Schedules as files: YAML that people can read, and that still fits after edits of the scenario that do not matter.

A step is `actor: operation object`, in the order in which they happen. Lines and places are not in it, so it fits as long as each
actor does the same operations on the same objects.
"""

from __future__ import annotations

import hashlib
import os
import re
import tempfile
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Literal

from mprunner.errors import UsageError
from mprunner.operations import OPERATION_NAMES
from mprunner.program.declarations import Program
from mprunner.records import record
from mprunner.worlds.real.gate import Turn

__all__ = ["Stored", "digest", "read", "text_of", "write"]

VERSION = 1
_STEP = re.compile(
    r"(?P<operation>\w+)(?: (?P<object>[^\s,]+))?"
    r"(?:, (?P<more>begins|ends))?(?P<late>, out of time)?(?:, choice (?P<choice>\d+))?"
)


@record
class Stored:
    """A schedule file: what it is a schedule of, the digest of that program, what it shows, and its turns."""

    scenario: str
    program: str
    shows: str
    turns: tuple[Turn, ...]


def digest(program: Program) -> str:
    """The same for programs that do the same: lines, comments, promises and the file's name do not count."""
    targets = sorted(program.targets.items())
    what = (program.start_method, program.objects, program.processes, program.globals, targets, program.main)
    return hashlib.sha256(repr(what).encode()).hexdigest()[:16]


def step_text(turn: Turn) -> str:
    """`acquire lock`, `wait c, begins`, `get q, out of time`, `choose, choice 1`."""
    words = turn.operation if turn.object is None else f"{turn.operation} {turn.object}"
    more = {"whole": "", "begin": ", begins", "end": ", ends"}[turn.at]
    late = ", out of time" if turn.late else ""
    choice = "" if turn.choice < 0 else f", choice {turn.choice}"
    return f"{words}{more}{late}{choice}"


def text_of(stored: Stored) -> str:
    """The text of a schedule file."""
    import yaml

    head = {
        "schedule": VERSION,
        "scenario": stored.scenario,
        "program": stored.program,
        "shows": stored.shows,
    }
    lines = [
        "# A schedule: `mprun replay SCENARIO THIS-FILE` plays it on real processes.",
        yaml.safe_dump(head, sort_keys=False, allow_unicode=True, width=1000).rstrip(),
        "steps:",
    ]
    lines += [f"- {turn.actor}: {step_text(turn)}" for turn in stored.turns]
    return "\n".join(lines) + "\n"


def write(path: Path, stored: Stored) -> None:
    """Write a schedule file, whole or not at all. Raises OSError."""
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, aside = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text_of(stored))
        os.replace(aside, path)
    except BaseException:
        os.unlink(aside)
        raise


def read(path: str) -> Stored:
    """A schedule file. Raises UsageError with the line, for what is none."""
    import yaml

    try:
        text = Path(path).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{path} can't be read: {getattr(error, 'strerror', None) or error}") from error
    try:
        node = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark is not None else 1
        raise UsageError(f"{path}:{line}: no YAML: {error.problem}") from error
    if not isinstance(node, yaml.MappingNode):
        raise UsageError(
            f"{path}:1: a schedule is a mapping with `schedule`, `scenario`, `program`, `shows` and `steps`"
        )
    fields = {key.value: value for key, value in node.value}
    for name in ("schedule", "scenario", "program", "steps"):
        if name not in fields:
            raise UsageError(f"{path}:1: a schedule has `{name}`, which is not here")
    if fields["schedule"].value != str(VERSION):
        line = fields["schedule"].start_mark.line + 1
        raise UsageError(f"{path}:{line}: `schedule` is the version of the form, {VERSION} here")
    steps = fields["steps"]
    if not isinstance(steps, yaml.SequenceNode):
        raise UsageError(
            f"{path}:{steps.start_mark.line + 1}: `steps` is a list of `process: operation object`"
        )
    problems: list[str] = []
    turns = [_turn(step, path, problems) for step in steps.value]
    if problems:
        raise UsageError("\n".join(problems))
    shows = fields["shows"].value if "shows" in fields else ""
    return Stored(
        fields["scenario"].value, fields["program"].value, shows, tuple(turn for turn in turns if turn)
    )


def _turn(node: Any, path: str, problems: list[str]) -> Turn | None:
    place = f"{path}:{node.start_mark.line + 1}:{node.start_mark.column + 1}"
    pairs = getattr(node, "value", None)
    if not isinstance(pairs, list) or len(pairs) != 1 or not isinstance(pairs[0], tuple):
        problems.append(f"{place}: a step is `process: operation object`")
        return None
    actor, step = pairs[0]
    found = _STEP.fullmatch(str(step.value))
    if found is None:
        problems.append(f"{place}: {step.value!r} is no step; one is `acquire lock` or `wait c, begins`")
        return None
    operation = found["operation"]
    if operation not in OPERATION_NAMES:
        near = get_close_matches(operation, OPERATION_NAMES, 1)
        hint = f"; did you mean {near[0]!r}?" if near else ""
        problems.append(f"{place}: there is no operation {operation!r}{hint}")
        return None
    at: Literal["whole", "begin", "end"] = "whole"
    if found["more"] is not None:
        at = "begin" if found["more"] == "begins" else "end"
    choice = -1 if found["choice"] is None else int(found["choice"])
    return Turn(
        str(actor.value), operation, found["object"], at, late=found["late"] is not None, choice=choice
    )


def parted(stored: Stored, program: Program) -> str | None:
    """Why a schedule may not fit this program any more; None when it was made for just this one."""
    return (
        None
        if stored.program == digest(program)
        else "the scenario has changed since this schedule was written"
    )
