"""What the tests of the model world share: models of scenarios in text, and every state and outcome of small ones."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest

from mprunner.program.declarations import Program
from mprunner.recording.events import Recording
from mprunner.worlds.model.model import Model, ModelOptions
from mprunner.worlds.model.recorder import recording

Modelled = Callable[..., Model]


@pytest.fixture(scope="session")
def modelled(compiled: Callable[[str], Program]) -> Modelled:
    """The model of a scenario's text: `modelled(text, no_timeouts=True, ...)`."""

    def model_text(text: str, **options: object) -> Model:
        return Model(compiled(text), ModelOptions(**options))  # type: ignore[arg-type]

    return model_text


def played(model: Model, seed: int = 0, most: int = 10_000) -> Recording:
    """The record of one execution, its schedule drawn at random."""
    generator, state = random.Random(seed), model.initial
    schedule: list[tuple[int, int]] = []
    while len(schedule) < most and (enabled := model.enabled(state)):
        thread = generator.choice(enabled)
        alternative = generator.randrange(model.alternatives(state, thread))
        state = model.step(state, thread, alternative).state
        schedule.append((thread, alternative))
    return recording(model, schedule)


def finals(model: Model) -> set[tuple[object, ...]]:
    """Every state in which nobody has a step, by trying everything."""
    seen, found, waiting = {model.initial}, set(), [model.initial]
    while waiting:
        state = waiting.pop()
        enabled = model.enabled(state)
        if not enabled:
            found.add(state)
        for thread in enabled:
            for alternative in range(model.alternatives(state, thread)):
                after = model.step(state, thread, alternative).state
                if after not in seen:
                    seen.add(after)
                    waiting.append(after)
    return found
