"""Arguments to parameters, with the words of Python where they do not fit."""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from typing import Any

from mprunner.program.declarations import Target

__all__ = ["bind"]


def bind(target: Target, arguments: Sequence[Any], keywords: Mapping[str, Any]) -> dict[str, Any]:
    """The variables with which a call of `target` begins. Raises TypeError as a Python function would."""
    positional = []
    keyword_only = []
    rest: str | None = None
    named_rest: str | None = None
    for parameter in target.parameters:
        if parameter.form == "args":
            rest = parameter.name
        elif parameter.form == "kwargs":
            named_rest = parameter.name
        elif rest is not None:
            keyword_only.append(parameter)
        else:
            positional.append(parameter)
    variables: dict[str, Any] = {}
    for parameter, value in zip(positional, arguments, strict=False):
        variables[parameter.name] = value
    surplus = tuple(arguments[len(positional) :])
    known = {parameter.name for parameter in (*positional, *keyword_only)}
    extra: dict[str, Any] = {}
    for name, value in keywords.items():
        if name not in known:
            if named_rest is None:
                raise TypeError(f"{target.name}() got an unexpected keyword argument '{name}'")
            extra[name] = value
        elif name in variables:
            raise TypeError(f"{target.name}() got multiple values for argument '{name}'")
        else:
            variables[name] = value
    if surplus and rest is None:
        least = sum(parameter.required for parameter in positional)
        _refuse_surplus(
            target.name,
            least,
            len(positional),
            len(arguments),
            sum(p.name in variables for p in keyword_only),
        )
    for parameters, what in ((positional, "positional"), (keyword_only, "keyword-only")):
        missing = [p.name for p in parameters if p.required and p.name not in variables]
        if missing:
            plural = "s" if len(missing) > 1 else ""
            raise TypeError(
                f"{target.name}() missing {len(missing)} required {what} argument{plural}: {_listed(missing)}"
            )
    for parameter in (*positional, *keyword_only):
        if parameter.name not in variables:
            variables[parameter.name] = copy.deepcopy(parameter.default)
    if rest is not None:
        variables[rest] = surplus
    if named_rest is not None:
        variables[named_rest] = extra
    return variables


def _refuse_surplus(name: str, least: int, most: int, given: int, keyword_only: int) -> None:
    takes = f"{most} positional argument{_plural(most)}"
    if least != most:
        takes = f"from {least} to {most} positional arguments"
    got = str(given)
    if keyword_only:
        got += f" positional argument{_plural(given)} (and {keyword_only} keyword-only argument{_plural(keyword_only)})"
    were = "was" if given == 1 and not keyword_only else "were"
    raise TypeError(f"{name}() takes {takes} but {got} {were} given")


def _plural(count: int) -> str:
    return "" if count == 1 else "s"


def _listed(names: list[str]) -> str:
    quoted = [f"'{name}'" for name in names]
    if len(quoted) == 1:
        return quoted[0]
    if len(quoted) == 2:
        return " and ".join(quoted)
    return ", ".join(quoted[:-1]) + ", and " + quoted[-1]
