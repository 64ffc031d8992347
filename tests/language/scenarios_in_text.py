"""Scenarios for tests, written in the test itself."""

from __future__ import annotations

from textwrap import dedent

from mprunner.errors import AuthoringError
from mprunner.language.diagnostics import Diagnostic
from mprunner.language.loading import load_source
from mprunner.language.models import Scenario
from mprunner.language.source import Source


def scenario(text: str, **overrides: str) -> Scenario:
    """The one scenario that `text` holds."""
    (found,) = scenarios(text, **overrides)
    return found


def scenarios(text: str, **overrides: str) -> tuple[Scenario, ...]:
    """The scenarios that `text` holds."""
    return load_source(Source("test.yaml", dedent(text)), overrides=overrides).scenarios


def problems(text: str) -> tuple[Diagnostic, ...]:
    """Everything that is said about `text`, warnings too."""
    try:
        return load_source(Source("test.yaml", dedent(text))).warnings
    except AuthoringError as error:
        return error.diagnostics


def said(text: str) -> list[str]:
    """What is said about `text`: `line:column kind: message` for each problem."""
    return [f"{one.span.line}:{one.span.column} {one.kind}: {one.message}" for one in problems(text)]


def kinds(text: str) -> list[str]:
    """The kinds of the problems in `text`."""
    return [one.kind for one in problems(text)]
