"""One change to the reduction, one test that catches it.

Each mutation is an exchange of text in a module of `exploring`; the named program, or family of known count, must come out wrong
with it. Without it all of them come out right.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple

import pytest

import mprunner.exploring.optimal
from tests.exploring.brute_traces import form, states_of_traces
from tests.exploring.classics import dining, lost_update
from tests.exploring.toy import Toy

FOLDER = Path(mprunner.exploring.optimal.__file__).parent
NAMES = ("footprints", "history", "wakeup", "races", "optimal")
Program = Callable[[], Toy]


class Mutation(NamedTuple):
    """`old` becomes `new` in a module; `program` shows it."""

    module: str
    old: str
    new: str
    program: str


def two_readers() -> Toy:
    return Toy([(("write", "x", 1),), (("read", "x"),), (("read", "x"),)])


def lastzero() -> Toy:
    writers = [(("read", f"a{j - 1}"), ("add", f"a{j}", 1)) for j in range(1, 4)]
    reader: list[Any] = []
    for i in range(3, -1, -1):
        reader += [("read", f"a{i}"), ("if", 0, 9)]
    return Toy([*writers, tuple(reader)])


def taken_first() -> Toy:
    return Toy([(("get", "q"), ("put", "q", 0)), (("put", "q", 0),)])


def room_at_first() -> Toy:
    return Toy(
        [(("put", "r", 0),), (("put", "q", 0), ("put", "r", 1), ("get", "q")), (("put", "q", 1),)],
        bounds={"q": 1, "r": 2},
    )


def locks_by_turns() -> Toy:
    return Toy([(("acquire", "l"), ("release", "l")) for _ in range(3)])


def put_and_get() -> Toy:
    return Toy([(("put", "q", 1), ("put", "q", 2)), (("get", "q"), ("get", "q")), (("poll", "q"),)])


def two_producers() -> Toy:
    return Toy([(("put", "q", 1),), (("put", "q", 2),), (("get", "q"), ("get", "q"))])


def chosen() -> Toy:
    return Toy([(("pick", "x", "y"),), (("read", "x"),), (("read", "y"),)])


def held_for_good() -> Toy:
    return Toy([(("acquire", "l"),), (("acquire", "l"), ("write", "x", 1)), (("read", "x"),)])


def held_twice() -> Toy:
    """Two that nobody gives back, taken by two; a third needs both at once."""
    return Toy([(("acquire", "l"),), (("acquire", "m"),), (("both", "l", "m"),)])


def joined() -> Toy:
    return Toy([(("tick",), ("write", "x", 1)), (("join", 0), ("read", "x")), (("read", "x"),)])


def printed() -> Toy:
    return Toy([(("print", 0),), (("print", 0),), (("print", 1),)])


PROGRAMS: dict[str, Program] = {
    "room at first": room_at_first,
    "taken first": taken_first,
    "chosen": chosen,
    "counter": lambda: lost_update(3),
    "dining": lambda: dining(3),
    "held for good": held_for_good,
    "held twice": held_twice,
    "joined": joined,
    "lastzero": lastzero,
    "locks": locks_by_turns,
    "printed": printed,
    "put and get": put_and_get,
    "two producers": two_producers,
    "two readers": two_readers,
}

MUTATIONS = {
    "reads conflict": Mutation("footprints", "(READ, READ), ", "", "two readers"),
    "equal labels conflict": Mutation("footprints", "mode < LABEL", "mode < 9", "printed"),
    "a write does not conflict with what came before it": Mutation(
        "history", "rivals |= touched.get(cell, 0)", "pass", "counter",
    ),
    "reads are ordered": Mutation(
        "history", "rivals |= unread.get(cell, 0)", "rivals |= touched.get(cell, 0)", "two readers",
    ),
    "a join is not after the end": Mutation("history", "awaited |= unread.get(cell, 0)", "pass", "joined"),
    "a get takes no item": Mutation("history", "found |= 1 << puts[number]", "pass", "put and get"),
    "a get takes the next item": Mutation(
        "history", ".bit_count() - self._tokens(cell)", ".bit_count() - self._tokens(cell) + 1", "taken first"
    ),
    "tokens that are there at first are forgotten": Mutation(
        "history", ".bit_count() - self._tokens(cell)", ".bit_count()", "room at first"
    ),
    "put and get conflict": Mutation(
        "history", "found |= touched & ~self._modes.get((cell, PUT), 0)", "found |= touched", "put and get"
    ),
    "what is after a step is not kept": Mutation(
        "history", "after[earlier] |= after[place]", "pass", "counter"
    ),
    "nobody sleeps": Mutation(
        "optimal", "            sleep.append((thread, alternative, footprint))\n", "", "two readers"
    ),
    "who sleeps is never woken": Mutation(
        "optimal", "if sleeper[0] != thread and not conflicting(sleeper[2], footprint)", "if sleeper[0] != thread", "counter"
    ),
    "who sleeps is woken by everything": Mutation(
        "optimal", "if sleeper[0] != thread and not conflicting(sleeper[2], footprint)", "if False", "two readers"
    ),
    "what sleepers lead to is tried all the same": Mutation(
        "optimal", "if covered(history, self._sleep[base], steps, last, waits_for):", "if False:", "lastzero"
    ),
    "what does not depend on the first step is dropped": Mutation(
        "optimal", "            steps = left >> base << base\n", "            steps = 0\n", "lastzero"
    ),
    "what comes later is dropped": Mutation(
        "optimal", "            left = within & ~self._gone(missing)\n",
        "            left = within & ~self._gone(missing) & ((2 << max(missing)) - 1)\n", "lastzero",
    ),
    "who is blocked at the end races with nobody": Mutation(
        "optimal", "            if footprint:\n", "            if False:\n", "held for good"
    ),
    "choices do not race": Mutation(
        "optimal", "        if ways > 1:\n            attempts", "        if ways > 9:\n            attempts", "chosen",
    ),
    "a blocked step races with nobody earlier": Mutation(
        "races", "if not made:", "if False:", "held twice"
    ),
    "a weak initial need not be independent": Mutation(
        "wakeup", "elif not history.clashes(footprint, steps) and not conflicting(footprint, footprint_last):",
        "else:", "counter",
    ),
    "the step that comes forward is dropped": Mutation(
        "wakeup", "    if is_last_there:\n        branches.append", "    if False:\n        branches.append", "counter",
    ),
    "a wakeup tree has everything twice": Mutation(
        "wakeup", "        for branch in branches:\n", "        for branch in []:\n", "lastzero",
    ),
}  # fmt: skip


@pytest.fixture
def changed(tmp_path: Path) -> Iterator[Callable[[Mutation | None], ModuleType]]:
    """Loads the modules of the reduction anew, with a mutation, and gives `optimal`."""
    before = {name: sys.modules[f"mprunner.exploring.{name}"] for name in NAMES}

    def load(mutation: Mutation | None) -> ModuleType:
        for name in NAMES:
            text = (FOLDER / f"{name}.py").read_text(encoding="utf-8")
            if mutation is not None and mutation.module == name:
                assert text.count(mutation.old) == 1, "the text to exchange stands there once"
                text = text.replace(mutation.old, mutation.new)
            path = tmp_path / f"{name}.py"
            path.write_text(text, encoding="utf-8")
            spec = spec_from_file_location(f"mprunner.exploring.{name}", path)
            assert spec is not None
            assert spec.loader is not None
            module = module_from_spec(spec)
            sys.modules[f"mprunner.exploring.{name}"] = module
            spec.loader.exec_module(module)
        return sys.modules["mprunner.exploring.optimal"]

    yield load
    for name, module in before.items():
        sys.modules[f"mprunner.exploring.{name}"] = module


def is_right(optimal: ModuleType, program: Toy) -> bool:
    """Whether the reduction finds each trace once and blocks nobody."""
    expected = states_of_traces(program, most=5_000)
    assert expected is not None
    found = set()
    traces = optimal.Traces(program)
    for number, execution in enumerate(traces):
        if number > 4 * len(expected):
            return False
        trace, _ = form(program, execution.schedule)
        if trace in found or execution.blocked:
            return False
        found.add(trace)
    return found == set(expected) and traces.sleepless


@pytest.mark.parametrize("program", PROGRAMS)
def test_without_a_mutation_all_is_right(
    program: str, changed: Callable[[Mutation | None], ModuleType]
) -> None:
    assert is_right(changed(None), PROGRAMS[program]())


@pytest.mark.parametrize("name", MUTATIONS)
def test_a_mutation_is_caught(name: str, changed: Callable[[Mutation | None], ModuleType]) -> None:
    mutation = MUTATIONS[name]
    optimal = changed(mutation)
    try:
        right = is_right(optimal, PROGRAMS[mutation.program]())
    except (IndexError, KeyError, RecursionError):
        right = False
    assert not right
