"""Schedule files read, with every problem told at its place."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from typing import Any

from mprunner.errors import AuthoringError
from mprunner.exploring.schedule import ENDINGS, KEYS, KINDS, VERSION, Schedule, parsed_step
from mprunner.language import model_kinds
from mprunner.language.composing import compose
from mprunner.language.diagnostics import Problems, listed, nearest
from mprunner.language.source import START, Source
from mprunner.language.tree import Node
from mprunner.operations import OPERATION_NAMES
from mprunner.program.declarations import Program
from mprunner.worlds.real.moves import GOES_ON, Key, Move

__all__ = ["read_schedule", "schedule_in", "schedule_schema"]

model_kinds.registered()

_METHODS = ("fork", "spawn", "forkserver")
_TEXTS = ("scenario", "path", "sha256", "program", "shows")
_UNWRITTEN = ("begin", "exit", "task_start", "task_end")


def read_schedule(path: str | os.PathLike[str], program: Program | None = None) -> Schedule:
    """The schedule in the file at `path`. Threads and operations are checked against `program`, where it is given.

    Raises `AuthoringError` with every problem of the file.
    """
    return schedule_in(Source.read(path), program)


def schedule_in(source: Source, program: Program | None = None) -> Schedule:
    """As `read_schedule`, for a text that has been read already."""
    problems = Problems()
    node = compose(source, problems)
    found = None if node is None else _Reader(source, problems, program).read(node)
    problems.raise_if_errors()
    if found is None:
        problems.error("missing-field", source, START, "the file is empty: a schedule has at least `steps`")
        raise AuthoringError(problems.diagnostics)
    return found


class _Reader:
    def __init__(self, source: Source, problems: Problems, program: Program | None) -> None:
        self._source = source
        self._problems = problems
        self._program = program

    def _error(
        self, kind: str, node: Node, message: str, expected: str | None = None, notes: Sequence[str] = ()
    ) -> None:
        self._problems.error(kind, self._source, node.span, message, expected=expected, notes=notes)

    def read(self, node: Node) -> Schedule | None:
        if node.kind != "mapping":
            self._error("wrong-type", node, "a schedule is a mapping", "`schedule: 1`, `steps: [...]`")
            return None
        self._known_keys(node, KEYS, "a schedule")
        given: dict[str, Any] = {key: self._text(node, key) for key in _TEXTS}
        version = node.get("schedule")
        if version is None:
            self._missing(node, "schedule", f"schedule: {VERSION}")
        elif version.value != VERSION or isinstance(version.value, bool):
            self._error("wrong-value", version, f"schedules have version {VERSION}", f"{VERSION}")
        given["kind"] = self._word(node, "kind", KINDS) or "other"
        given["start_method"] = self._word(node, "start_method", _METHODS)
        whole = node.get("whole")
        if whole is not None and not isinstance(whole.value, bool):
            self._error("wrong-type", whole, "`whole` says whether these are all steps", "true or false")
        given["whole"] = whole is not None and whole.value is True
        given["ending"], given["broken"] = self._expected(node.get("expect"))
        steps = node.get("steps")
        if steps is None:
            self._missing(node, "steps", "steps: [{p: acquire lock}]")
            return None
        moves, lines = self._steps(steps)
        return Schedule(moves, lines=lines, **given)

    def _missing(self, node: Node, key: str, example: str) -> None:
        self._error("missing-field", node, f"`{key}` is missing", f"`{example}`")

    def _known_keys(self, node: Node, keys: Sequence[str], where: str) -> None:
        for entry in node.entries:
            if entry.name not in keys:
                close = nearest(entry.name, keys)
                hint = f"did you mean {listed(close)}?" if close else None
                self._error(
                    "unknown-field",
                    entry.key,
                    f'{where} has no "{entry.name}"',
                    hint,
                    [f"fields: {', '.join(keys)}"],
                )

    def _text(self, node: Node, key: str) -> str | None:
        value = node.get(key)
        if value is None:
            return None
        # A hash may look like a number; the text that stands there counts.
        if value.kind != "scalar" or value.text is None or value.is_empty:
            self._error("wrong-type", value, f"`{key}` is a text", "a text")
            return None
        return str(value.text)

    def _word(self, node: Node, key: str, words: Sequence[str]) -> Any:
        value = node.get(key)
        if value is None or value.value in words:
            return None if value is None else value.value
        close = nearest(str(value.value), words)
        hint = f"did you mean {listed(close)}?" if close else f"one of {listed(words)}"
        self._error("wrong-value", value, f"`{key}` is one of {listed(words)}", hint)
        return None

    def _expected(self, node: Node | None) -> tuple[str | None, tuple[str, ...] | None]:
        if node is None:
            return None, None
        if node.kind != "mapping":
            self._error("wrong-type", node, "`expect` is a mapping", "`{ending: hang}`")
            return None, None
        self._known_keys(node, ("ending", "broken"), "`expect`")
        ending = self._word(node, "ending", ENDINGS)
        broken = node.get("broken")
        if broken is None:
            return ending, None
        if broken.kind != "sequence" or not all(item.is_text for item in broken.items):
            self._error("wrong-type", broken, "`broken` lists promises by their titles", "a list of texts")
            return ending, None
        return ending, tuple(str(item.value) for item in broken.items)

    # --- steps ---

    def _steps(self, node: Node) -> tuple[tuple[Move, ...], tuple[int, ...]]:
        if node.kind != "sequence":
            self._error("wrong-type", node, "`steps` is a list", "`- p: acquire lock`")
            return (), ()
        moves: list[Move] = []
        lines: list[int] = []
        seen: dict[tuple[Key, str], int] = {}
        for item in node.items:
            move = self._step(item)
            if move is None:
                continue
            before = seen.get((move.key, move.part))
            seen[move.key, move.part] = item.span.line
            if before is not None:
                self._error(
                    "wrong-value", item, "this step stands here twice",
                    "which of them it is, as in `, 2nd`", [f"the first is in line {before}"],
                )  # fmt: skip
            moves.append(move)
            lines.append(item.span.line)
        return tuple(moves), tuple(lines)

    def _step(self, node: Node) -> Move | None:
        if node.kind != "mapping" or len(node.entries) != 1:
            self._error("wrong-type", node, "a step is a thread and what it does", "`p: acquire lock`")
            return None
        entry = node.entries[0]
        value = entry.value
        if value.kind != "scalar" or value.is_empty or value.text is None:
            self._error("wrong-type", value, "what a thread does is a text", "`acquire lock`")
            return None
        move = parsed_step(entry.name, value.text)
        if move is None:
            self._error("wrong-value", value, "this is no step", "`acquire lock, 2nd`")
            return None
        self._check_thread(entry.key, entry.name)
        return move if self._check_name(value, move) else None

    def _check_thread(self, node: Node, name: str) -> None:
        if self._program is None:
            return
        base = re.split(r"[.\[]", name)[0]
        pools = [each.name for each in self._program.objects if each.kind in ("pool", "manager")]
        names = ["main", *(each.name for each in self._program.processes), *pools]
        if base not in names:
            close = nearest(base, names)
            hint = f"did you mean {listed(close)}?" if close else None
            self._error(
                "wrong-value",
                node,
                f'the scenario has no process "{base}"',
                hint,
                [f"processes: {', '.join(names)}"],
            )
            return
        declared = self._program.process(base)
        member = re.fullmatch(r"[^.\[]+\[(\d+)\]", name.partition(".")[0])
        if declared is not None and "." not in name:
            if declared.replicas is None and member is not None:
                self._error("wrong-value", node, f"there is only one {base}", base)
            elif declared.replicas is not None and (member is None or int(member[1]) >= declared.replicas):
                last = declared.replicas - 1
                self._error(
                    "wrong-value",
                    node,
                    f"{base} has {declared.replicas} replicas",
                    f"{base}[0] to {base}[{last}]",
                )

    def _check_name(self, node: Node, move: Move) -> bool:
        if move.name in ("writes", "dies", GOES_ON):
            return True
        operation, _, rest = move.name.partition(" ")
        if operation not in OPERATION_NAMES:
            close = nearest(operation, OPERATION_NAMES)
            meant = f"did you mean {listed(close)}?" if close else "an operation, then its object"
            self._error("wrong-value", node, f'there is no operation "{operation}"', meant)
            return False
        target = re.split(r"[ .\[]", rest)[0] if not rest.startswith("at ") else ""
        if self._program is None or not target or operation in _UNWRITTEN:
            return True
        names = [
            *(each.name for each in self._program.objects),
            *(each.name for each in self._program.processes),
        ]
        if target not in names:
            close = nearest(target, names)
            hint = f"did you mean {listed(close)}?" if close else None
            self._error(
                "wrong-value",
                node,
                f'the scenario has no object "{target}"',
                hint,
                [f"objects: {', '.join(names)}"],
            )
            return False
        return True


def schedule_schema() -> dict[str, Any]:
    """The JSON Schema of schedule files."""
    text = {"type": "string"}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "urn:mprunner:schedule",
        "title": "A schedule for mprun replay",
        "type": "object",
        "additionalProperties": False,
        "required": ["schedule", "steps"],
        "properties": {
            "schedule": {"const": VERSION, "description": "The version of the format."},
            "scenario": {**text, "description": "The scenario's name."},
            "path": {**text, "description": "The scenario's file."},
            "sha256": {
                "type": ["string", "integer", "number"],
                "description": "The hash of the scenario's text.",
            },
            "program": {
                "type": ["string", "integer", "number"],
                "description": "The hash of what the scenario does; comments, layout and promises leave it as it is.",
            },
            "kind": {"enum": list(KINDS), "description": "What the schedule is for."},
            "shows": {**text, "description": "What it shows, as a sentence."},
            "start_method": {"enum": list(_METHODS)},
            "expect": {
                "type": "object",
                "additionalProperties": False,
                "properties": {
                    "ending": {"enum": list(ENDINGS), "description": "How the run is to end."},
                    "broken": {
                        "type": "array",
                        "items": text,
                        "description": "The promises that it is to break, by title.",
                    },
                },
            },
            "whole": {
                "type": "boolean",
                "description": "Whether `steps` are all that are made; else others come as they come.",
            },
            "steps": {
                "type": "array",
                "items": {
                    "type": "object",
                    "minProperties": 1,
                    "maxProperties": 1,
                    "additionalProperties": {
                        **text,
                        "examples": ["acquire lock", "put q, 2nd", "wait cond begins"],
                    },
                },
            },
        },
    }
