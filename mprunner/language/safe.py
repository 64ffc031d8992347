"""What an expression of a scenario may contain: a subset of Python that can only look.

Nothing here evaluates. What is allowed stands in the tables below, and the evaluator (`program/functions.py`) implements
exactly these names.
"""

from __future__ import annotations

import ast

from mprunner.language.diagnostics import listed, nearest
from mprunner.language.places import Place, span_of
from mprunner.operations import ATTRIBUTES, OPERATIONS

__all__ = [
    "BUILTINS",
    "MAX_DEPTH",
    "OBSERVED_ATTRIBUTES",
    "OBSERVERS",
    "OBSERVING_METHODS",
    "PLAIN_ATTRIBUTES",
    "SAFE_METHODS",
    "check_safe",
]

MAX_DEPTH = 100
"""Levels of nesting that an expression may have; a chain `a + b + c` has one for each operator."""

OBSERVERS = frozenset(spec.name for spec in OPERATIONS if spec.form == "method" and spec.kind == "none")
"""Functions that ask the operating system: getpid, getppid, monotonic, random."""

BUILTINS = OBSERVERS | {
    "abs", "all", "any", "bool", "chr", "dict", "divmod", "enumerate", "float", "int", "len", "list", "max", "min",
    "ord", "range", "repr", "reversed", "round", "set", "sorted", "str", "sum", "tuple", "type", "zip",
}  # fmt: skip
"""Functions that an expression may call. `type` gives the type's name; `reversed`, `enumerate` and `zip` give lists."""

_TEXT_METHODS = (
    "upper", "lower", "strip", "lstrip", "rstrip", "split", "join", "replace", "startswith", "endswith", "count",
    "index", "find", "isdigit",
)  # fmt: skip
SAFE_METHODS: dict[str, frozenset[str]] = {
    "str": frozenset(_TEXT_METHODS),
    "list": frozenset(("count", "index")),
    "tuple": frozenset(("count", "index")),
    "range": frozenset(("count", "index")),
    "dict": frozenset(("keys", "values", "items", "get")),
}
"""Methods of plain values, by type. `keys`, `values` and `items` give lists."""

OBSERVING_METHODS = frozenset(
    spec.name for spec in OPERATIONS if spec.form == "method" and spec.kind != "none"
) | {"get"}
"""Methods of declared objects that an expression may call: each call is one operation."""

OBSERVED_ATTRIBUTES = frozenset(ATTRIBUTES)
PLAIN_ATTRIBUTES = frozenset(("args",))
"""Attributes of plain values: what an exception was made of."""

_PLAIN_METHODS = frozenset[str]().union(*SAFE_METHODS.values())
_STEPS = frozenset(spec.name for spec in OPERATIONS if spec.form == "verb") | {
    "append", "remove", "update", "set", "call", "raise"
}  # fmt: skip
_NODES = (
    ast.Constant, ast.Name, ast.UnaryOp, ast.BinOp, ast.BoolOp, ast.Compare, ast.IfExp, ast.Subscript, ast.Slice,
    ast.List, ast.Tuple, ast.Dict, ast.Set, ast.JoinedStr, ast.FormattedValue, ast.Call, ast.Attribute, ast.keyword,
)  # fmt: skip
_REFUSED = {
    ast.Lambda: "a function can't be made in an expression",
    ast.ListComp: "a comprehension is not possible here",
    ast.SetComp: "a comprehension is not possible here",
    ast.DictComp: "a comprehension is not possible here",
    ast.GeneratorExp: "a comprehension is not possible here",
    ast.NamedExpr: "an expression can't assign",
    ast.Starred: "`*` in front of a value is not possible here",
    ast.Await: "`await` is not possible here",
    ast.Yield: "`yield` is not possible here",
    ast.YieldFrom: "`yield` is not possible here",
}
_INSTEAD = {
    ast.ListComp: "use a `for` step and `append`",
    ast.SetComp: "use a `for` step and `append`",
    ast.DictComp: "use a `for` step and `update`",
    ast.GeneratorExp: "use a `for` step and `append`",
    ast.NamedExpr: "use a `set` step",
    ast.Lambda: "write a target and `call` it",
}
_SYNONYMS = {
    "getid": "getpid",
    "time": "monotonic",
    "time_ns": "monotonic",
    "randint": "random",
    "length": "len",
}
_WORDS = {"true": "True", "false": "False", "null": "None", "none": "None", "undefined": "None"}


def check_safe(tree: ast.expr, place: Place) -> bool:
    """Whether `tree` holds only what is allowed; reports everything else, each at its place."""
    checker = _Checker(place)
    stack: list[tuple[ast.AST, int]] = [(tree, 1)]
    while stack:
        node, depth = stack.pop()
        if depth > MAX_DEPTH:
            message = f"the expression is nested more than {MAX_DEPTH} deep"
            place.error(
                "expression-too-large", span_of(tree), message, expected="move parts of it into `set` steps"
            )
            return False
        if checker.check(node):
            stack.extend((child, depth + 1) for child in checker.children(node))
    return checker.fine


class _Checker:
    def __init__(self, place: Place) -> None:
        self._place = place
        self.fine = True

    def check(self, node: ast.AST) -> bool:
        """Reports what is wrong with `node` itself; whether what is in it deserves a look."""
        if not isinstance(node, _NODES):
            self._refuse(node)
            return False
        if isinstance(node, ast.Constant):
            self._constant(node)
        elif isinstance(node, ast.Name):
            self._name(node)
        elif isinstance(node, ast.Call):
            return self._call(node)
        elif isinstance(node, ast.Attribute):
            self._attribute(node)
        elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.MatMult):
            self._error("unsafe-expression", node, "`@` does nothing with the values of a scenario")
        elif isinstance(node, ast.Dict) and None in node.keys:
            self._error("unsafe-expression", node, "`**` is not possible here")
            return False
        elif isinstance(node, ast.Set) and len(node.elts) == 1 and self._place.expression_field:
            inside = self._place.source.slice(span_of(node)).strip("{} \n")
            self._error(
                "braces-in-expression",
                node,
                "this field is an expression already: braces make a set of it",
                expected=f"write it without braces: {inside}",
            )
            return False
        return True

    def children(self, node: ast.AST) -> list[ast.AST]:
        """What is in `node` and has to be looked at by itself."""
        if isinstance(node, ast.Call):
            receiver = node.func.value if isinstance(node.func, ast.Attribute) else None
            arguments: list[ast.AST] = [*node.args, *(keyword.value for keyword in node.keywords)]
            return arguments if receiver is None else [receiver, *arguments]
        skipped = (ast.expr_context, ast.operator, ast.unaryop, ast.boolop, ast.cmpop)
        return [child for child in ast.iter_child_nodes(node) if not isinstance(child, skipped)]

    def _constant(self, node: ast.Constant) -> None:
        if isinstance(node.value, complex) or node.value is ...:
            self._error("unsafe-expression", node, "scenarios have no values of this type")

    def _name(self, node: ast.Name) -> None:
        if node.id.startswith("__"):
            self._error("unsafe-expression", node, f"`{node.id}` is out of reach of a scenario")
        elif node.id in _WORDS:
            right = _WORDS[node.id]
            self._error(
                "not-python",
                node,
                f"`{node.id}` is written `{right}` in an expression",
                expected=f"write `{right}`",
            )

    def _attribute(self, node: ast.Attribute) -> None:
        name = node.attr
        if name in OBSERVED_ATTRIBUTES or name in PLAIN_ATTRIBUTES:
            return
        if name.startswith("_"):
            self._error("unsafe-expression", node, f"`.{name}` is out of reach of a scenario")
        elif name in OBSERVING_METHODS or name in _PLAIN_METHODS:
            self._error("unknown-attribute", node, f"`{name}` is a method", expected=f"write `.{name}()`")
        elif name in _STEPS:
            self._error(
                "unknown-attribute",
                node,
                f"`{name}` is a step, not an attribute",
                expected=f"write `- {name}: ...`",
            )
        else:
            close = nearest(name, OBSERVED_ATTRIBUTES | PLAIN_ATTRIBUTES)
            expected = f"did you mean {listed(close)}?" if close else None
            known = ", ".join(sorted(OBSERVED_ATTRIBUTES | PLAIN_ATTRIBUTES))
            self._error(
                "unknown-attribute",
                node,
                f"no value has an attribute `{name}` here",
                expected=expected,
                notes=[f"there are {known}"],
            )

    def _call(self, node: ast.Call) -> bool:
        if any(isinstance(argument, ast.Starred) for argument in node.args) or any(
            keyword.arg is None for keyword in node.keywords
        ):
            self._error("unsafe-expression", node, "`*` and `**` are not possible in a call here")
            return False
        if isinstance(node.func, ast.Name):
            self._function(node, node.func.id)
        elif isinstance(node.func, ast.Attribute):
            self._method(node, node.func)
        else:
            self._error(
                "unsafe-expression", node, "only functions and methods that have a name can be called"
            )
            return False
        return True

    def _function(self, node: ast.Call, name: str) -> None:
        if name in _STEPS and name not in BUILTINS:
            message = f"`{name}` is a step, and an expression only looks"
            self._error("unknown-function", node.func, message, expected=f"write a step: `- {name}: ...`")
        elif name not in BUILTINS:
            close = nearest(name, BUILTINS, _SYNONYMS)
            expected = f"did you mean {listed(close)}?" if close else None
            notes = [
                f"an expression can call {', '.join(sorted(BUILTINS))}",
                "a target is called by a step: `- call: NAME`",
            ]
            self._error(
                "unknown-function",
                node.func,
                f"there is no function `{name}` in expressions",
                expected=expected,
                notes=notes,
            )
        elif name in OBSERVERS and (node.args or node.keywords):
            self._error("unknown-function", node, f"`{name}()` takes nothing")
        elif name == "type" and (len(node.args) != 1 or node.keywords):
            self._error("unknown-function", node, "`type` takes one value, and gives the name of its type")
        elif name in ("sorted", "min", "max") and any(keyword.arg == "key" for keyword in node.keywords):
            self._error(
                "unsafe-expression", node, f"`{name}` has no `key` here: there are no functions to give to it"
            )

    def _method(self, node: ast.Call, function: ast.Attribute) -> None:
        name = function.attr
        if name in _PLAIN_METHODS:
            return
        if name in OBSERVING_METHODS:
            if node.args or node.keywords:
                self._error("unknown-attribute", node, f"`{name}()` takes nothing")
            return
        if name.startswith("_"):
            self._error("unsafe-expression", function, f"`.{name}` is out of reach of a scenario")
        elif name in OBSERVED_ATTRIBUTES or name in PLAIN_ATTRIBUTES:
            self._error(
                "unknown-attribute",
                function,
                f"`{name}` is an attribute",
                expected=f"write `.{name}` without `()`",
            )
        elif name in _STEPS:
            message = f"`{name}` does something: it is a step, and an expression only looks"
            self._error("unknown-attribute", function, message, expected=f"write a step: `- {name}: ...`")
        elif name == "format":
            self._error(
                "unknown-attribute",
                function,
                "`format` is not needed: a text is an f-string",
                expected='write "{x:.2f}"',
            )
        else:
            known = OBSERVING_METHODS | _PLAIN_METHODS
            close = nearest(name, known)
            expected = f"did you mean {listed(close)}?" if close else None
            self._error(
                "unknown-attribute",
                function,
                f"there is no method `{name}` in expressions",
                expected=expected,
                notes=[f"there are {', '.join(sorted(known))}"],
            )

    def _refuse(self, node: ast.AST) -> None:
        message = _REFUSED.get(type(node), f"{type(node).__name__} is not possible in an expression")
        self._error("unsafe-expression", node, message, expected=_INSTEAD.get(type(node)))

    def _error(
        self,
        kind: str,
        node: ast.AST,
        message: str,
        *,
        expected: str | None = None,
        notes: list[str] | None = None,
    ) -> None:
        self.fine = False
        self._place.error(kind, span_of(node), message, expected=expected, notes=notes or ())
