"""Random expressions of the subset, as source text, with Python's own evaluation beside ours."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from mprunner.language.diagnostics import Problems
from mprunner.language.expressions import parse_expression
from mprunner.language.nodes import compose
from mprunner.language.scalars import quoted
from mprunner.language.source import Source
from mprunner.program.code import Code
from mprunner.program.declarations import Parameter, Program, Target
from mprunner.program.handouts import Finished
from mprunner.program.instructions import Return
from mprunner.program.lowering import Lowering
from mprunner.program.machine import Machine
from mprunner.program.scopes import Scope, World

VARIABLES: dict[str, Any] = {
    "a": 3, "b": -7, "zero": 0, "x": 2.5, "s": "abc", "t": "été", "e": "", "items": [1, 2, 3], "pair": (1, "a"),
    "d": {"a": 1, "b": [2]}, "yes": True, "nothing": None, "r": range(3), "words": ["b", "a"],
}  # fmt: skip

_ATOMS = st.one_of(
    st.sampled_from(sorted(VARIABLES)),
    st.integers(-5, 20).map(repr),
    st.sampled_from(["'a'", '"b c"', "2.0", "None", "True", "False", "[]", "()", "{}", "'é'"]),
)
_BINARY = st.sampled_from(["+", "-", "*", "/", "//", "%", "**", "<<", ">>", "&", "|", "^"])
_COMPARE = st.sampled_from(["==", "!=", "<", "<=", ">", ">=", "in", "not in"])
_UNARY = st.sampled_from(["-", "+", "~", "not "])
_FUNCTIONS = st.sampled_from(
    [
        "len",
        "str",
        "int",
        "float",
        "bool",
        "abs",
        "min",
        "max",
        "sum",
        "sorted",
        "list",
        "tuple",
        "dict",
        "set",
        "repr",
        "round",
        "reversed",
        "enumerate",
        "all",
        "any",
        "ord",
        "chr",
    ]
)
_METHODS = st.sampled_from(
    [
        "upper",
        "lower",
        "strip",
        "split",
        "startswith",
        "endswith",
        "count",
        "index",
        "find",
        "isdigit",
        "keys",
        "values",
        "items",
        "get",
        "join",
        "replace",
    ]
)
_SPECS = st.sampled_from(["", ":>5", ":d", ":.2f", ":x", "!r", "!s:^6", "!a", ":"])


def _grown(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    some = st.lists(inner, max_size=3)
    return st.one_of(
        st.builds("({} {} {})".format, inner, _BINARY, inner),
        st.builds("({} {} {})".format, inner, _COMPARE, inner),
        st.builds("({} {} {} {} {})".format, inner, _COMPARE, inner, _COMPARE, inner),
        st.builds("({}{})".format, _UNARY, inner),
        st.builds("({} is None)".format, inner),
        st.builds("({} is not None)".format, inner),
        st.builds("({} {} {})".format, inner, st.sampled_from(["and", "or"]), inner),
        st.builds("({} if {} else {})".format, inner, inner, inner),
        st.builds("{}[{}]".format, inner, inner),
        st.builds("{}[{}:{}]".format, inner, inner, inner),
        st.builds("{}[::{}]".format, inner, inner),
        st.builds("[{}]".format, some.map(", ".join)),
        st.builds("({},)".format, inner),
        st.builds("{{{}: {}}}".format, inner, inner),
        st.builds("{{{}, {}}}".format, inner, inner),
        st.builds("{}({})".format, _FUNCTIONS, inner),
        st.builds("{}({}, {})".format, st.sampled_from(["min", "max", "range", "divmod", "zip", "round", "int"]), inner, inner),
        st.builds("({}).{}({})".format, inner, _METHODS, st.lists(inner, max_size=2).map(", ".join)),
    )  # fmt: skip


EXPRESSIONS = st.recursive(_ATOMS, _grown, max_leaves=8)
FIELDS = st.tuples(st.sampled_from(sorted(VARIABLES)), _SPECS).map(lambda pair: "{" + pair[0] + pair[1] + "}")
TEXTS = st.lists(
    st.one_of(FIELDS, st.sampled_from(["a", "é ", "{{", "}}", ":", "!", "=", '"', "#"])), max_size=6
).map("".join)


def parsed(text: str) -> Any:
    """The checked tree of an expression in a file, which is to have no problems."""
    source, problems = Source("test.yaml", f"k: {quoted(text)}\n"), Problems()
    node = compose(source, problems)
    assert node is not None
    value = node.get("k")
    assert value is not None
    found = parse_expression(value, source, problems)
    assert () == problems.diagnostics
    assert found is not None
    return found.tree


def ours(tree: Any, variables: dict[str, Any]) -> Any:
    """What a machine makes of a tree: the instructions that it is lowered to, and a `return`."""
    scope = Scope(World({}, frozenset(), {}), frozenset(variables))
    code = Code()
    code.emit(Return(Lowering(scope, code).value(tree), 0))
    parameters = tuple(Parameter(name) for name in variables)
    target = Target("f", parameters, tuple(code.instructions))
    nothing = Target("main", (), ())
    program = Program("test", "test.yaml", None, (), (), {}, {"f": target}, nothing, ())
    step = Machine(program, "f", tuple(variables.values())).advance()
    assert isinstance(step, Finished)
    return step.value


def python(text: str, variables: dict[str, Any]) -> Any:
    """What Python makes of it, with the functions that differ on purpose replaced."""
    lists = {
        "reversed": lambda items: list(reversed(items)),
        "enumerate": lambda items: list(enumerate(items)),
        "zip": lambda *items: list(zip(*items, strict=False)),
    }
    return eval(text, lists, dict(variables))


def outcome(evaluate: Any, *arguments: Any) -> tuple[str, Any]:
    """The value with its type, or the type of the exception."""
    try:
        value = evaluate(*arguments)
    except Exception as error:
        return "raised", type(error)
    return type(value).__name__, repr(value)
