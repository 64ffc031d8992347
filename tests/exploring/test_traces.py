"""Optimal partial-order reduction makes as many executions as a program has traces: known numbers."""

from __future__ import annotations

from math import factorial

import pytest

from mprunner.exploring.optimal import Traces
from tests.exploring.conftest import Modelled


def lastzero(n: int) -> str:
    return f"""
arrays: {{a: {{type: i, size: {n + 1}, lock: false}}}}
targets:
  write:
    params: [j]
    steps:
      - set: {{"a[j]": "{{a[j - 1] + 1}}"}}
  read:
    steps:
      - set: {{i: {n}}}
      - while: a[i] != 0
        steps:
          - set: {{i: "{{i - 1}}"}}
processes:
  w: {{target: write, replicas: {n}, args: ["{{index + 1}}"]}}
  r: {{target: read}}
"""


def counter_race(n: int) -> str:
    return f"""
values: {{x: {{type: i, lock: false}}}}
targets:
  add:
    steps:
      - set: {{x.value: "{{x.value + 1}}"}}
processes:
  p: {{target: add, replicas: {n}}}
"""


def readers(n: int) -> str:
    return f"""
values: {{x: {{type: i, lock: false}}}}
targets:
  write: {{steps: [{{set: {{x.value: 42}}}}]}}
  read: {{steps: [{{set: {{y: "{{x.value}}"}}}}]}}
processes:
  w: {{target: write}}
  r: {{target: read, replicas: {n}}}
"""


def dining(n: int, first: str, second: str) -> str:
    return f"""
locks: {{fork: {{count: {n}}}}}
targets:
  eat:
    params: [a, b]
    steps:
      - with: fork[a]
        steps:
          - with: fork[b]
            steps: [pass]
processes:
  p: {{target: eat, replicas: {n}, args: ["{{{first}}}", "{{{second}}}"]}}
"""


def left_first(n: int) -> str:
    return dining(n, "index", f"(index + 1) % {n}")


def ordered(n: int) -> str:
    return dining(n, f"min(index, (index + 1) % {n})", f"max(index, (index + 1) % {n})")


def locked(n: int) -> str:
    return f"""
locks: {{l: {{}}}}
targets:
  hold: {{steps: [{{with: l, steps: [pass]}}]}}
processes:
  w: {{target: hold, replicas: {n}}}
"""


@pytest.mark.parametrize(
    ("program", "number"),
    [
        *((lastzero(n), (n + 3) * 2 ** (n - 2)) for n in (2, 3, 4, 5, 6)),
        *((counter_race(n), factorial(n) ** 2) for n in (1, 2, 3, 4)),
        *((readers(n), 2**n) for n in (2, 4, 6)),
        *((left_first(n), 2**n - 1) for n in (2, 3, 4, 5)),
        *((ordered(n), 2**n - 2) for n in (2, 3, 4, 5)),
        *((locked(n), factorial(n)) for n in (2, 3, 4)),
    ],
)
def test_each_trace_is_executed_once(modelled: Modelled, program: str, number: int) -> None:
    traces = Traces(modelled(program))
    schedules = [execution.schedule for execution in traces]
    assert (number, 0) == (len(schedules), traces.blocked)
    assert len(set(schedules)) == number
