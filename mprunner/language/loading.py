"""From a file to scenarios: read, located, modelled, expanded over the matrix, cross-checked."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from pathlib import Path

from pydantic_core import ValidationError

from mprunner.errors import AuthoringError
from mprunner.language import model_kinds
from mprunner.language.checks import check_scenario
from mprunner.language.diagnostics import Diagnostic, Problems
from mprunner.language.instances import Instance, expand
from mprunner.language.located import Context, LocatedDict, located, node_of
from mprunner.language.models import OBJECT_SECTIONS, Scenario
from mprunner.language.nodes import compose
from mprunner.language.source import Source
from mprunner.language.steps import VERBS
from mprunner.language.tree import Node
from mprunner.language.vocabulary import PROMISES
from mprunner.records import record

__all__ = ["SUFFIXES", "Loaded", "load", "load_source", "scenario_paths", "validate_paths"]

SUFFIXES = (".yaml", ".yml")
"""What files with scenarios end in, where a directory is searched."""

model_kinds.registered()


@record
class Loaded:
    """What a file holds: one scenario, or with `matrix:` one for each combination, and what is worth a warning."""

    scenarios: tuple[Scenario, ...]
    warnings: tuple[Diagnostic, ...]
    source: Source


def load(path: str | os.PathLike[str], *, overrides: Mapping[str, str] | None = None) -> Loaded:
    """The scenarios in the file at `path`, with `params` set to `overrides` (as `-D name=value` gives them).

    Raises `AuthoringError` with every problem of the file, and `UsageError` for an override of a param that the
    scenario does not have.
    """
    return load_source(Source.read(path), overrides=overrides)


def load_source(source: Source, *, overrides: Mapping[str, str] | None = None) -> Loaded:
    """As `load`, for a text that has been read already."""
    problems = Problems()
    node = compose(source, problems)
    instances: list[Instance] = []
    if node is not None:
        instances = _read(node, source, problems, overrides or {})
    problems.raise_if_errors()
    return Loaded(tuple(one.scenario for one in instances), problems.diagnostics, source)


def scenario_paths(paths: Iterable[str | os.PathLike[str]]) -> list[Path]:
    """Files as they are given; for a directory the scenarios in and below it, in order of their paths."""
    found: list[Path] = []
    for given in map(Path, paths):
        if given.is_dir():
            inside = (path for path in given.rglob("*") if path.suffix in SUFFIXES and path.is_file())
            found.extend(
                sorted(path for path in inside if not path.name.endswith((".golden.yaml", ".golden.yml")))
            )
        else:
            found.append(given)
    return list(dict.fromkeys(found))


def validate_paths(paths: Iterable[str | os.PathLike[str]]) -> tuple[list[Loaded], list[Diagnostic]]:
    """Every scenario in `paths` that is right, and every problem and warning of all of them."""
    loaded: list[Loaded] = []
    diagnostics: list[Diagnostic] = []
    for path in scenario_paths(paths):
        try:
            one = load(path)
        except AuthoringError as error:
            diagnostics.extend(error.diagnostics)
        else:
            loaded.append(one)
            diagnostics.extend(one.warnings)
    return loaded, diagnostics


def _read(node: Node, source: Source, problems: Problems, overrides: Mapping[str, str]) -> list[Instance]:
    root = located(node)
    assert isinstance(root, LocatedDict)
    free = [key for key in root if key.startswith("x-")]
    sections = ((node.get(section), kind) for section, kind in OBJECT_SECTIONS.items())
    declared = {entry.name: kind for section, kind in sections if section for entry in section.entries}
    context = Context(source, problems, VERBS, PROMISES, declared=declared)
    content = root.without(free)
    for key in content:
        if key not in Scenario.model_fields:
            # A section that does not exist is reported; that its names are unknown then goes without saying.
            context.broken.update(entry.name for entry in node_of(content[key]).entries)
    try:
        scenario = Scenario.model_validate(content, context=context)
    except ValidationError:
        return []
    instances = expand(scenario, content, context, overrides)
    for instance in instances:
        check_scenario(instance, context)
    return instances
