"""Models of programs whose number of traces is known."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from mprunner.language.loading import load_source
from mprunner.language.source import Source
from mprunner.program.compiler import compile_scenario
from mprunner.worlds.model.model import Model

Modelled = Callable[[str], Model]


@pytest.fixture(scope="session")
def modelled() -> Modelled:
    """The model of a scenario's text, to which a name and a promise are added."""

    def model_text(text: str) -> Model:
        whole = f"name: test\n{text}\nexpect:\n  - existence: {{op: begin, process: main}}\n"
        source = Source("test.yaml", whole)
        return Model(compile_scenario(load_source(source).scenarios[0], source=source))

    return model_text
