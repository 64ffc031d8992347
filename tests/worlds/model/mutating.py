"""The model's modules with one exchange of text, and all that a small program can come to in them."""

from __future__ import annotations

import contextlib
import importlib
import sys
from collections.abc import Iterator, Sequence
from importlib.abc import MetaPathFinder, SourceLoader
from importlib.machinery import ModuleSpec
from importlib.util import find_spec, spec_from_loader
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple

import mprunner.worlds
import mprunner.worlds.model
from mprunner.program.declarations import Program

__all__ = ["Mutation", "ends", "mutated"]

_PACKAGE = "mprunner.worlds.model"
_MOST_STATES = 20_000


class Mutation(NamedTuple):
    """`old` becomes `new` in a module of the model; `program` shows it."""

    module: str
    old: str
    new: str
    program: str


class _Loader(SourceLoader):
    def __init__(self, path: str, mutation: Mutation) -> None:
        self._path = path
        self._mutation = mutation

    def get_filename(self, fullname: str) -> str:
        return self._path

    def get_data(self, path: str) -> bytes:
        text = Path(path).read_text(encoding="utf-8")
        assert text.count(self._mutation.old) == 1, "the text to exchange stands there once"
        return text.replace(self._mutation.old, self._mutation.new).encode()

    def path_stats(self, path: str) -> dict[str, Any]:
        raise OSError  # nothing of this is kept

    def set_data(self, path: str, data: bytes) -> None:
        """Nor written anywhere."""


class _Finder(MetaPathFinder):
    def __init__(self, path: str, mutation: Mutation) -> None:
        self._name = f"{_PACKAGE}.{mutation.module}"
        self._loader = _Loader(path, mutation)

    def find_spec(
        self, name: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        return spec_from_loader(name, self._loader) if name == self._name else None


@contextlib.contextmanager
def mutated(mutation: Mutation) -> Iterator[Any]:
    """In here the model is another: gives its class. What was imported before stays as it is."""
    found = find_spec(f"{_PACKAGE}.{mutation.module}")
    assert found is not None
    assert found.origin is not None
    package = mprunner.worlds.model
    before = {name: module for name, module in sys.modules.items() if name.startswith(_PACKAGE)}
    for name in before:
        del sys.modules[name]
    finder = _Finder(found.origin, mutation)
    sys.meta_path.insert(0, finder)
    try:
        yield importlib.import_module(f"{_PACKAGE}.model").Model
    finally:
        sys.meta_path.remove(finder)
        for name in [name for name in sys.modules if name.startswith(_PACKAGE)]:
            del sys.modules[name]
        sys.modules.update(before)
        mprunner.worlds.model = package  # type: ignore[misc]


def ends(kind: Any, program: Program) -> set[str]:
    """What the program can come to in a model of this class: the lines of each thread, errors among them, and who is stuck."""
    model = kind(program)
    start = (model.initial, ())
    waiting, seen, found = [start], {start}, set()
    while waiting:
        state, told = waiting.pop()
        enabled = model.enabled(state)
        if not enabled:
            found.add(_words(model, state, dict(told)))
        for thread in enabled:
            for alternative in range(model.alternatives(state, thread)):
                step = model.step(state, thread, alternative)
                after = (step.state, _with(told, [model.instants[number] for number in step.events]))
                if after not in seen:
                    seen.add(after)
                    waiting.append(after)
        assert len(seen) <= _MOST_STATES, "too many states"
    return found


def _with(told: tuple[tuple[str, str], ...], instants: Sequence[Any]) -> tuple[tuple[str, str], ...]:
    lines = dict(told)
    for call, at in instants:
        line = _line(call, at)
        if line:
            lines[call.actor] = f"{lines[call.actor]} {line}" if call.actor in lines else line
    return tuple(sorted(lines.items()))


def _line(call: Any, at: str) -> str:
    if at == "begin":
        return ""
    if call.operation == "print":
        return str(call.values["text"])
    if call.operation != "exception" and call.error is not None:
        return str(call.error.type)
    return ""


def _words(model: Any, state: Any, lines: dict[str, str]) -> str:
    stuck = []
    for thread, info in enumerate(model.threads):
        standing = None if info.internal else model.standing(state, thread)
        operation = None if standing is None else model.operation_of(state, thread)
        if operation is not None and not operation.op.startswith(("%", "serve")):
            stuck.append(f"{info.name} in {operation.op}")
        elif operation is not None and operation.op == "%leave":
            stuck.append(f"{info.name} at its end")
    words = [f"{name}: {text}" for name, text in sorted(lines.items())]
    return " | ".join([*words, *(f"stuck: {each}" for each in stuck)])
