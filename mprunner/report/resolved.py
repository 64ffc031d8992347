"""A scenario as the YAML that says all of it: shorthands written out, defaults filled in, the matrix resolved.

What it prints is a scenario again, and means the same.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mprunner.language.fields import Located
from mprunner.language.models import Scenario
from mprunner.language.scalars import resolve
from mprunner.language.steps import VERBS
from mprunner.operations import SECTIONS

__all__ = ["resolved", "resolved_yaml"]

_BLOCKS = ("steps", "then", "else", "finally", "try")
_MODIFIERS = {"holds": "always", "vacuous": "fail"}

Plain = dict[str, Any]


def resolved(scenario: Scenario, written: Mapping[str, Any]) -> Plain:
    """The scenario as plain data; `written` is what its file holds, as plain data."""
    told: Plain = {"name": scenario.name}
    told |= {key: written[key] for key in ("description", "tags", "requires") if key in written}
    if scenario.start_method is not None:
        told["start_method"] = scenario.start_method
    told |= {key: written[key] for key in ("not_under", "timeout") if key in written}
    told["runs"] = scenario.runs or 1
    if scenario.params:
        told["params"] = dict(scenario.params)
    if written.get("globals"):
        told["globals"] = written["globals"]
    for section in SECTIONS:
        models = getattr(scenario, section)
        if models:
            entries = written.get(section) or {}
            told[section] = {name: _filled(model, entries.get(name)) for name, model in models.items()}
    if scenario.targets:
        told["targets"] = {name: _target(target) for name, target in (written.get("targets") or {}).items()}
    if scenario.processes:
        entries = written.get("processes") or {}
        told["processes"] = {
            name: _filled(model, entries.get(name)) for name, model in scenario.processes.items()
        }
    told["main"] = _steps(written["main"]) if scenario.main is not None else _default_main(scenario)
    told |= {key: written[key] for key in ("events", "spans") if key in written}
    told |= {key: written[key] for key in ("ends", "strict") if key in written}
    told["expect"] = [_promise(promise) for promise in written.get("expect") or []]
    return told


def _promise(written: Any) -> Plain:
    return {**written, **{key: value for key, value in _MODIFIERS.items() if key not in written}}


def _default_main(scenario: Scenario) -> list[Plain]:
    own = [name for name, process in scenario.processes.items() if process.parent in (None, "main")]
    return [{verb: {"process": name}} for verb in ("start", "join") for name in own]


def _filled(model: Located, entry: Any) -> Plain:
    """What is written of a declaration, counts as numbers, and the defaults of what is not."""
    told: Plain = dict(entry or {})
    for name, field in type(model).model_fields.items():
        value = getattr(model, name)
        key = field.alias or name
        if isinstance(value, (bool, int, str)) and value is not None:
            told[key] = value
    return told


def _target(written: Any) -> Plain:
    told: Plain = dict(written)
    told["steps"] = _steps(written.get("steps"))
    return told


def _steps(written: Any) -> list[Any]:
    return [_step(step) for step in written or []]


def _step(written: Any) -> Any:
    if isinstance(written, str):
        return written
    told: Plain = {}
    for key, value in written.items():
        verb = VERBS.get(key)
        if key in _BLOCKS and isinstance(value, list):
            told[key] = _steps(value)
        elif key == "except" and isinstance(value, dict):
            told[key] = {kind: _steps(steps) for kind, steps in value.items()}
        elif key == "elif" and isinstance(value, list):
            told[key] = [_step(branch) for branch in value]
        elif (
            verb is not None
            and not verb.control
            and verb.short is not None
            and not getattr(verb, "whole", False)
        ):
            told[key] = _long(verb.short, verb.object_fields, value)
        else:
            told[key] = value
    return told


def _long(short: str, object_fields: Mapping[str, str], value: Any) -> Any:
    """The long form of a shorthand, where the short form leaves no choice of what kind the object is."""
    if isinstance(value, dict) or value is None or len(object_fields) > 1:
        return value
    return {short: value}


def resolved_yaml(scenario: Scenario, written: Mapping[str, Any]) -> str:
    """`resolved` as text that reads back as the same data under the rules of YAML 1.2."""
    import yaml

    class Dumper(yaml.SafeDumper):
        """Texts that would be read as something else are quoted; lists stand below their key, indented."""

        def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
            super().increase_indent(flow, False)

        def ignore_aliases(self, data: Any) -> bool:
            return True

    def text(dumper: yaml.SafeDumper, value: str) -> yaml.ScalarNode:
        if "\n" in value.strip("\n") or value.endswith("\n"):
            return dumper.represent_scalar("tag:yaml.org,2002:str", value, style="|")
        plain = bool(value) and resolve(value).value == value and resolve(value).kind is None
        return dumper.represent_scalar("tag:yaml.org,2002:str", value, style=None if plain else '"')

    Dumper.add_representer(str, text)
    data = resolved(scenario, written)
    return str(
        yaml.dump(
            data, Dumper=Dumper, sort_keys=False, allow_unicode=True, width=100, default_flow_style=False
        )
    )
