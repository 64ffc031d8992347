"""What a real run of a program comes to is among what the model says it may come to."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings

from mprunner.program.declarations import Program
from mprunner.worlds.base import RunOptions
from mprunner.worlds.model.model import Model
from mprunner.worlds.real.supervisor import RealWorld
from tests.worlds.model.programs import programs
from tests.worlds.model.searching import outcome, outcomes

Compile = Callable[[str], Program]


@pytest.mark.slow
@given(text=programs())
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_free_run_ends_as_the_model_says_that_it_may(
    world: RealWorld, compiled: Compile, text: str
) -> None:
    program = compiled(text)
    seen = outcome(world.run(program, RunOptions(timeout=60.0)))
    assert seen in outcomes(Model(program))
