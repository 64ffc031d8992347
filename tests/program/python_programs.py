"""Random step lists with loops, try, finally, break, continue and return, and the same as Python source."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st

Steps = list[Any]


@dataclass(frozen=True)
class Names:
    """Numbers for the prints of a program, so that each tells its place."""

    loops: int = 0
    handling: bool = False


_ERRORS = st.sampled_from(["ValueError", "KeyError", "IndexError"])
_HANDLED = st.sampled_from(["ValueError", "KeyError", "LookupError", "Exception", "ValueError, KeyError"])
_CONDITIONS = st.sampled_from(["i % 2 == 0", "i > 1", "True", "j == 1", "q.empty()", "i or q.empty()"])


def _leaf(names: Names) -> st.SearchStrategy[Any]:
    choices = [
        st.sampled_from("abc").map(lambda letter: ("print", letter)),
        st.just(("print", "{i} {j}")),
        _ERRORS.map(lambda error: ("raise", error)),
        st.integers(0, 3).map(lambda value: ("return", value)),
        st.just(("set", "i", "i + 1")),
        st.just(("release",)),
    ]
    if names.loops:
        choices += [st.just(("break",)), st.just(("continue",))]
    if names.handling:
        choices += [st.just(("reraise",)), st.just(("print", "error {error.args}"))]
    return st.one_of(choices)


_KINDS = st.sampled_from(["leaf", "leaf", "if", "for", "while", "try", "try", "with"])


@st.composite
def programs(draw: st.DrawFn, names: Names = Names(), depth: int = 3) -> Steps:
    """Up to three steps, blocks in each other at most `depth` deep."""
    return [_step(draw, names, depth) for _ in range(draw(st.integers(1, 3)))]


def _step(draw: st.DrawFn, names: Names, depth: int) -> Any:
    kind = "leaf" if depth == 0 else draw(_KINDS)
    inner = programs(names, depth - 1)
    looped = programs(Names(names.loops + 1, names.handling), depth - 1)
    if kind == "leaf":
        return draw(_leaf(names))
    if kind == "if":
        return (kind, draw(_CONDITIONS), draw(inner), draw(inner) if draw(st.booleans()) else None)
    if kind == "for":
        return (kind, draw(st.integers(0, 3)), draw(looped))
    if kind == "while":
        return (kind, draw(looped))
    if kind == "with":
        return (kind, draw(inner))
    body = draw(inner)
    types = draw(st.lists(_HANDLED, max_size=2, unique=True))
    handlers = [(name, draw(programs(Names(names.loops, True), depth - 1))) for name in types]
    otherwise = draw(inner) if types and draw(st.booleans()) else None
    finish = draw(inner) if not types or draw(st.booleans()) else None
    return (kind, body, handlers, otherwise, finish)


def as_yaml(steps: Steps) -> str:
    """The steps as a list of YAML."""
    return "\n".join(_yaml(step) for step in steps)


def _nested(steps: Steps, indent: int) -> str:
    return textwrap.indent(as_yaml(steps), " " * indent)


def _yaml(step: Any) -> str:
    kind = step[0]
    if kind == "print":
        return f'- print: "{step[1]}"'
    if kind in ("raise", "return"):
        return f"- {kind}: {step[1]}"
    if kind == "reraise":
        return "- raise"
    if kind == "set":
        return f'- set: {{{step[1]}: "{{{step[2]}}}"}}'
    if kind in ("break", "continue"):
        return f"- {kind}"
    if kind == "release":
        return "- release: lock"
    if kind == "if":
        text = f"- if: {step[1]}\n  then:\n{_nested(step[2], 4)}"
        return text if step[3] is None else f"{text}\n  else:\n{_nested(step[3], 4)}"
    if kind == "for":
        return f"- for: j\n  in: range({step[1]})\n  steps:\n{_nested(step[2], 4)}"
    if kind == "while":
        body = [("set", "i", "i + 1"), *step[1]]
        return f"- while: i < 4\n  steps:\n{_nested(body, 4)}"
    if kind == "with":
        return f"- with: lock\n  steps:\n{_nested(step[1], 4)}"
    text = f"- try:\n{_nested(step[1], 4)}"
    if step[2]:
        text += "\n  except:" + "".join(f"\n    {name}:\n{_nested(block, 6)}" for name, block in step[2])
    for name, block in (("else", step[3]), ("finally", step[4])):
        if block is not None and (name == "finally" or step[2]):
            text += f"\n  {name}:\n{_nested(block, 4)}"
    return text


def as_python(steps: Steps) -> str:
    """The steps as the body of a function, which writes into `trace`."""
    return "\n".join(_python(step) for step in steps)


def _indented(steps: Steps) -> str:
    return textwrap.indent(as_python(steps), "    ")


def _python(step: Any) -> str:
    kind = step[0]
    if kind == "print":
        return f'trace.append(f"print {step[1]}")'
    if kind in ("raise", "return"):
        return f"{kind} {step[1]}"
    if kind == "reraise":
        return "raise"
    if kind == "set":
        return f"{step[1]} = {step[2]}"
    if kind in ("break", "continue"):
        return str(kind)
    if kind == "release":
        return "lock.release()"
    if kind == "if":
        text = f"if {step[1]}:\n{_indented(step[2])}"
        return text if step[3] is None else f"{text}\nelse:\n{_indented(step[3])}"
    if kind == "for":
        return f"for j in range({step[1]}):\n{_indented(step[2])}"
    if kind == "while":
        return f"while i < 4:\n{_indented([('set', 'i', 'i + 1'), *step[1]])}"
    if kind == "with":
        return f"with lock:\n{_indented(step[1])}"
    text = f"try:\n{_indented(step[1])}"
    for name, block in step[2]:
        text += f"\nexcept ({name}) as error:\n{_indented(block)}"
    if step[3] is not None and step[2]:
        text += f"\nelse:\n{_indented(step[3])}"
    if step[4] is not None:
        text += f"\nfinally:\n{_indented(step[4])}"
    return text
