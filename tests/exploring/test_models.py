"""Of models of scenarios, optimal partial-order reduction and plain enumeration come to the same traces, each once.

Enumeration also sees to it that footprints are right: prefixes that only exchange independent steps lead to one state.
"""

from __future__ import annotations

import os

import pytest
from hypothesis import HealthCheck, given, settings

from mprunner.exploring.history import History
from mprunner.exploring.optimal import Execution, Traces
from mprunner.language.loading import load_source
from mprunner.language.source import Source
from mprunner.program.compiler import compile_scenario
from mprunner.worlds.model.model import Model, ModelOptions
from mprunner.worlds.model.steps import AWAIT, WRITE, Memory
from tests.exploring.brute_traces import form, states_of_traces
from tests.worlds.model.programs import ended, programs

PROGRAMS = int(os.environ.get("MPRUN_PROGRAMS", "60"))
MANY = settings(max_examples=PROGRAMS, suppress_health_check=list(HealthCheck))


def modelled(text: str, memory: Memory = "sc") -> Model:
    whole = f"{text}\nexpect:\n  - existence: {{op: begin, process: main}}\n"
    if not whole.startswith("name"):
        whole = "name: test\n" + whole
    source = Source("test.yaml", whole)
    return Model(
        compile_scenario(load_source(source).scenarios[0], source=source), ModelOptions(memory=memory)
    )


def check(model: Model, most: int) -> int | None:
    """How many traces there are; None for too many."""
    expected = states_of_traces(model, most=most, longest=80)
    if expected is None:
        return None
    traces = Traces(model)
    found = {}
    for execution in traces:
        trace, state = form(model, execution.schedule)
        assert trace not in found, "a trace was executed twice"
        found[trace] = state
    assert expected == found
    assert (0, True) == (traces.blocked, traces.sleepless)
    return len(found)


@MANY
@given(programs())
def test_two_processes_that_share_locks_and_memory(text: str) -> None:
    check(modelled(text), 600)


@MANY
@given(ended())
def test_a_process_that_is_ended_wherever_it_is(text: str) -> None:
    check(modelled(text), 600)


@MANY
@given(programs(processes=3, steps=2))
def test_three_processes(text: str) -> None:
    check(modelled(text), 600)


@MANY
@given(programs(steps=2))
def test_memory_with_store_buffers(text: str) -> None:
    check(modelled(text, memory="tso"), 600)


def _of(objects: str, *bodies: str, main: str = "") -> str:
    targets = "\n".join(f"  t{number}: {{steps: [{body}]}}" for number, body in enumerate(bodies))
    processes = "\n".join(f"  p{number}: {{target: t{number}}}" for number in range(len(bodies)))
    return f"{objects}\ntargets:\n{targets}\nprocesses:\n{processes}\n{main}"


SCENARIOS = {
    "queue": _of("queues: {q: {}}", "{put: {queue: q, item: 1}}", "{get: q, into: x}"),
    "two producers": _of(
        "queues: {q: {}}",
        "{put: {queue: q, item: 1}}",
        "{put: {queue: q, item: 2}}",
        "{get: q, into: x}, {get: q, into: y}",
    ),
    "bounded queue": _of(
        "queues: {q: {maxsize: 1}}",
        "{put: {queue: q, item: 1}}, {put: {queue: q, item: 2}}",
        "{get: q, into: x}, {get: q, into: x}",
    ),
    "get in time": _of(
        "queues: {q: {}}",
        "{put: {queue: q, item: 1}}",
        "{try: [{get: {queue: q, timeout: 1}, into: x}], except: {Empty: [pass]}}",
    ),
    "event": _of("flags: {e: {}}", "{set: e}", "{wait: e}", "{wait: {event: e, timeout: 1}}"),
    "killed": _of(
        "values: {v: {type: i, lock: false}}",
        "{set: {v.value: 1}}, {set: {v.value: 2}}",
        main="main: [{start: p0}, {kill: p0}, {join: p0}, {set: {x: '{v.value}'}}]",
    ),
    "terminated": _of(
        "values: {v: {type: i, lock: false}}",
        "{set: {v.value: 1}}, {set: {v.value: 2}}",
        main="main: [{start: p0}, {terminate: p0}, {join: p0}, {set: {x: '{v.value}'}}]",
    ),
    "joined": _of(
        "values: {v: {type: i, lock: false}}",
        "{set: {v.value: 1}}, {set: {v.value: 2}}",
        "{set: {v.value: 3}}",
        main="main: [{start: p0}, {start: p1}, {join: p0}, {set: {x: '{v.value}'}}]",
    ),
    "barrier": _of("barriers: {b: {parties: 2}}", "{wait: b}", "{wait: b}"),
    "opposite locks": _of(
        "locks: {l: {}, m: {}}",
        "{acquire: l}, {acquire: m}, {release: m}, {release: l}",
        "{acquire: m}, {acquire: l}, {release: l}, {release: m}",
    ),
}


@pytest.mark.parametrize("name", SCENARIOS)
def test_a_scenario_of_each_kind_of_object(name: str) -> None:
    assert check(modelled(SCENARIOS[name]), 20_000) is not None


@pytest.mark.parametrize("name", ["joined", "killed", "terminated", "queue"])
def test_what_a_step_awaits_it_can_not_be_made_without(name: str) -> None:
    model = modelled(SCENARIOS[name])
    awaited = sum(_made_without_what_they_await(model, execution) for execution in Traces(model))
    assert awaited > 0


def _made_without_what_they_await(model: Model, execution: Execution) -> int:
    """How many times a step awaits what another thread wrote last; asserts that it is blocked where that is left out."""
    history = History(model)
    state = model.initial
    for thread, alternative in execution.schedule:
        state, footprint, _ = model.step(state, thread, alternative)
        history.add(thread, alternative, footprint)
    history.close()
    number = 0
    for place, thread in enumerate(history.threads):
        for cell, mode in history.footprints[place]:
            writers = [at for at in range(place) if (cell, WRITE) in history.footprints[at]]
            if (
                mode != AWAIT
                or not writers
                or any(
                    history.after[writers[-1]] >> at & 1
                    for at in range(place)
                    if history.threads[at] == thread
                )
            ):
                continue
            state = model.initial
            for at in range(place):
                if not history.after[writers[-1]] >> at & 1:
                    state = model.step(state, history.threads[at], history.alternatives[at]).state
            assert model.alternatives(state, thread) == 0
            number += 1
    return number
