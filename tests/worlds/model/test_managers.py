"""What managers hold, in the model: what is put is there at once, and what happens when the server is gone."""

from __future__ import annotations

from tests.worlds.model.conftest import Modelled
from tests.worlds.model.test_pools import records

PUT_AND_LOOK = """
managers: {m: {}}
queues: {q: {%s}}
main:
  - put: {queue: q, item: 1}
  - set: {empty: "{q.empty()}"}
  - print: "{empty}"
  - get: q
"""
LEFT = """
managers: {m: {}}
queues: {q: {manager: m}}
targets:
  t:
    steps:
      - {try: [put: {queue: q, item: 1}], except: {Exception: [print: "{type(error)}"]}}
      - {try: [put: {queue: q, item: 2}], except: {Exception: [print: "{type(error)}"]}}
processes: {p: {target: t}}
main: [start: p]
"""
KILLED_IN_GET = """
managers: {m: {}}
queues: {q: {manager: m}}
targets: {t: {steps: [get: q]}}
processes: {p: {target: t}}
main:
  - start: p
  - kill: p
  - join: p
  - put: {queue: q, item: 1}
  - print: "{q.qsize()}"
"""


def printed(modelled: Modelled, text: str) -> set[tuple[str, ...]]:
    return {
        tuple(call.values["text"] for call in record.calls if call.operation == "print")
        for record in records(modelled, text)
    }


def test_a_managers_queue_is_not_empty_after_a_put_while_another_may_look_so(modelled: Modelled) -> None:
    assert printed(modelled, PUT_AND_LOOK % "manager: m") == {("False",)}
    assert printed(modelled, PUT_AND_LOOK % "") == {("False",), ("True",)}


def test_a_child_finds_no_server_or_a_broken_one_when_main_has_ended(modelled: Modelled) -> None:
    assert printed(modelled, LEFT) == {
        (),
        ("BrokenPipeError",),
        ("FileNotFoundError", "FileNotFoundError"),
    }


def test_who_is_killed_in_a_get_may_take_the_next_item_along(modelled: Modelled) -> None:
    assert printed(modelled, KILLED_IN_GET) == {("0",), ("1",)}
