"""Time in a model: a timeout may come at any moment, never while anybody can go on, or when it is due."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from mprunner.exploring.optimal import Traces
from mprunner.recording.printed import printed_lines
from mprunner.worlds.model.model import Model
from mprunner.worlds.model.recorder import recording
from tests.worlds.model.conftest import Modelled
from tests.worlds.model.programs import programs
from tests.worlds.model.searching import endings


def printed(model: Model) -> set[tuple[str, ...]]:
    """The lines of all executions, in their order."""
    found = set()
    for execution in Traces(model):
        record = recording(model, execution.schedule)
        found.add(tuple(str(call.values["text"]) for call in record.calls if call.operation == "print"))
    return found


SLEEPERS = """
values: {v: {type: i}}
targets:
  t:
    params: [name, seconds]
    steps:
      - sleep: "{seconds}"
      - set: {v.value: "{v.value + 1}"}
      - print: "{name} {v.value}"
processes:
  late: {target: t, args: [late, 0.3]}
  early: {target: t, args: [early, 0.1]}
"""
WAITERS = """
locks: {lock: {}}
targets:
  hold: {steps: [{acquire: lock}, {sleep: 0.2}, {release: lock}]}
  wait: {params: [seconds], steps: [{acquire: {lock: lock, timeout: "{seconds}"}, into: got}, {print: "{got}"}]}
processes:
  holder: {target: hold}
  waiter: {target: wait, args: [SECONDS]}
main:
  - start: holder
  - sleep: 0.1
  - start: waiter
  - join: waiter
  - join: holder
"""


def test_who_sleeps_longer_may_be_first(modelled: Modelled) -> None:
    model = modelled(SLEEPERS)
    assert len({printed_lines(recording(model, way)) for way in endings(model).values()}) > 1


def test_who_sleeps_longer_is_last_where_sleeps_are_respected(modelled: Modelled) -> None:
    assert printed(modelled(SLEEPERS, respect_sleep=True)) == {("early 1", "late 2")}


@pytest.mark.parametrize(("seconds", "got"), [("0.05", "False"), ("0.5", "True")])
def test_a_timeout_ends_when_it_is_due_where_sleeps_are_respected(
    modelled: Modelled, seconds: str, got: str
) -> None:
    assert printed(modelled(WAITERS.replace("SECONDS", seconds), respect_sleep=True)) == {(got,)}


def test_a_timeout_may_come_at_any_moment(modelled: Modelled) -> None:
    assert printed(modelled(WAITERS.replace("SECONDS", "0.5"))) == {("True",), ("False",)}


def test_no_timeout_is_reached_while_anybody_can_go_on(modelled: Modelled) -> None:
    assert printed(modelled(WAITERS.replace("SECONDS", "0.05"), no_timeouts=True)) == {("True",)}


def test_a_timeout_is_reached_when_nobody_can_go_on(modelled: Modelled) -> None:
    text = """
        locks: {lock: {}}
        targets: {t: {steps: [{acquire: lock}, {acquire: {lock: lock, timeout: 1}, into: got}, {print: "{got}"}]}}
        processes: {p: {target: t}}
        """
    assert printed(modelled(text, no_timeouts=True)) == {("False",)}


def test_two_that_sleep_alike_wake_in_any_order(modelled: Modelled) -> None:
    text = SLEEPERS.replace("0.3", "0.1")
    assert printed(modelled(text, respect_sleep=True)) == printed(
        modelled(text.replace("0.1", "0"), respect_sleep=True)
    )


def test_all_processes_see_one_clock_where_sleeps_are_respected(modelled: Modelled) -> None:
    text = """
        queues: {q: {}}
        targets:
          late: {steps: [sleep: 0.3, put: {queue: q, item: 1}]}
          early:
            steps:
              - sleep: 0.1
              - set: {t: "{monotonic()}"}
              - get: q
              - set: {waited: "{monotonic() - t}"}
              - print: "{round(t, 3)} {round(waited, 3)}"
        processes: {p: {target: late}, q1: {target: early}}
        main:
          - start: p
          - start: q1
          - join: q1
          - print: "{round(monotonic(), 3)}"
        """
    assert printed(modelled(text, respect_sleep=True)) == {("0.1 0.2", "0.3")}


WAITING_FOR = """
conditions: {c: {}}
values: {v: {type: i}}
targets: {t: {steps: [{with: c, steps: [notify: c]}, {with: c, steps: [set: {v.value: 1}, notify: c]}]}}
processes: {p: {target: t}}
main:
  - with: c
    steps:
      - start: p
      - wait_for: {condition: c, predicate: v.value == 1, timeout: 5}
        into: x
  - print: "{x}"
"""
LOOKING = """
values: {v: {type: i}}
targets: {t: {steps: [set: {v.value: 1}]}}
processes: {p: {target: t}}
main:
  - start: p
  - set: {end: "{monotonic() + 0.1}"}
  - while: monotonic() < end and v.value == 0
    steps: [sleep: 0.05]
  - print: "{v.value}"
"""


def test_who_was_notified_may_find_that_nothing_is_left_of_its_time(modelled: Modelled) -> None:
    """It then gives up without another wait."""
    waits = {
        sum(call.operation == "wait" for call in recording(model, execution.schedule).calls)
        for model in [modelled(WAITING_FOR)]
        for execution in Traces(model)
        if "False" in str([call.values for call in recording(model, execution.schedule).calls])
    }
    assert 1 in waits
    assert printed(modelled(WAITING_FOR, no_timeouts=True)) == {("True",)}


def test_a_look_at_the_clock_may_come_late(modelled: Modelled) -> None:
    """Before it has slept at all."""
    model = modelled(LOOKING)
    sleeps = {
        sum(call.operation == "sleep" for call in recording(model, execution.schedule).calls)
        for execution in Traces(model)
    }
    assert sleeps == {0, 1, 2}
    assert printed(model) == {("0",), ("1",)}


@pytest.mark.parametrize(
    ("steps", "matters"),
    [
        ('[set: {t: "{monotonic()}"}, print: "{monotonic() - t:.2f}"]', False),
        ('[set: {t: "{monotonic()}"}, set: {u: "{t + 1}"}, print: "{u}"]', False),
        ('[set: {t: "{monotonic()}"}, {if: monotonic() - t < 1, then: [pass]}]', True),
        ('[set: {t: "{monotonic()}"}, {if: t < 1, then: [pass]}]', True),
        ('[set: {t: "{monotonic()}"}, set: {u: "{t + 1}"}, print: "{u < 1}"]', True),
        ('[set: {t: "{monotonic()}"}, sleep: "{t}"]', True),
        ('[set: {t: "{[monotonic()]}"}, print: x]', True),
    ],
)
def test_it_comes_late_only_where_that_may_decide_anything(
    modelled: Modelled, steps: str, matters: bool
) -> None:
    model = modelled(f"main: {steps}")
    assert matters == (len(list(Traces(model))) > 1)


OPTIONS: tuple[dict[str, Any], ...] = (
    {}, {"no_timeouts": True}, {"respect_sleep": True}, {"memory": "tso"}, {"memory": "tso", "respect_sleep": True},
)  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("options", OPTIONS, ids=str)
@given(text=programs())
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_one_execution_of_each_trace_comes_to_every_end(
    modelled: Modelled, options: dict[str, Any], text: str
) -> None:
    model = modelled(text, **options)
    ends = set()
    for number, execution in enumerate(Traces(model)):
        assert not execution.blocked
        ends.add(execution.state)
        if number == 2000:
            return
    assert ends == set(endings(model))
